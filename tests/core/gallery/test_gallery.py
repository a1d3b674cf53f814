"""The sheets that ship with the project are what our own code draws, and drawing them survives an interruption."""

from pathlib import Path

import numpy as np
import pytest

from tests.core.optvis.tiny import DARK_FILTER, dark_model
from vggweb.core.architecture import CONVOLUTIONS, Layer, find_convolution, find_layer
from vggweb.core.arrays import Picture
from vggweb.core.gallery import FOLDER, TILE_PX, gallery_sheet, gallery_tile
from vggweb.core.gallery.sheets import draw_sheet
from vggweb.core.model import Vgg16
from vggweb.core.optvis.tiles import TileArtist
from vggweb.core.preprocessing import MEAN_BGR
from vggweb.core.weights.compact import FILES
from vggweb.errors import UnknownFilterError
from vggweb.services.model_host import ModelHost

REDRAWN = [("block1_conv2", 30), ("block3_conv2", 100), ("block5_conv3", 8)]


def likeness(one: Picture, other: Picture) -> float:
    """The correlation of two pictures' values: 1 for the same, about 0 for unlike ones."""
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


@pytest.mark.parametrize(("layer_name", "index"), REDRAWN)
def test_a_tile_drawn_anew_is_the_one_that_ships(model_host: ModelHost, layer_name: str, index: int) -> None:
    layer = find_convolution(layer_name)
    drawn = TileArtist(model_host.model(), layer, TILE_PX, at_once=1).draw([index])[index].picture
    # WebP loses a little, and in another batch or on another processor roundings differ and are carried on.
    assert likeness(drawn, gallery_tile(layer, index)) > 0.9
    assert likeness(drawn, gallery_tile(layer, index + 1)) < 0.5


@pytest.mark.parametrize("layer", CONVOLUTIONS, ids=lambda layer: layer.name)
def test_a_sheet_has_a_place_for_every_filter_and_names_the_convolutions(layer: Layer) -> None:
    sheet = gallery_sheet(layer)
    assert sheet is not None
    assert sheet.convolutions_sha256 == FILES["vgg16_conv.safetensors"]
    last = gallery_tile(layer, layer.channels - 1)
    assert last.shape == (TILE_PX, TILE_PX, 3)
    assert last.std() > 5  # a picture, not the grey of an empty place
    left, top = sheet.tiles.corner_px(layer.channels - 1)
    assert (left, top) <= ((sheet.tiles.columns - 1) * TILE_PX, (sheet.tiles.rows - 1) * TILE_PX)


def test_every_convolution_has_a_sheet_and_all_together_stay_under_12_megabytes() -> None:
    assert all(gallery_sheet(layer) for layer in CONVOLUTIONS)
    assert sum(file.stat().st_size for file in FOLDER.glob("*.webp")) < 12_000_000


def test_what_has_no_sheet_or_no_filter_is_said() -> None:
    assert gallery_sheet(find_layer("block1_pool")) is None
    with pytest.raises(UnknownFilterError):
        gallery_tile(find_layer("block1_conv1"), 64)


@pytest.fixture(scope="module")
def model() -> Vgg16:
    return dark_model()


def test_an_interrupted_sheet_goes_on_with_the_tiles_that_are_kept(model: Vgg16, tmp_path: Path) -> None:
    layer, work_folder = find_convolution("block1_conv1"), tmp_path / "work"

    counts: list[int] = []

    def interrupt(count: int) -> None:
        counts.append(count)
        if sum(counts) == 32:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        draw_sheet(model, layer, work_folder=work_folder, folder=tmp_path, on_tiles=interrupt)
    assert gallery_sheet(layer, tmp_path) is None
    kept = {file.name: file.stat().st_mtime_ns for file in work_folder.iterdir()}
    draw_sheet(model, layer, work_folder=work_folder, folder=tmp_path)
    assert len(kept) == 2
    assert {name: (work_folder / name).stat().st_mtime_ns for name in kept} == kept
    assert len(list(work_folder.iterdir())) == 4


def test_a_sheet_shows_each_filters_own_tile_and_says_which_stayed_dark(model: Vgg16, tmp_path: Path) -> None:
    layer = find_convolution("block1_conv1")
    draw_sheet(model, layer, work_folder=tmp_path / "work", folder=tmp_path)
    sheet = gallery_sheet(layer, tmp_path)
    assert sheet is not None
    assert sheet.dark == {DARK_FILTER}
    red, green, blue = gallery_tile(layer, 0, tmp_path).mean(axis=(0, 1)) - np.array(MEAN_BGR[::-1])
    assert blue > max(red, green) + 20  # filter 0 likes blue
