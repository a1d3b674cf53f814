"""The answer as a 1920 × 1080 picture for a slide: the photo, five words with their bars, where it comes from."""

from collections.abc import Sequence

import numpy as np
import PIL.Image
from PIL import ImageDraw, ImageOps

from vggweb.core.arrays import Picture
from vggweb.core.card import BAR, BAR_GROUND, INK, MUTED, PAPER, fitting_font, font
from vggweb.core.predictions import Prediction

SLIDE_SIZE_PX = (1920, 1080)
PHOTO_BOX_PX = (900, 900)
MARGIN_PX = 60
ROWS = 5
ROW_HEIGHT_PX = 158
BAR_HEIGHT_PX = 22
LONGEST_ADDRESS = 70  # letters; a longer one would be too small to read


def draw_slide(photo: Picture, predictions: Sequence[Prediction], *, note: str, address: str) -> Picture:
    """The slide as a picture.

    Args:
        photo: uint8 (h, w, 3) RGB; shown whole.
        predictions: best first; the first five are written.
        note: one line that says which weights answered.
        address: of the result's page, without its scheme.

    Returns:
        uint8 (1080, 1920, 3) RGB.
    """
    slide = PIL.Image.new("RGB", SLIDE_SIZE_PX, PAPER)
    shown = ImageOps.contain(PIL.Image.fromarray(photo), PHOTO_BOX_PX)
    top = MARGIN_PX + (PHOTO_BOX_PX[1] - shown.height) // 2
    slide.paste(shown, (MARGIN_PX + (PHOTO_BOX_PX[0] - shown.width) // 2, top))
    draw = ImageDraw.Draw(slide)
    left = 2 * MARGIN_PX + PHOTO_BOX_PX[0]
    for row, prediction in enumerate(predictions[:ROWS]):
        _draw_row(draw, prediction, left=left, top=MARGIN_PX + 40 + row * ROW_HEIGHT_PX)
    foot = f"{note} · {address[:LONGEST_ADDRESS]}"
    width = SLIDE_SIZE_PX[0] - 2 * MARGIN_PX
    draw.text((MARGIN_PX, SLIDE_SIZE_PX[1] - 80), foot, fill=MUTED, font=fitting_font(foot, 32, width))
    return np.asarray(slide)


def _draw_row(draw: ImageDraw.ImageDraw, prediction: Prediction, *, left: int, top: int) -> None:
    width = SLIDE_SIZE_PX[0] - MARGIN_PX - left
    share = f"{prediction.score:.1%}"
    share_width = draw.textlength(share, font=font(56))
    words = prediction.label.replace("_", " ")
    draw.text((left, top), words, fill=INK, font=fitting_font(words, 64, width - share_width - 40))
    draw.text((left + width - share_width, top + 6), share, fill=INK, font=font(56))
    bar_top = top + 92
    radius = BAR_HEIGHT_PX // 2
    draw.rounded_rectangle((left, bar_top, left + width, bar_top + BAR_HEIGHT_PX), radius=radius, fill=BAR_GROUND)
    filled = max(BAR_HEIGHT_PX, round(width * prediction.score))
    draw.rounded_rectangle((left, bar_top, left + filled, bar_top + BAR_HEIGHT_PX), radius=radius, fill=BAR)
