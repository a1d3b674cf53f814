"""Softmax, worked out in the open: scores, their exponentials, the sum, the shares."""

from dataclasses import dataclass

import numpy as np

from vggweb.core.arrays import Logits
from vggweb.core.predictions import softmax, top_predictions


@dataclass(frozen=True)
class SoftmaxRow:
    """One class on its way from a score to a probability.

    Attributes:
        class_index: 0-999.
        label: Keras's name.
        logit: the score.
        exponential: e to the power of (logit − the highest logit), in (0, 1].
        probability: the exponential's share of the sum of all 1000.
    """

    class_index: int
    label: str
    logit: float
    exponential: float
    probability: float


@dataclass(frozen=True)
class SoftmaxTable:
    """The first classes one by one, the others together.

    Attributes:
        rows: the most probable classes, best first.
        others: how many classes are not among the rows.
        others_exponential: their exponentials together.
        others_probability: their probabilities together.
        exponential_sum: of all 1000.
        probability_sum: of all 1000: 1.
        lowest_logit: of all 1000.
        mean_logit: of all 1000.
    """

    rows: tuple[SoftmaxRow, ...]
    others: int
    others_exponential: float
    others_probability: float
    exponential_sum: float
    probability_sum: float
    lowest_logit: float
    mean_logit: float


def softmax_table(logits: Logits, *, count: int = 5) -> SoftmaxTable:
    """How the logits of one photo become probabilities.

    Args:
        logits: float32 (1000,).
        count: how many classes are shown one by one.
    """
    probabilities = softmax(logits)
    exponentials = np.exp(logits.astype(np.float64) - logits.max())
    rows = tuple(
        SoftmaxRow(
            class_index=one.class_index,
            label=one.label,
            logit=float(logits[one.class_index]),
            exponential=float(exponentials[one.class_index]),
            probability=one.score,
        )
        for one in top_predictions(probabilities, count)
    )
    total = float(exponentials.sum())
    return SoftmaxTable(
        rows=rows,
        others=logits.size - count,
        others_exponential=total - sum(row.exponential for row in rows),
        others_probability=1.0 - sum(row.probability for row in rows),
        exponential_sum=total,
        probability_sum=float(probabilities.sum(dtype=np.float64)),
        lowest_logit=float(logits.min()),
        mean_logit=float(logits.mean(dtype=np.float64)),
    )
