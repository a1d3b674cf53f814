"""The 1200 × 630 card that a shared link shows in a chat or a timeline: the photo and the first words."""

import io
from collections.abc import Sequence

import numpy as np
import PIL.Image
from PIL import ImageDraw, ImageFont, ImageOps

from vggweb.core.arrays import Picture
from vggweb.core.predictions import Prediction

CARD_SIZE_PX = (1200, 630)  # what Open Graph and Twitter's summary_large_image ask for
PHOTO_SIZE_PX = (630, 630)
MARGIN_PX = 48
ROWS = 3
MOST_CARD_BYTES = 250_000  # messengers drop a preview over 300 kB
QUALITIES = (90, 80, 65, 50, 35, 20, 5)  # JPEG's, tried in turn; the last is enough for any noise
PAPER = (250, 248, 243)
INK = (28, 32, 38)
MUTED = (92, 98, 106)
BAR = (14, 110, 104)
BAR_GROUND = (226, 222, 212)


def draw_card(photo: Picture, predictions: Sequence[Prediction], *, note: str) -> Picture:
    """The card as a picture.

    Args:
        photo: uint8 (h, w, 3) RGB; its centre square is shown.
        predictions: best first; the first three are written.
        note: one line that says which weights answered.

    Returns:
        uint8 (630, 1200, 3) RGB.
    """
    card = PIL.Image.new("RGB", CARD_SIZE_PX, PAPER)
    card.paste(ImageOps.fit(PIL.Image.fromarray(photo), PHOTO_SIZE_PX), (0, 0))
    draw = ImageDraw.Draw(card)
    left, width = PHOTO_SIZE_PX[0] + MARGIN_PX, CARD_SIZE_PX[0] - PHOTO_SIZE_PX[0] - 2 * MARGIN_PX
    draw.text((left, MARGIN_PX), "What VGG16 sees", fill=MUTED, font=font(30))
    for row, prediction in enumerate(predictions[:ROWS]):
        _draw_row(draw, prediction, left=left, top=124 + row * 128, width=width)
    draw.text((left, CARD_SIZE_PX[1] - MARGIN_PX - 60), "vggweb", fill=INK, font=font(30))
    draw.text((left, CARD_SIZE_PX[1] - MARGIN_PX - 20), note, fill=MUTED, font=fitting_font(note, 22, width))
    return np.asarray(card)


def encode_card(card: Picture) -> bytes:
    """The card as a JPEG file of at most `MOST_CARD_BYTES`, as good as that allows.

    Args:
        card: uint8 (630, 1200, 3) RGB.
    """
    tries = (_jpeg(card, quality) for quality in QUALITIES)
    return next(data for data in tries if len(data) <= MOST_CARD_BYTES)


def _jpeg(card: Picture, quality: int) -> bytes:
    encoded = io.BytesIO()
    PIL.Image.fromarray(card).save(encoded, "JPEG", quality=quality, progressive=True)
    return encoded.getvalue()


def _draw_row(draw: ImageDraw.ImageDraw, prediction: Prediction, *, left: int, top: int, width: int) -> None:
    words = prediction.label.replace("_", " ")
    share = f"{prediction.score:.0%}"
    share_width = draw.textlength(share, font=font(38))
    draw.text((left, top), words, fill=INK, font=fitting_font(words, 44, width - share_width - 24))
    draw.text((left + width - share_width, top + 4), share, fill=INK, font=font(38))
    draw.rounded_rectangle((left, top + 66, left + width, top + 80), radius=7, fill=BAR_GROUND)
    filled = max(14, round(width * prediction.score))
    draw.rounded_rectangle((left, top + 66, left + filled, top + 80), radius=7, fill=BAR)


def font(size_px: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Letters of that size."""
    return ImageFont.load_default(size_px)  # Pillow's own embedded font: no font file to ship


def fitting_font(text: str, size_px: float, width: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Letters of that size, or smaller ones, so that the text is no wider than that in pixels."""
    natural = font(size_px).getlength(text)
    return font(size_px * min(1.0, width / max(natural, 1.0)))
