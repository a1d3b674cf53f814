"""How often answers are right, and whether their probabilities mean what they say."""

from dataclasses import dataclass, field

import numpy as np

from vggweb.core.arrays import Probabilities

BIN_COUNT = 10  # of equal width, as Guo et al. 2017 (arXiv:1706.04599) draw them
TOP_COUNT = 5


@dataclass
class Tally:
    """Counts answers whose right class is known.

    Attributes:
        ranks: for each answer the place of the right class, 0 for the first.
        confidences: for each answer the probability of its first word, in [0, 1].
    """

    ranks: list[int] = field(default_factory=list)
    confidences: list[float] = field(default_factory=list)

    def add(self, probabilities: Probabilities, class_index: int) -> None:
        """Counts one answer, float32 (1000,), to a photo of that class; of equals the lower index stands first."""
        order = np.argsort(-probabilities, kind="stable")
        self.ranks.append(int(np.flatnonzero(order == class_index)[0]))
        self.confidences.append(float(probabilities[order[0]]))

    @property
    def top1(self) -> float:
        """The share of answers whose first word is right, in [0, 1]."""
        return float(np.mean(np.array(self.ranks) == 0))

    @property
    def top5(self) -> float:
        """The share of answers that have the right word among the first five, in [0, 1]."""
        return float(np.mean(np.array(self.ranks) < TOP_COUNT))

    @property
    def mean_confidence(self) -> float:
        """The first words' mean probability, in [0, 1]."""
        return float(np.mean(self.confidences))

    @property
    def calibration_error(self) -> float:
        """The expected calibration error (Guo et al. 2017, eq. 3): 0 where confidence is how often it is right."""
        confidences, right = np.array(self.confidences), np.array(self.ranks) == 0
        bins = np.minimum((confidences * BIN_COUNT).astype(int), BIN_COUNT - 1)
        gaps = [abs(float(np.sum(right[bins == number] - confidences[bins == number]))) for number in range(BIN_COUNT)]
        return sum(gaps) / len(confidences)
