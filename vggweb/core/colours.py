"""Any of Pillow's modes → 8-bit RGB, with transparent parts laid on white.

An 8-bit picture without transparency is converted exactly as Keras's ``load_img`` does it, by Pillow's
``convert("RGB")``; that includes CMYK. What ``load_img`` gets wrong or refuses is handled here: transparency,
16-bit grey, LAB. Deeper numbers become 8-bit ones before (`deep_values`), since their scale is the whole picture's.
"""

from functools import cache

import numpy as np
import PIL.Image
from PIL import ImageCms

from vggweb.core.deep_values import LARGEST_16_BIT, Scale

WHITE = (255, 255, 255, 255)
GREY_16_BIT_MODES = ("I;16", "I;16L", "I;16B", "I;16N")
LARGEST_8_BIT = 255
SCALE_16_BIT = Scale(0, LARGEST_16_BIT)


def to_rgb(picture: PIL.Image.Image) -> tuple[PIL.Image.Image, bool]:
    """The picture in RGB, and whether any part of it was transparent."""
    if picture.has_transparency_data:
        return _on_white(picture)
    if picture.mode in GREY_16_BIT_MODES:
        return PIL.Image.fromarray(SCALE_16_BIT.to_8_bit(np.asarray(picture))).convert("RGB"), False
    if picture.mode == "LAB":
        return _from_lab(picture), False
    return (picture if picture.mode == "RGB" else picture.convert("RGB")), False


def _on_white(picture: PIL.Image.Image) -> tuple[PIL.Image.Image, bool]:
    if picture.mode in GREY_16_BIT_MODES:  # a deep grey picture whose header names one grey as transparent
        grey = np.asarray(picture)
        transparent = grey == picture.info["transparency"]
        values = np.where(transparent, LARGEST_8_BIT, SCALE_16_BIT.to_8_bit(grey)).astype(np.uint8)
        return PIL.Image.fromarray(values).convert("RGB"), bool(transparent.any())
    with_alpha = picture.convert("RGBA")
    lowest_alpha = with_alpha.getchannel("A").getextrema()[0]
    if lowest_alpha == LARGEST_8_BIT:
        return with_alpha.convert("RGB"), False
    ground = PIL.Image.new("RGBA", with_alpha.size, WHITE)
    return PIL.Image.alpha_composite(ground, with_alpha).convert("RGB"), True


def _from_lab(picture: PIL.Image.Image) -> PIL.Image.Image:
    converted = ImageCms.applyTransform(picture, _lab_to_srgb())
    if converted is None:
        raise OSError("LAB could not be converted")
    return converted


@cache
def _lab_to_srgb() -> ImageCms.ImageCmsTransform:
    return ImageCms.buildTransform(ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), "LAB", "RGB")
