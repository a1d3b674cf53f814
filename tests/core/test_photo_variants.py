"""Unusual files that are sound: each is read as it is meant, or refused by its right name."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import tifffile

from tests.photo_files import LIMITS, file_of, photo, png_chunk, quadrants, with_orientation
from vggweb.core.arrays import Photo
from vggweb.core.formats import FORMAT_NAMES, formats_sentence
from vggweb.core.images import ReadPhoto, read_photo
from vggweb.errors import CorruptImageError, NotAnImageError, PhotoError, UnsupportedFormatError

CASES = Path(__file__).parent / "cases"
TOLERANCE = 12  # of 255: what scaling, clipping and a lossy codec may change
RAMP = np.linspace(0, 1, 96 * 64).reshape(64, 96)
COLOURS = np.stack([RAMP, RAMP[::-1], RAMP[:, ::-1]], axis=-1)
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/></rdf:RDF></x:xmpmeta>'
)

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


def read(data: bytes) -> ReadPhoto:
    return read_photo(data, LIMITS)


def case(name: str) -> bytes:
    return (CASES / name).read_bytes()


def largest_difference(shown: Photo, expected: np.ndarray) -> int:
    assert shown.shape == expected.shape
    return int(np.abs(shown.astype(int) - expected).max())


def as_grey(shares: np.ndarray) -> np.ndarray:
    return np.rint(shares * 255)[..., np.newaxis].repeat(3, axis=2)


def tiff(values: np.ndarray, **options: object) -> bytes:
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, values, metadata=None, **options)  # type: ignore[arg-type]
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "same_as"),
    [
        ("tiff_16bit_separate_planes.tif", "the_same_picture.png"),
        ("tiff_16bit_white_is_zero.tif", "the_same_picture_grey.png"),
        ("tiff_float64.tif", "the_same_picture_grey.png"),
    ],
)
def test_a_scientific_tiff_shows_the_picture_that_it_holds(name: str, same_as: str) -> None:
    assert largest_difference(read(case(name)).pixels, read(case(same_as)).pixels) <= TOLERANCE


def test_floats_a_little_over_one_are_shares_of_white() -> None:
    """The file holds the grey picture with its lightest grey, 208, brought to 1.02."""
    shown = read(case("tiff_float_white_1_02.tif")).pixels
    grey = read(case("the_same_picture_grey.png")).pixels
    assert largest_difference(shown, np.rint(grey * (1.02 * 255 / 208)).clip(0, 255)) <= 1


GREY_TYPES: dict[str, np.ndarray] = {
    "unsigned 8": (RAMP * 255).astype(np.uint8),
    "unsigned 16": (RAMP * 65535).astype(np.uint16),
    "unsigned 32": (RAMP * (2**32 - 1)).astype(np.uint32),
    "signed 8": (RAMP * 255 - 128).astype(np.int8),
    "signed 16": (RAMP * 65535 - 32768).astype(np.int16),
    "signed 16 from zero": (RAMP * 32767).astype(np.int16),
    "signed 32": (RAMP * (2**32 - 1) - 2**31).astype(np.int32),
    "float 16": RAMP.astype(np.float16),
    "float 32": RAMP.astype(np.float32),
    "float 64": RAMP,
    "float a little over 1": RAMP * 1.04,
    "float a little under 0": RAMP - 0.02,
    "float to 255": RAMP * 255,
}


@pytest.mark.parametrize("byte_order", ["<", ">"])
@pytest.mark.parametrize("kind", GREY_TYPES)
def test_grey_of_every_number_type_goes_from_black_to_white(kind: str, byte_order: str) -> None:
    data = tiff(GREY_TYPES[kind], photometric="minisblack", byteorder=byte_order)
    assert largest_difference(read(data).pixels, as_grey(RAMP)) <= TOLERANCE


@pytest.mark.parametrize("kind", GREY_TYPES)
def test_where_zero_is_white_the_picture_is_turned_over(kind: str) -> None:
    if GREY_TYPES[kind].dtype.kind == "i" and "from zero" not in kind:
        pytest.skip("what white is in signed numbers that count down, nobody says")
    data = tiff(GREY_TYPES[kind], photometric="miniswhite")
    assert largest_difference(read(data).pixels, as_grey(1 - RAMP)) <= TOLERANCE


@pytest.mark.parametrize("planes", ["contig", "separate"])
@pytest.mark.parametrize("kind", ["unsigned 8", "unsigned 16", "unsigned 32", "float 16", "float 32", "float 64"])
def test_colours_of_every_number_type_keep_their_places(kind: str, planes: str) -> None:
    sample = GREY_TYPES[kind]
    largest = 1 if sample.dtype.kind == "f" else np.iinfo(sample.dtype).max
    values = (COLOURS * largest).astype(sample.dtype)
    stored = np.moveaxis(values, -1, 0) if planes == "separate" else values
    shown = read(tiff(np.ascontiguousarray(stored), photometric="rgb", planarconfig=planes)).pixels
    assert largest_difference(shown, np.rint(COLOURS * 255)) <= TOLERANCE


@pytest.mark.parametrize(
    "options", [{"compression": "zlib"}, {"compression": "zlib", "predictor": True}, {"tile": (16, 16)}]
)
def test_scientific_numbers_are_read_compressed_and_tiled(options: dict[str, object]) -> None:
    data = tiff(GREY_TYPES["unsigned 32"], photometric="minisblack", **options)
    assert largest_difference(read(data).pixels, as_grey(RAMP)) <= TOLERANCE


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_deflate", "packbits"])
@pytest.mark.parametrize("kind", ["unsigned 16", "float 32"])
def test_deep_grey_is_read_in_libtiffs_compressions(kind: str, compression: str) -> None:
    data = file_of(PIL.Image.fromarray(GREY_TYPES[kind]), "TIFF", compression=compression)
    assert largest_difference(read(data).pixels, as_grey(RAMP)) <= TOLERANCE


def test_alpha_of_deep_colours_is_laid_on_white() -> None:
    alpha = np.full((64, 96, 1), 0.5)
    values = (np.concatenate([COLOURS, alpha], axis=2) * 65535).astype(np.uint16)
    stored = np.ascontiguousarray(np.moveaxis(values, -1, 0))
    result = read(tiff(stored, photometric="rgb", planarconfig="separate", extrasamples=["unassalpha"]))
    assert result.had_transparency
    assert largest_difference(result.pixels, np.rint(COLOURS * 127.5 + 127.5)) <= TOLERANCE


@pytest.mark.parametrize(
    "values",
    [RAMP.astype(np.complex64), np.zeros((9, 16, 24), np.uint16)],
    ids=["complex numbers", "nine channels"],
)
def test_what_no_photo_is_made_of_is_refused_and_not_called_broken(values: np.ndarray) -> None:
    options = {"planarconfig": "separate"} if values.ndim == 3 else {}
    with pytest.raises(UnsupportedFormatError):
        read(tiff(values, photometric="minisblack", **options))


@pytest.mark.parametrize("name", ["raw_dng_with_thumbnail.dng", "raw_nef.nef", "raw_rw2_head.rw2"])
def test_a_cameras_raw_file_is_refused_by_its_name(name: str) -> None:
    with pytest.raises(UnsupportedFormatError, match="a camera's raw picture"):
        read(case(name))


def tiff_directory(*tags: tuple[int, int, int], behind: bytes = b"") -> bytes:
    """A little-endian TIFF of one directory whose tags hold one LONG each."""
    entries = b"".join(struct.pack("<HHII", code, 4, count, value) for code, count, value in sorted(tags))
    return b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", len(tags)) + entries + bytes(4) + behind


RAW_FILES = {
    "cr2": b"II*\0\x10\0\0\0CR\2\0" + bytes(4) + tiff_directory((256, 1, 16), (257, 1, 12))[8:],
    "pef": tiff_directory((256, 1, 16), (257, 1, 12), (262, 1, 32803), (259, 1, 65535)),
    "linear dng": tiff_directory((256, 1, 16), (257, 1, 12), (262, 1, 34892)),
    "arw": tiff_directory((254, 1, 1), (256, 1, 16), (257, 1, 12), (330, 1, 9999)),
    "orf": b"IIRO\x08\0\0\0" + bytes(60),
    "raf": b"FUJIFILMCCD-RAW 0201" + bytes(60),
    "cr3": b"\0\0\0\x18ftypcrx \0\0\0\1crx isom" + bytes(60),
    "x3f": b"FOVb" + bytes(60),
}


@pytest.mark.parametrize("kind", RAW_FILES)
def test_raw_files_of_every_maker_are_known_without_their_decoder(kind: str) -> None:
    with pytest.raises(UnsupportedFormatError, match="a camera's raw picture"):
        read(RAW_FILES[kind])


def test_only_exif_turns_a_photo_and_not_xmp() -> None:
    name = "jpeg_xmp_orientation_6_upright_pixels.jpg"
    with PIL.Image.open(CASES / name) as picture:
        stored = picture.size
    result = read(case(name))
    assert (result.width, result.height) == stored
    assert not result.was_rotated


@pytest.mark.parametrize("format_name", ["JPEG", "WEBP", "TIFF", "AVIF", "JXL"])
def test_xmp_turns_no_other_format_either(format_name: str) -> None:
    options = {"tiffinfo": {700: XMP}} if format_name == "TIFF" else {"xmp": XMP}
    result = read(file_of(photo(60, 40), format_name, **options))
    assert (result.width, result.height, result.was_rotated) == (60, 40, False)


def png_with(*chunks: bytes) -> bytes:
    plain = file_of(photo(60, 40), "PNG")
    return plain[:33] + b"".join(chunks) + plain[33:]


def test_neither_xmp_nor_text_turns_a_png_and_its_exif_does() -> None:
    hexadecimal = with_orientation(6).hex().encode()
    text = zlib.compress(b"\nexif\n%8d\n" % len(with_orientation(6)) + hexadecimal)
    asleep = png_with(
        png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP),
        png_chunk(b"zTXt", b"Raw profile type exif\0\0" + text),
    )
    assert not read(asleep).was_rotated
    assert read(png_with(png_chunk(b"eXIf", with_orientation(6)[6:]))).was_rotated


@pytest.mark.parametrize(
    "name", ["png_large_ztxt.png", "png_gama_bad_checksum.png", "png_short_phys.png", "png_empty_srgb.png"]
)
def test_what_stands_beside_a_pngs_pixels_does_not_cost_them(name: str) -> None:
    np.testing.assert_array_equal(read(case(name)).pixels, read(case("the_same_picture.png")).pixels)


PNG_ASIDES = {
    "a profile of 3 MiB": png_chunk(b"iCCP", b"big\0\0" + zlib.compress(bytes(3 << 20))),
    "a broken profile": png_chunk(b"iCCP", b"broken\0\0not deflated"),
    "a text that is not deflated": png_chunk(b"zTXt", b"Comment\0\0rubbish"),
    "a short size of pixels": png_chunk(b"pHYs", b"\0"),
    "short chromaticities": png_chunk(b"cHRM", b"\0\0"),
    "a wrong checksum of EXIF": png_chunk(b"eXIf", with_orientation(6)[6:], checksum=1),
    "transparency of the wrong length": png_chunk(b"tRNS", b"\0"),
    "an animation of no frames": png_chunk(b"acTL", bytes(8)),
    "half an animation's header": png_chunk(b"acTL", bytes(3)),
    "a frame before the picture": png_chunk(b"fcTL", bytes(5)),
}


@pytest.mark.parametrize("aside", PNG_ASIDES)
def test_no_broken_chunk_beside_the_pixels_costs_a_png(aside: str) -> None:
    np.testing.assert_array_equal(read(png_with(PNG_ASIDES[aside])).pixels, read(png_with()).pixels)


def segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


JPEG_ASIDES = {
    "a short Adobe segment": segment(0xEE, b"Adobe\0d"),
    "an Adobe segment of nothing": segment(0xEE, b""),
    "a short JFIF segment": segment(0xE0, b"JFIF\0"),
    "half a profile": segment(0xE2, b"ICC_PROFILE\0\7"),
    "a profile in 255 parts of which one is there": segment(0xE2, b"ICC_PROFILE\0\1\xff" + bytes(100)),
    "a broken index of pictures": segment(0xE2, b"MPF\0II*\0\xff\xff\xff\xff"),
    "a short Photoshop segment": segment(0xED, b"Photoshop 3.0\x008BIM\x04"),
    "EXIF without end": segment(0xE1, b"Exif\0\0II*\0\xff\xff\xff\x7f"),
    "a comment of 65,533 bytes, twenty times": segment(0xFE, bytes(65533)) * 20,
    "fill bytes": b"\xff\xff\xff",
}


@pytest.mark.parametrize("aside", JPEG_ASIDES)
def test_no_broken_segment_beside_the_pixels_costs_a_jpeg(aside: str) -> None:
    plain = file_of(photo(60, 40), "JPEG")
    with_aside = plain[:20] + JPEG_ASIDES[aside] + plain[20:]  # behind the JFIF segment
    np.testing.assert_array_equal(read(with_aside).pixels, read(plain).pixels)


def test_broken_metadata_does_not_cost_a_webp() -> None:
    plain = file_of(photo(60, 40), "WEBP", exif=with_orientation(1), icc_profile=b"x" * 100)
    broken = plain.replace(b"x" * 100, b"\0" * 100)
    np.testing.assert_array_equal(read(broken).pixels, read(plain).pixels)


@pytest.mark.parametrize(("name", "format_name"), [("avif_brand_miaf.avif", "AVIF"), ("heic_brand_mif2.heic", "HEIC")])
def test_a_general_brand_is_read_by_its_compatible_brands(name: str, format_name: str) -> None:
    result = read(case(name))
    assert result.format == format_name
    assert result.pixels.std() > 0


@pytest.mark.parametrize("brand", [b"MA1A", b"MA1B", b"miaf", b"mif2", b"msf1", b"abcd"])
def test_an_avif_is_read_under_any_major_brand(brand: bytes) -> None:
    plain = file_of(photo(60, 40), "AVIF")
    np.testing.assert_array_equal(read(plain[:8] + brand + plain[12:]).pixels, read(plain).pixels)


@pytest.mark.parametrize("brand", [b"MiHE", b"miaf", b"mif2", b"mif1", b"abcd"])
def test_a_heic_is_read_under_any_major_brand(brand: bytes) -> None:
    plain = file_of(photo(60, 40), "HEIF")
    np.testing.assert_array_equal(read(plain[:8] + brand + plain[12:]).pixels, read(plain).pixels)


def message_of(data: bytes) -> str:
    with pytest.raises(PhotoError) as caught:
        read(data)
    return f"{caught.value.code}: {caught.value.message} {caught.value.hint}"


NOISE = PIL.Image.fromarray(np.random.default_rng(1).integers(0, 256, (64, 96, 3), dtype=np.uint8))


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF"])
def test_a_cut_file_is_said_to_stop(format_name: str) -> None:
    data = file_of(NOISE, format_name)
    assert message_of(data[: len(data) * 4 // 5]) == (
        "corrupt_image: The file stops before the picture's end. Copy or download the file again and send the new copy."
    )


def test_a_file_that_is_all_there_and_broken_is_not_said_to_stop() -> None:
    data = bytearray(file_of(NOISE, "PNG"))
    middle = len(data) // 2
    data[middle : middle + 40] = bytes(40)
    assert message_of(bytes(data)).startswith("corrupt_image: The file is all there, but the picture in it is broken.")


def test_a_variant_that_is_not_read_is_said_to_be_one() -> None:
    jpeg = bytearray(file_of(photo(), "JPEG"))
    frame = jpeg.index(b"\xff\xc0")
    twelve_bits, lossless = bytearray(jpeg), bytearray(jpeg)
    twelve_bits[frame + 4], lossless[frame + 1] = 12, 0xC3
    bmp = bytearray(file_of(photo(), "BMP"))
    bmp[30] = 4  # BI_JPEG
    for data in (twelve_bits, lossless, bmp):
        assert message_of(bytes(data)).startswith("unsupported_format: The file is a kind of ")


def bmp_with_alpha(picture: PIL.Image.Image) -> bytes:
    """A BMP whose header names a mask for alpha (BITMAPV4HEADER), which Pillow does not write."""
    width, height = picture.size
    pixels = picture.convert("RGBA").tobytes("raw", "BGRA")
    masks = struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    header = struct.pack("<IiiHHIIiiII", 108, width, -height, 1, 32, 3, len(pixels), 0, 0, 0, 0) + masks + bytes(52)
    return b"BM" + struct.pack("<IHHI", 122 + len(pixels), 0, 0, 122) + header + pixels


def test_a_bmp_of_32_bits_whose_alpha_is_zero_throughout_is_opaque() -> None:
    picture = quadrants().convert("RGBA")
    picture.putalpha(0)
    result = read(bmp_with_alpha(picture))
    assert not result.had_transparency
    np.testing.assert_array_equal(result.pixels, np.asarray(quadrants()))


def test_a_bmp_with_some_alpha_is_laid_on_white() -> None:
    picture = quadrants().convert("RGBA")
    picture.putpixel((0, 0), (255, 0, 0, 0))
    result = read(bmp_with_alpha(picture))
    assert result.had_transparency
    assert result.pixels[0, 0].tolist() == [255, 255, 255]


def test_the_sentence_for_no_picture_lists_the_formats_that_are_read() -> None:
    with pytest.raises(NotAnImageError) as caught:
        read(b"a letter to a friend")
    assert caught.value.hint == f"Send a photo as {formats_sentence()}."
    assert all(name in caught.value.hint for name in FORMAT_NAMES)


def test_an_empty_picture_is_broken_and_not_cut() -> None:
    with pytest.raises(CorruptImageError):
        read(b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", struct.pack(">IIBBBBB", 0, 0, 8, 2, 0, 0, 0)))
