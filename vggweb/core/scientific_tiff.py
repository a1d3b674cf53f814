"""TIFFs whose numbers are no plain 8-bit ones: deep, signed, floating-point, in separate planes.

Pillow opens many of them, and hands some over wrongly: it wraps 32 bits, forgets signs, and takes 0 for black where
it is white. Here the file's own sample format, bits, photometric interpretation and planes decide (TIFF 6.0,
sections 8 and 19); what is not read is refused, never guessed.
"""

import io

import numpy as np
import PIL.Image
import tifffile

from vggweb.core.deep_values import Values, scale_of
from vggweb.core.photo_headers.tiff import TiffLayout
from vggweb.core.stored_pixels import DeepPixels
from vggweb.errors import UnsupportedFormatError

UNSIGNED, SIGNED, FLOATING, UNDEFINED = 1, 2, 3, 4
WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, CMYK = 0, 1, 2, 5
COLOURS = {WHITE_IS_ZERO: "L", BLACK_IS_ZERO: "L", RGB: "RGB", CMYK: "CMYK"}
ASSOCIATED, UNASSOCIATED = 1, 2
READ_BY_TIFFFILE = (1, 8, 32946, 32773)  # none, deflate under both its numbers, PackBits: without a further package
NO_PREDICTOR, HORIZONTAL = 1, 2
EIGHT, SIXTEEN = 8, 16
UNREAD_MODES = ("CMYKA", "CMYKa")
GREY_MODES = ("I;16", "I;16B", "I", "F")  # in which Pillow leaves one number a pixel as it is


def is_plain(layout: TiffLayout) -> bool:
    """Whether Pillow reads such numbers as they are meant: unsigned, 8 bits at most, or 16 in interleaved colours."""
    if set(layout.sample_formats) - {UNSIGNED, UNDEFINED}:
        return False
    if max(layout.bits) <= EIGHT:
        return True
    return set(layout.bits) == {SIXTEEN} and layout.photometric in (RGB, CMYK) and not layout.separate_planes


def read_scientific(data: bytes, layout: TiffLayout) -> DeepPixels:
    """The first picture's numbers with their scale.

    Raises:
        UnsupportedFormatError: they are kept in a way that is not read.
    """
    colours = COLOURS.get(layout.photometric)
    if colours is None or len(set(layout.bits)) > 1 or len(set(layout.sample_formats)) > 1:
        raise _unread()
    values = _values(data, layout)  # (h, w, samples)
    mode, channels = _mode(colours, layout)
    if values.shape[2] < channels or (mode == "L" and values.shape[2] > 1) or mode in UNREAD_MODES:
        raise _unread()
    values = values[..., :channels]
    coloured = values[..., : channels - 1] if mode[-1] in "Aa" else values
    scale = scale_of(coloured, bits=layout.bits[0])
    white_is_zero = layout.photometric == WHITE_IS_ZERO
    return DeepPixels(values, scale, mode, white_is_zero=white_is_zero, alpha_white=_full(values, layout.bits[0]))


def _mode(colours: str, layout: TiffLayout) -> tuple[str, int]:
    """Pillow's name for the channels that count, and how many they are; other extra samples are left out."""
    alpha = {UNASSOCIATED: "A", ASSOCIATED: "a"}.get(next(iter(layout.extra_samples), 0), "")
    return colours + alpha, len(colours) + len(alpha)


def _full(values: Values, bits: int) -> float:
    return 1.0 if values.dtype.kind == "f" else float(2**bits - 1)


def _values(data: bytes, layout: TiffLayout) -> Values:
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        page = file.pages.first
        if layout.compression not in READ_BY_TIFFFILE or page.predictor not in (NO_PREDICTOR, HORIZONTAL):
            return _values_by_pillow(data)
        try:
            values = page.asarray(maxworkers=1)
        except (ImportError, NotImplementedError, KeyError) as error:
            raise _unread() from error
        if values.dtype.kind not in "uif" or page.axes not in ("YX", "YXS", "SYX"):
            raise _unread()
        if page.axes == "SYX":
            return np.moveaxis(values, 0, -1)
        return values if page.axes == "YXS" else values[..., np.newaxis]


def _values_by_pillow(data: bytes) -> Values:
    """The numbers of a grey picture in one of libtiff's compressions, which Pillow leaves as they are."""
    with PIL.Image.open(io.BytesIO(data), formats=("TIFF",)) as picture:
        if picture.mode not in GREY_MODES:
            raise _unread()
        picture.load()
        return np.asarray(picture)[..., np.newaxis]


def _unread() -> UnsupportedFormatError:
    return UnsupportedFormatError("The file is a kind of TIFF that is not read here.")
