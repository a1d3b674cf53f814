"""From logits to words."""

import re

import keras
import numpy as np
import pytest

from vggweb.core.classes import all_classes, chinese_hypernyms, find_class, search_classes
from vggweb.core.predictions import certainty, groups, softmax, top_predictions
from vggweb.errors import UnknownClassError


def probabilities_of(**shares: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """The given labels' shares; the rest is spread evenly over ImageNet's other classes."""
    values = np.full(1000, (1 - sum(shares.values())) / (1000 - len(shares)), np.float32)
    for entry in all_classes():
        if entry.label in shares:
            values[entry.class_index] = shares[entry.label]
    return values


def test_softmax_is_that_of_keras_also_for_huge_logits() -> None:
    logits = np.random.default_rng(0).normal(0, 300, (3, 1000)).astype(np.float32)
    expected = keras.ops.convert_to_numpy(keras.ops.softmax(logits))
    assert np.allclose(softmax(logits), expected, atol=1e-6)
    assert np.allclose(softmax(logits).sum(axis=-1), 1, atol=1e-5)


def test_predictions_come_best_first_and_of_equals_the_lower_index_first() -> None:
    values = np.zeros(1000, np.float32)
    values[[7, 3, 500]] = [0.4, 0.4, 0.2]
    assert [prediction.class_index for prediction in top_predictions(values, 3)] == [3, 7, 500]
    assert [prediction.rank for prediction in top_predictions(values, 3)] == [1, 2, 3]


def test_two_kinds_of_elephant_and_a_tusker_are_told_as_elephant_and_mammal() -> None:
    told = groups(probabilities_of(Indian_elephant=0.48, African_elephant=0.47, tusker=0.045))
    assert [group.hypernym for group in told] == ["elephant", "mammal"]
    assert told[0].score == pytest.approx(0.95, abs=0.001)
    assert told[1].score == pytest.approx(0.995, abs=0.002)


def test_a_category_that_adds_nothing_is_not_told() -> None:
    told = groups(probabilities_of(tabby=0.5, Egyptian_cat=0.499))
    assert [group.hypernym for group in told] == ["domestic_cat"]
    assert told[0].score == pytest.approx(0.999, abs=1e-3)


def test_each_group_holds_what_its_classes_hold() -> None:
    values = softmax(np.random.default_rng(1).normal(0, 2, 1000).astype(np.float32))
    for group in groups(values):
        members = [entry.class_index for entry in all_classes() if group.hypernym in entry.hypernyms]
        assert len(members) > 1
        assert group.score == pytest.approx(float(values[members].sum()), abs=1e-6)


@pytest.mark.parametrize(("score", "word"), [(0.71, "sure"), (0.5, "leaning"), (0.29, "unsure")])
def test_certainty_follows_the_best_score(score: float, word: str) -> None:
    assert certainty(top_predictions(probabilities_of(espresso=score))) == word


def test_the_class_table_has_keras_labels_with_crane_twice() -> None:
    assert len(all_classes()) == 1000
    assert [entry.class_index for entry in all_classes() if entry.label == "crane"] == [134, 517]
    assert len({entry.wnid for entry in all_classes()}) == 1000
    with pytest.raises(UnknownClassError):
        find_class(1000)


def test_a_search_finds_all_words_in_any_case_and_puts_beginnings_first() -> None:
    assert {entry.label for entry in search_classes("ELEPHANT")} == {"Indian_elephant", "African_elephant"}
    assert search_classes("cat")[0].words.startswith("cat")
    assert search_classes("giraffe") == []
    assert len(search_classes("")) == 1000


def test_every_class_has_a_chinese_name_of_its_own() -> None:
    names = [entry.chinese for entry in all_classes()]
    assert len(set(names)) == 1000
    assert all(re.search("[\u4e00-\u9fff]", name) for name in names)


def test_every_category_has_a_chinese_name() -> None:
    assert set(chinese_hypernyms()) == {name for entry in all_classes() for name in entry.hypernyms}
    assert all(re.search("[\u4e00-\u9fff]", name) for name in chinese_hypernyms().values())


def test_a_class_is_found_by_its_chinese_name() -> None:
    assert {entry.label for entry in search_classes("鹤")} >= {"crane"}
    assert search_classes("金鱼")[0].label == "goldfish"
    assert {entry.label for entry in search_classes("虎")} >= {"tiger", "tiger_shark", "tabby"}
