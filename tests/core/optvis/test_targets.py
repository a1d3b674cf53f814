"""What is climbed is what is said, with the right slope."""

import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from tests.core.optvis.tiny import CHANNELS, colour_filter, tiny_model
from vggweb.core.optvis.objectives import one_channel
from vggweb.core.optvis.targets import (
    Response,
    centre_score,
    class_target,
    diverse_score,
    layer_target,
    likeness,
    mean_score,
)

PIXELS = np.array([[1, 2, 3], [-4, 5, 6], [7, -8, 9], [10, 11, 12]], np.float32).reshape(1, 2, 2, 3)  # BGR
BLUE_FILTER = {0: colour_filter(1.0, 0.0, 0.0)}


def noise(*shape: int, seed: int = 0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(0, 20, shape).astype(np.float32)


def test_before_relu_a_filter_has_its_plain_values() -> None:
    target = layer_target(tiny_model(BLUE_FILTER, {0: 0.5}), "block1_conv1", before_relu=True)
    values = target(tf.constant(PIXELS), tf.constant(one_channel(CHANNELS, 0))).values
    np.testing.assert_allclose(values, [[[1.5, -3.5], [7.5, 10.5]]])


def test_after_relu_it_is_never_below_zero() -> None:
    target = layer_target(tiny_model(BLUE_FILTER, {0: 0.5}), "block1_conv1", before_relu=False)
    values = target(tf.constant(PIXELS), tf.constant(one_channel(CHANNELS, 0))).values
    np.testing.assert_allclose(values, [[[1.5, 0.0], [7.5, 10.5]]])


def test_a_channel_scores_its_mean_and_a_centre_the_value_in_the_middle() -> None:
    values = tf.constant(np.arange(15, dtype=np.float32).reshape(1, 3, 5))
    response = Response(values=values, features=values[..., None])
    np.testing.assert_allclose(mean_score(response), [7.0])
    np.testing.assert_allclose(centre_score(response), [7.0])  # row 1, column 2
    np.testing.assert_allclose(centre_score(Response(values**2, response.features)), [49.0])


def test_a_filter_alone_equals_its_channel_of_the_whole_layer() -> None:
    model = tiny_model()
    batch, directions = noise(2, 9, 9, 3), np.concatenate([one_channel(CHANNELS, 5), one_channel(CHANNELS, 60)])
    whole = model.up_to("block1_conv2", before_relu=True)(tf.constant(batch)).numpy()
    values = layer_target(model, "block1_conv2", before_relu=True)(tf.constant(batch), tf.constant(directions)).values
    np.testing.assert_allclose(values[0], whole[0, ..., 5], atol=1e-4)
    np.testing.assert_allclose(values[1], whole[1, ..., 60], atol=1e-4)


def test_a_mix_is_the_weighed_sum_of_its_filters() -> None:
    target = layer_target(tiny_model(), "block1_conv2", before_relu=True)
    batch = tf.constant(noise(1, 9, 9, 3))
    first, second = one_channel(CHANNELS, 5), one_channel(CHANNELS, 60)
    mixed = target(batch, tf.constant((first + second) / 2)).values
    apart = [target(batch, tf.constant(direction)).values for direction in (first, second)]
    np.testing.assert_allclose(mixed, (apart[0] + apart[1]) / 2, atol=1e-4)


def test_the_gradient_is_the_finite_difference() -> None:
    target = layer_target(tiny_model(), "block1_conv2", before_relu=True)
    directions = tf.constant(one_channel(CHANNELS, 5))
    batch, towards = noise(1, 6, 6, 3), noise(1, 6, 6, 3, seed=1) / 20
    with tf.GradientTape() as tape:
        point = tf.constant(batch)
        tape.watch(point)
        value = mean_score(target(point, directions))
    slope = float(tf.reduce_sum(tape.gradient(value, point) * towards))

    def value_at(distance: float) -> float:
        return float(mean_score(target(tf.constant(batch + distance * towards), directions))[0])

    assert slope == pytest.approx((value_at(0.05) - value_at(-0.05)) / 0.1, rel=2e-2)


def test_a_class_is_its_logit() -> None:
    model = tiny_model()
    batch = noise(1, 224, 224, 3)
    values = class_target(model)(tf.constant(batch), tf.constant(one_channel(1000, 17))).values
    assert float(values[0, 0, 0]) == pytest.approx(float(model.logits(batch)[0, 17]), rel=1e-4)


def test_pictures_of_one_texture_are_alike_wherever_it_lies_and_others_are_not() -> None:
    features = np.zeros((3, 2, 2, 3), np.float32)
    features[0, 0, 0] = features[1, 1, 1] = (1, 1, 0)
    features[2, 0, 1] = (0, 0, 2)
    np.testing.assert_allclose(likeness(tf.constant(features)), [0.5, 0.5, 0.0], atol=1e-6)


def test_diversity_costs_what_the_pictures_have_in_common() -> None:
    values = tf.constant(np.full((2, 1, 1), 3.0, np.float32))
    same = Response(values, tf.constant(np.ones((2, 1, 1, 2), np.float32)))
    other = Response(values, tf.constant(np.eye(2, dtype=np.float32).reshape(2, 1, 1, 2)))
    np.testing.assert_allclose(diverse_score(same), [0.0, 0.0], atol=1e-6)
    np.testing.assert_allclose(diverse_score(other), [3.0, 3.0], atol=1e-6)


def test_in_bfloat16_the_values_are_nearly_the_same() -> None:
    model, batch, direction = tiny_model(), tf.constant(noise(1, 9, 9, 3)), tf.constant(one_channel(CHANNELS, 5))
    exact, rounded = (
        layer_target(model, "block1_conv2", before_relu=True, bfloat16=bfloat16)(batch, direction).values.numpy()
        for bfloat16 in (False, True)
    )
    assert np.abs(exact - rounded).max() < 0.02 * np.abs(exact).max()
    assert not np.array_equal(exact, rounded)  # it was really computed in another precision
