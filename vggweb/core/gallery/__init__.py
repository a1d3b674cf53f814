"""The sheets drawn beforehand: what all 4224 filters like, as one WebP file a layer. Reads only, without TensorFlow.

`sheets` draws and writes them. Beside ``<layer>.webp`` stands ``<layer>.json`` with
everything that made it. The tiles are small, and made in bfloat16 with fewer steps than the recipe ``natural`` takes:
enough to see what a filter likes; the full picture is drawn on request.
"""

import json
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from vggweb.core.architecture import Layer, check_channel
from vggweb.core.arrays import Picture
from vggweb.core.rendering import decode_picture
from vggweb.core.sheets import Sheet

FOLDER = Path(__file__).parent
TILE_PX = 96


@dataclass(frozen=True)
class GallerySheet:
    """The sheet of one layer.

    Attributes:
        layer_name: a convolution.
        tiles: where they lie; filter n is tile n.
        dark: the filters that stayed asleep for every seed that was tried.
        convolutions_sha256: of the convolutions that were asked.
        file: the WebP file.
    """

    layer_name: str
    tiles: Sheet
    dark: frozenset[int]
    convolutions_sha256: str
    file: Path


@cache
def gallery_sheet(layer: Layer, folder: Path = FOLDER) -> GallerySheet | None:
    """The sheet of a layer; None where there is none: a pooling, or a layer that has not been drawn."""
    try:
        facts = json.loads((folder / f"{layer.name}.json").read_bytes())
    except FileNotFoundError:
        return None
    return GallerySheet(
        layer_name=layer.name,
        tiles=Sheet(layer.channels, facts["columns"], facts["tile_px"]),
        dark=frozenset(facts["dark"]),
        convolutions_sha256=facts["convolutions_sha256"],
        file=folder / f"{layer.name}.webp",
    )


def gallery_tile(layer: Layer, index: int, folder: Path = FOLDER) -> Picture:
    """One filter's tile, uint8 (96, 96, 3) RGB, as it stands on the sheet.

    Raises:
        UnknownFilterError: the layer has no such filter.
        FileNotFoundError: the layer has no sheet.
    """
    check_channel(layer, index)
    sheet = gallery_sheet(layer, folder)
    if sheet is None:
        raise FileNotFoundError(layer.name)
    left, top = sheet.tiles.corner_px(index)
    return _decoded(sheet.file)[top : top + sheet.tiles.tile_px, left : left + sheet.tiles.tile_px]


@lru_cache(maxsize=2)  # a sheet of block5 takes 15 MB decoded, and whoever looks at a filter goes on to the next one
def _decoded(file: Path) -> Picture:
    return decode_picture(file.read_bytes())
