"""Shifts, turns and zooms move pixels exactly where they should go."""

import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from vggweb.core.optvis.recipes import Amounts
from vggweb.core.optvis.transforms import random_transforms, warp

STILL = (0.0, 0.0, 0.0, 1.0)


def noise(count: int = 1, size_px: int = 12) -> NDArray[np.float32]:
    return np.random.default_rng(1).random((count, size_px, size_px, 3)).astype(np.float32)


def warped(images: NDArray[np.float32], *transforms: tuple[float, ...], window_px: int = 12) -> NDArray[np.float32]:
    return warp(tf.constant(images), tf.constant(transforms), window_px).numpy()


def test_nothing_moves_when_all_amounts_are_zero() -> None:
    transforms = random_transforms(tf.constant([4]), tf.constant(9), Amounts(0, 0.0, 0.0))
    np.testing.assert_array_equal(transforms, [STILL])
    np.testing.assert_array_equal(warp(tf.constant(noise()), transforms, 12), noise())


@pytest.mark.parametrize(("down", "across"), [(1, 0), (0, 3), (-2, 5), (15, -11)])
def test_a_whole_pixel_shift_is_numpys_roll(down: int, across: int) -> None:
    shifted = warped(noise(), (down, across, 0.0, 1.0))
    np.testing.assert_allclose(shifted, np.roll(noise(), (down, across), axis=(1, 2)), atol=1e-6)


def test_a_window_is_cut_from_the_middle_of_the_shifted_image() -> None:
    rolled = np.roll(noise(), (2, -3), axis=(1, 2))
    np.testing.assert_allclose(warped(noise(), (2, -3, 0.0, 1.0), window_px=8), rolled[:, 2:10, 2:10], atol=1e-6)


def test_a_quarter_turn_is_numpys_rot90() -> None:
    turned = warped(noise(), (0.0, 0.0, np.pi / 2, 1.0))
    np.testing.assert_allclose(turned, np.rot90(noise(), -1, axes=(1, 2)), atol=1e-5)


def test_zooming_in_by_two_halves_the_slope_of_a_ramp_about_the_middle() -> None:
    ramp = np.broadcast_to(np.arange(12, dtype=np.float32)[None, None, :, None], (1, 12, 12, 3))
    zoomed = warped(np.ascontiguousarray(ramp), (0.0, 0.0, 0.0, 2.0))
    np.testing.assert_allclose(zoomed[0, 6, :, 0], 5.5 + (np.arange(12) - 5.5) / 2, atol=1e-5)


def test_each_image_of_a_batch_has_its_own_transform() -> None:
    images = noise(2)
    both = warped(images, STILL, (1.0, 0.0, 0.0, 1.0))
    np.testing.assert_allclose(both[0], images[0], atol=1e-6)
    np.testing.assert_allclose(both[1], np.roll(images[1], 1, axis=0), atol=1e-6)


def test_the_gradient_goes_back_to_the_pixels_that_were_mixed() -> None:
    """For a linear map A the gradient of <A x, y> is Aᵀ y, so <x, gradient> must be <A x, y>."""
    images, weights = tf.constant(noise(2)), tf.constant(noise(2)[:, :8, :8])
    transforms = tf.constant([(2.0, 7.0, 0.3, 1.1), (0.0, -1.0, -0.2, 0.9)])
    with tf.GradientTape() as tape:
        tape.watch(images)
        product = tf.reduce_sum(warp(images, transforms, 8) * weights)
    gradient = tf.convert_to_tensor(tape.gradient(product, images))
    assert float(tf.reduce_sum(gradient * images)) == pytest.approx(float(product), rel=1e-4)


def test_random_transforms_stay_within_their_amounts_and_use_them() -> None:
    amounts = Amounts(shift_px=6, turn_degrees=10.0, zoom=0.25)
    drawn = random_transforms(tf.range(200), tf.constant(1), amounts).numpy()
    down, across, turn, zoom = drawn.T
    assert set(down) == set(across) == set(range(-6, 7))
    assert 0.9 * np.deg2rad(10) < np.abs(turn).max() <= np.deg2rad(10)
    assert 0.8 <= zoom.min() < 0.85
    assert 1.2 < zoom.max() <= 1.25


def test_a_seed_and_a_step_always_give_the_same_transform_and_no_other_does() -> None:
    amounts = Amounts(shift_px=100, turn_degrees=10.0, zoom=0.1)
    first = random_transforms(tf.constant([3, 4]), tf.constant(7), amounts).numpy()
    alone = random_transforms(tf.constant([3]), tf.constant(7), amounts).numpy()
    later = random_transforms(tf.constant([3, 4]), tf.constant(8), amounts).numpy()
    np.testing.assert_array_equal(first[0], alone[0])
    assert not np.allclose(first[0], first[1])
    assert not np.allclose(first, later)
