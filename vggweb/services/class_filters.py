"""Which photos of a class wake a filter: sorted by how strongly each excites it, with the place that does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from vggweb.core.architecture import Layer, check_channel, find_convolution
from vggweb.core.arrays import Activation
from vggweb.rooms import Tile

# What a layer gives for a stored result: float32 (h, w, channels). `LayerMaps` has it.
FindActivation = Callable[[str, str], Activation]


@dataclass(frozen=True)
class Woken:
    """What one photo does to the filter.

    Attributes:
        tile: the photo's tile.
        value: the map's largest value; 0 where the filter stayed asleep.
        row: of that value, counted from 0.
        column: of that value, counted from 0.
    """

    tile: Tile
    value: float
    row: int
    column: int


def who_wakes(
    tiles: Sequence[Tile], layer_name: str, channel: int, activation_of: FindActivation
) -> tuple[Layer, tuple[Woken, ...]]:
    """The layer, and the tiles, the one that excites the filter most first.

    Raises:
        UnknownLayerError: no such convolution.
        UnknownFilterError: the layer has no such filter.
    """
    layer = find_convolution(layer_name)
    check_channel(layer, channel)
    woken = [_woken(tile, activation_of(tile.result_id, layer_name)[..., channel]) for tile in tiles]
    return layer, tuple(sorted(woken, key=lambda one: -one.value))


def _woken(tile: Tile, feature_map: Activation) -> Woken:
    row, column = np.unravel_index(int(feature_map.argmax()), feature_map.shape)
    return Woken(tile, float(feature_map[row, column]), int(row), int(column))
