"""Feature maps: their numbers and order by hand, every tile of a sheet where its geometry says, and a real layer."""

import numpy as np
import pytest

from vggweb.core.arrays import Activation
from vggweb.core.feature_maps import (
    describe_maps,
    draw_maps,
    map_overlay,
    map_picture,
    strongest_first,
)
from vggweb.core.rendering import HEAT_COLOURS
from vggweb.errors import UnknownFilterError
from vggweb.services.model_host import ModelHost


def five_maps() -> Activation:
    """2 × 2 × 5: an even map, a silent one, a single bright corner, and two equals."""
    maps = [[[2, 2], [2, 2]], [[0, 0], [0, 0]], [[4, 0], [0, 0]], [[0, 1], [1, 2]], [[2, 1], [1, 0]]]
    return np.moveaxis(np.array(maps, np.float32), 0, -1)


def test_each_map_is_described_in_channel_order() -> None:
    facts = describe_maps(five_maps())
    assert [entry.index for entry in facts] == [0, 1, 2, 3, 4]
    assert [(entry.min, entry.max, entry.mean) for entry in facts] == [
        (2, 2, 2),
        (0, 0, 0),
        (0, 4, 1),
        (0, 2, 1),
        (0, 2, 1),
    ]


def test_only_the_map_that_found_nothing_is_silent() -> None:
    assert [entry.index for entry in describe_maps(five_maps()) if entry.silent] == [1]


def test_an_even_map_comes_before_a_bright_corner_and_equals_keep_channel_order() -> None:
    assert [entry.index for entry in strongest_first(describe_maps(five_maps()))] == [0, 2, 3, 4, 1]


def test_every_channel_lies_in_the_sheet_where_its_corner_says() -> None:
    sheet = draw_maps(five_maps())
    assert sheet.order == (0, 2, 3, 4, 1)
    assert (sheet.layout.columns, sheet.layout.rows, sheet.layout.tile_px) == (3, 2, 2)
    assert sheet.picture.shape == (4, 6)
    for channel in range(5):
        left, top = sheet.corner_px(channel)
        tile = sheet.picture[top : top + 2, left : left + 2]
        np.testing.assert_array_equal(tile, map_picture(five_maps(), channel))
    assert not sheet.picture[2:, 4:].any()  # the place that no map fills


def test_on_its_own_scale_each_maps_maximum_is_white_and_a_silent_map_black() -> None:
    whites = [int(map_picture(five_maps(), channel, scale="own").max()) for channel in range(5)]
    assert whites == [255, 0, 255, 255, 255]


def test_on_the_layers_scale_only_the_layers_maximum_is_white() -> None:
    # Grey grows with the square root: 2 of 4 is 0.707 of white.
    whites = [int(map_picture(five_maps(), channel, scale="layer").max()) for channel in range(5)]
    assert whites == [180, 0, 255, 180, 180]
    assert int(draw_maps(five_maps(), scale="layer").picture[0, 0]) == 180


def test_a_layer_that_is_silent_altogether_is_black_on_both_scales() -> None:
    silent = np.zeros((2, 2, 3), np.float32)
    assert not draw_maps(silent, scale="own").picture.any()
    assert not draw_maps(silent, scale="layer").picture.any()


def test_a_sheet_can_show_some_channels_in_a_given_order() -> None:
    sheet = draw_maps(five_maps(), order=(4, 0))
    np.testing.assert_array_equal(sheet.picture[:2, :2], map_picture(five_maps(), 4))
    with pytest.raises(UnknownFilterError):
        sheet.corner_px(1)


def test_large_maps_are_averaged_down_in_the_sheet_and_whole_on_their_own() -> None:
    activation = np.zeros((224, 224, 1), np.float32)
    activation[::2, ::2] = 4.0  # every 2 × 2 square has one 4: the average is 1, a quarter of the maximum
    sheet = draw_maps(activation)
    assert sheet.layout.tile_px == 112
    assert np.unique(sheet.picture).tolist() == [128]
    assert map_picture(activation, 0).shape == (224, 224)


def test_an_overlay_is_hot_where_the_map_is_and_the_photo_where_it_is_not() -> None:
    image = np.full((224, 224, 3), 100, np.uint8)
    picture = map_overlay(image, five_maps(), 2)
    hottest = np.rint(0.25 * 100 + 0.75 * HEAT_COLOURS[255].astype(float))
    assert picture[0, 0].tolist() == hottest.tolist()
    assert picture[-1, -1].tolist() == [100, 100, 100]


def test_an_overlay_on_the_layers_scale_is_cooler_for_a_weaker_map() -> None:
    image = np.zeros((224, 224, 3), np.uint8)
    own, layer = (map_overlay(image, five_maps(), 0, scale=scale) for scale in ("own", "layer"))
    assert own.mean() > layer.mean()


def test_a_silent_map_leaves_the_photo_as_it_is() -> None:
    image = np.full((224, 224, 3), 100, np.uint8)
    np.testing.assert_array_equal(map_overlay(image, five_maps(), 1), image)


@pytest.mark.parametrize("channel", [-1, 5])
def test_a_channel_that_the_layer_lacks_is_refused(channel: int) -> None:
    with pytest.raises(UnknownFilterError):
        map_picture(five_maps(), channel)
    with pytest.raises(UnknownFilterError):
        map_overlay(np.zeros((224, 224, 3), np.uint8), five_maps(), channel)


def test_a_real_layers_sheet_shows_every_channel_once(model_host: ModelHost) -> None:
    batch = np.random.default_rng(0).normal(0, 50, (1, 224, 224, 3)).astype(np.float32)
    activation = model_host.load().activations(batch, ["block5_pool"])["block5_pool"]
    sheet = draw_maps(activation)
    assert sorted(sheet.order) == list(range(512))
    assert sheet.picture.shape == (23 * 7, 23 * 7)
    means = [describe_maps(activation)[channel].mean for channel in sheet.order]
    assert means == sorted(means, reverse=True)
