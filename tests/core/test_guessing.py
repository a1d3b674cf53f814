"""Four words to guess from."""

import numpy as np

from vggweb.core.classes import all_classes
from vggweb.core.guessing import words_to_choose_from


def probabilities_of(*indices: int) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """Falling probabilities for these classes, next to nothing for the others."""
    values = np.full(1000, 1e-6, np.float32)
    values[list(indices)] = np.geomspace(0.5, 0.001, len(indices))
    return values


def test_the_networks_first_two_words_are_among_the_choices() -> None:
    choices = words_to_choose_from(probabilities_of(285, 281, 900, 282))
    assert len(set(choices)) == 4
    assert {285, 281} <= set(choices)


def test_a_related_word_is_offered_before_a_likelier_one_of_another_kind() -> None:
    choices = words_to_choose_from(probabilities_of(285, 281, 900, 901, 902, 282, 283))
    assert {282, 283} <= set(choices)  # cats, as the first


def test_two_classes_of_one_name_are_not_both_offered() -> None:
    choices = words_to_choose_from(probabilities_of(638, 639, 134, 517))
    labels = [all_classes()[index].label for index in choices]
    assert labels.count("crane") == 1


def test_another_seed_gives_another_order_of_the_same_words() -> None:
    orders = {words_to_choose_from(probabilities_of(1, 2, 3, 4), seed=seed) for seed in range(20)}
    assert len(orders) > 1
    assert len({frozenset(order) for order in orders}) == 1
