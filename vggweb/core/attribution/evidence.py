"""What the three methods share: what they give, the class's logit, and the scale of a heat map."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vggweb.core.arrays import Batch, HeatMap
from vggweb.errors import UnknownClassError

if TYPE_CHECKING:
    from vggweb.core.model import Vgg16


OnProgress: TypeAlias = Callable[[float], None]  # is told the share that is done, in (0, 1]


@dataclass(frozen=True)
class Attribution:
    """What a method says of one class.

    Attributes:
        logit: the class's score before softmax: what was explained.
        heatmap: float32 (h, w) in [0, 1]; all zeros where nothing speaks for the class.
    """

    logit: float
    heatmap: HeatMap

    @property
    def has_evidence(self) -> bool:
        """Whether anything speaks for the class at all."""
        return bool(self.heatmap.any())


def class_logit(model: "Vgg16", batch: Batch, *, class_index: int) -> float:
    """The score of one class before softmax: what the methods explain.

    Args:
        batch: float32 (1, 224, 224, 3), BGR, mean-subtracted. Not modified.
        class_index: 0-999.

    Raises:
        UnknownClassError: class_index is outside 0-999.
    """
    check_class(model, class_index)
    return float(model.logits(batch)[0, class_index])


def check_class(model: "Vgg16", class_index: int) -> None:
    """Nothing, if the network has that class.

    Raises:
        UnknownClassError: class_index is outside 0 to the number of classes - 1.
    """
    if not 0 <= class_index < model.class_count:
        raise UnknownClassError


def positive_share(values: NDArray[np.float32], *, largest: float | None = None) -> HeatMap:
    """The positive values as shares of the largest; all zeros where nothing is positive.

    Args:
        values: float32 (h, w).
        largest: what becomes 1, and everything beyond it; the maximum by default.

    Returns:
        float32 (h, w) in [0, 1].
    """
    divisor = float(values.max()) if largest is None else largest
    if divisor <= 0:
        return np.zeros(values.shape, np.float32)
    return np.clip(values / divisor, 0, 1).astype(np.float32)
