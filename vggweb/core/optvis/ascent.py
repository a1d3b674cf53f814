"""One shape for every recipe: start somewhere, step uphill, look at it."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vggweb.core.model import Vgg16
from vggweb.core.optvis import classic, natural
from vggweb.core.optvis.objectives import Directions, Objective
from vggweb.core.optvis.recipes import CLASSIC_STEPS, RecipeName
from vggweb.core.optvis.targets import SCORES
from vggweb.core.tensorflow_import import tf

Seeds = NDArray[np.int32]  # (n,), one for each picture
STEPS_KEPT = 4  # compiled steps: a visitor goes from filter to filter of one layer, rarely between more than a few


@dataclass(frozen=True)
class Ascent:
    """How n pictures are drawn at once.

    Attributes:
        steps: how many.
        start: seeds → state; only the functions below know what a state holds.
        step: state, directions, seeds and the number of the step from 1 → the next state, and before it the scores
            (n,) and the highest values (n,).
        display: state → uint8 (n, h, h, 3), RGB.
    """

    steps: int
    start: Callable[[Seeds], Any]
    step: Callable[[Any, Directions, Seeds, int], tuple[Any, NDArray[np.float32], NDArray[np.float32]]]
    display: Callable[[Any], NDArray[np.uint8]]


class CompiledSteps:
    """The compiled steps of one model that were used last; the others are forgotten, so that memory stays bounded."""

    def __init__(self, limit: int = STEPS_KEPT) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, Callable[..., Any]] = OrderedDict()

    def get(self, key: Hashable, build: Callable[[], Callable[..., Any]]) -> Callable[..., Any]:
        """The step of that key, built when it is not kept."""
        with self._lock:
            step = self._kept.pop(key, None) or build()
            self._kept[key] = step
            while len(self._kept) > self._limit:
                self._kept.popitem(last=False)
            return step

    def __len__(self) -> int:
        """How many are kept."""
        return len(self._kept)


def compiled_steps(model: Vgg16) -> CompiledSteps:
    """Those of a model."""
    return model.keep("compiled steps", CompiledSteps)


def ascent_of(model: Vgg16, objective: Objective, recipe: RecipeName, count: int) -> Ascent:
    """How `count` pictures of an objective like this one are drawn; objectives of one subnetwork share the step."""
    return _classic(model, objective, count) if recipe == "classic" else _natural(model, objective, count)


def _natural(model: Vgg16, objective: Objective, count: int) -> Ascent:
    plan, score = objective.plan(), SCORES[objective.score_name]
    compiled = compiled_steps(model).get(
        ("natural", objective.subnetwork, objective.score_name, count),
        lambda: natural.build_step(objective.target(model), plan, score),
    )

    def step(
        state: natural.State, directions: Directions, seeds: Seeds, number: int
    ) -> tuple[natural.State, NDArray[np.float32], NDArray[np.float32]]:
        state, scores, highest = compiled(state, tf.constant(directions), tf.constant(seeds), tf.constant(number))
        return state, scores.numpy(), highest.numpy()

    return Ascent(
        steps=plan.steps,
        start=lambda seeds: natural.start_state(tf.constant(seeds), plan),
        step=step,
        display=lambda state: natural.display(state, plan),
    )


def _classic(model: Vgg16, objective: Objective, count: int) -> Ascent:
    layer_name = objective.subnetwork
    compiled = compiled_steps(model).get(("classic", layer_name, count), lambda: classic.build_step(model, layer_name))

    def step(
        images: tf.Tensor, directions: Directions, _seeds: Seeds, _number: int
    ) -> tuple[tf.Tensor, NDArray[np.float32], NDArray[np.float32]]:
        images, scores, highest = compiled(images, tf.constant(directions))
        return images, scores.numpy(), highest.numpy()

    return Ascent(
        steps=CLASSIC_STEPS,
        start=lambda seeds: tf.constant(np.concatenate([classic.start_noise(int(seed)) for seed in seeds])),
        step=step,
        display=lambda images: np.stack([classic.display(image) for image in images.numpy()]),
    )
