"""Tiles on a sheet lie where the sheet says, on any number of them."""

import numpy as np
import pytest
from numpy.typing import NDArray

from vggweb.core.sheets import Sheet


def tile(value: int, *depth: int) -> NDArray[np.uint8]:
    return np.full((2, 2, *depth), value, np.uint8)


def test_five_tiles_fill_two_rows_of_three_and_the_last_place_is_ground() -> None:
    picture = Sheet.square(5, 2).arranged({place: tile(place + 1) for place in range(5)}, ground=9)
    assert picture.tolist() == [
        [1, 1, 2, 2, 3, 3],
        [1, 1, 2, 2, 3, 3],
        [4, 4, 5, 5, 9, 9],
        [4, 4, 5, 5, 9, 9],
    ]


@pytest.mark.parametrize("count", [1, 2, 63, 64, 65, 512])
def test_every_tile_is_found_at_its_corner(count: int) -> None:
    sheet = Sheet.square(count, 2)
    picture = sheet.arranged({place: tile(place % 251) for place in range(count)}, ground=255)
    assert picture.shape == (sheet.height_px, sheet.width_px)
    assert 0 <= sheet.columns - sheet.rows <= 1
    for place in range(count):
        left, top = sheet.corner_px(place)
        assert (picture[top : top + 2, left : left + 2] == place % 251).all()


def test_a_sheet_of_colours_may_lack_some_tiles_or_all() -> None:
    sheet = Sheet.square(4, 2)
    picture = sheet.arranged({3: tile(7, 3)}, ground=128)
    assert picture.shape == (4, 4, 3)
    assert (picture[2:, 2:] == 7).all()
    assert (picture[:2] == 128).all()
    assert (sheet.arranged({}, ground=128) == 128).all()
