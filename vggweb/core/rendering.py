"""Array → picture: every scale and colour map lives here."""

import io
from typing import TypeAlias

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from vggweb.core.arrays import FeatureMap, HeatMap, Picture
from vggweb.core.preprocessing import MEAN_BGR
from vggweb.core.sheets import Sheet

GreyPicture: TypeAlias = NDArray[np.uint8]  # (h, w)
Size: TypeAlias = tuple[int, int]  # (height_px, width_px)

MID_GREY = 128
WHITE = 255
# The furthest that a mean-subtracted value can lie from 0: 255 - 103.939. One scale for all three channels,
# whose values lie between -123.68 (no red) and 151.061 (full blue).
CHANNEL_LIMIT = float(WHITE - MEAN_BGR.min())
OVERLAY_STRENGTH = 0.75  # how much of the photo the hottest place hides

# The heat map's colours in Oklab's polar form: lightness in [0, 1], chroma, hue in degrees. Chosen for this
# project: from night blue over plum and coral to pale yellow, so that it also reads in grey and for the colour-blind.
HEAT_ANCHORS = (
    (0.20, 0.050, 265.0),
    (0.36, 0.130, 290.0),
    (0.52, 0.170, 335.0),
    (0.68, 0.165, 25.0),
    (0.82, 0.140, 70.0),
    (0.95, 0.090, 105.0),
)
HEAT_STEPS = 256
SRGB_LINEAR_END = 0.0031308  # below this, sRGB's curve is a straight line (IEC 61966-2-1)

# Oklab → linear sRGB (B. Ottosson 2020, "A perceptual color space for image processing").
_OKLAB_TO_LMS_ROOTS = np.array(
    [
        [1.0, 0.3963377774, 0.2158037573],
        [1.0, -0.1055613458, -0.0638541728],
        [1.0, -0.0894841775, -1.2914855480],
    ]
)
_LMS_TO_LINEAR_RGB = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ]
)
KERNEL_SHEET = Sheet.square(64, 3)  # block1_conv1 has 64 kernels of 3 × 3


def channel_picture(values: NDArray[np.float32]) -> GreyPicture:
    """A mean-subtracted channel in grey: mid grey is 0, white +151.061, black −151.061.

    Args:
        values: float32 (224, 224), a channel of the batch.

    Returns:
        uint8 (224, 224).
    """
    return signed_picture(values, CHANNEL_LIMIT)


def signed_picture(values: NDArray[np.float32], limit: float) -> GreyPicture:
    """Values of both signs on a symmetric scale: 0 becomes grey 128, ±limit 255 and 1.

    Args:
        values: float32, any shape.
        limit: the value, over 0, that becomes white; beyond it everything is white or black.

    Returns:
        uint8, the same shape.
    """
    grey = MID_GREY + values * ((MID_GREY - 1) / limit)
    return np.clip(np.rint(grey), 0, WHITE).astype(np.uint8)


def grey_picture(values: NDArray[np.float32], maximum: float) -> GreyPicture:
    """Values from 0 (black) to a maximum (white); all black where the maximum is 0.

    Grey grows with the square root, so that mid grey is a quarter of the maximum: feature maps have few strong places,
    and on a straight scale the rest of them would drown in black.

    Args:
        values: float32, any shape.
        maximum: the value that becomes white.

    Returns:
        uint8, the same shape.
    """
    if maximum <= 0:
        return np.zeros(values.shape, np.uint8)
    shares = np.clip(values / maximum, 0, 1)
    return np.rint(np.sqrt(shares) * WHITE).astype(np.uint8)


def heatmap_picture(heatmap: HeatMap, size: Size | None = None, *, smooth: bool = True) -> Picture:
    """A map from 0 (night blue) to 1 (pale yellow) in colours whose steps look equally large.

    Args:
        heatmap: float32 (h, w) in [0, 1].
        size: (height_px, width_px) of the picture; by default one pixel for each value.
        smooth: interpolate between the values; otherwise each stays a rectangle.

    Returns:
        uint8 (height, width, 3) RGB.
    """
    sized = heatmap if size is None else resize_map(heatmap, size, smooth=smooth)
    steps = np.clip(np.rint(sized * (HEAT_STEPS - 1)), 0, HEAT_STEPS - 1).astype(np.intp)
    return HEAT_COLOURS[steps]


def overlay(image: Picture, heatmap: HeatMap, *, strength: float = OVERLAY_STRENGTH) -> Picture:
    """A heat map laid on a photo: the hotter a place, the more of its colour; at 0 the photo is untouched.

    Args:
        image: uint8 (h, w, 3) RGB. Not modified.
        heatmap: float32 in [0, 1], of any size; brought to the photo's size smoothly.
        strength: share of colour at 1, in [0, 1].

    Returns:
        uint8 (h, w, 3) RGB.
    """
    height, width = image.shape[:2]
    heat = resize_map(heatmap, (height, width))
    share = strength * heat[..., np.newaxis]  # (h, w, 1)
    mixed = (1 - share) * image + share * heatmap_picture(heat)
    return np.clip(np.rint(mixed), 0, WHITE).astype(np.uint8)


def colour_bar(size: Size) -> Picture:
    """The heat map's scale, 0 at the left edge and 1 at the right.

    Args:
        size: (height_px, width_px).

    Returns:
        uint8 (height, width, 3) RGB.
    """
    height, width = size
    scale = np.linspace(0, 1, width, dtype=np.float32)
    return heatmap_picture(np.tile(scale, (height, 1)))


def kernel_pictures(kernel: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The kernels of block1_conv1 as colour pictures, each on its own scale.

    Grey 128 is weight 0; the weight of each kernel that is furthest from 0 becomes 255 or 1. The kernel's input
    channels are blue, green, red; here they are red, green, blue again.

    Args:
        kernel: float32 (3, 3, 3, 64): height, width, input channel, filter. Not modified.

    Returns:
        uint8 (64, 3, 3, 3): filter, height, width, RGB.
    """
    filters = np.moveaxis(kernel[:, :, ::-1, :], -1, 0)  # (64, 3, 3, 3), RGB
    limits = np.abs(filters).max(axis=(1, 2, 3))
    return np.stack(
        [signed_picture(values, float(limit) or 1.0) for values, limit in zip(filters, limits, strict=True)]
    )


def kernel_sheet(kernel: NDArray[np.float32]) -> NDArray[np.uint8]:
    """All kernels of block1_conv1 on one sheet, laid out as `KERNEL_SHEET` says.

    Args:
        kernel: as in `kernel_pictures`.

    Returns:
        uint8 (24, 24, 3) RGB, a pixel for each weight.
    """
    return KERNEL_SHEET.arranged(dict(enumerate(kernel_pictures(kernel))))


def resize_map(values: FeatureMap, size: Size, *, smooth: bool = True) -> FeatureMap:
    """A map brought to another size.

    Args:
        values: float32 (h, w). Not modified.
        size: (height_px, width_px).
        smooth: bilinear interpolation; otherwise the nearest value. A smaller map averages what it joins.

    Returns:
        float32 (height, width), between the smallest and the largest value.
    """
    height, width = size
    method = PIL.Image.Resampling.BILINEAR if smooth else PIL.Image.Resampling.NEAREST
    picture = PIL.Image.fromarray(np.ascontiguousarray(values, np.float32))
    return np.asarray(picture.resize((width, height), method), np.float32)


def enlarge(picture: NDArray[np.uint8], factor: int) -> NDArray[np.uint8]:
    """The picture with each pixel as a square of `factor` × `factor` pixels.

    Args:
        picture: uint8 (h, w) or (h, w, 3).
        factor: 1 or more.
    """
    return picture.repeat(factor, axis=0).repeat(factor, axis=1)


def encode_png(picture: Picture | GreyPicture, *, compress_level: int = 6) -> bytes:
    """The picture as a PNG file.

    Args:
        picture: uint8 (h, w, 3) RGB or (h, w) grey.
        compress_level: zlib's, 0-9. A photo takes a hundredth more bytes with 1 than with 6, and a third of the time.
    """
    encoded = io.BytesIO()
    PIL.Image.fromarray(picture).save(encoded, "PNG", compress_level=compress_level)
    return encoded.getvalue()


def encode_webp(picture: Picture | GreyPicture) -> bytes:
    """The picture as a lossless WebP file; grey comes back as RGB of three equal channels.

    Args:
        picture: uint8 (h, w, 3) RGB or (h, w) grey, at most 16,383 pixels a side.
    """
    encoded = io.BytesIO()
    PIL.Image.fromarray(picture).convert("RGB").save(encoded, "WEBP", lossless=True, quality=0, method=0)
    return encoded.getvalue()


def decode_picture(data: bytes) -> Picture:
    """The uint8 (h, w, 3) RGB picture of a PNG, WebP or JPEG file that we encoded ourselves."""
    with PIL.Image.open(io.BytesIO(data), formats=("PNG", "WEBP", "JPEG")) as picture:
        return np.asarray(picture.convert("RGB"))


def _heat_colours() -> NDArray[np.uint8]:
    """The heat map's 256 colours, uint8 (256, 3) RGB.

    The anchors are joined by straight lines in Oklab and walked at constant speed: neighbouring colours are all
    equally far apart there, and the lightness never falls.
    """
    lightness, chroma, hue_degrees = np.array(HEAT_ANCHORS).T
    hue = np.deg2rad(hue_degrees)
    anchors = np.stack([lightness, chroma * np.cos(hue), chroma * np.sin(hue)], axis=-1)  # (6, 3)
    legs = np.linalg.norm(np.diff(anchors, axis=0), axis=1)
    walked = np.concatenate([[0.0], np.cumsum(legs)]) / legs.sum()
    steps = np.linspace(0, 1, HEAT_STEPS)
    oklab = np.stack([np.interp(steps, walked, axis) for axis in anchors.T], axis=-1)  # (256, 3)
    return _oklab_to_srgb(oklab)


def _oklab_to_srgb(oklab: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Oklab colours as 8-bit sRGB."""
    linear = (oklab @ _OKLAB_TO_LMS_ROOTS.T) ** 3 @ _LMS_TO_LINEAR_RGB.T
    linear = np.clip(linear, 0, 1)
    encoded = np.where(linear <= SRGB_LINEAR_END, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.rint(encoded * WHITE).astype(np.uint8)


HEAT_COLOURS = _heat_colours()  # uint8 (256, 3) RGB, from 0 to 1
