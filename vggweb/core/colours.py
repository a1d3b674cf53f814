"""Any of Pillow's modes → 8-bit RGB, with transparent parts laid on white and no depth thrown away by clipping.

An 8-bit picture without transparency is converted exactly as Keras's ``load_img`` does it, by Pillow's
``convert("RGB")``; that includes CMYK. What ``load_img`` gets wrong or refuses is handled here: transparency,
more than 8 bits, LAB.
"""

from functools import cache

import numpy as np
import PIL.Image
from numpy.typing import NDArray
from PIL import ImageCms

WHITE = (255, 255, 255, 255)
DEEP_MODES = ("I;16", "I;16L", "I;16B", "I;16N", "I", "F")
LARGEST_8_BIT = 255
LARGEST_16_BIT = 65535


def to_rgb(picture: PIL.Image.Image) -> tuple[PIL.Image.Image, bool]:
    """The picture in RGB, and whether any part of it was transparent."""
    if picture.has_transparency_data:
        return _on_white(picture)
    if picture.mode in DEEP_MODES:
        return PIL.Image.fromarray(_to_8_bit(np.asarray(picture))).convert("RGB"), False
    if picture.mode == "LAB":
        return _from_lab(picture), False
    return (picture if picture.mode == "RGB" else picture.convert("RGB")), False


def _on_white(picture: PIL.Image.Image) -> tuple[PIL.Image.Image, bool]:
    if picture.mode in DEEP_MODES:  # a deep grey picture whose header names one grey as transparent
        grey = np.asarray(picture)
        transparent = grey == picture.info["transparency"]
        values = np.where(transparent, LARGEST_8_BIT, _to_8_bit(grey)).astype(np.uint8)
        return PIL.Image.fromarray(values).convert("RGB"), bool(transparent.any())
    with_alpha = picture.convert("RGBA")
    lowest_alpha = with_alpha.getchannel("A").getextrema()[0]
    if lowest_alpha == LARGEST_8_BIT:
        return with_alpha.convert("RGB"), False
    ground = PIL.Image.new("RGBA", with_alpha.size, WHITE)
    return PIL.Image.alpha_composite(ground, with_alpha).convert("RGB"), True


def _to_8_bit(grey: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Grey values of any depth brought to 0-255.

    Whole numbers up to 255 stay; up to 65535 they count as 16-bit. Floating-point values up to 1 count as
    shares of white. Anything beyond is stretched from its own minimum to its own maximum, since no format
    says what white is.
    """
    values = np.nan_to_num(grey.astype(np.float64), posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    if grey.dtype == np.uint16 or (grey.dtype.kind in "iu" and low >= 0 and LARGEST_8_BIT < high <= LARGEST_16_BIT):
        scaled = values * (LARGEST_8_BIT / LARGEST_16_BIT)
    elif low >= 0 and high <= 1 and grey.dtype.kind == "f":
        scaled = values * LARGEST_8_BIT
    elif low >= 0 and high <= LARGEST_8_BIT:
        scaled = values
    else:
        scaled = (values - low) * (LARGEST_8_BIT / ((high - low) or 1))
    return np.rint(scaled).astype(np.uint8)


def _from_lab(picture: PIL.Image.Image) -> PIL.Image.Image:
    converted = ImageCms.applyTransform(picture, _lab_to_srgb())
    if converted is None:
        raise OSError("LAB could not be converted")
    return converted


@cache
def _lab_to_srgb() -> ImageCms.ImageCmsTransform:
    return ImageCms.buildTransform(ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), "LAB", "RGB")
