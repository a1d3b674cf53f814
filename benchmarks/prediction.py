"""One batch to logits: the engine against Keras's three ways, and against the least time of direct convolution."""

import os
from collections.abc import Callable, Iterator

import numpy as np

from benchmarks.measure import Ratio, load_on_every_core, of_pairs, seconds
from vggweb.core.architecture import CONVOLUTIONS, KERNEL_SIZE
from vggweb.core.engines import Engine
from vggweb.core.model import Vgg16, probe_batch
from vggweb.core.tensorflow_import import tf

ROUNDS, ROUNDS_UNDER_LOAD = 15, 9
MATRIX_SIDE = 2048
ENGINE = "one batch to logits, by the engine"


def multiplications() -> int:
    """What the 13 convolutions need when they are computed directly: 15.3 thousand million."""
    return sum(
        layer.shape[0] * layer.shape[1] * KERNEL_SIZE**2 * layer.in_channels * layer.channels for layer in CONVOLUTIONS
    )


def run(model: Vgg16) -> Iterator[Ratio]:
    """Groups 1 and 2: on the idle machine, then beside a program that loads every core."""
    batch = probe_batch()
    graph = tf.function(lambda values: model.keras_model(values, training=False))
    constant = tf.constant(batch)
    engine: Engine = model.engine
    calls: dict[str, Callable[[], object]] = {
        "engine": lambda: engine.logits(batch),
        "model.predict": lambda: model.keras_model.predict(batch, verbose=0),
        "model(x)": lambda: model.keras_model(constant, training=False).numpy(),
        "tf.function": lambda: graph(constant).numpy(),
        "direct": _matrix_product(),
    }
    timed = _in_turn(calls, ROUNDS)
    least = [time * 2 * multiplications() / (2 * MATRIX_SIDE**3) for time in timed["direct"]]
    pairs = {name: list(zip(timed["engine"], timed[name], strict=True)) for name in calls}
    direct = list(zip(timed["engine"], least, strict=True))
    yield of_pairs(ENGINE, direct, baseline="the least time of direct convolution here", aim=0.75)
    yield of_pairs(ENGINE, pairs["model.predict"], baseline="Keras's model.predict", aim=0.45)
    yield of_pairs(ENGINE, pairs["model(x)"], baseline="Keras's model(x)", aim=None)
    yield of_pairs(ENGINE, pairs["tf.function"], baseline="a compiled tf.function", aim=0.65)
    with load_on_every_core(os.cpu_count() or 1):
        busy = _in_turn({name: calls[name] for name in ("engine", "tf.function")}, ROUNDS_UNDER_LOAD)
    yield of_pairs(
        f"{ENGINE}, beside a program that loads every core",
        list(zip(busy["engine"], busy["tf.function"], strict=True)),
        baseline="a compiled tf.function beside the same",
        aim=1.0,
    )


def _matrix_product() -> Callable[[], object]:
    """A product of two large matrices by TensorFlow, whose time says how fast this processor multiplies."""
    side = (MATRIX_SIDE, MATRIX_SIDE)
    first, second = (tf.constant(np.random.default_rng(seed).random(side, np.float32)) for seed in (0, 1))
    return lambda: tf.linalg.matmul(first, second).numpy()[0, 0]


def _in_turn(calls: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    for call in calls.values():
        call()
    timed: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            timed[name].append(seconds(call))
    return timed
