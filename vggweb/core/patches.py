"""Where one number of a feature map comes from: the patch below it, the kernel, their products, the sum.

A convolution's cell is ``max(Σ input × kernel + bias, 0)`` over 3 × 3 cells of every channel of the layer before, with
zeros where the square reaches over the edge (Simonyan and Zisserman 2014, section 2.1: padding keeps the size). A
pooling's cell is the largest of 2 × 2 cells of its own channel.
"""

from dataclasses import dataclass
from typing import SupportsIndex

import numpy as np
from numpy.typing import NDArray

from vggweb.core.architecture import KERNEL_SIZE, POOL_SIZE, Layer, check_channel
from vggweb.core.arrays import Activation
from vggweb.errors import NotFoundError

Kernel = NDArray[np.float32]  # (3, 3, in, out)
Patch = NDArray[np.float32]  # (3, 3, in): what one cell of a convolution sees


@dataclass(frozen=True)
class Contribution:
    """One product of the sum.

    Attributes:
        row: of the 3 × 3 patch, 0-2.
        column: of the 3 × 3 patch, 0-2.
        channel: of the layer before.
        input: the value there.
        weight: the kernel's value for it.
        product: input × weight.
    """

    row: int
    column: int
    channel: int
    input: float
    weight: float
    product: float


@dataclass(frozen=True, eq=False)
class ConvolutionCell:
    """One number of a convolution's feature map, with all that it is made of.

    Attributes:
        input: float32 (3, 3, in), the patch; zeros over the edge.
        kernel: float32 (3, 3, in), the filter's weights.
        bias: added at the end.
    """

    input: Patch
    kernel: Patch
    bias: float

    @property
    def products(self) -> NDArray[np.float64]:
        """input × kernel, float64 (3, 3, in)."""
        return self.input.astype(np.float64) * self.kernel

    @property
    def sum(self) -> float:
        """Σ input × kernel + bias: the value before ReLU."""
        return float(self.products.sum()) + self.bias

    @property
    def output(self) -> float:
        """max(sum, 0): what the layer hands on."""
        return max(self.sum, 0.0)

    def strongest(self, count: int) -> tuple[Contribution, ...]:
        """The products that move the sum most, whatever their sign; of equals the earlier one first."""
        order = np.argsort(-np.abs(self.products), axis=None, kind="stable")[:count]
        return tuple(self._contribution(*np.unravel_index(index, self.input.shape)) for index in order)

    def by_channel(self, count: int) -> tuple[tuple[int, float], ...]:
        """(channel, its nine products together) of the channels before that count most, whatever their sign."""
        sums = self.products.sum(axis=(0, 1))
        order = np.argsort(-np.abs(sums), kind="stable")[:count]
        return tuple((int(channel), float(sums[channel])) for channel in order)

    def plane(self, channel: int) -> tuple[tuple[Contribution, ...], ...]:
        """The nine products of one channel of the layer before, row by row."""
        places = range(KERNEL_SIZE)
        return tuple(tuple(self._contribution(row, column, channel) for column in places) for row in places)

    def _contribution(self, row: SupportsIndex, column: SupportsIndex, channel: SupportsIndex) -> Contribution:
        place = (int(row), int(column), int(channel))
        return Contribution(
            row=place[0],
            column=place[1],
            channel=place[2],
            input=float(self.input[place]),
            weight=float(self.kernel[place]),
            product=float(self.products[place]),
        )


@dataclass(frozen=True, eq=False)
class PoolingCell:
    """One number of a pooling's feature map.

    Attributes:
        input: float32 (2, 2), the cells that it looks at.
    """

    input: NDArray[np.float32]

    @property
    def output(self) -> float:
        """The largest of the four."""
        return float(self.input.max())


def check_cell(layer: Layer, channel: int, row: int, column: int) -> None:
    """Raises unless the layer's output has that cell.

    Raises:
        UnknownFilterError: the layer has no such channel.
        NotFoundError: the cell lies outside the map.
    """
    check_channel(layer, channel)
    height, width, _ = layer.shape
    if not (0 <= row < height and 0 <= column < width):
        raise NotFoundError


def convolution_cell(before: Activation, kernel: Kernel, bias: float, *, row: int, column: int) -> ConvolutionCell:
    """What makes one number of a convolution's output.

    Args:
        before: float32 (h, w, in), what the layer before gave; for block1_conv1 the batch's (224, 224, 3).
        kernel: float32 (3, 3, in), the weights of one filter.
        bias: the filter's bias.
        row: of the output, counted from 0 at the top.
        column: of the output, counted from 0 at the left.
    """
    reach = KERNEL_SIZE // 2
    patch = np.zeros(kernel.shape, np.float32)
    rows, columns = (range(place - reach, place + reach + 1) for place in (row, column))
    for to_row, from_row in enumerate(rows):
        for to_column, from_column in enumerate(columns):
            if 0 <= from_row < before.shape[0] and 0 <= from_column < before.shape[1]:
                patch[to_row, to_column] = before[from_row, from_column]
    return ConvolutionCell(patch, kernel, bias)


def pooling_cell(before: Activation, *, channel: int, row: int, column: int) -> PoolingCell:
    """What makes one number of a pooling's output.

    Args:
        before: float32 (2h, 2w, channels), what the layer before gave.
        channel: counted from 0.
        row: of the output, counted from 0 at the top.
        column: of the output, counted from 0 at the left.
    """
    top, left = row * POOL_SIZE, column * POOL_SIZE
    return PoolingCell(before[top : top + POOL_SIZE, left : left + POOL_SIZE, channel])
