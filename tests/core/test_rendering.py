"""Pictures against values worked out by hand, and the heat map's colours against CIE's own lightness."""

import io

import numpy as np
import PIL.Image
import pytest
from numpy.typing import NDArray

from tests.photo_files import photo
from vggweb.core.preprocessing import to_batch
from vggweb.core.rendering import (
    CHANNEL_LIMIT,
    HEAT_COLOURS,
    channel_picture,
    colour_bar,
    decode_picture,
    encode_png,
    encode_webp,
    enlarge,
    grey_picture,
    heatmap_picture,
    kernel_pictures,
    overlay,
    resize_map,
    signed_picture,
)


def array(*values: object) -> NDArray[np.float32]:
    return np.array(values, np.float32)


def cielab(colours: NDArray[np.uint8]) -> NDArray[np.float64]:
    """sRGB in CIELAB under D65, from the definitions: IEC 61966-2-1 and CIE 15."""
    encoded = colours / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]],
    )
    ratios = linear @ to_xyz.T / to_xyz.sum(axis=1)
    x, y, z = np.where(ratios > (6 / 29) ** 3, np.cbrt(ratios), ratios / (3 * (6 / 29) ** 2) + 4 / 29).T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def test_grey_128_is_the_mean_and_the_limits_are_white_and_black() -> None:
    assert pytest.approx(151.061) == CHANNEL_LIMIT
    assert channel_picture(array(0, 151.061, -151.061)).tolist() == [128, 255, 1]


def test_the_three_channels_share_one_scale_so_a_blue_photo_is_bright_in_blue_and_dark_in_red() -> None:
    batch = to_batch(np.full((224, 224, 3), (0, 0, 255), np.uint8))
    blue, green, red = (channel_picture(batch[0, ..., channel])[0, 0] for channel in range(3))
    assert blue == 255
    assert green == round(128 - 116.779 * 127 / 151.061)
    assert red == round(128 - 123.68 * 127 / 151.061)


def test_a_signed_value_beyond_the_limit_is_clipped_and_does_not_wrap() -> None:
    assert signed_picture(array(-5, -1, 0.5, 5), 1.0).tolist() == [0, 1, 192, 255]


def test_grey_grows_with_the_square_root_from_black_to_the_maximum() -> None:
    assert grey_picture(array(-1, 0, 1, 4, 9), 4.0).tolist() == [0, 0, 128, 255, 255]


def test_a_map_without_values_is_black() -> None:
    assert grey_picture(array(0, 0), 0.0).tolist() == [0, 0]


def test_the_heat_colours_lightness_rises_at_every_step() -> None:
    lightness = cielab(HEAT_COLOURS)[:, 0]
    assert (np.diff(lightness) > 0).all()
    assert lightness[0] < 10
    assert lightness[-1] > 94


def test_the_heat_colours_steps_look_equally_large() -> None:
    # Over 16 steps, so that rounding to 8 bits does not drown the difference; CIELAB is not the space that made them.
    distances = np.linalg.norm(np.diff(cielab(HEAT_COLOURS)[::16], axis=0), axis=1)
    assert distances.max() / distances.min() < 3


def test_no_two_heat_colours_are_the_same() -> None:
    assert len(np.unique(HEAT_COLOURS, axis=0)) == 256


def test_a_heat_map_takes_the_first_colour_at_0_and_the_last_at_1() -> None:
    picture = heatmap_picture(array([0, 1], [0.5, 2]))
    assert picture[0, 0].tolist() == HEAT_COLOURS[0].tolist()
    assert picture[0, 1].tolist() == picture[1, 1].tolist() == HEAT_COLOURS[255].tolist()
    assert picture[1, 0].tolist() == HEAT_COLOURS[128].tolist()


def test_a_rough_heat_map_keeps_its_cells_and_a_smooth_one_has_colours_between() -> None:
    cells = array([0, 1])
    rough = heatmap_picture(cells, (2, 8), smooth=False)
    assert rough.shape == (2, 8, 3)
    assert len(np.unique(rough.reshape(-1, 3), axis=0)) == 2
    assert len(np.unique(heatmap_picture(cells, (2, 8)).reshape(-1, 3), axis=0)) > 2


def test_the_hottest_place_of_a_map_stays_in_its_place_when_it_grows() -> None:
    heatmap = np.zeros((14, 14), np.float32)
    heatmap[10, 3] = 1
    grown = resize_map(heatmap, (224, 224))
    row, column = np.unravel_index(grown.argmax(), grown.shape)
    assert row // 16 == 10
    assert column // 16 == 3
    assert 0 <= grown.min() <= grown.max() <= 1


def test_an_overlay_leaves_the_photo_alone_where_there_is_no_heat() -> None:
    image = np.asarray(photo(32, 32))
    np.testing.assert_array_equal(overlay(image, np.zeros((2, 2), np.float32)), image)


def test_an_overlay_is_the_stated_share_of_the_hottest_colour_where_heat_is_1() -> None:
    image = np.asarray(photo(32, 32))
    before = image.copy()
    expected = np.rint(0.25 * image + 0.75 * HEAT_COLOURS[255])
    np.testing.assert_array_equal(overlay(image, np.ones((2, 2), np.float32), strength=0.75), expected)
    np.testing.assert_array_equal(image, before)


def test_the_colour_bar_runs_through_all_colours_from_left_to_right() -> None:
    bar = colour_bar((3, 256))
    assert bar.shape == (3, 256, 3)
    for row in bar:
        np.testing.assert_array_equal(row, HEAT_COLOURS)


def test_a_kernel_that_looks_for_blue_is_shown_blue() -> None:
    kernel = np.zeros((3, 3, 3, 2), np.float32)
    kernel[1, 2, 0, 1] = 0.2  # filter 1: input channel 0, which is blue, at row 1 and column 2
    kernel[0, 0, 2, 1] = -0.1
    pictures = kernel_pictures(kernel)
    assert pictures.shape == (2, 3, 3, 3)
    assert pictures[1, 1, 2].tolist() == [128, 128, 255]
    assert pictures[1, 0, 0].tolist() == [64, 128, 128]
    assert np.unique(pictures[0]).tolist() == [128]  # a kernel of zeros divides nothing by zero


def test_enlarging_repeats_every_pixel() -> None:
    grey = np.array([[1, 2]], np.uint8)
    assert enlarge(grey, 2).tolist() == [[1, 1, 2, 2], [1, 1, 2, 2]]
    assert enlarge(np.stack([grey] * 3, axis=-1), 3).shape == (3, 6, 3)


def test_png_and_webp_give_back_every_pixel() -> None:
    picture = np.asarray(photo(60, 40))
    for encoded in (encode_png(picture), encode_webp(picture)):
        np.testing.assert_array_equal(decode_picture(encoded), picture)
    grey = picture[..., 0]
    for encoded in (encode_png(grey), encode_webp(grey)):
        np.testing.assert_array_equal(decode_picture(encoded), np.stack([grey] * 3, axis=-1))


def test_the_encoders_write_the_formats_they_are_named_after() -> None:
    picture = np.asarray(photo(60, 40))
    with (
        PIL.Image.open(io.BytesIO(encode_png(picture))) as png,
        PIL.Image.open(io.BytesIO(encode_webp(picture))) as webp,
    ):
        assert (png.format, webp.format) == ("PNG", "WEBP")
