"""Draws the small tiles of the gallery: several filters of one layer in one batch, in bfloat16.

bfloat16 halves the time on processors that multiply it, and a tile does not show the difference.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from vggweb.core.architecture import Layer
from vggweb.core.arrays import Picture
from vggweb.core.model import Vgg16
from vggweb.core.optvis import natural
from vggweb.core.optvis.objectives import Directions, one_channel
from vggweb.core.optvis.targets import Response, Target, layer_target, mean_score
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
    before_relu = layer_target(model, layer_name, before_relu=True, bfloat16=True)

    def respond(batch: tf.Tensor, directions: tf.Tensor) -> Response:
        response = before_relu(batch, directions)
        return Response(tf.maximum(response.values, plan.leak * response.values), response.features)

    return respond


def _resized(picture: Picture, side_px: int) -> Picture:
    if picture.shape[0] == side_px:
        return picture
    return np.asarray(PIL.Image.fromarray(picture).resize((side_px, side_px), PIL.Image.Resampling.LANCZOS))
