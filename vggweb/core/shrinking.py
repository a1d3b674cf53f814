"""Resizing a photo while its rows arrive in bands: the pixels of Pillow's own resize, without the whole photo in RGB.

Pillow's smooth resize goes over the picture twice: along the rows, then along the columns, and the other way round
where a picture is tall. The first half is done to each band alone, and the second once, on what is left.
"""

import math
from dataclasses import dataclass, field

import numpy as np
import PIL.Image

from vggweb.core.arrays import Image

FloatBox = tuple[float, float, float, float]  # left, top, right, bottom in pixels


@dataclass
class Smooth:
    """One smooth resize.

    Attributes:
        size: of the photo.
        target: width and height of the result.
        resample: Pillow's name for the filter.
        box: the part of the photo that is shown.
        factors: by how much bands are averaged before, across and down; a whole photo is no larger afterwards than
            Pillow's filters take.
    """

    size: tuple[int, int]
    target: tuple[int, int]
    resample: PIL.Image.Resampling
    box: FloatBox
    factors: tuple[int, int] = (1, 1)
    _first_row: int = field(init=False)
    _narrow: PIL.Image.Image = field(init=False)

    def __post_init__(self) -> None:
        """Makes room for what is left of the rows that count."""
        _, top, _, bottom = self.box
        rows = -(-self.size[1] // self.factors[1])
        reach = math.ceil(max(1, (bottom - top) / self.target[1]) * 2) + 1  # the widest filter here reaches two steps
        self._first_row = max(0, math.floor(top) - reach)
        last_row = min(rows, math.ceil(bottom) + reach)
        self._narrow = PIL.Image.new("RGB", (self.target[0], last_row - self._first_row))

    def add(self, top: int, band: PIL.Image.Image) -> None:
        """Takes the next rows of the photo, of which `top` is the first."""
        if self.factors != (1, 1):
            band = band.reduce(self.factors)
        top = top // self.factors[1] - self._first_row
        if top >= self._narrow.height or top + band.height <= 0:
            return
        left, _, right, _ = self.box
        narrow = band.resize((self.target[0], band.height), self.resample, box=(left, 0, right, band.height))
        self._narrow.paste(narrow, (0, top))

    def result(self) -> PIL.Image.Image:
        """The resized picture, once every row was added."""
        _, top, _, bottom = self.box
        box = (0, top - self._first_row, self.target[0], bottom - self._first_row)
        return self._narrow.resize(self.target, self.resample, box=box)


class Nearest:
    """One nearest-neighbour resize: the pixels in some rows and columns.

    Args:
        size: of the photo.
        side_px: of the square result.
    """

    def __init__(self, size: tuple[int, int], side_px: int) -> None:
        self._columns = np.array(nearest_indices(size[0], side_px))
        self._rows = np.array(nearest_indices(size[1], side_px))
        self._image: Image = np.zeros((side_px, side_px, 3), np.uint8)

    def add(self, top: int, band: PIL.Image.Image) -> None:
        """Takes the next rows of the photo, of which `top` is the first."""
        wanted = np.flatnonzero((self._rows >= top) & (self._rows < top + band.height))
        for place in wanted:
            row = int(self._rows[place]) - top
            values = np.asarray(band.crop((0, row, band.width, row + 1)))  # (1, W, 3)
            self._image[place] = values[0, self._columns]

    def result(self) -> Image:
        """The resized image, once every row was added."""
        return self._image


def columns_first(size: tuple[int, int], side_px: int) -> bool:
    """Whether Pillow's smooth resize to a square goes along the columns first, which rounds differently.

    Found by trying Pillow 13; a test holds every pixel of both ways.
    """
    width, height = size
    return height > max(width, side_px) and height + side_px > 2 * width


def nearest_indices(length: int, count: int) -> list[int]:
    """Which of `length` pixels each of `count` shows, as Pillow's ``resize`` with ``NEAREST`` works it out.

    It adds the same step again and again in double precision (ImagingScaleAffine in Geometry.c), and so does this.
    """
    step = length / count
    position, indices = step * 0.5, []
    for _ in range(count):
        indices.append(int(position))
        position += step
    return indices
