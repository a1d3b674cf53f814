"""Bytes → all that is kept of a photo: the three model inputs, a small copy to show, and its facts."""

import io
from dataclasses import dataclass

import numpy as np
import PIL.Image

from vggweb.core.architecture import IMAGE_SIZE_PX
from vggweb.core.arrays import Image
from vggweb.core.images import OpenPhoto, PhotoLimits, opened
from vggweb.core.photo_facts import PhotoFacts
from vggweb.core.preprocessing import ResizeMethod, centre_square, shortening
from vggweb.core.shrinking import Nearest, Smooth, columns_first

SHOWN_PHOTO_MAX_PX = 1024  # longer side of the copy that the page shows
SHOWN_PHOTO_QUALITY = 88
_INPUT_SIZE = (IMAGE_SIZE_PX, IMAGE_SIZE_PX)


@dataclass(frozen=True)
class PreparedPhoto:
    """What is kept of a photo.

    Attributes:
        images: the uint8 (224, 224, 3) model input that each way of resizing gives.
        shown_jpeg: a copy of at most 1024 pixels a side, encoded anew and so without EXIF.
        facts: what is known of it besides its pixels.
    """

    images: dict[ResizeMethod, Image]
    shown_jpeg: bytes
    facts: PhotoFacts


def prepare_photo(data: bytes, limits: PhotoLimits) -> PreparedPhoto:
    """The photo that a file's bytes hold, prepared in every way; it raises what `images.opened` does.

    The images are those that `prepare_image` makes of the whole photo, pixel for pixel, except that a photo lying on
    its side is never turned whole.
    """
    with opened(data, limits) as photo:
        return _prepare(photo)


def _prepare(photo: OpenPhoto) -> PreparedPhoto:
    if columns_first(photo.size, IMAGE_SIZE_PX):
        shrunk = _shrink(photo.transposed())
        images = {method: np.ascontiguousarray(image.swapaxes(0, 1)) for method, image in shrunk.images.items()}
        shown = shrunk.shown.transpose(PIL.Image.Transpose.TRANSPOSE)
    else:
        shrunk = _shrink(photo)
        images, shown = shrunk.images, shrunk.shown
    facts = PhotoFacts(*photo.size, photo.format, photo.was_rotated, shrunk.had_transparency)
    return PreparedPhoto(images, _jpeg(shown), facts)


@dataclass(frozen=True)
class _Shrunk:
    images: dict[ResizeMethod, Image]
    shown: PIL.Image.Image
    had_transparency: bool


def _shrink(photo: OpenPhoto) -> _Shrunk:
    """The small pictures, each row of the photo looked at once."""
    size = photo.size
    factors = shortening(size)
    nearest, squashed, crop = _nearest(size), _squashed(size, factors), _crop(size)
    shown = _shown(size, step := max(1, max(size) // (2 * SHOWN_PHOTO_MAX_PX)))
    had_transparency = False
    for band in photo.bands(rows_multiple=factors[1] * step):
        for part in (nearest, squashed, crop, shown):
            part.add(band.top, band.picture)
        had_transparency |= band.had_transparency
    images: dict[ResizeMethod, Image] = {
        "keras": nearest.result(),
        "bilinear": np.asarray(squashed.result()),
        "crop": np.asarray(crop.result()),
    }
    return _Shrunk(images, shown.result(), had_transparency)


def _nearest(size: tuple[int, int]) -> Nearest:
    return Nearest(size, IMAGE_SIZE_PX)


def _squashed(size: tuple[int, int], factors: tuple[int, int]) -> Smooth:
    return _whole(size, _INPUT_SIZE, PIL.Image.Resampling.BILINEAR, factors)


def _crop(size: tuple[int, int]) -> Smooth:
    return Smooth(size, _INPUT_SIZE, PIL.Image.Resampling.BILINEAR, centre_square(*size))


def _shown(size: tuple[int, int], step: int) -> Smooth:
    """The copy to show; a large photo is averaged in whole steps first, to twice the size at least."""
    scale = min(1, SHOWN_PHOTO_MAX_PX / max(size))
    target = max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
    return _whole(size, target, PIL.Image.Resampling.BICUBIC, (step, step))


def _whole(
    size: tuple[int, int], target: tuple[int, int], resample: PIL.Image.Resampling, factors: tuple[int, int]
) -> Smooth:
    box = (0, 0, -(-size[0] // factors[0]), -(-size[1] // factors[1]))
    return Smooth(size, target, resample, box, factors)


def _jpeg(picture: PIL.Image.Image) -> bytes:
    encoded = io.BytesIO()
    picture.save(encoded, "JPEG", quality=SHOWN_PHOTO_QUALITY, progressive=True)
    return encoded.getvalue()
