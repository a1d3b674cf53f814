"""Softmax in the open adds up."""

import numpy as np
import pytest

from vggweb.core.softmax_table import softmax_table

LOGITS = np.random.default_rng(5).normal(0, 3, 1000).astype(np.float32)


def test_the_sums_are_those_of_all_thousand() -> None:
    table = softmax_table(LOGITS)
    assert table.probability_sum == pytest.approx(1, abs=1e-6)
    assert table.others == 995
    assert sum(row.exponential for row in table.rows) + table.others_exponential == pytest.approx(table.exponential_sum)
    assert sum(row.probability for row in table.rows) + table.others_probability == pytest.approx(1)


def test_a_probability_is_the_exponentials_share() -> None:
    table = softmax_table(LOGITS)
    assert table.rows[0].exponential == 1  # of the highest logit, less itself
    for row in table.rows:
        assert row.probability == pytest.approx(row.exponential / table.exponential_sum, rel=1e-5)
        assert row.logit == LOGITS[row.class_index]
