"""Accuracy and calibration, worked out on paper."""

import numpy as np
import pytest

from vggweb.core.accuracy import Tally


def probabilities(first: int, score: float) -> np.ndarray:
    """The class `first` with that score, and the classes 900, 901, … with the rest, ever less."""
    values = np.zeros(1000, np.float32)
    values[900:910] = (1 - score) * np.arange(10, 0, -1) / 55
    values[first] = score
    return values


def test_the_shares_count_the_first_word_and_the_first_five() -> None:
    tally = Tally()
    for right in (7, 7, 900, 903, 904):  # places 0, 0, 1, 4 and 5
        tally.add(probabilities(7, 0.6), right)
    assert (tally.top1, tally.top5) == (2 / 5, 4 / 5)
    assert tally.mean_confidence == pytest.approx(0.6)


def test_four_answers_of_sixty_percent_of_which_one_is_right_are_off_by_thirty_five() -> None:
    tally = Tally()
    for right in (7, 8, 8, 8):
        tally.add(probabilities(7, 0.6), right)
    assert tally.calibration_error == pytest.approx(0.35)


def test_bins_are_weighed_by_their_answers_and_gaps_within_a_bin_cancel() -> None:
    tally = Tally()
    tally.add(probabilities(7, 1.0), 7)  # exactly right, in the last bin
    tally.add(probabilities(7, 0.5), 7)  # these two together are exactly as good as they say
    tally.add(probabilities(7, 0.5), 8)
    tally.add(probabilities(7, 0.9), 8)  # in the last bin: 1 of 2 right at 0.95
    assert tally.calibration_error == pytest.approx((2 * 0 + 2 * 0.45) / 4)
