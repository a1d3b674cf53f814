"""Which words the classifier keeps next to each other: those that it reads from nearly the same features."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class NearClass:
    """A class beside another.

    Attributes:
        class_index: 0-999.
        cosine: between the weights of the two classes: 1 for the same direction, 0 for unrelated ones.
    """

    class_index: int
    cosine: float


def nearest_classes(kernel: NDArray[np.float32], class_index: int, count: int) -> tuple[NearClass, ...]:
    """The classes whose weights point most nearly where this one's do, nearest first.

    Args:
        kernel: float32 (features, classes), of the last dense layer.
        class_index: the class, which is not among its own neighbours.
        count: how many.
    """
    unit = kernel / np.linalg.norm(kernel, axis=0)
    cosines = unit[:, class_index] @ unit  # (classes,)
    order = [int(one) for one in np.argsort(-cosines, kind="stable") if one != class_index][:count]
    return tuple(NearClass(one, float(cosines[one])) for one in order)
