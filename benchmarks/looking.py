"""Looking inside a photo, through the services, against plain eager Keras."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.measure import Ratio, compare
from vggweb.config import Settings
from vggweb.core.architecture import LAYERS
from vggweb.core.attribution import occlusion
from vggweb.core.model import Vgg16
from vggweb.core.tensorflow_import import keras, tf
from vggweb.services.model_host import ModelHost
from vggweb.services.open_result import OpenResult
from vggweb.services.samples import find_sample
from vggweb.startup import Services, build_services

PAIRS = 5
LAYER = "block3_conv2"
CAT = 285
PATCH_PX, STRIDE_PX = 64, 32  # 36 places in place of 169: each costs the same


def run(host: ModelHost) -> Iterator[Ratio]:
    """Group 6, but for the filter pictures; each time with a photo that nothing is remembered of."""
    with tempfile.TemporaryDirectory() as folder:
        settings = replace(Settings.from_environ({}), data=Path(folder), weights="compact")
        settings.make_data_folder()
        services = build_services(settings, model_host=host)
        try:
            yield from _compare(services, host.model())
        finally:
            services.store.close()


def _compare(services: Services, model: Vgg16) -> Iterator[Ratio]:
    fresh = _fresh_results(services)
    network, batch = model.keras_model, next(fresh).batch
    outputs = keras.Model(network.input, [network.get_layer(layer.name).output for layer in LAYERS])

    def against(name: str, ours: Callable[[], object], eager: Callable[[], object]) -> Ratio:
        return compare(name, ours, baseline="plain eager Keras", against=eager, pairs=PAIRS, aim=None)

    yield against(
        f"the maps of {LAYER} for a new photo, with their sheet",
        lambda: services.layer_maps.sheet_webp(next(fresh), LAYER, "own"),
        lambda: [output.numpy() for output in outputs(batch)],
    )
    yield against(
        "Grad-CAM",
        lambda: services.explanations.find(next(fresh), "grad_cam", CAT),
        lambda: _eager_grad_cam(network, batch),
    )
    yield against(
        "what if, eleven variants",
        lambda: services.what_if.variants(next(fresh)),
        lambda: network(np.repeat(batch, 11, axis=0)).numpy(),
    )
    yield against(
        "occlusion, 36 places",
        lambda: occlusion(model, batch, class_index=CAT, patch_px=PATCH_PX, stride_px=STRIDE_PX),
        lambda: [network(batch).numpy() for _ in range(36)],
    )


def _fresh_results(services: Services) -> Iterator[OpenResult]:
    data = find_sample("cat").read()
    while True:
        yield services.make_result(data, resize="keras", owner=None)


def _eager_grad_cam(network: keras.Model, batch: np.ndarray) -> tf.Tensor:
    """The steps of "Grad-CAM class activation visualization" on keras.io."""
    both = keras.Model(network.input, [network.get_layer("block5_conv3").output, network.output])
    with tf.GradientTape() as tape:
        activation, answer = both(batch)
        channel = answer[:, CAT]
    pooled = tf.reduce_mean(tape.gradient(channel, activation), axis=(0, 1, 2))
    return tf.squeeze(activation[0] @ pooled[..., tf.newaxis])
