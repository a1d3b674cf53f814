"""Four words to choose from, before the network's own answer is shown."""

from random import Random

from vggweb.core.arrays import Probabilities
from vggweb.core.classes import all_classes
from vggweb.core.predictions import top_predictions

OFFERED = 4
FROM_THE_TOP = 2  # the network's own first words: the answer must be among the choices
PLAUSIBLE_RANKS = 40  # the other words come from here …
RELATED_WITHIN = 3  # … and should share one of the three nearest categories with the first


def words_to_choose_from(probabilities: Probabilities, *, seed: int = 0) -> tuple[int, ...]:
    """Class indices of four words in a random order: the network's first two and two that could be meant.

    The others are likely words of the first one's own category where there are such, and never have a label that is
    among the choices already.

    Args:
        probabilities: float32 (1000,).
        seed: of the order; the same seed gives the same order.
    """
    ranked = [one.class_index for one in top_predictions(probabilities, PLAUSIBLE_RANKS)]
    chosen = ranked[:FROM_THE_TOP]
    others = sorted(ranked[FROM_THE_TOP:], key=lambda index: not _related(index, ranked[0]))
    for index in others:
        labels = {all_classes()[one].label for one in chosen}
        if len(chosen) < OFFERED and all_classes()[index].label not in labels:
            chosen.append(index)
    Random(seed).shuffle(chosen)  # noqa: S311 - an order, no secret
    return tuple(chosen)


def _related(first: int, second: int) -> bool:
    near, other = (set(all_classes()[index].hypernyms[:RELATED_WITHIN]) for index in (first, second))
    return bool(near & other)
