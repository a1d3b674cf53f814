"""A picture in Fourier space is what it is said to be."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from vggweb.core.optvis.param import (
    COLOUR_AXES,
    colour_covariance,
    colour_matrix,
    frequency_scale,
    image_from_spectrum,
    network_input,
    start_spectrum,
)
from vggweb.core.preprocessing import MEAN_BGR

# Lucid's rounded root of the same covariance (lucid/optvis/param/color.py); the sign of a column is free.
LUCID_MATRIX = np.array([[0.26, 0.09, 0.02], [0.27, 0.00, -0.05], [0.27, -0.09, 0.03]])


def one_wave(size_px: int, frequency: int) -> NDArray[np.float32]:
    """The coefficients of a single wave across, in the first of the decorrelated colours."""
    spectrum = np.zeros((1, 2, 3, size_px, size_px // 2 + 1), np.float32)
    spectrum[0, 0, 0, 0, frequency] = 0.01
    return spectrum


def swing(image: NDArray[np.float32]) -> float:
    """How far a wave swings before the sigmoid."""
    logits = np.log(image / (1 - image))[0, 0, :, 0]
    return float(logits.max() - logits.min())


def test_an_image_has_the_size_of_its_spectrum_and_lies_between_black_and_white() -> None:
    image = image_from_spectrum(start_spectrum(tf.constant([0, 1]), 48), 1.0).numpy()
    assert image.shape == (2, 48, 48, 3)
    assert image.dtype == np.float32
    assert 0 < image.min() < image.max() < 1


def test_no_coefficients_at_all_are_imagenets_mean_colour() -> None:
    image = image_from_spectrum(tf.zeros((1, 2, 3, 16, 9)), 1.0).numpy()
    np.testing.assert_allclose(image * 255, np.broadcast_to(MEAN_BGR[::-1], image.shape), rtol=1e-5)


def test_the_start_is_close_to_the_mean_so_the_network_sees_almost_zero() -> None:
    batch = network_input(image_from_spectrum(start_spectrum(tf.constant([3]), 64), 1.0)).numpy()
    assert np.abs(batch.mean(axis=(0, 1, 2))).max() < 3
    assert 0.1 < batch.std() < 12


def test_each_seed_has_a_start_of_its_own() -> None:
    spectra = start_spectrum(tf.constant([5, 6, 5]), 16).numpy()
    np.testing.assert_array_equal(spectra[0], spectra[2])
    assert not np.allclose(spectra[0], spectra[1])


@pytest.mark.parametrize("decay_power", [1.0, 1.5, 2.0])
def test_a_coefficient_of_twice_the_frequency_gives_a_wave_smaller_by_the_decay(decay_power: float) -> None:
    slow, fast = (image_from_spectrum(tf.constant(one_wave(32, k)), decay_power).numpy() for k in (2, 4))
    assert swing(slow) / swing(fast) == pytest.approx(2**decay_power, rel=1e-3)


def test_the_scale_is_size_over_frequency_and_the_constant_term_is_finite() -> None:
    scale = frequency_scale(8, 1.0)
    assert scale.shape == (8, 5)
    assert scale[0, 2] == pytest.approx(8 / (2 / 8))
    assert scale[3, 4] == pytest.approx(8 / np.hypot(3 / 8, 4 / 8))
    assert scale[0, 0] == scale[0, 1]


def test_the_colour_matrix_times_its_transpose_is_the_covariance() -> None:
    matrix = colour_matrix()
    np.testing.assert_allclose(matrix @ matrix.T, colour_covariance(), atol=1e-12)
    np.testing.assert_allclose(COLOUR_AXES.T @ COLOUR_AXES, np.eye(3), atol=1e-3)


def test_the_colour_matrix_is_lucids_up_to_rounding_and_signs() -> None:
    signs = np.sign((colour_matrix() * LUCID_MATRIX).sum(axis=0))
    np.testing.assert_allclose(colour_matrix() * signs, LUCID_MATRIX, atol=0.015)


def test_the_network_gets_what_keras_would_prepare() -> None:
    image = np.random.default_rng(0).random((1, 5, 4, 3)).astype(np.float32)
    expected = keras.applications.vgg16.preprocess_input(255 * image.copy())
    np.testing.assert_allclose(network_input(tf.constant(image)).numpy(), expected, atol=1e-4)
