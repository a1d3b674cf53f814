"""Filter pictures: the classic recipe against the same in eager Keras, the natural one against a full-size canvas."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import keras
import numpy as np
import tensorflow as tf

from benchmarks.measure import Ratio, compare
from vggweb.core.architecture import IMAGE_SIZE_PX
from vggweb.core.model import Vgg16, load_model
from vggweb.core.optvis import natural
from vggweb.core.optvis.drawing import DrawingRequest
from vggweb.core.optvis.objectives import Channel, one_channel
from vggweb.core.optvis.precision import multiplies_bfloat16
from vggweb.core.optvis.recipes import Plan, natural_plan
from vggweb.core.optvis.render import draw
from vggweb.core.optvis.targets import layer_target, mean_score
from vggweb.core.weights.compact import CompactWeights

CLASSIC_LAYERS = ("block3_conv1", "block5_conv1")
NATURAL_LAYER, DEEP_LAYER = "block3_conv3", "block5_conv3"
FILTER = 3
PAIRS, PAIRS_WITH_COMPILATION = 5, 3
NATURAL_STEPS = 5  # every step costs the same
EAGER = "the same recipe in eager Keras with GradientTape"


def run() -> Iterator[Ratio]:
    """All on the compact weights, which hold VGG16's own convolutions."""
    model = load_model(CompactWeights())
    convolutions = _plain_keras(model)
    for layer_name in CLASSIC_LAYERS:
        yield _classic(model, convolutions, layer_name)
        yield _classic_with_compilation(model, convolutions, layer_name)
    yield _natural(model)
    if multiplies_bfloat16():
        yield _bfloat16(model)


def eager_classic(convolutions: keras.Model, layer_name: str) -> tf.Tensor:
    """The well-known example as people write it with today's Keras: 20 steps on a feature extractor."""
    extractor = keras.Model(convolutions.input, convolutions.get_layer(layer_name).output)
    noise = np.random.default_rng(0).random((1, 128, 128, 3)) * 20 + 128
    image = tf.constant(noise.astype(np.float32))
    for _ in range(20):
        with tf.GradientTape() as tape:
            tape.watch(image)
            loss = tf.reduce_mean(extractor(image)[:, :, :, FILTER])
        gradient = tape.gradient(loss, image)
        gradient /= tf.sqrt(tf.reduce_mean(tf.square(gradient))) + 1e-5
        image += gradient
    return image


def _plain_keras(model: Vgg16) -> keras.Model:
    """Keras's own VGG16 without its top, with the same weights."""
    plain = keras.applications.VGG16(include_top=False, weights=None)
    for layer in plain.layers:
        if layer.weights:
            layer.set_weights(model.keras_model.get_layer(layer.name).get_weights())
    return plain


def _classic(model: Vgg16, convolutions: keras.Model, layer_name: str) -> Ratio:
    return compare(
        f"classic picture of {layer_name}, compiled before",
        lambda: draw(model, DrawingRequest(Channel(layer_name, FILTER), "classic")),
        baseline=EAGER,
        against=lambda: eager_classic(convolutions, layer_name),
        pairs=PAIRS,
        aim=0.55,
    )


def _classic_with_compilation(model: Vgg16, convolutions: keras.Model, layer_name: str) -> Ratio:
    def draw_first_picture() -> object:
        fresh = Vgg16.from_keras(model.keras_model, model.weights)  # keeps no compiled function yet
        return draw(fresh, DrawingRequest(Channel(layer_name, FILTER), "classic"))

    return compare(
        f"first classic picture of {layer_name}, compilation included",
        draw_first_picture,
        baseline=EAGER,
        against=lambda: eager_classic(convolutions, layer_name),
        pairs=PAIRS_WITH_COMPILATION,
        aim=None,
    )


def _natural(model: Vgg16) -> Ratio:
    plan = natural_plan(NATURAL_LAYER)
    full = replace(plan, canvas_px=IMAGE_SIZE_PX, window_px=IMAGE_SIZE_PX)
    return compare(
        f"natural step of {NATURAL_LAYER} on its canvas of {plan.canvas_px} px",
        _natural_steps(model, plan),
        baseline=f"the same on {IMAGE_SIZE_PX} px",
        against=_natural_steps(model, full),
        pairs=PAIRS,
        aim=0.5,
    )


def _bfloat16(model: Vgg16) -> Ratio:
    plan = natural_plan(DEEP_LAYER)
    return compare(
        f"natural step of {DEEP_LAYER} in bfloat16",
        _natural_steps(model, plan, DEEP_LAYER, bfloat16=True),
        baseline="the same in float32",
        against=_natural_steps(model, plan, DEEP_LAYER),
        pairs=PAIRS,
        aim=0.6,
    )


def _natural_steps(
    model: Vgg16, plan: Plan, layer_name: str = NATURAL_LAYER, *, bfloat16: bool = False
) -> Callable[[], object]:
    """A call that makes some steps of the natural recipe, compiled at its first."""
    target = layer_target(model, layer_name, before_relu=True, bfloat16=bfloat16)
    step = natural.build_step(target, plan, mean_score)
    channels = model.kernel(layer_name).shape[-1]
    directions, seeds = tf.constant(one_channel(channels, FILTER)), tf.constant([0])

    def climb() -> object:
        state = natural.start_state(seeds, plan)
        for number in range(1, NATURAL_STEPS + 1):
            state, _, _ = step(state, directions, seeds, tf.constant(number))
        return state

    return climb
