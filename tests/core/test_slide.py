"""The slide shows the photo whole and bars as long as their probabilities."""

import numpy as np

from vggweb.core.card import BAR, PAPER
from vggweb.core.predictions import top_predictions
from vggweb.core.slide import draw_slide

RED = np.full((300, 600, 3), (200, 10, 10), np.uint8)


def slide_of(score: float) -> np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]:
    probabilities = np.full(1000, (1 - score) / 999, np.float32)
    probabilities[281] = score
    return draw_slide(RED, top_predictions(probabilities), note="compact weights", address="localhost/r/x")


def test_a_wide_photo_is_shown_whole() -> None:
    rows, columns = np.nonzero((slide_of(0.5) == RED[0, 0]).all(axis=-1))
    assert int(np.ptp(columns)) + 1 == 900
    assert int(np.ptp(rows)) + 1 == 450


def test_a_bar_is_as_long_as_its_probability() -> None:
    half, whole = ((slide_of(score) == BAR).all(axis=-1).sum() for score in (0.5, 1.0))
    assert 0.45 < half / whole < 0.58  # the other four words have the shortest of bars


def test_nothing_is_written_over_the_edge() -> None:
    slide = slide_of(0.9)
    for edge in (slide[0], slide[-1], slide[:, 0], slide[:, -1]):
        assert (edge == PAPER).all()
