"""The preview card is as large as chats ask for, and never too heavy for them."""

import io

import numpy as np
import PIL.Image
import pytest

from tests.conftest import SAMPLES
from vggweb.core.arrays import Picture
from vggweb.core.card import MOST_CARD_BYTES, draw_card, encode_card
from vggweb.core.predictions import top_predictions

NOISE = np.random.default_rng(0).integers(0, 256, (800, 800, 3), np.uint8)
EXTREMES = np.random.default_rng(0).integers(0, 2, (800, 800, 3), np.uint8) * np.uint8(255)
CAT = np.asarray(PIL.Image.open(SAMPLES / "cat.jpg").convert("RGB"))


def card_of(photo: Picture) -> Picture:
    probabilities = np.full(1000, 0.0005, np.float32)
    probabilities[281] = 0.5
    return draw_card(photo, top_predictions(probabilities), note="compact weights")


@pytest.mark.parametrize("photo", [NOISE, EXTREMES, CAT])
def test_a_card_has_at_most_250_kilobytes_whatever_the_photo(photo: Picture) -> None:
    data = encode_card(card_of(photo))
    assert len(data) <= MOST_CARD_BYTES == 250_000
    with PIL.Image.open(io.BytesIO(data)) as card:
        assert (card.format, card.size) == ("JPEG", (1200, 630))


def test_an_ordinary_photo_loses_nothing_that_one_would_see() -> None:
    card = card_of(CAT)
    with PIL.Image.open(io.BytesIO(encode_card(card))) as encoded:
        assert np.abs(np.asarray(encoded, np.float32) - card).mean() < 1.5
