"""Bytes → an upright RGB photo; bad files → named errors.

The content decides what a file is, never its name. Only the decoders listed in `formats.DECODERS` ever run on a visitor's
bytes, and the size in the header is checked before any pixel is decoded.
"""

import io
import logging
from dataclasses import dataclass

import numpy as np
import PIL.Image
import pillow_heif
import pillow_jxl  # noqa: F401 - importing it registers the JPEG XL decoder
from PIL import ImageOps

from vggweb.core.arrays import Photo
from vggweb.core.colours import to_rgb
from vggweb.core.formats import DECODERS, FORMATS, name_of_unread_format, reads
from vggweb.errors import (
    CorruptImageError,
    NoPhotoError,
    NotAnImageError,
    PhotoTooLargeError,
    UnsupportedFormatError,
)

logger = logging.getLogger(__name__)
pillow_heif.register_heif_opener()

# Our own limit decides, from the header and with a sentence; Pillow's would warn or raise in its own words.
PIL.Image.MAX_IMAGE_PIXELS = None

MEBIBYTE = 1024 * 1024


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
        return self.pixels.shape[1]

    @property
    def height(self) -> int:
        """In pixels, upright."""
        return self.pixels.shape[0]


def read_photo(data: bytes, *, max_pixels: int, max_bytes: int) -> ReadPhoto:
    """The upright RGB photo that a file's bytes hold; of several frames the first.

    Args:
        data: the whole file.
        max_pixels: larger pictures are refused before they are decoded.
        max_bytes: larger files are refused before they are opened.

    Raises:
        NoPhotoError: there are no bytes.
        NotAnImageError: the bytes are no picture.
        UnsupportedFormatError: a picture in a format that is not read.
        PhotoTooLargeError: over a limit; the message says both.
        CorruptImageError: a picture that stops or breaks half-way.
    """
    if not data:
        raise NoPhotoError
    if len(data) > max_bytes:
        raise _too_large(f"The file has {len(data) / MEBIBYTE:.1f} MiB.", max_pixels, max_bytes)
    try:
        with _open(data) as picture:
            width, height = picture.size
            if width * height > max_pixels:
                raise _too_large(
                    f"The picture has {width:,} × {height:,} pixels, {width * height / 1e6:.0f} million.",
                    max_pixels,
                    max_bytes,
                )
            return _decode(picture)
    except (CorruptImageError, PhotoTooLargeError, NotAnImageError, UnsupportedFormatError):
        raise
    except MemoryError as error:
        raise _too_large("The picture needs more memory than there is.", max_pixels, max_bytes) from error
    except Exception as error:
        # On hostile bytes a decoder may raise anything: OSError, SyntaxError, struct.error, IndexError …
        # All of them mean the same to whoever sent the file.
        logger.info("A photo could not be decoded: %r", error)
        raise CorruptImageError from error


def _open(data: bytes) -> PIL.Image.Image:
    """The picture's header, read by one of our decoders; no pixel is decoded yet."""
    try:
        return PIL.Image.open(io.BytesIO(data), formats=DECODERS)
    except PIL.UnidentifiedImageError as error:
        if reads(data):
            raise CorruptImageError from error
        name = name_of_unread_format(data)
        if name is None:
            raise NotAnImageError from error
        raise UnsupportedFormatError(f"The file is {name}, which is not read here.") from error


def _decode(picture: PIL.Image.Image) -> ReadPhoto:
    """All of the first frame, turned upright and into RGB."""
    format_name = FORMATS[picture.format or ""]
    picture.load()
    upright = _upright(picture)
    was_rotated = upright is not picture
    rgb, had_transparency = to_rgb(upright)
    return ReadPhoto(np.asarray(rgb), format_name, was_rotated, had_transparency)


def _upright(picture: PIL.Image.Image) -> PIL.Image.Image:
    """The picture turned as its EXIF orientation says; the same object when there is nothing to turn.

    HEIC and JPEG XL decoders turn the picture themselves. A broken EXIF block says nothing about the pixels, so
    the picture then stays as it is.
    """
    try:
        orientation = picture.getexif().get(0x0112, 1)  # EXIF 2.32, table 4: Orientation
        if orientation in range(2, 9):
            return ImageOps.exif_transpose(picture)
    except Exception as error:  # Pillow's EXIF reader raises whatever its parser meets
        logger.info("An EXIF block could not be read: %r", error)
    return picture


def _too_large(what: str, max_pixels: int, max_bytes: int) -> PhotoTooLargeError:
    return PhotoTooLargeError(
        f"{what} A photo can have {max_bytes / MEBIBYTE:.4g} MiB and {max_pixels / 1e6:.4g} million pixels at most."
    )
