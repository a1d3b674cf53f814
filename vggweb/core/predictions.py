"""From logits to words: softmax, the first k classes, and the categories that sum them up."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np

from vggweb.core.arrays import Logits, Probabilities
from vggweb.core.classes import all_classes

# A category earns its place when it holds at least a half, nine tenths or 99 % of the probability.
GROUP_LEVELS = (0.5, 0.9, 0.99)
# Of two categories, the wider one is told only if it adds at least this much probability.
SMALLEST_GAIN = 0.01
# WordNet's widest words say nothing about a photo.
TOO_WIDE = frozenset({"entity", "physical_entity", "object", "whole", "matter", "abstraction"})

SURE_SCORE = 0.7
UNSURE_SCORE = 0.3


@dataclass(frozen=True)
class Prediction:
    """One line of the answer.

    Attributes:
        rank: 1 for the most probable class.
        class_index: 0-999.
        wnid: WordNet id, as Keras's ``decode_predictions`` gives it.
        label: Keras's name for the class; not unique, the index is.
        score: probability in [0, 1].
    """

    rank: int
    class_index: int
    wnid: str
    label: str
    score: float


@dataclass(frozen=True)
class Group:
    """A category of WordNet and the probability of all its classes together.

    Attributes:
        hypernym: WordNet's word, such as ``elephant``.
        score: sum of the probabilities, in [0, 1].
    """

    hypernym: str
    score: float


def softmax(logits: Logits) -> Probabilities:
    """The probabilities of logits along the last axis.

    The maximum is subtracted first, so that no exponential overflows.

    Args:
        logits: float32 (..., 1000).

    Returns:
        float32 (..., 1000), each row summing to 1.
    """
    shifted = np.exp(logits.astype(np.float64) - logits.max(axis=-1, keepdims=True))
    return (shifted / shifted.sum(axis=-1, keepdims=True)).astype(np.float32)


def top_predictions(probabilities: Probabilities, count: int = 5) -> tuple[Prediction, ...]:
    """The most probable classes, best first; of equals the lower index first.

    Args:
        probabilities: float32 (1000,).
        count: 1-1000.
    """
    order = np.argsort(-probabilities, kind="stable")[:count]
    classes = all_classes()
    return tuple(
        Prediction(
            rank=rank,
            class_index=int(index),
            wnid=classes[index].wnid,
            label=classes[index].label,
            score=float(probabilities[index]),
        )
        for rank, index in enumerate(order, start=1)
    )


def groups(probabilities: Probabilities) -> tuple[Group, ...]:
    """The shortest list of categories that tells the story, narrowest first: elephant 95 %, mammal 99 %.

    For each of the levels a half, nine tenths and 99 %, the category with the fewest classes that
    holds that much; one that adds less than a percentage point to the one before is left out.

    Args:
        probabilities: float32 (1000,).
    """
    scored = [(members.size, name, float(probabilities[members].sum())) for name, members in _categories()]
    told: list[Group] = []
    for level in GROUP_LEVELS:
        enough = [entry for entry in scored if entry[2] >= level]
        if not enough:
            break
        _, name, score = min(enough, key=lambda entry: (entry[0], -entry[2], entry[1]))
        if not told or score - told[-1].score >= SMALLEST_GAIN:
            told.append(Group(hypernym=name, score=min(score, 1.0)))
    return tuple(told)


def certainty(predictions: Iterable[Prediction]) -> str:
    """``sure``, ``leaning`` or ``unsure``, by the best score: at least 70 %, between, under 30 %."""
    best = max(prediction.score for prediction in predictions)
    if best >= SURE_SCORE:
        return "sure"
    return "unsure" if best < UNSURE_SCORE else "leaning"


@cache
def _categories() -> tuple[tuple[str, np.ndarray], ...]:
    """Each category with the indices of its classes; those of one class alone or too wide are left out."""
    members: dict[str, list[int]] = {}
    for entry in all_classes():
        for name in set(entry.hypernyms) - TOO_WIDE:
            members.setdefault(name, []).append(entry.class_index)
    return tuple((name, np.array(indices)) for name, indices in members.items() if len(indices) > 1)
