"""What a filter listens to: the channels of the layer before, ordered by how much its kernel counts them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vggweb.core.architecture import CONVOLUTIONS, Layer


@dataclass(frozen=True)
class KernelInput:
    """One channel of the layer before, as a filter's kernel counts it.

    Attributes:
        channel: counted from 0.
        share: its part of the sum of all squared weights, 0-1.
        sum: its nine weights together: above 0 it wakes the filter where it is even, below 0 it holds it back.
    """

    channel: int
    share: float
    sum: float


def strongest_inputs(kernel: NDArray[np.float32], count: int) -> tuple[KernelInput, ...]:
    """The channels with the largest squared weights, strongest first; of equals the lower number first.

    Args:
        kernel: float32 (3, 3, in), the weights of one filter.
        count: how many at most.
    """
    squares = np.square(kernel, dtype=np.float64).sum(axis=(0, 1))  # (in,)
    total, sums = squares.sum() or 1.0, kernel.sum(axis=(0, 1), dtype=np.float64)
    order = np.argsort(-squares, kind="stable")[:count]
    return tuple(KernelInput(int(one), float(squares[one] / total), float(sums[one])) for one in order)


def convolution_before(layer: Layer) -> Layer | None:
    """The convolution whose channels a convolution reads, through a pooling or not; None for the first."""
    place = CONVOLUTIONS.index(layer)
    return CONVOLUTIONS[place - 1] if place else None
