"""What a layer saw: the feature maps of one photo, described, ordered and drawn."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vggweb.core.arrays import Activation, FeatureMap, Picture
from vggweb.core.rendering import GreyPicture, grey_picture, overlay
from vggweb.errors import UnknownFilterError

# What white means in a grey map: the map's own maximum, or the maximum of all maps of the layer.
# Black is 0 in both, so that a silent map stays black. `rendering.grey_picture` says how grey grows in between.
Scale: TypeAlias = Literal["own", "layer"]

LARGEST_TILE_PX = 112  # larger maps are halved for the sheet: 64 maps of 224 × 224 would be a picture of 1792 × 1792


@dataclass(frozen=True)
class MapFacts:
    """One feature map in numbers.

    Attributes:
        index: the channel, counted from 0.
        min: its smallest value; 0 or more after a ReLU.
        max: its largest value.
        mean: the average over all places.
    """

    index: int
    min: float
    max: float
    mean: float

    @property
    def silent(self) -> bool:
        """Whether the filter found nothing anywhere in the photo."""
        return self.max == 0


@dataclass(frozen=True)
class Sprite:
    """All feature maps of a layer in one grey picture, row after row.

    Attributes:
        picture: uint8 (rows × tile, columns × tile), without gaps.
        order: the channel that each tile shows, in reading order.
        columns: tiles in a row; the last row may be short, and is black there.
        tile_px: side of a tile.
    """

    picture: GreyPicture
    order: tuple[int, ...]
    columns: int
    tile_px: int

    @property
    def rows(self) -> int:
        """Rows of tiles."""
        return -(-len(self.order) // self.columns)

    def corner(self, channel: int) -> tuple[int, int]:
        """(left_px, top_px) of a channel's tile.

        Raises:
            UnknownFilterError: no tile shows that channel.
        """
        if channel not in self.order:
            raise UnknownFilterError
        row, column = divmod(self.order.index(channel), self.columns)
        return column * self.tile_px, row * self.tile_px


def describe_maps(activation: Activation) -> tuple[MapFacts, ...]:
    """The minimum, maximum and mean of each feature map, in channel order.

    Args:
        activation: float32 (h, w, channels).
    """
    lows, highs, means = (measure(activation, axis=(0, 1)).tolist() for measure in (np.min, np.max, np.mean))
    return tuple(MapFacts(*facts) for facts in zip(range(len(lows)), lows, highs, means, strict=True))


def strongest_first(facts: tuple[MapFacts, ...]) -> tuple[MapFacts, ...]:
    """The maps with the highest mean first; of equals the lower channel.

    The mean says how much a map hands on to the next layer altogether. The maximum would let one bright corner win
    over a pattern that fills the photo.
    """
    return tuple(sorted(facts, key=lambda entry: (-entry.mean, entry.index)))


def layer_sprite(activation: Activation, *, scale: Scale = "own", order: tuple[int, ...] | None = None) -> Sprite:
    """All feature maps in one picture, strongest first.

    Args:
        activation: float32 (h, h, channels), after a ReLU. Not modified.
        scale: what white means.
        order: the channels to show, in order; by default all, strongest first.

    Returns:
        A sheet about as wide as high. Maps of more than 112 × 112 are averaged down to it in whole steps.
    """
    if order is None:
        order = tuple(entry.index for entry in strongest_first(describe_maps(activation)))
    maps = np.moveaxis(_shrunk(activation), -1, 0)[list(order)]  # (tiles, tile, tile)
    maxima = _white_values(activation, scale)[list(order)]
    tiles = np.stack([grey_picture(values, float(white)) for values, white in zip(maps, maxima, strict=True)])
    columns = int(np.ceil(np.sqrt(len(order))))
    return Sprite(picture=_tiled(tiles, columns), order=order, columns=columns, tile_px=tiles.shape[1])


def map_picture(activation: Activation, channel: int, *, scale: Scale = "own") -> GreyPicture:
    """One feature map in grey, a pixel for each value.

    Args:
        activation: float32 (h, w, channels), after a ReLU.
        channel: counted from 0.
        scale: what white means.

    Returns:
        uint8 (h, w).

    Raises:
        UnknownFilterError: the activation has no such channel.
    """
    return grey_picture(_map(activation, channel), float(_white_values(activation, scale)[channel]))


def map_overlay(image: Picture, activation: Activation, channel: int, *, scale: Scale = "own") -> Picture:
    """One feature map as heat over the photo that it was found in.

    Args:
        image: uint8 (224, 224, 3) RGB. Not modified.
        activation: float32 (h, w, channels), after a ReLU.
        channel: counted from 0.
        scale: which value is hottest, the map's maximum or the layer's.

    Returns:
        uint8 (224, 224, 3) RGB.

    Raises:
        UnknownFilterError: the activation has no such channel.
    """
    values = _map(activation, channel)
    hottest = float(_white_values(activation, scale)[channel])
    heat = np.clip(values / hottest, 0, 1) if hottest > 0 else np.zeros_like(values)
    return overlay(image, heat)


def _map(activation: Activation, channel: int) -> FeatureMap:
    channels = activation.shape[-1]
    if not 0 <= channel < channels:
        raise UnknownFilterError(
            "The layer has the feature maps 0 to %(last)s, and no %(channel)s.", last=channels - 1, channel=channel
        )
    return activation[..., channel]


def _white_values(activation: Activation, scale: Scale) -> NDArray[np.float32]:
    """For each channel the value that is drawn white, float32 (channels,)."""
    maxima: NDArray[np.float32] = activation.max(axis=(0, 1))
    return maxima if scale == "own" else np.full_like(maxima, maxima.max())


def _shrunk(activation: Activation) -> Activation:
    """The activation with cells averaged together until a map fits into a tile."""
    height, width, channels = activation.shape
    step = -(-max(height, width) // LARGEST_TILE_PX)
    if step == 1 or height % step or width % step:
        return activation
    cells = activation.reshape(height // step, step, width // step, step, channels)
    return cells.mean(axis=(1, 3))


def _tiled(tiles: NDArray[np.uint8], columns: int) -> GreyPicture:
    """Tiles (n, h, w) in rows: (rows × h, columns × w)."""
    count, height, width = tiles.shape
    rows = -(-count // columns)
    padded = np.zeros((rows * columns, height, width), np.uint8)
    padded[:count] = tiles
    grid = padded.reshape(rows, columns, height, width)
    return grid.transpose(0, 2, 1, 3).reshape(rows * height, columns * width)
