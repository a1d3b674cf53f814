"""What a layer saw: the feature maps of one photo, described, ordered and drawn."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vggweb.core.arrays import Activation, FeatureMap, Picture
from vggweb.core.rendering import GreyPicture, grey_picture, overlay
from vggweb.core.sheets import Sheet
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
class MapSheet:
    """All feature maps of a layer in one grey picture.

    Attributes:
        picture: uint8 (height, width).
        order: the channel that each tile shows, place by place.
        layout: where the places lie.
    """

    picture: GreyPicture
    order: tuple[int, ...]
    layout: Sheet

    def corner_px(self, channel: int) -> tuple[int, int]:
        """Left and top of a channel's tile.

        Raises:
            UnknownFilterError: no tile shows that channel.
        """
        if channel not in self.order:
            raise UnknownFilterError
        return self.layout.corner_px(self.order.index(channel))


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


def sheet_of_maps(height: int, width: int, count: int) -> Sheet:
    """Where so many maps of a size lie on a sheet; large ones are averaged down in whole steps."""
    return Sheet.square(count, height // _shrinking_step(height, width))


def draw_maps(activation: Activation, *, scale: Scale = "own", order: tuple[int, ...] | None = None) -> MapSheet:
    """All feature maps in one picture, strongest first.

    Args:
        activation: float32 (h, h, channels), after a ReLU. Not modified.
        scale: what white means.
        order: the channels to show, in order; by default all, strongest first.
    """
    if order is None:
        order = tuple(entry.index for entry in strongest_first(describe_maps(activation)))
    maps = np.moveaxis(_shrunk(activation), -1, 0)  # (channels, tile, tile)
    whites = _white_values(activation, scale)
    tiles = {place: grey_picture(maps[channel], float(whites[channel])) for place, channel in enumerate(order)}
    height, width, _ = activation.shape
    layout = sheet_of_maps(height, width, len(order))
    return MapSheet(layout.arranged(tiles), order, layout)


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
    step = _shrinking_step(height, width)
    if step == 1:
        return activation
    cells = activation.reshape(height // step, step, width // step, step, channels)
    return cells.mean(axis=(1, 3))


def _shrinking_step(height: int, width: int) -> int:
    """How many cells become one along each side; 1 where they would not come out even."""
    step = -(-max(height, width) // LARGEST_TILE_PX)
    return 1 if height % step or width % step else step
