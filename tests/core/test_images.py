"""Every kind of file becomes the upright RGB photo that it shows."""

import io
import struct
import zlib

import numpy as np
import pi_heif
import PIL.Image
import pytest
from PIL import ImageCms

from tests.photo_files import (
    LIMITS,
    PLAIN_FILES,
    SAMPLE_NAMES,
    file_of,
    photo,
    png_chunk,
    quadrants,
    sample_bytes,
    with_orientation,
)
from vggweb.core.arrays import Photo
from vggweb.core.images import ReadPhoto, read_photo

# Outside the tests images.py silences Pillow's warnings of odd metadata; pytest puts them back as errors.
pytestmark = pytest.mark.filterwarnings("ignore:Corrupt EXIF data")

TURNED_BACK = {  # what a camera stores so that turning it by this orientation gives the upright picture
    1: None,
    2: PIL.Image.Transpose.FLIP_LEFT_RIGHT,
    3: PIL.Image.Transpose.ROTATE_180,
    4: PIL.Image.Transpose.FLIP_TOP_BOTTOM,
    5: PIL.Image.Transpose.TRANSPOSE,
    6: PIL.Image.Transpose.ROTATE_90,
    7: PIL.Image.Transpose.TRANSVERSE,
    8: PIL.Image.Transpose.ROTATE_270,
}
# How far a lossy file's flat colours may be from what was saved, of 255; 0 for a lossless one.
ORIENTED_FORMATS = {"JPEG": 40, "PNG": 0, "TIFF": 0, "WEBP": 60, "AVIF": 60, "HEIF": 60, "JXL": 40}


def read(data: bytes) -> ReadPhoto:
    return read_photo(data, LIMITS)


def pixels_of(picture: PIL.Image.Image) -> Photo:
    return np.asarray(picture.convert("RGB"))


def largest_difference(photo: Photo, expected: Photo) -> int:
    assert photo.shape == expected.shape
    return int(np.abs(photo.astype(int) - expected).max())


def format_in_words(kind: str) -> str:
    if kind.startswith("jpeg xl"):
        return "JPEG XL"
    names = {"mpo": "JPEG", "apng": "PNG", "webp": "WebP"}
    first_word = kind.split(maxsplit=1)[0]
    return names.get(first_word, first_word.upper())


@pytest.mark.parametrize("kind", PLAIN_FILES)
def test_every_format_gives_its_name_its_size_and_its_pixels(kind: str) -> None:
    data = PLAIN_FILES[kind](photo(61, 43))
    result = read(data)
    assert result.format == format_in_words(kind)
    assert (result.width, result.height) == (61, 43)
    assert result.pixels.dtype == np.uint8
    assert not result.was_rotated
    assert not result.had_transparency
    np.testing.assert_array_equal(result.pixels, pixels_of(opened_by_its_library(kind, data)))


def opened_by_its_library(kind: str, data: bytes) -> PIL.Image.Image:
    if kind == "heic":
        return pi_heif.open_heif(io.BytesIO(data)).to_pillow()
    with PIL.Image.open(io.BytesIO(data)) as opened:
        opened.load()
    return opened


@pytest.mark.parametrize("kind", PLAIN_FILES)
def test_every_format_shows_the_photo_that_was_saved(kind: str) -> None:
    picture = photo(64, 48)
    grey = any(word in kind for word in ("grey", "1-bit", "fax"))
    expected = np.asarray(picture.convert("L").convert("RGB") if grey else picture).astype(float)
    shown = read(PLAIN_FILES[kind](picture)).pixels.astype(float)
    blocks = [values.reshape(6, 8, 8, 8, 3).mean(axis=(1, 3)) for values in (shown, expected)]
    assert np.abs(blocks[0] - blocks[1]).mean() < 16  # 1-bit dithering keeps the average of an 8 × 8 block


@pytest.mark.parametrize("name", SAMPLE_NAMES)
def test_the_samples_are_read(name: str) -> None:
    result = read(sample_bytes(name))
    assert result.format == "JPEG"
    assert min(result.width, result.height) >= 224


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format_name", ORIENTED_FORMATS)
def test_every_exif_orientation_comes_out_upright(format_name: str, orientation: int) -> None:
    upright = quadrants()
    turn = TURNED_BACK[orientation]
    stored = upright if turn is None else upright.transpose(turn)
    options = {"quality": 95} if ORIENTED_FORMATS[format_name] else {}
    result = read(file_of(stored, format_name, exif=with_orientation(orientation), **options))
    assert (result.width, result.height) == upright.size
    corners = result.pixels[3::25, 3::41]  # one pixel well inside each quadrant
    expected = pixels_of(upright)[3::25, 3::41]
    assert largest_difference(corners, expected) <= ORIENTED_FORMATS[format_name]


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "TIFF", "WEBP", "AVIF", "JXL"])
def test_turning_by_a_tag_is_reported(format_name: str) -> None:
    picture = photo()
    assert read(file_of(picture, format_name, exif=with_orientation(6))).was_rotated
    assert not read(file_of(picture, format_name, exif=with_orientation(1))).was_rotated


@pytest.mark.filterwarnings("ignore:Using JPEG reconstruction")
def test_a_jpeg_packed_into_jpeg_xl_is_turned_once(tmp_path: object) -> None:
    upright = quadrants()
    stored = upright.transpose(PIL.Image.Transpose.ROTATE_90)
    path = f"{tmp_path}/packed.jpg"
    stored.save(path, quality=95, exif=with_orientation(6))
    with PIL.Image.open(path) as jpeg:
        packed = file_of(jpeg, "JXL", lossless_jpeg=True)
    assert b"jbrd" in packed
    without_reconstruction = packed.replace(b"jbrd", b"free")  # the decoder then turns the picture itself
    for data in (packed, without_reconstruction):
        result = read(data)
        assert (result.width, result.height) == upright.size
        assert largest_difference(result.pixels[3::25, 3::41], pixels_of(upright)[3::25, 3::41]) <= 40


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "HEIF", "JXL"])
@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\x00\x00rubbish",
        b"Exif\x00\x00II*\x00\xff\xff\xff\xff",
        b"Exif\x00\x00II*\x00\x08\x00\x00\x00\xff\xff" + b"\xee" * 20,
        b"Exif\x00\x00" + with_orientation(77)[6:],
    ],
    ids=["no header", "offset outside", "endless tags", "orientation 77"],
)
def test_a_broken_exif_block_does_not_cost_the_picture(format_name: str, exif: bytes) -> None:
    picture = photo()
    result = read(file_of(picture, format_name, exif=exif))
    assert (result.width, result.height) == picture.size
    assert not result.was_rotated


def gradient_alpha(width: int = 60, height: int = 40) -> PIL.Image.Image:
    alpha = np.linspace(0, 255, width).astype(np.uint8)[None].repeat(height, axis=0)
    picture = photo(width, height).convert("RGBA")
    picture.putalpha(PIL.Image.fromarray(alpha))
    return picture


def on_white(rgba: PIL.Image.Image) -> Photo:
    """The definition: alpha parts of the colour and the rest of white."""
    values = np.asarray(rgba.convert("RGBA")).astype(float)
    alpha = values[..., 3:] / 255
    return np.rint(values[..., :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
@pytest.mark.parametrize("format_name", ["PNG", "TIFF"])
def test_alpha_is_laid_on_white(format_name: str, mode: str) -> None:
    picture = gradient_alpha().convert(mode)
    result = read(file_of(picture, format_name))
    assert result.had_transparency
    assert largest_difference(result.pixels, on_white(picture)) <= 1


@pytest.mark.parametrize(("format_name", "tolerance"), [("WEBP", 1), ("AVIF", 40), ("HEIF", 40), ("JXL", 1)])
def test_alpha_of_the_newer_formats_is_laid_on_white(format_name: str, tolerance: int) -> None:
    picture = gradient_alpha()
    lossless = {"lossless": True} if tolerance == 1 else {"quality": 95}
    if format_name == "WEBP":
        lossless["exact"] = True
    result = read(file_of(picture, format_name, **lossless))
    assert result.had_transparency
    assert largest_difference(result.pixels, on_white(picture)) <= tolerance


def test_a_transparent_palette_entry_becomes_white() -> None:
    picture = quadrants().quantize(4)
    red = picture.getpixel((0, 0))
    for format_name in ("PNG", "GIF"):
        result = read(file_of(picture, format_name, transparency=red))
        assert result.had_transparency
        assert result.pixels[0, 0].tolist() == [255, 255, 255]
        assert result.pixels[0, -1].tolist() == [0, 255, 0]


def test_a_palette_with_alpha_for_each_entry_is_laid_on_white() -> None:
    picture = quadrants().quantize(4)
    red = picture.getpixel((0, 0))
    assert isinstance(red, int)
    alphas = bytes(128 if index == red else 255 for index in range(4))
    result = read(file_of(picture, "PNG", transparency=alphas))
    assert result.pixels[0, 0].tolist() == [255, 127, 127]
    assert result.pixels[-1, -1].tolist() == [255, 255, 0]


@pytest.mark.parametrize(
    ("mode", "value", "transparency"),
    [("RGB", (255, 0, 0), (255, 0, 0)), ("L", 90, 90), ("1", 0, 0), ("I;16", 9000, 9000)],
)
def test_a_png_that_names_one_colour_transparent_shows_it_white(
    mode: str, value: int | tuple[int, int, int], transparency: int | tuple[int, int, int]
) -> None:
    picture = PIL.Image.new(mode, (8, 8), value)
    result = read(file_of(picture, "PNG", transparency=transparency))
    assert result.had_transparency
    assert np.unique(result.pixels).tolist() == [255]


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_an_opaque_alpha_channel_is_no_transparency(mode: str) -> None:
    picture = photo().convert(mode)
    result = read(file_of(picture, "PNG"))
    assert not result.had_transparency
    np.testing.assert_array_equal(result.pixels, pixels_of(picture))


RAMP = np.linspace(0, 65535, 1024).reshape(32, 32)


@pytest.mark.parametrize("format_name", ["PNG", "TIFF"])
def test_16_bit_grey_is_scaled_and_not_clipped(format_name: str) -> None:
    values = RAMP.astype(np.uint16)
    result = read(file_of(PIL.Image.fromarray(values), format_name))
    expected = (values / 257).round().astype(np.uint8)[..., None].repeat(3, axis=2)
    assert largest_difference(result.pixels, expected) <= 1


def test_a_dark_16_bit_picture_stays_dark() -> None:
    values = np.full((8, 8), 200, np.uint16)  # 200 of 65535 is nearly black, though 200 of 255 is light
    assert read(file_of(PIL.Image.fromarray(values), "PNG")).pixels.max() == 1


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((RAMP / 65535).astype(np.float32), RAMP / 257),
        ((RAMP / 257).astype(np.float32), RAMP / 257),
        (RAMP.astype(np.int32), RAMP / 257),
        ((RAMP * 3 - 50_000).astype(np.int32), RAMP / 257),
        ((RAMP * 3 - 50_000).astype(np.float32), RAMP / 257),
        (np.where(RAMP < 9000, np.nan, RAMP / 65535).astype(np.float32), np.where(RAMP < 9000, 0, RAMP / 257)),
    ],
    ids=["float 0-1", "float 0-255", "32-bit with 16", "32-bit any range", "float any range", "not a number"],
)
def test_deep_grey_spans_black_to_white(values: np.ndarray, expected: np.ndarray) -> None:
    result = read(file_of(PIL.Image.fromarray(values), "TIFF"))
    shown = expected.round().astype(np.uint8)[..., None].repeat(3, axis=2)
    assert largest_difference(result.pixels, shown) <= 1


@pytest.mark.parametrize("value", [-7.0, 0.0, 0.5, 300.0, 1e30, float("inf"), float("nan")])
def test_a_deep_picture_of_one_value_is_one_grey(value: float) -> None:
    picture = PIL.Image.fromarray(np.full((8, 8), value, np.float32))
    assert np.unique(read(file_of(picture, "TIFF")).pixels).size == 1


def png_16_bit(values: np.ndarray, colour_type: int) -> bytes:
    """A PNG with 16 bits a channel, which Pillow does not write, put together by the book."""
    height, width = values.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, 16, colour_type, 0, 0, 0)
    rows = b"".join(b"\x00" + row.astype(">u2").tobytes() for row in values)
    chunks = png_chunk(b"IHDR", header) + png_chunk(b"IDAT", zlib.compress(rows)) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


@pytest.mark.parametrize(("colour_type", "channels"), [(2, 3), (6, 4), (4, 2)], ids=["rgb", "rgba", "la"])
def test_16_bit_colour_is_scaled(colour_type: int, channels: int) -> None:
    eight_bit = np.random.default_rng(0).integers(0, 256, (9, 7, channels))
    if channels != 3:
        eight_bit[..., -1] = 255
    colours = eight_bit[..., :3] if channels > 2 else eight_bit[..., :1].repeat(3, axis=2)
    result = read(png_16_bit(eight_bit * 257, colour_type))
    assert largest_difference(result.pixels, colours.astype(np.uint8)) == 0


def test_lab_shows_the_colours_that_it_means() -> None:
    """CIE 1976 L*a*b* of sRGB's red, green, blue, D50 (ICC): published values, rounded."""
    known = {(54, 81, 70): (255, 0, 0), (88, -79, 81): (0, 255, 0), (30, 68, -112): (0, 0, 255)}
    for (lightness, a, b), rgb in known.items():
        stored = bytes([round(lightness * 2.55), a % 256, b % 256])  # TIFF 6.0, section 23: a and b are signed
        picture = PIL.Image.frombytes("LAB", (8, 8), stored * 64)
        shown = read(file_of(picture, "TIFF")).pixels
        assert np.abs(shown[0, 0].astype(int) - rgb).max() <= 30, (rgb, shown[0, 0])


def test_lab_survives_the_round_trip() -> None:
    transform = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
    picture = photo()
    lab = ImageCms.applyTransform(picture, transform)
    assert lab is not None
    difference = np.abs(read(file_of(lab, "TIFF")).pixels.astype(int) - np.asarray(picture))
    assert difference.mean() < 3


def test_ycbcr_and_cmyk_show_the_saved_colours() -> None:
    picture = quadrants()
    for mode in ("YCbCr", "CMYK"):
        result = read(file_of(picture.convert(mode), "TIFF"))
        assert largest_difference(result.pixels, pixels_of(picture)) <= 2


@pytest.mark.parametrize("kind", ["gif animated", "apng", "webp animated", "mpo"])
def test_the_first_of_several_frames_is_the_photo(kind: str) -> None:
    upright = quadrants()
    shown = read(PLAIN_FILES[kind](upright)).pixels
    assert largest_difference(shown[3::25, 3::41], pixels_of(upright)[3::25, 3::41]) <= 60
