"""TIFF: what its first directory says of its pixels (TIFF 6.0; BigTIFF; Adobe's technical notes)."""

import struct
from dataclasses import dataclass

from vggweb.core.photo_headers.header import (
    BYTES_PER_PIXEL,
    UPRIGHT,
    PhotoHeader,
    Size,
    checked_orientation,
    raw_picture,
)
from vggweb.core.photo_headers.tiff_tags import (
    ORIENTATION,
    SUB_DIRECTORIES,
    Directory,
    directories,
    first_value,
    first_values,
)
from vggweb.errors import PhotoTooLargeError, UnsupportedFormatError

# The tags that are looked at, by their numbers.
KIND, WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC = 254, 256, 257, 258, 259, 262
STRIP_PLACES, SAMPLES, ROWS_IN_STRIP, STRIP_LENGTHS, PLANES = 273, 277, 278, 279, 284
TILE_WIDTH, TILE_HEIGHT, TILE_PLACES, TILE_LENGTHS, EXTRA, SAMPLE_FORMAT = 322, 323, 324, 325, 338, 339
DNG_VERSION = 50706
SEPARATE_PLANES = 2
COLOUR_FILTER_ARRAY, LINEAR_RAW = 32803, 34892  # the photometric interpretations of a sensor's own numbers (DNG 1.7)
PREVIEW = 1  # bit 0 of NewSubfileType
CANON_RAW = b"CR"  # stands behind the header of a CR2
MOST_PIECES = 200_000  # strips or tiles; one row a strip in three planes of the tallest photo allowed is well below
LARGEST_SAMPLES = 64


@dataclass(frozen=True)
class TiffLayout:
    """How the numbers of the first picture are stored.

    Attributes:
        bits: of each sample.
        compression: TIFF's number for it; 1 is none.
        photometric: what the samples mean; 0 is grey with 0 as white.
        sample_formats: 1 unsigned, 2 signed, 3 floating point, of each sample.
        separate_planes: each sample has a plane of its own.
        extra_samples: what the samples beyond the colours are; 1 and 2 are alpha.
    """

    bits: tuple[int, ...]
    compression: int
    photometric: int
    sample_formats: tuple[int, ...]
    separate_planes: bool
    extra_samples: tuple[int, ...]

    @property
    def samples(self) -> int:
        """How many numbers a pixel has."""
        return len(self.bits)


def read(data: bytes) -> PhotoHeader:
    """The header of a TIFF. The rotation is taken out of the bytes: the decoded picture lies as stored.

    Raises:
        UnsupportedFormatError: it is a camera's raw picture.
        PhotoTooLargeError: it is cut into more pieces than any photo.
    """
    found = directories(data)
    if data[8:10] == CANON_RAW or is_raw(found):
        raise raw_picture()
    first, layout = found[0], layout_of(found[0])
    size = Size(first_value(first, WIDTH, 0), first_value(first, HEIGHT, 0))
    if not size.pixels or size.pixels < 0:
        raise ValueError("a picture without pixels")
    piece = _largest_piece(first, size)
    bits = max(layout.bits) * (1 if layout.separate_planes else layout.samples)
    picture_bytes = size.pixels * max(BYTES_PER_PIXEL, sum(layout.bits) // 8)
    return PhotoHeader(
        sizes=(size, piece),
        data=_laid_as_stored(data, first),
        memory_bytes=picture_bytes + piece.pixels * bits // 8,
        orientation=checked_orientation(first_value(first, ORIENTATION, UPRIGHT)),
        whole=_is_whole(first, len(data)),
    )


def read_layout(data: bytes) -> TiffLayout:
    """How the first picture's numbers are stored."""
    return layout_of(directories(data)[0])


def is_raw(found: list[Directory]) -> bool:
    """Whether the directories are those of a camera's raw picture, of which the first is often only a preview."""
    if any(first_value(one, PHOTOMETRIC, 0) in (COLOUR_FILTER_ARRAY, LINEAR_RAW) for one in found):
        return True
    preview_first = first_value(found[0], KIND, 0) & PREVIEW and SUB_DIRECTORIES in found[0]
    return DNG_VERSION in found[0] or bool(preview_first)


def layout_of(first: Directory) -> TiffLayout:
    """How the numbers are stored, by the directory's tags and TIFF's defaults for those that are missing."""
    samples = first_value(first, SAMPLES, 1)
    if not 0 < samples <= LARGEST_SAMPLES:
        raise UnsupportedFormatError("The file is a TIFF with more channels than a photo has, which is not read here.")
    return TiffLayout(
        bits=_each(first_values(first, BITS, (1,)), samples),
        compression=first_value(first, COMPRESSION, 1),
        photometric=first_value(first, PHOTOMETRIC, 1),
        sample_formats=_each(first_values(first, SAMPLE_FORMAT, (1,)), samples),
        separate_planes=first_value(first, PLANES, 1) == SEPARATE_PLANES,
        extra_samples=first_values(first, EXTRA, ()),
    )


def _each(values: tuple[int, ...], samples: int) -> tuple[int, ...]:
    """One value for each sample: some writers give a single one for all."""
    return (values + values[-1:] * samples)[:samples]


def _largest_piece(first: Directory, size: Size) -> Size:
    """What the decoder holds at once: a tile, however large beside the picture, or a strip."""
    pieces = max((first[code].count for code in (STRIP_PLACES, TILE_PLACES) if code in first), default=0)
    if pieces > MOST_PIECES:
        raise PhotoTooLargeError(
            "The picture is cut into %(pieces)s pieces, and a photo can have %(most)s.",
            pieces=f"{pieces:,}",
            most=f"{MOST_PIECES:,}",
        )
    if TILE_WIDTH in first:
        return Size(first_value(first, TILE_WIDTH, 0), first_value(first, TILE_HEIGHT, 0))
    return Size(size.width, min(first_value(first, ROWS_IN_STRIP, size.height), size.height))


def _laid_as_stored(data: bytes, first: Directory) -> bytes:
    """The file with its rotation set to upright, so that no decoder turns the picture, and so copies it whole."""
    tag = first.get(ORIENTATION)
    if tag is None or tag.values in ((), (UPRIGHT,)):
        return data
    upright = struct.pack(tag.format, UPRIGHT)
    return data[: tag.position] + upright + data[tag.position + len(upright) :]


def _is_whole(first: Directory, length: int) -> bool:
    places = first_values(first, STRIP_PLACES, ()) or first_values(first, TILE_PLACES, ())
    lengths = first_values(first, STRIP_LENGTHS, ()) or first_values(first, TILE_LENGTHS, ())
    ends = [place + count for place, count in zip(places, lengths, strict=False)]
    return bool(ends) and max(ends) <= length
