"""Grad-CAM against a map worked out on paper, Keras's published recipe, and a real photo."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from tests.core.attribution.networks import two_map_batch, two_map_network
from tests.photo_files import LIMITS, sample_bytes
from vggweb.core.arrays import Batch
from vggweb.core.attribution import class_logit, grad_cam
from vggweb.core.attribution.grad_cam import grad_cam_by_tape
from vggweb.core.images import read_photo
from vggweb.core.preprocessing import prepare_image, to_batch
from vggweb.errors import UnknownClassError, UnknownLayerError
from vggweb.services.model_host import ModelHost

EGYPTIAN_CAT, TABBY = 285, 281
ON_PAPER = np.array([[0, 2 / 3], [1, 0]])


@pytest.fixture(scope="module")
def cat() -> Batch:
    photo = read_photo(sample_bytes("cat"), LIMITS).pixels
    return to_batch(prepare_image(photo, "keras"))


def keras_recipe(network: keras.Model, batch: Batch, layer_name: str, class_index: int) -> NDArray[np.float32]:
    """The steps of "Grad-CAM class activation visualization" on keras.io, for a model without softmax."""
    both = keras.Model(network.input, [network.get_layer(layer_name).output, network.output])
    with tf.GradientTape() as tape:
        activation, answer = both(batch)
        channel = answer[:, class_index]
    pooled = tf.reduce_mean(tape.gradient(channel, activation), axis=(0, 1, 2))
    heatmap = tf.squeeze(activation[0] @ pooled[..., tf.newaxis])
    return (tf.maximum(heatmap, 0) / tf.reduce_max(heatmap)).numpy()


def test_the_map_is_the_one_worked_out_on_paper() -> None:
    # d logit 0 / d blue = 2/4, / d green = -1/4 everywhere; 0.5 · [[1, 2], [3, 4]] - 0.25 · [[4, 0], [0, 8]]
    # = [[-0.5, 1], [1.5, 0]]; ReLU, divided by 1.5.
    heatmap = grad_cam(two_map_network(), two_map_batch(), class_index=0).heatmap
    assert heatmap.dtype == np.float32
    np.testing.assert_allclose(heatmap, ON_PAPER, atol=1e-6)


def test_a_class_that_nothing_speaks_for_has_a_map_of_zeros() -> None:
    found = grad_cam(two_map_network(), two_map_batch(), class_index=1)
    assert found.heatmap.tolist() == [[0, 0], [0, 0]]
    assert not found.has_evidence


def test_a_photo_that_wakes_no_filter_has_a_map_of_zeros() -> None:
    assert not grad_cam(two_map_network(), np.zeros((1, 2, 2, 3), np.float32), class_index=0).heatmap.any()


def test_a_class_that_is_certain_still_has_its_map_because_logits_are_explained() -> None:
    # The softmax of logits 1000 apart is exactly 1 and its gradient exactly 0.
    certain = two_map_network(bias=(1000.0, 0.0))
    np.testing.assert_allclose(grad_cam(certain, two_map_batch(), class_index=0).heatmap, ON_PAPER, atol=1e-6)


def test_the_logit_is_the_one_worked_out_on_paper() -> None:
    # 2 · mean(1, 2, 3, 4) - mean(4, 0, 0, 8)
    assert class_logit(two_map_network(), two_map_batch(), class_index=0) == pytest.approx(2.0)


@pytest.mark.parametrize("class_index", [-1, 2])
def test_a_class_that_the_network_lacks_is_refused(class_index: int) -> None:
    with pytest.raises(UnknownClassError):
        grad_cam(two_map_network(), two_map_batch(), class_index=class_index)
    with pytest.raises(UnknownClassError):
        class_logit(two_map_network(), two_map_batch(), class_index=class_index)


@pytest.mark.parametrize("layer_name", ["block5_pool", "predictions", "block9_conv1"])
def test_a_layer_that_is_no_convolution_is_refused(model_host: ModelHost, cat: Batch, layer_name: str) -> None:
    with pytest.raises(UnknownLayerError):
        grad_cam(model_host.load(), cat, class_index=EGYPTIAN_CAT, layer_name=layer_name)


@pytest.mark.parametrize(
    ("layer_name", "class_index", "side"),
    [("block5_conv3", EGYPTIAN_CAT, 14), ("block5_conv3", TABBY, 14), ("block4_conv2", EGYPTIAN_CAT, 28)],
)
def test_the_map_is_that_of_kerass_published_recipe(
    model_host: ModelHost, cat: Batch, layer_name: str, class_index: int, side: int
) -> None:
    model = model_host.load()
    heatmap = grad_cam(model, cat, class_index=class_index, layer_name=layer_name).heatmap
    assert heatmap.shape == (side, side)
    expected = keras_recipe(model.keras_model, cat, layer_name, class_index)
    np.testing.assert_allclose(heatmap, expected, atol=1e-4)


@pytest.mark.parametrize("class_index", [EGYPTIAN_CAT, TABBY, 0, 999])
def test_the_classifiers_own_gradient_is_that_of_tensorflows_tape(
    model_host: ModelHost, cat: Batch, class_index: int
) -> None:
    model = model_host.load()
    by_hand = grad_cam(model, cat, class_index=class_index)
    by_tape = grad_cam_by_tape(model, cat, class_index=class_index, layer_name="block5_conv3")
    np.testing.assert_allclose(by_hand.heatmap, by_tape.heatmap, atol=2e-5)
    assert by_hand.logit == pytest.approx(by_tape.logit, abs=1e-4)


def test_the_evidence_for_the_cat_lies_on_its_face(model_host: ModelHost, cat: Batch) -> None:
    # The cat's face fills rows 50-210 and columns 60-190 of the 224 × 224 input; behind its ears is a blurred room.
    heatmap = grad_cam(model_host.load(), cat, class_index=EGYPTIAN_CAT).heatmap
    row, column = (16 * place + 8 for place in np.unravel_index(heatmap.argmax(), heatmap.shape))
    assert 50 < row < 210
    assert 60 < column < 190
    assert heatmap[:, 12:].max() < 0.2  # the room at the right edge


def test_the_batch_and_the_network_stay_as_they_were(model_host: ModelHost, cat: Batch) -> None:
    model, before = model_host.load(), cat.copy()
    logits = model.logits(cat)
    activations = [layer.activation for layer in model.keras_model.layers if hasattr(layer, "activation")]
    grad_cam(model, cat, class_index=EGYPTIAN_CAT)
    np.testing.assert_array_equal(cat, before)
    np.testing.assert_array_equal(model.logits(cat), logits)
    assert [layer.activation for layer in model.keras_model.layers if hasattr(layer, "activation")] == activations
