"""Array → picture: every scale and colour map lives here."""

import io

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from vggweb.core.arrays import Picture
from vggweb.core.preprocessing import MEAN_BGR

GreyPicture = NDArray[np.uint8]  # (h, w)

MID_GREY = 128
# The furthest that a mean-subtracted value can lie from 0: 255 - 103.939. One scale for all three channels.
CHANNEL_LIMIT = float(255 - MEAN_BGR.min())


def channel_picture(values: NDArray[np.float32]) -> GreyPicture:
    """A mean-subtracted channel in grey: mid grey is 0, white +151.061, black −151.061.

    Args:
        values: float32 (224, 224), a channel of the batch.

    Returns:
        uint8 (224, 224).
    """
    grey = MID_GREY + values * ((MID_GREY - 1) / CHANNEL_LIMIT)
    picture: GreyPicture = np.clip(np.rint(grey), 0, 255).astype(np.uint8)
    return picture


def encode_png(picture: Picture | GreyPicture) -> bytes:
    """The picture as a PNG file.

    Args:
        picture: uint8 (h, w, 3) RGB or (h, w) grey.
    """
    encoded = io.BytesIO()
    PIL.Image.fromarray(picture).save(encoded, "PNG")
    return encoded.getvalue()


def decode_picture(data: bytes) -> Picture:
    """The uint8 (h, w, 3) RGB picture of a PNG or JPEG file that we encoded ourselves."""
    with PIL.Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as picture:
        return np.asarray(picture.convert("RGB"))
