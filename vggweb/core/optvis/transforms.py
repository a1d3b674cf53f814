"""Small random shifts, turns and changes of size before each step.

A pattern that excites the filter only when every pixel stands exactly right is noise to the eye. What survives being
moved, turned and scaled is a shape (Olah, Mordvintsev and Schubert 2017, "Transformation Robustness").
"""

import numpy as np

from vggweb.core.optvis.recipes import Amounts
from vggweb.core.tensorflow_import import tf


def random_transforms(seeds: tf.Tensor, step: tf.Tensor, amounts: Amounts) -> tf.Tensor:
    """The transform of each picture at one step; the same seed and step always give the same.

    Args:
        seeds: int32 (n,), one for each picture.
        step: int32, counted from 1.
        amounts: the limits.

    Returns:
        float32 (n, 4): shift down and across in whole pixels, turn in radians, factor of size.
    """
    draws = [tf.random.stateless_uniform((4,), (seed, step), -1.0, 1.0) for seed in tf.unstack(seeds)]
    down, across, turn, zoom = tf.unstack(tf.stack(draws), axis=1)
    return tf.stack(
        [
            tf.round(down * amounts.shift_px),
            tf.round(across * amounts.shift_px),
            turn * np.deg2rad(amounts.turn_degrees),
            tf.exp(zoom * np.log1p(amounts.zoom)),
        ],
        axis=1,
    )


def warp(images: tf.Tensor, transforms: tf.Tensor, window_px: int) -> tf.Tensor:
    """A window on each image, shifted, turned and scaled about the window's centre.

    Beyond its edges an image goes on with its other side. Pixels are mixed bilinearly from their four neighbours.

    Args:
        images: float32 (n, h, w, 3).
        transforms: float32 (n, 4), see `random_transforms`; (0, 0, 0, 1) leaves everything in place.
        window_px: side of the square window.

    Returns:
        float32 (n, window_px, window_px, 3), cut from the middle of the image before the shift.
    """
    count, height, width = (int(size) for size in images.shape[:3])
    down, across = _source_positions(transforms, (height, width), window_px)
    top, left = tf.floor(down), tf.floor(across)
    below, right = (down - top)[..., None], (across - left)[..., None]  # shares of the lower and right neighbours
    pixels = tf.reshape(images, (-1, 3))
    first_pixel = (height * width * tf.range(count))[:, None, None]

    def neighbour(rows_down: int, columns_right: int) -> tf.Tensor:
        row = (tf.cast(top, tf.int32) + rows_down) % height
        column = (tf.cast(left, tf.int32) + columns_right) % width
        return tf.gather(pixels, first_pixel + row * width + column)

    upper = neighbour(0, 0) * (1 - right) + neighbour(0, 1) * right
    lower = neighbour(1, 0) * (1 - right) + neighbour(1, 1) * right
    return upper * (1 - below) + lower * below


def _source_positions(transforms: tf.Tensor, size_px: tuple[int, int], window_px: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Where in the image each pixel of the window comes from, in pixels: two float32 (n, window_px, window_px)."""
    shift_down, shift_across, turn, zoom = (value[:, None, None] for value in tf.unstack(transforms, axis=1))
    offset = tf.range(window_px, dtype=tf.float32) - (window_px - 1) / 2
    down, across = offset[None, :, None] / zoom, offset[None, None, :] / zoom
    middle_down = (size_px[0] - window_px) // 2 + (window_px - 1) / 2
    middle_across = (size_px[1] - window_px) // 2 + (window_px - 1) / 2
    source_down = middle_down - shift_down + tf.cos(turn) * down - tf.sin(turn) * across
    source_across = middle_across - shift_across + tf.sin(turn) * down + tf.cos(turn) * across
    return source_down, source_across
