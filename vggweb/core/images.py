"""Bytes → an upright RGB photo; bad files → named errors.

The content decides what a file is, never its name. Only the decoders listed in `formats.DECODERS` ever run on
a visitor's bytes, and the size in the header is checked before any pixel is decoded.
"""

import io
import logging
import warnings
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import pi_heif
import PIL.Image
from PIL import ExifTags

from vggweb.core.arrays import Photo
from vggweb.core.colours import to_rgb
from vggweb.core.formats import DECODERS, FORMATS, name_of_unread_format, reads
from vggweb.core.photo_facts import PhotoFacts
from vggweb.core.photo_headers import declared_size
from vggweb.errors import (
    CorruptImageError,
    NoPhotoError,
    NotAnImageError,
    PhotoError,
    PhotoTooLargeError,
    UnsupportedFormatError,
)

logger = logging.getLogger(__name__)
pi_heif.register_heif_opener()
with suppress(ImportError):  # the optional extra `jxl`
    import pillow_jxl  # noqa: F401 - importing it registers the JPEG XL decoder

# Our own limit decides, from the header and with a sentence; Pillow's would warn or raise in its own words.
PIL.Image.MAX_IMAGE_PIXELS = None

# Pillow warns of odd metadata in files that it then opens all the same. Set once and for the whole process:
# catch_warnings is not safe between threads.
warnings.filterwarnings("ignore", module=r"PIL\.")

MEBIBYTE = 1024 * 1024
MILLION = 1_000_000
UPRIGHT = 1
TURNS = {  # EXIF 2.32, table 4: how the stored picture must be turned to stand upright
    2: PIL.Image.Transpose.FLIP_LEFT_RIGHT,
    3: PIL.Image.Transpose.ROTATE_180,
    4: PIL.Image.Transpose.FLIP_TOP_BOTTOM,
    5: PIL.Image.Transpose.TRANSPOSE,
    6: PIL.Image.Transpose.ROTATE_270,
    7: PIL.Image.Transpose.TRANSVERSE,
    8: PIL.Image.Transpose.ROTATE_90,
}


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
    limits = _Limits(max_pixels=max_pixels, max_bytes=max_bytes)
    limits.check_bytes(len(data))
    try:
        size = declared_size(data)
        if size is not None:
            limits.check_pixels(size.width, size.height)
        with _open(data) as picture:
            limits.check_pixels(*picture.size)
            return _decode(picture, turned_by_decoder=size is not None and size.orientation != UPRIGHT)
    except PhotoError:
        raise
    except MemoryError as error:
        raise limits.exceeded("The picture needs more memory than there is.") from error
    except Exception as error:
        # On hostile bytes a decoder may raise anything: OSError, SyntaxError, struct.error, RuntimeError …
        # All of them mean the same to whoever sent the file.
        logger.info("A photo could not be decoded: %r", error)
        raise CorruptImageError from error


@dataclass(frozen=True)
class _Limits:
    max_pixels: int
    max_bytes: int

    def check_bytes(self, count: int) -> None:
        if count > self.max_bytes:
            raise self.exceeded(f"The file has {count / MEBIBYTE:.1f} MiB.")

    def check_pixels(self, width: int, height: int) -> None:
        pixels = width * height
        if pixels > self.max_pixels:
            raise self.exceeded(
                f"The picture has {width:,} × {height:,} pixels, that is {pixels / MILLION:,.4g} million."
            )

    def exceeded(self, what: str) -> PhotoTooLargeError:
        megapixels, mebibytes = self.max_pixels / MILLION, self.max_bytes / MEBIBYTE
        return PhotoTooLargeError(
            f"{what} A photo can have {mebibytes:.4g} MiB and {megapixels:.4g} million pixels at most."
        )


def _open(data: bytes) -> PIL.Image.Image:
    """The picture's header, read by one of our decoders; JPEG XL apart, no pixel is decoded yet."""
    try:
        return PIL.Image.open(io.BytesIO(data), formats=DECODERS)
    except PIL.UnidentifiedImageError as error:
        if reads(data):
            raise CorruptImageError from error
        name = name_of_unread_format(data)
        if name is None:
            raise NotAnImageError from error
        raise UnsupportedFormatError(f"The file is {name}, which is not read here.") from error


def _decode(picture: PIL.Image.Image, *, turned_by_decoder: bool) -> ReadPhoto:
    """All of the first frame, turned upright and into RGB.

    Colour profiles are not applied, as Keras's ``load_img`` does not apply them.
    """
    format_name = FORMATS[picture.format or ""]
    orientation = _orientation(picture, turned_by_decoder=turned_by_decoder)
    picture.load()
    rgb, had_transparency = to_rgb(picture)
    if orientation != UPRIGHT and format_name != "TIFF":  # Pillow turns a TIFF while it loads it
        rgb = rgb.transpose(TURNS[orientation])
    return ReadPhoto(np.asarray(rgb), format_name, orientation != UPRIGHT, had_transparency)


def _orientation(picture: PIL.Image.Image, *, turned_by_decoder: bool) -> int:
    """How the file asks to be turned: 1-8, 1 for upright.

    A broken EXIF block says nothing about the pixels, so the picture then counts as upright. Of HEIC, libheif
    applies the rotation and Pillow's plugin drops the tag.
    """
    if turned_by_decoder and not getattr(picture, "jpeg", False):
        return UPRIGHT  # JPEG XL's own orientation overrides EXIF, except in a JPEG packed without loss
    try:
        orientation = picture.getexif().get(ExifTags.Base.Orientation, UPRIGHT)
    except Exception as error:  # Pillow's EXIF reader raises whatever its parser meets
        logger.info("An EXIF block could not be read: %r", error)
        return UPRIGHT
    return orientation if orientation in TURNS else UPRIGHT
