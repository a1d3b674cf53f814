"""Sheets: many square tiles in one picture, so that a page with hundreds of them asks for one file."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Sheet:
    """Where tiles lie on a sheet: row by row, without gaps.

    Attributes:
        count: how many places there are; the last row may be short.
        columns: places in a row.
        tile_px: side of a tile.
    """

    count: int
    columns: int
    tile_px: int

    @classmethod
    def square(cls, count: int, tile_px: int) -> "Sheet":
        """A sheet about as wide as high."""
        return cls(count, ceil(sqrt(count)), tile_px)

    @property
    def rows(self) -> int:
        """Rows of tiles."""
        return -(-self.count // self.columns)

    @property
    def width_px(self) -> int:
        """The picture's width."""
        return self.columns * self.tile_px

    @property
    def height_px(self) -> int:
        """The picture's height."""
        return self.rows * self.tile_px

    def corner_px(self, place: int) -> tuple[int, int]:
        """Left and top of a tile, whose place is counted from 0."""
        row, column = divmod(place, self.columns)
        return column * self.tile_px, row * self.tile_px

    def arranged(self, tiles: Mapping[int, NDArray[np.uint8]], *, ground: int = 0) -> NDArray[np.uint8]:
        """The picture of the sheet.

        Args:
            tiles: by place, uint8 (tile, tile) in grey or (tile, tile, 3) in RGB, all alike; any may be missing.
            ground: the grey of a place without a tile.

        Returns:
            uint8 (height, width) or (height, width, 3), as the tiles are; without any tile RGB.
        """
        depth = next(iter(tiles.values())).shape[2:] if tiles else (3,)
        picture = np.full((self.height_px, self.width_px, *depth), ground, np.uint8)
        for place, tile in tiles.items():
            left, top = self.corner_px(place)
            picture[top : top + self.tile_px, left : left + self.tile_px] = tile
        return picture
