"""Bytes → an upright RGB photo; bad files → named errors.

The content decides what a file is, never its name. Every size that a decoder would allocate is checked in the
header before any pixel is decoded, and what comes out is handed on in bands of rows: a large photo is never there
twice.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import PIL.Image

from vggweb.core.arrays import Photo
from vggweb.core.colours import to_rgb
from vggweb.core.decoders import decode
from vggweb.core.formats import RAW, format_of, formats_sentence, name_of_unread_format
from vggweb.core.photo_facts import PhotoFacts
from vggweb.core.photo_headers import UPRIGHT, PhotoHeader, Size, raw_picture, read_header
from vggweb.core.stored_pixels import Box, StoredPixels
from vggweb.errors import (
    CorruptImageError,
    NoPhotoError,
    NotAnImageError,
    PhotoError,
    PhotoTooLargeError,
    UnsupportedFormatError,
)

logger = logging.getLogger(__name__)

MEBIBYTE = 1024 * 1024
MILLION = 1_000_000
BAND_PIXELS = 1 << 20  # of a band of rows: 4 MB while it is worked on
TURNS = {  # EXIF 2.32, table 4: how the stored picture must be turned to stand upright
    2: PIL.Image.Transpose.FLIP_LEFT_RIGHT,
    3: PIL.Image.Transpose.ROTATE_180,
    4: PIL.Image.Transpose.FLIP_TOP_BOTTOM,
    5: PIL.Image.Transpose.TRANSPOSE,
    6: PIL.Image.Transpose.ROTATE_270,
    7: PIL.Image.Transpose.TRANSVERSE,
    8: PIL.Image.Transpose.ROTATE_90,
}
SIDEWAYS = (5, 6, 7, 8)  # orientations in which stored columns become upright rows
TRANSPOSED = {1: 5, 2: 8, 3: 7, 4: 6, 5: 1, 6: 4, 7: 3, 8: 2}  # orientation → the one that also swaps rows and columns
FROM_THE_END = (3, 4, 7, 8)  # orientations in which the first upright row is the last stored row or column


@dataclass(frozen=True)
class PhotoLimits:
    """How large a photo may be.

    Attributes:
        max_pixels: of the picture, and of everything else that its decoder would allocate.
        max_bytes: of the file.
        max_memory_bytes: what decoding may take beside the file; 0: whatever it takes.
    """

    max_pixels: int
    max_bytes: int
    max_memory_bytes: int = 0

    def check_bytes(self, count: int) -> None:
        """Raises PhotoTooLargeError if the file is larger."""
        if count > self.max_bytes:
            raise PhotoTooLargeError(
                "The file has %(mebibytes)s MiB. "
                "A photo can have %(max_mebibytes)s MiB and %(max_megapixels)s million pixels at most.",
                mebibytes=f"{count / MEBIBYTE:.1f}",
                **self.values(),
            )

    def check_header(self, header: PhotoHeader) -> None:
        """Raises PhotoTooLargeError if decoding would allocate more, by the header."""
        for size in header.sizes:
            self._check_size(size)
        if self.max_memory_bytes and header.memory_bytes > self.max_memory_bytes:
            raise PhotoTooLargeError(
                "The picture would take %(mebibytes)s MiB of memory, and a photo can take %(max_memory)s MiB.",
                mebibytes=f"{header.memory_bytes / MEBIBYTE:,.0f}",
                max_memory=f"{self.max_memory_bytes / MEBIBYTE:,.0f}",
            )

    def _check_size(self, size: Size) -> None:
        if size.pixels > self.max_pixels:
            raise PhotoTooLargeError(
                "The picture has %(width)s × %(height)s pixels, that is %(megapixels)s million. "
                "A photo can have %(max_mebibytes)s MiB and %(max_megapixels)s million pixels at most.",
                width=f"{size.width:,}",
                height=f"{size.height:,}",
                megapixels=f"{size.pixels / MILLION:,.1f}",
                **self.values(),
            )

    def out_of_memory(self) -> PhotoTooLargeError:
        """The error for a picture that no header gave away."""
        return PhotoTooLargeError(
            "The picture needs more memory than there is for one. "
            "A photo can have %(max_mebibytes)s MiB and %(max_megapixels)s million pixels at most.",
            **self.values(),
        )

    def values(self) -> dict[str, str]:
        """Both limits, as the sentences say them."""
        return {
            "max_mebibytes": f"{self.max_bytes / MEBIBYTE:.4g}",
            "max_megapixels": f"{self.max_pixels / MILLION:.4g}",
        }


@dataclass(frozen=True)
class Band:
    """Some whole rows of the upright photo.

    Attributes:
        top: the number of the first row.
        picture: RGB, as wide as the photo.
        had_transparency: some of it was transparent, and is white now.
    """

    top: int
    picture: PIL.Image.Image
    had_transparency: bool


@dataclass(frozen=True)
class OpenPhoto:
    """A photo whose pixels are decoded, and neither turned nor in RGB yet.

    Attributes:
        format: the file's format in words, such as ``JPEG``.
        orientation: how it is to be turned; 1-8 as in EXIF.
    """

    format: str
    orientation: int
    _pixels: StoredPixels

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, upright."""
        width, height = self._pixels.size
        return (height, width) if self.orientation in SIDEWAYS else (width, height)

    @property
    def was_rotated(self) -> bool:
        """A rotation tag is applied."""
        return self.orientation != UPRIGHT

    def transposed(self) -> "OpenPhoto":
        """The same photo with rows and columns swapped."""
        return replace(self, orientation=TRANSPOSED[self.orientation])

    def bands(self, *, rows_multiple: int = 1) -> Iterator[Band]:
        """The upright photo from top to bottom, in bands of a number of rows that is a multiple of the given one.

        Colour profiles are not applied, as Keras's ``load_img`` does not apply them.
        """
        width, height = self.size
        rows = max(1, BAND_PIXELS // (width * rows_multiple)) * rows_multiple
        for top in range(0, height, rows):
            rgb, had_transparency = to_rgb(self._pixels.part(self._stored_box(top, min(top + rows, height))))
            if self.orientation != UPRIGHT:
                rgb = rgb.transpose(TURNS[self.orientation])
            yield Band(top, rgb, had_transparency)

    def _stored_box(self, top: int, bottom: int) -> Box:
        width, height = self._pixels.size
        if self.orientation in FROM_THE_END:
            last = width if self.orientation in SIDEWAYS else height
            top, bottom = last - bottom, last - top
        return (top, 0, bottom, height) if self.orientation in SIDEWAYS else (0, top, width, bottom)


@dataclass(frozen=True)
class ReadPhoto:
    """A photo as it was read.

    Attributes:
        pixels: uint8 (H, W, 3) RGB, upright, transparent parts laid on white.
        format: the file's format in words, such as ``JPEG``.
        was_rotated: a rotation tag was applied.
        had_transparency: some pixels were transparent.
    """

    pixels: Photo
    format: str
    was_rotated: bool
    had_transparency: bool

    @property
    def width(self) -> int:
        """In pixels, upright."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """In pixels, upright."""
        return int(self.pixels.shape[0])

    @property
    def facts(self) -> PhotoFacts:
        """What is known of it besides its pixels."""
        return PhotoFacts(self.width, self.height, self.format, self.was_rotated, self.had_transparency)


@contextmanager
def opened(data: bytes, limits: PhotoLimits) -> Iterator[OpenPhoto]:
    """The photo that a file's bytes hold, of several frames the first; what goes wrong inside has a name, too.

    Raises:
        NoPhotoError: there are no bytes.
        NotAnImageError: the bytes are no picture.
        UnsupportedFormatError: a picture in a format, or a variant of one, that is not read.
        PhotoTooLargeError: over a limit; the message says both.
        CorruptImageError: a picture that stops half-way, or is broken inside.
    """
    if not data:
        raise NoPhotoError
    limits.check_bytes(len(data))
    format_name, header = _format_of(data), None
    try:
        header = read_header(format_name, data)
        limits.check_header(header)
        decoded = decode(format_name, header)
        yield OpenPhoto(format_name, decoded.orientation, decoded.pixels)
    except PhotoError:
        raise
    except MemoryError as error:
        raise limits.out_of_memory() from error
    except Exception as error:
        # On hostile bytes a decoder may raise anything: OSError, SyntaxError, struct.error, RuntimeError …
        # Its words stay out of the log as well: they may hold anything that the file does.
        logger.info("A %s could not be decoded: %s", format_name, type(error).__name__)
        raise _broken(header) from error


def read_photo(data: bytes, limits: PhotoLimits) -> ReadPhoto:
    """The whole upright RGB photo that a file's bytes hold; it raises what `opened` does.

    Args:
        data: the whole file.
        limits: larger files and pictures are refused before they are decoded.
    """
    with opened(data, limits) as photo:
        bands = list(photo.bands())
        pixels = np.concatenate([np.asarray(band.picture) for band in bands])
        transparent = any(band.had_transparency for band in bands)
        return ReadPhoto(pixels, photo.format, photo.was_rotated, transparent)


def _format_of(data: bytes) -> str:
    name = format_of(data)
    if name:
        return name
    unread = name_of_unread_format(data)
    if unread is None:
        raise NotAnImageError(hint="Send a photo as %(formats)s.", formats=formats_sentence())
    if unread == RAW:
        raise raw_picture()
    raise UnsupportedFormatError("The file is %(kind)s, which is not read here.", kind=unread)


def _broken(header: PhotoHeader | None) -> CorruptImageError:
    """What is known of a file that could not be decoded: that it was cut, that it was not, or neither."""
    if header is None:
        return CorruptImageError()
    if header.whole:
        return CorruptImageError(
            "The file is all there, but the picture in it is broken.",
            "Open it in another program, save it anew and send the new copy.",
        )
    return CorruptImageError("The file stops before the picture's end.")
