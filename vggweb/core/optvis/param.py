"""How a picture is held while it is being drawn: in Fourier space, with decorrelated colours.

Gradient ascent on pixels gives noise. On the Fourier coefficients of an image, each scaled by 1 / frequency as
in natural photos, and in colours whose axes are as independent as those of photos, the same ascent finds shapes
(Olah, Mordvintsev and Schubert 2017, doi:10.23915/distill.00007, "Preconditioning and Parameterization").
"""

import numpy as np
from numpy.typing import NDArray

from vggweb.core.preprocessing import MEAN_BGR
from vggweb.core.tensorflow_import import tf

# The colours of ImageNet's photos, RGB in [0, 1]: variances along the principal axes and the axes themselves, one a
# column, as published with fb.resnet.torch (datasets/imagenet.lua) for the colour augmentation of Krizhevsky 2012.
COLOUR_VARIANCES = np.array([0.2175, 0.0188, 0.0045])
COLOUR_AXES = np.array(
    [
        [-0.5675, 0.7192, 0.4009],
        [-0.5808, -0.0045, -0.8140],
        [-0.5836, -0.6948, 0.4203],
    ]
)

START_DEVIATION = 0.01  # of each coefficient: the start is a nearly even grey (Lucid's value)
COEFFICIENT_GAIN = 0.25  # Lucid's value: with it a learning rate of 0.05 suits


def colour_covariance() -> NDArray[np.float64]:
    """The covariance of ImageNet's colours, float64 (3, 3), RGB in [0, 1]."""
    return COLOUR_AXES @ np.diag(COLOUR_VARIANCES) @ COLOUR_AXES.T


def colour_matrix() -> NDArray[np.float64]:
    """What turns independent colours into ImageNet's: float64 (3, 3) M with M Mᵀ = `colour_covariance()`.

    The columns are, in this order, light against dark, blue against yellow and green against magenta.
    """
    return COLOUR_AXES * np.sqrt(COLOUR_VARIANCES)


def frequency_scale(size_px: int, decay_power: float) -> NDArray[np.float32]:
    """By how much each Fourier coefficient is scaled: 1 / frequency ** decay_power.

    The constant term has the scale of the lowest frequency; the whole is multiplied by size_px, so that the
    inverse transform is unitary.

    Args:
        size_px: side of the square image, even.
        decay_power: 1 as in natural photos; more gives smoother pictures.

    Returns:
        float32 (size_px, size_px // 2 + 1), frequencies in cycles per pixel as `np.fft.rfft2` orders them.
    """
    down, across = np.fft.fftfreq(size_px)[:, None], np.fft.rfftfreq(size_px)[None, :]
    frequency = np.maximum(np.hypot(down, across), 1.0 / size_px)
    return np.asarray(size_px / frequency**decay_power, dtype=np.float32)


def start_spectrum(seeds: tf.Tensor, size_px: int) -> tf.Tensor:
    """Where the ascent starts: small random coefficients, which make an image close to the mean colour.

    Args:
        seeds: int32 (n,), one for each picture.
        size_px: side of the square image, even.

    Returns:
        float32 (n, 2, 3, size_px, size_px // 2 + 1): real and imaginary parts of three decorrelated colours.
    """
    shape = (2, 3, size_px, size_px // 2 + 1)
    noise = [tf.random.stateless_normal(shape, (seed, 0)) for seed in tf.unstack(seeds)]
    return START_DEVIATION * tf.stack(noise)


def image_from_spectrum(spectrum: tf.Tensor, decay_power: float) -> tf.Tensor:
    """The image that the coefficients stand for; it is endless: its edges continue on the other side.

    Args:
        spectrum: float32 (n, 2, 3, h, h // 2 + 1), see `start_spectrum`.
        decay_power: see `frequency_scale`.

    Returns:
        float32 (n, h, h, 3), RGB in (0, 1); all coefficients zero give ImageNet's mean colour.
    """
    scale = frequency_scale(int(spectrum.shape[-2]), decay_power)
    planes = tf.signal.irfft2d(tf.complex(spectrum[:, 0] * scale, spectrum[:, 1] * scale))  # (n, 3, h, h)
    independent = COEFFICIENT_GAIN * tf.transpose(planes, (0, 2, 3, 1))
    # Only the directions and their proportions matter here: the largest column gets length 1.
    matrix = colour_matrix() / np.sqrt(COLOUR_VARIANCES.max())
    colours = tf.tensordot(independent, tf.constant(matrix.T, tf.float32), axes=1)
    mean = np.array(MEAN_BGR[::-1]) / 255
    return tf.sigmoid(colours + tf.constant(np.log(mean / (1 - mean)), tf.float32))


def network_input(image: tf.Tensor) -> tf.Tensor:
    """RGB in [0, 1] → what the network takes: BGR in [0, 255], mean subtracted. Float32 (n, h, w, 3) both."""
    return 255.0 * image[..., ::-1] - tf.constant(MEAN_BGR, tf.float32)
