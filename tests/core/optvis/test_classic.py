"""The classic recipe is the well-known example, value by value."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from tests.core.optvis.tiny import CHANNELS, colour_filter, tiny_model
from vggweb.core.optvis import classic
from vggweb.core.optvis.drawing import DrawingRequest
from vggweb.core.optvis.objectives import Channel, one_channel
from vggweb.core.optvis.render import draw
from vggweb.services.model_host import ModelHost


@pytest.fixture(scope="module")
def convolutions(model_host: ModelHost) -> keras.Model:
    """Keras's own VGG16 without its top, as the example takes it, with the same weights."""
    plain = keras.applications.VGG16(include_top=False, weights=None)
    for layer in plain.layers:
        layer.set_weights(model_host.model().keras_model.get_layer(layer.name).get_weights() if layer.weights else [])
    return plain


def reference(convolutions: keras.Model, layer_name: str, filter_index: int, seed: int) -> list[NDArray[np.float32]]:
    """The example in a few plain lines of Keras: the image after each of the 20 steps."""
    extractor = keras.Model(convolutions.input, convolutions.get_layer(layer_name).output)
    noise = np.random.default_rng(seed).random((1, 128, 128, 3)) * 20 + 128
    image, images = tf.constant(noise.astype(np.float32)), []
    for _ in range(20):
        with tf.GradientTape() as tape:
            tape.watch(image)
            loss = tf.reduce_mean(extractor(image)[:, :, :, filter_index])
        gradient = tape.gradient(loss, image)
        gradient /= tf.sqrt(tf.reduce_mean(tf.square(gradient))) + 1e-5
        image += gradient * 1.0
        images.append(image.numpy())
    return images


def shown(image: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The example's display normalisation, in place as it is usually written, with BGR undone."""
    x = image[0].copy()
    x -= x.mean()
    x /= x.std() + 1e-5
    x *= 0.1
    x += 0.5
    x = np.clip(x, 0, 1)
    x *= 255
    return np.clip(x, 0, 255).astype(np.uint8)[:, :, ::-1]


@pytest.mark.parametrize(("layer_name", "filter_index"), [("block2_conv1", 17), ("block3_conv1", 100)])
def test_each_of_the_20_steps_is_the_examples(
    model_host: ModelHost, convolutions: keras.Model, layer_name: str, filter_index: int
) -> None:
    model = model_host.model()
    step = classic.build_step(model, layer_name)
    direction = one_channel(model.kernel(layer_name).shape[-1], filter_index)
    image = tf.constant(classic.start_noise(3))
    for expected in reference(convolutions, layer_name, filter_index, seed=3):
        image, _, _ = step(image, tf.constant(direction))
        # Steps have a size of 1; float32 sums in another order differ, and ReLU's corners pass that on.
        assert np.sqrt(np.mean((image - expected) ** 2)) < 0.01


def test_the_drawing_is_the_examples_picture_with_bgr_undone(model_host: ModelHost, convolutions: keras.Model) -> None:
    model = model_host.model()
    drawing = draw(model, DrawingRequest(Channel("block2_conv1", 17), "classic", seed=3))[0]
    expected = shown(reference(convolutions, "block2_conv1", 17, seed=3)[-1])
    assert drawing.picture.shape == (128, 128, 3)
    assert np.abs(drawing.picture.astype(int) - expected.astype(int)).max() <= 2
    assert len(drawing.curve) == 20
    assert drawing.curve[-1] > 2 * drawing.curve[0]


def test_the_start_is_noise_between_128_and_148() -> None:
    noise = classic.start_noise(0)
    assert noise.shape == (1, 128, 128, 3)
    assert 128 <= noise.min() < 128.1
    assert 147.9 < noise.max() < 148


def test_filters_of_one_batch_do_not_disturb_each_other() -> None:
    model = tiny_model({0: colour_filter(1, 0, 0), 1: colour_filter(-1, 1, 2)})
    step = classic.build_step(model, "block1_conv1")
    first, second = one_channel(CHANNELS, 0), one_channel(CHANNELS, 1)
    images = np.concatenate([classic.start_noise(0), classic.start_noise(1)])
    together, scores, _ = step(tf.constant(images), tf.constant(np.concatenate([first, second])))
    for position, direction in enumerate((first, second)):
        alone, score, _ = step(tf.constant(images[[position]]), tf.constant(direction))
        np.testing.assert_allclose(together[position], alone[0], atol=1e-4)
        assert float(scores[position]) == pytest.approx(float(score[0]), rel=1e-5)
