"""Header → stored pixels, by the decoder of each format. Only these decoders ever run on a visitor's bytes."""

import io
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

import numpy as np
import pi_heif
import PIL.Image
from PIL import _avif as avif_binding
from PIL import _webp as webp_binding

from vggweb.core.deep_values import scale_of
from vggweb.core.formats import JPEG_XL, JPEG_XL_PLUGIN
from vggweb.core.photo_headers import UPRIGHT, PhotoHeader
from vggweb.core.photo_headers.header import checked_orientation
from vggweb.core.photo_headers.tiff import read_layout
from vggweb.core.photo_headers.tiff_tags import orientation_of_exif
from vggweb.core.scientific_tiff import is_plain, read_scientific
from vggweb.core.stored_pixels import BytePixels, DeepPixels, PillowPixels, StoredPixels
from vggweb.errors import UnsupportedFormatError

# Our own limit decides, from the header and with a sentence; Pillow's would warn or raise in its own words.
PIL.Image.MAX_IMAGE_PIXELS = None

# Pillow warns of odd metadata in files that it then opens all the same. Set once and for the whole process:
# catch_warnings is not safe between threads.
warnings.filterwarnings("ignore", module=r"PIL\.")

pi_heif.options.DECODE_THREADS = 1  # one photo, one thread: others are decoded beside it
CHANNELS = {"L": 1, "LA": 2, "La": 2, "RGB": 3, "RGBA": 4, "RGBa": 4}
DEEP_MODES = ("I", "F")


@dataclass(frozen=True)
class Decoded:
    """A picture as stored, and how it is to be turned (1-8, as in EXIF)."""

    pixels: StoredPixels
    orientation: int


def decode(format_name: str, header: PhotoHeader) -> Decoded:
    """The first picture of the file, all of it.

    Raises:
        UnsupportedFormatError: a variant that is not read.
        Exception: anything at all, if the file is broken.
    """
    return _DECODERS[format_name](header)


def _by_pillow(name: str) -> Callable[[PhotoHeader], Decoded]:
    def decode_by_pillow(header: PhotoHeader) -> Decoded:
        with PIL.Image.open(io.BytesIO(header.data), formats=(name,)) as picture:
            picture.load()
        return Decoded(PillowPixels(picture), header.orientation)

    return decode_by_pillow


def _bmp(header: PhotoHeader) -> Decoded:
    """Writers of 32 bits often leave the fourth byte 0: a picture that is transparent throughout is opaque."""
    decoded = _by_pillow("BMP")(header)
    picture = decoded.pixels.picture  # type: ignore[attr-defined]
    opaque = picture.mode == "RGBA" and picture.getchannel("A").getextrema()[1] == 0
    return Decoded(PillowPixels(picture, opaque=opaque), UPRIGHT)


def _tiff(header: PhotoHeader) -> Decoded:
    layout = read_layout(header.data)
    if not is_plain(layout):
        return Decoded(read_scientific(header.data, layout), header.orientation)
    try:
        picture = PIL.Image.open(io.BytesIO(_with_end(header)), formats=("TIFF",))
    except PIL.UnidentifiedImageError as error:
        if not header.whole:
            raise
        raise UnsupportedFormatError("The file is a kind of TIFF that is not read here.") from error
    with picture:
        picture.info.pop("xmp", None)  # Pillow turns a TIFF while it loads it, by a packet that no browser asks
        picture.load()
    return Decoded(PillowPixels(picture), header.orientation)


def _with_end(header: PhotoHeader) -> bytes:
    """Some zeros behind a whole file, since Pillow refuses one that ends right after its directory's last tag."""
    return header.data + bytes(8) if header.whole else header.data


def _webp(header: PhotoHeader) -> Decoded:
    """By the binding itself: Pillow's plugin would copy the picture twice more."""
    decoder = webp_binding.WebPAnimDecoder(header.data)
    (width, height), _, _, _, raw_mode = decoder.get_info()
    frame = decoder.get_next()
    if frame is None:
        raise OSError("no frame")
    values = np.frombuffer(frame[0], np.uint8).reshape(height, width, 4)
    return Decoded(BytePixels(values, "RGB" if raw_mode == "RGBX" else raw_mode, raw_mode), header.orientation)


def _avif(header: PhotoHeader) -> Decoded:
    """By the binding itself: Pillow's plugin refuses general brands and would copy the picture twice more."""
    decoder = avif_binding.AvifDecoder(header.data, "auto", 1)
    (width, height), _, mode, _, _, orientation, _ = decoder.get_info()
    values = np.frombuffer(decoder.get_frame(0)[0], np.uint8).reshape(height, width, -1)
    return Decoded(BytePixels(values, mode, mode), checked_orientation(orientation))


def _heic(header: PhotoHeader) -> Decoded:
    """The primary picture; libheif has turned it as the file's own properties say."""
    file = pi_heif.HeifFile(io.BytesIO(header.data), remove_stride=False)
    picture = file[file.primary_index]
    if picture.mode not in CHANNELS:
        raise UnsupportedFormatError("The file is a kind of HEIC that is not read here.")
    picture.load()
    (width, height), channels = picture.size, CHANNELS[picture.mode]
    rows = np.frombuffer(picture.data, np.uint8).reshape(height, picture.stride)
    values = rows[:, : width * channels].reshape(height, width, channels)
    return Decoded(BytePixels(values, picture.mode, picture.mode, owner=file), UPRIGHT)


def _jpeg_xl(header: PhotoHeader) -> Decoded:
    import_module(JPEG_XL_PLUGIN)  # importing it registers the decoder
    with PIL.Image.open(io.BytesIO(header.data), formats=("JXL",)) as picture:
        picture.load()
    # The codestream's own orientation, which the decoder applies, overrides EXIF, except in a JPEG packed without loss.
    turned = header.orientation != UPRIGHT and not getattr(picture, "jpeg", False)
    orientation = UPRIGHT if turned else checked_orientation(orientation_of_exif(picture.info.get("exif", b"")))
    if picture.mode not in DEEP_MODES:
        return Decoded(PillowPixels(picture), orientation)
    values = np.asarray(picture)[..., np.newaxis]
    return Decoded(DeepPixels(values, scale_of(values), "L"), orientation)


_DECODERS: dict[str, Callable[[PhotoHeader], Decoded]] = {
    "JPEG": _by_pillow("JPEG"),
    "PNG": _by_pillow("PNG"),
    "GIF": _by_pillow("GIF"),
    "BMP": _bmp,
    "TIFF": _tiff,
    "WebP": _webp,
    "AVIF": _avif,
    "HEIC": _heic,
    JPEG_XL: _jpeg_xl,
}
