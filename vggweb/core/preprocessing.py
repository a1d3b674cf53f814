"""From the photo to the batch: resize, turn RGB into BGR, subtract ImageNet's mean. Never in place.

The same arithmetic as Keras's ``load_img`` and ``preprocess_input`` (mode "caffe" of
keras/src/applications/imagenet_utils.py), in NumPy and Pillow, so that it can be had without starting
TensorFlow. Tests hold the two together.
"""

from typing import Literal, get_args

import numpy as np
import PIL.Image

from vggweb.core.architecture import IMAGE_SIZE_PX
from vggweb.core.arrays import Batch, Image, Photo

ResizeMethod = Literal["keras", "bilinear", "crop"]
RESIZE_METHODS: tuple[ResizeMethod, ...] = get_args(ResizeMethod)

# Average blue, green and red of ImageNet's training photos (Simonyan and Zisserman 2014, section 2.1; the
# values as in Caffe's VGG_ILSVRC_16_layers deploy file and Keras's imagenet_utils).
MEAN_BGR = np.array([103.939, 116.779, 123.68], dtype=np.float32)

SHORTER_SIDE_PX = 256  # the scale at which the paper cuts its 224 × 224 crops (section 3.2)
LONGEST_SIDE_PX = 20_000  # longer than cameras and panoramas; JPEG itself ends at 65,535
_TARGET_SIZE = (IMAGE_SIZE_PX, IMAGE_SIZE_PX)


def prepare_image(photo: Photo, resize: ResizeMethod) -> Image:
    """The model input that a photo becomes.

    ``keras``: squashed, nearest neighbour; the pixels of ``load_img(path, target_size=(224, 224))``.
    ``bilinear``: squashed, every source pixel counted.
    ``crop``: the centre 224 × 224 of the photo scaled so that its shorter side is 256.

    Args:
        photo: uint8 (H, W, 3) RGB, upright. Not modified.
        resize: the way to bring it to size.

    Returns:
        uint8 (224, 224, 3) RGB.
    """
    picture = PIL.Image.fromarray(photo)
    if resize == "keras":
        return np.asarray(picture.resize(_TARGET_SIZE, PIL.Image.Resampling.NEAREST))
    if resize == "bilinear":
        return np.asarray(_shortened(picture).resize(_TARGET_SIZE, PIL.Image.Resampling.BILINEAR))
    box = centre_square(*picture.size)
    return np.asarray(picture.resize(_TARGET_SIZE, PIL.Image.Resampling.BILINEAR, box=box))


def to_batch(image: Image) -> Batch:
    """The batch that Keras's ``preprocess_input`` makes of an image, bit for bit.

    Args:
        image: uint8 (224, 224, 3) RGB. Not modified.

    Returns:
        float32 (1, 224, 224, 3), BGR, ImageNet's mean subtracted.
    """
    bgr = image[np.newaxis, ..., ::-1].astype(np.float32)  # (1, 224, 224, 3)
    return bgr - MEAN_BGR


def to_image(batch: Batch) -> Image:
    """The image that a batch was made of: the mean added, BGR turned back into RGB, rounded.

    Args:
        batch: float32 (1, h, w, 3), BGR, mean-subtracted. Not modified.

    Returns:
        uint8 (h, w, 3) RGB.
    """
    bgr = np.clip(np.rint(batch[0] + MEAN_BGR), 0, 255)
    return bgr[..., ::-1].astype(np.uint8)


def shortening(size: tuple[int, int]) -> tuple[int, int]:
    """By which whole steps a photo is averaged, across and down, so that no side has over 20,000 pixels.

    Pillow's smooth resize keeps two 8-byte weights for each source pixel along a side: 800 MB for 50 million.
    """
    return -(-size[0] // LONGEST_SIDE_PX), -(-size[1] // LONGEST_SIDE_PX)


def _shortened(picture: PIL.Image.Image) -> PIL.Image.Image:
    """The picture with no side over 20,000 pixels; almost always the same object."""
    factors = shortening(picture.size)
    return picture if factors == (1, 1) else picture.reduce(factors)


def centre_square(width_px: int, height_px: int) -> tuple[float, float, float, float]:
    """The part of the photo that scaling its shorter side to 256 and cutting out the centre keeps.

    Cutting first and scaling once gives the same pixels, and a photo of 1 × 50,000 pixels builds no
    256 × 12,800,000 picture on the way.
    """
    side = min(width_px, height_px) * IMAGE_SIZE_PX / SHORTER_SIDE_PX
    left, top = (width_px - side) / 2, (height_px - side) / 2
    return left, top, left + side, top + side
