"""Draws the small tiles of the gallery: several filters of one layer in one batch, in bfloat16.

bfloat16 halves the time on processors that multiply it, and a tile does not show the difference.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from vggweb.core.architecture import Layer
from vggweb.core.arrays import Picture
from vggweb.core.model import Vgg16
from vggweb.core.optvis import natural
from vggweb.core.optvis.objectives import Directions, one_channel
from vggweb.core.optvis.targets import Response, Target, mean_score
from vggweb.core.optvis.tile_plans import FILTERS_AT_ONCE, GALLERY_ATTEMPTS, GALLERY_SEED, TilePlan, tile_plan
from vggweb.core.tensorflow_import import tf


@dataclass(frozen=True)
class Tile:
    """One filter's tile.

    Attributes:
        picture: uint8 (tile_px, tile_px, 3), RGB.
        dark: the filter stayed asleep for every seed that was tried.
        seed_used: the seed that is shown.
    """

    picture: Picture
    dark: bool
    seed_used: int


class TileArtist:
    """Draws tiles of one layer with one compiled step.

    Attributes:
        layer: the convolution.
        tile_px: side of a tile.
        at_once: filters in one batch.
    """

    def __init__(self, model: Vgg16, layer: Layer, tile_px: int, *, at_once: int = FILTERS_AT_ONCE) -> None:
        self.layer = layer
        self.tile_px = tile_px
        self.at_once = at_once
        self._plan = tile_plan(layer)
        self._step = natural.build_step(tile_target(model, layer.name, self._plan), self._plan.ascent, mean_score)

    def draw(self, indices: Sequence[int]) -> dict[int, Tile]:
        """The tiles of some filters, at most `at_once`; dark ones are tried again with the next seeds."""
        tiles: dict[int, Tile] = {}
        for seed in range(GALLERY_SEED, GALLERY_SEED + GALLERY_ATTEMPTS):
            pending = [index for index in indices if index not in tiles or tiles[index].dark]
            if pending:
                tiles.update(self._attempt(pending, seed))
        return tiles

    def _attempt(self, indices: Sequence[int], seed: int) -> dict[int, Tile]:
        padded = (list(indices) * self.at_once)[: self.at_once]  # one size of batch: one compilation
        directions = np.concatenate([one_channel(self.layer.channels, index) for index in padded])
        pictures, highest = self._climb(directions, seed)
        return {
            index: Tile(_resized(picture, self.tile_px), dark=bool(value <= 0), seed_used=seed)
            for index, picture, value in zip(indices, pictures, highest, strict=False)
        }

    def _climb(self, directions: Directions, seed: int) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        seeds = tf.fill((len(directions),), seed)
        state = natural.start_state(seeds, self._plan.ascent)
        for number in range(1, self._plan.ascent.steps + 1):
            state, _, highest = self._step(state, tf.constant(directions), seeds, tf.constant(number))
        return natural.display(state, self._plan.ascent), highest.numpy()


def tile_target(model: Vgg16, layer_name: str, plan: TilePlan) -> Target:
    """A convolution's channels as the tiles climb them: bfloat16 up to the layer, values below 0 times the leak."""
    body = _bfloat16_body(model, layer_name)
    layer = model.keras_model.get_layer(layer_name)
    all_kernels, all_biases = layer.kernel.value, layer.bias.value

    def respond(batch: tf.Tensor, directions: tf.Tensor) -> Response:
        features = tf.cast(body(tf.cast(batch, tf.bfloat16)), tf.float32)
        kernels = tf.unstack(tf.tensordot(directions, all_kernels, axes=[[1], [3]]))  # n times (3, 3, in)
        own = [
            tf.nn.conv2d(features[i : i + 1], kernel[..., None], strides=1, padding="SAME")[..., 0]
            for i, kernel in enumerate(kernels)
        ]
        values = tf.concat(own, axis=0) + tf.linalg.matvec(directions, all_biases)[:, None, None]
        return Response(tf.maximum(values, plan.leak * values), features)

    return respond


def _bfloat16_body(model: Vgg16, layer_name: str) -> Callable[[tf.Tensor], tf.Tensor]:
    """What stands before a convolution, with its kernels rounded to bfloat16."""
    names = [layer.name for layer in model.keras_model.layers]
    layers = [_bfloat16_layer(model.keras_model.get_layer(name)) for name in names[1 : names.index(layer_name)]]

    def body(value: tf.Tensor) -> tf.Tensor:
        for layer in layers:
            value = layer(value)
        return value

    return body


def _bfloat16_layer(layer: Any) -> Callable[[tf.Tensor], tf.Tensor]:
    if not layer.weights:
        return lambda value: tf.nn.max_pool2d(value, 2, 2, "VALID")
    kernel, bias = tf.cast(layer.kernel.value, tf.bfloat16), tf.cast(layer.bias.value, tf.bfloat16)
    return lambda value: tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(value, kernel, strides=1, padding="SAME"), bias))


def _resized(picture: Picture, side_px: int) -> Picture:
    if picture.shape[0] == side_px:
        return picture
    return np.asarray(PIL.Image.fromarray(picture).resize((side_px, side_px), PIL.Image.Resampling.LANCZOS))
