"""Broken, cut, enormous and foreign files are refused by name, never by a traceback."""

import random
import struct
import subprocess
import sys
import threading
import zlib

import numpy as np
import PIL.Image
import pytest

from tests.photo_files import PLAIN_FILES, file_of, photo
from vggweb.core import images
from vggweb.core.formats import format_of
from vggweb.core.images import PhotoLimits, ReadPhoto, read_photo
from vggweb.core.photo_headers import read_header
from vggweb.errors import (
    CorruptImageError,
    NoPhotoError,
    NotAnImageError,
    PhotoError,
    PhotoTooLargeError,
    UnsupportedFormatError,
    VggwebError,
)

# Outside the tests images.py silences Pillow's warnings of odd metadata; pytest puts them back as errors.
pytestmark = pytest.mark.filterwarnings("ignore")

MAX_PIXELS, MAX_BYTES = 52_000_000, 16 * 1024 * 1024
FIRST_FRAME_HALVES = {"gif animated", "apng", "mpo"}  # a second frame of the same size follows the photo
MUTATIONS_PER_FORMAT = 20
SIZED_FILES = [kind for kind in PLAIN_FILES if kind != "heic"]  # HEVC codes at least 64 × 64 pixels, which count


def read(data: bytes) -> ReadPhoto:
    return read_photo(data, PhotoLimits(MAX_PIXELS, MAX_BYTES))


def noisy(kind: str) -> bytes:
    """A file with detail up to its last row, so that no cut misses picture data."""
    pixels = np.random.default_rng(0).integers(0, 256, (64, 96, 3), dtype=np.uint8)
    return PLAIN_FILES[kind](PIL.Image.fromarray(pixels))


@pytest.mark.parametrize("kind", PLAIN_FILES)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.98])
def test_a_file_that_was_cut_is_refused_as_corrupt(kind: str, share: float) -> None:
    data = noisy(kind)
    if kind in FIRST_FRAME_HALVES:
        share *= 0.49
    end = min(int(len(data) * share), len(data) - 40)  # the last bytes of a tiny file are no picture data
    with pytest.raises(CorruptImageError) as caught:
        read(data[:end])
    assert (caught.value.status, caught.value.code) == (422, "corrupt_image")
    assert caught.value.__cause__ is not None


@pytest.mark.parametrize("kind", PLAIN_FILES)
def test_a_file_without_its_last_byte_is_whole_or_refused(kind: str) -> None:
    data = noisy(kind)
    try:
        shortened = read(data[:-1])
    except CorruptImageError:
        return
    np.testing.assert_array_equal(shortened.pixels, read(data).pixels)


@pytest.mark.parametrize("kind", ["jpeg", "jpeg progressive", "png", "gif", "bmp", "tiff"])
def test_bytes_after_the_picture_do_no_harm(kind: str) -> None:
    data = noisy(kind)
    np.testing.assert_array_equal(read(data + b"\x00trailing bytes").pixels, read(data).pixels)


@pytest.mark.parametrize("kind", ["gif animated", "apng", "mpo"])
def test_a_cut_in_a_later_frame_does_not_cost_the_photo(kind: str) -> None:
    data = noisy(kind)
    np.testing.assert_array_equal(read(data[: int(len(data) * 0.9)]).pixels, read(data).pixels)


def test_no_bytes_are_no_photo() -> None:
    with pytest.raises(NoPhotoError):
        read(b"")


@pytest.mark.parametrize(
    "data",
    [
        b"a",
        b"hello, I am a text\n" * 50,
        b"<!DOCTYPE html><html><body>not a photo</body></html>",
        b'{"photo": null}',
        b"PK\x03\x04" + b"\x00" * 60,
        b"\x7fELF" + b"\x00" * 60,
        b"\x00" * 500,
        random.Random(3).randbytes(5000),
    ],
    ids=["one byte", "text", "html", "json", "zip", "program", "zeros", "noise"],
)
def test_bytes_that_are_no_picture_are_said_to_be_none(data: bytes) -> None:
    with pytest.raises(NotAnImageError) as caught:
        read(data)
    assert (caught.value.status, caught.value.code) == (415, "not_an_image")


def written_by_pillow(format_name: str) -> bytes:
    return file_of(photo(), format_name)


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        (b'<svg viewBox="0 0 1 1"></svg>', "SVG"),
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (b"8BPS\x00\x01" + b"\x00" * 30, "Photoshop"),
        (b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00", "video"),
        (b"\x1aE\xdf\xa3" + b"\x00" * 30, "video"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "video"),
        (written_by_pillow("JPEG2000"), "JPEG 2000"),
        (written_by_pillow("ICO"), "icon"),
        (written_by_pillow("PPM"), "PPM"),
        (written_by_pillow("EPS"), "PostScript"),
        (written_by_pillow("DDS"), "DirectDraw"),
        (written_by_pillow("PCX"), "PCX"),
        (written_by_pillow("SGI"), "SGI"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_format_that_is_not_read_is_named(data: bytes, word: str) -> None:
    with pytest.raises(UnsupportedFormatError) as caught:
        read(data)
    assert (caught.value.status, caught.value.code) == (415, "unsupported_format")
    assert word in caught.value.message


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        b"II*\x00\x08\x00\x00\x00",
        b"MM\x00*\xff\xff\xff\xff",
        b"RIFF\x10\x00\x00\x00WEBPVP8 ",
        b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00",
        b"\x00\x00\x00\x1cftypheic\x00\x00\x00\x00mif1heic",
        b"\xff\x0a",
        b"\x00\x00\x00\x0cJXL \r\n\x87\n",
    ],
    ids=["jpeg", "png", "gif", "tiff", "big-endian tiff", "webp", "avif", "heic", "jxl", "jxl container"],
)
def test_a_signature_with_nothing_behind_it_is_corrupt(data: bytes) -> None:
    with pytest.raises(CorruptImageError):
        read(data)


def png_header(width: int, height: int, *, colour_type: int = 2) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, colour_type, 0, 0, 0)
    checksum = struct.pack(">I", zlib.crc32(b"IHDR" + header))
    data = zlib.compress(b"\x00" * 1000)
    idat = struct.pack(">I", len(data)) + b"IDAT" + data + struct.pack(">I", zlib.crc32(b"IDAT" + data))
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + header + checksum + idat


def jxl_header(side: int) -> bytes:
    """A JPEG XL codestream that claims to be a square: not small, 30-bit height, ratio 1:1, all default."""
    bits, position = 0, 0
    for value, width in ((0, 1), (3, 2), (side - 1, 30), (1, 3), (1, 1)):
        bits |= value << position
        position += width
    return b"\xff\x0a" + bits.to_bytes(30, "little")


def enormous_files() -> dict[str, tuple[bytes, str]]:
    """Small files whose headers claim far more pixels than the limit."""
    gif = bytearray(PLAIN_FILES["gif"](photo()))
    gif[6:10] = struct.pack("<HH", 60_000, 60_000)
    bmp = bytearray(PLAIN_FILES["bmp"](photo()))
    bmp[18:26] = struct.pack("<ii", 100_000, 100_000)
    jpeg = bytearray(PLAIN_FILES["jpeg"](photo()))
    frame = jpeg.index(b"\xff\xc0")
    jpeg[frame + 5 : frame + 9] = struct.pack(">HH", 65_000, 65_000)
    webp = bytearray(PLAIN_FILES["webp lossless"](photo()))
    webp[21:25] = struct.pack("<I", 16_383 | 16_383 << 14)
    jxl = jxl_header(100_000)
    boxed = b"\x00\x00\x00\x0cJXL \r\n\x87\n" + struct.pack(">I", 8 + len(jxl)) + b"jxlc" + jxl
    return {
        "png": (png_header(100_000, 100_000), "100,000 × 100,000"),
        "gif": (bytes(gif), "60,000 × 60,000"),
        "bmp": (bytes(bmp), "100,000 × 100,000"),
        "jpeg": (bytes(jpeg), "65,000 × 65,000"),
        "webp": (bytes(webp), "16,384 × 16,384"),
        "jpeg xl": (jxl, "100,000 × 100,000"),
        "jpeg xl container": (boxed, "100,000 × 100,000"),
    }


@pytest.mark.parametrize("kind", enormous_files())
def test_a_header_that_claims_too_many_pixels_is_refused_with_both_limits(kind: str) -> None:
    data, size = enormous_files()[kind]
    with pytest.raises(PhotoTooLargeError) as caught:
        read(data)
    assert (caught.value.status, caught.value.code) == (413, "photo_too_large")
    assert f"{size} pixels" in caught.value.message
    assert "16 MiB" in caught.value.message
    assert "52 million pixels" in caught.value.message


def test_refusing_enormous_files_takes_no_memory() -> None:
    code = (
        "import resource\n"
        "from pathlib import Path\n"
        "from tests.core.test_hostile_files import enormous_files, read\n"
        "from vggweb.errors import PhotoTooLargeError\n"
        "files = [data for data, _ in enormous_files().values()]\n"
        "used = int(Path('/proc/self/statm').read_text().split()[0]) * resource.getpagesize()\n"
        "limit = used + 100_000_000\n"  # the smallest of these pictures takes 800 MB
        "resource.setrlimit(resource.RLIMIT_AS, (limit, limit))\n"
        "for data in files:\n"
        "    try:\n"
        "        read(data)\n"
        "    except PhotoTooLargeError as error:\n"
        "        assert '×' in error.message, error.message\n"
        "    else:\n"
        "        raise AssertionError('not refused')\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("kind", SIZED_FILES)
def test_the_pixel_limit_is_exact_for_every_format(kind: str) -> None:
    data = PLAIN_FILES[kind](photo(30, 20))
    assert read_photo(data, PhotoLimits(600, MAX_BYTES)).pixels.shape == (20, 30, 3)
    with pytest.raises(PhotoTooLargeError, match=r"30 × 20 pixels"):
        read_photo(data, PhotoLimits(599, MAX_BYTES))


def test_the_byte_limit_is_exact_and_comes_before_everything_else() -> None:
    data = PLAIN_FILES["jpeg"](photo())
    read_photo(data, PhotoLimits(MAX_PIXELS, len(data)))
    with pytest.raises(PhotoTooLargeError, match=r"52 million pixels"):
        read_photo(data, PhotoLimits(MAX_PIXELS, len(data) - 1))
    with pytest.raises(PhotoTooLargeError):
        read_photo(b"no picture at all", PhotoLimits(MAX_PIXELS, 5))


def test_pillows_own_limit_does_not_interfere_below_ours() -> None:
    data = png_header(19_000, 10_000, colour_type=0)  # 190 million pixels: Pillow alone refuses from 179
    with pytest.raises(CorruptImageError) as caught:  # the header is accepted, then the pixels are missing
        read_photo(data, PhotoLimits(200_000_000, MAX_BYTES))
    assert not isinstance(caught.value.__cause__, PIL.Image.DecompressionBombError)


def test_running_out_of_memory_is_said_to_be_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    def out_of_memory(picture: PIL.Image.Image) -> tuple[PIL.Image.Image, bool]:
        raise MemoryError

    monkeypatch.setattr(images, "to_rgb", out_of_memory)  # a machine cannot be made to run out on purpose
    with pytest.raises(PhotoTooLargeError, match="memory"):
        read(PLAIN_FILES["png"](photo()))


@pytest.mark.parametrize(("width", "height"), [(1, 1), (8, 8), (256, 256), (640, 480), (513, 17), (9, 3000)])
@pytest.mark.parametrize("kind", SIZED_FILES)
def test_the_declared_size_is_the_one_that_the_decoder_finds(kind: str, width: int, height: int) -> None:
    data = PLAIN_FILES[kind](photo(width, height))
    header = read_header(format_of(data) or "", data)
    assert (header.size.width, header.size.height, header.orientation) == (width, height, 1)


def mutated(data: bytes, chance: random.Random) -> bytes:
    """The file with some bytes changed, dropped, doubled or swapped for lengths that overflow."""
    broken = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 5, 20])):
        # half of the changes hit the headers, where the lengths and offsets are
        place = chance.randrange(min(len(broken), chance.choice([64, len(broken)])))
        kind = chance.randrange(5)
        if kind == 0:
            broken[place] = chance.randrange(256)
        elif kind == 1:
            broken[place] ^= 1 << chance.randrange(8)
        elif kind == 2:
            broken[place : place + 4] = chance.choice([b"\xff" * 4, b"\x00" * 4, b"\x7f\xff\xff\xff"])
        elif kind == 3:
            del broken[place : place + chance.randrange(1, 40)]
        else:
            broken[place:place] = broken[place : place + chance.randrange(1, 40)]
        if not broken:
            break
    return bytes(broken)


@pytest.mark.parametrize("kind", PLAIN_FILES)
def test_every_mutated_file_is_a_photo_or_one_of_the_named_errors(kind: str) -> None:
    data = PLAIN_FILES[kind](photo(48, 32))
    chance = random.Random(kind)
    for number in range(MUTATIONS_PER_FORMAT):
        broken = mutated(data, chance)
        try:
            result = read_photo(broken, PhotoLimits(1_000_000, MAX_BYTES))
        except (NoPhotoError, NotAnImageError, UnsupportedFormatError, CorruptImageError, PhotoTooLargeError):
            continue
        except BaseException as error:
            raise AssertionError(f"{kind}, mutation {number}: {error!r}") from error
        assert result.pixels.shape == (result.height, result.width, 3)
        assert result.pixels.dtype == np.uint8


def test_no_sentence_shows_a_librarys_own_words() -> None:
    for kind in PLAIN_FILES:
        data = noisy(kind)
        try:
            read(data[: len(data) // 3])
        except PhotoError as error:
            assert str(error.__cause__) not in f"{error.message} {error.hint}"
            assert "object at" not in error.message


def test_many_threads_read_good_and_bad_files_at_once() -> None:
    files = [PLAIN_FILES[kind](photo()) for kind in PLAIN_FILES]
    files += [data[: len(data) // 2] for data in files] + [b"text", b"%PDF-1.4"]
    expected = [outcome(data) for data in files]
    found: list[list[str]] = []

    def work() -> None:
        found.append([outcome(data) for data in files])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4


def outcome(data: bytes) -> str:
    try:
        return str(read(data).pixels.sum())
    except VggwebError as error:
        return error.code
