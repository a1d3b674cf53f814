"""What a filter listens to, by a kernel worked out on paper."""

import numpy as np
import pytest

from vggweb.core.architecture import find_convolution
from vggweb.core.kernels import convolution_before, strongest_inputs


def test_the_channels_come_by_their_squared_weights_with_their_share_and_their_sum() -> None:
    kernel = np.zeros((3, 3, 4), np.float32)
    kernel[0, 0, 1] = 1.0
    kernel[:, 0, 3] = -1.0  # three weights: 3 of 8 in squares
    kernel[1, 1, 0] = 2.0  # one weight: 4 of 8
    found = strongest_inputs(kernel, 3)
    assert [one.channel for one in found] == [0, 3, 1]
    assert [one.share for one in found] == pytest.approx([4 / 8, 3 / 8, 1 / 8])
    assert [one.sum for one in found] == pytest.approx([2.0, -3.0, 1.0])


def test_a_kernel_of_zeros_counts_nothing() -> None:
    assert [one.share for one in strongest_inputs(np.zeros((3, 3, 2), np.float32), 2)] == [0, 0]


@pytest.mark.parametrize(
    ("layer_name", "before"),
    [("block1_conv2", "block1_conv1"), ("block2_conv1", "block1_conv2"), ("block5_conv3", "block5_conv2")],
)
def test_a_convolution_reads_the_channels_of_the_one_before_through_a_pooling_too(layer_name: str, before: str) -> None:
    layer, found = find_convolution(layer_name), convolution_before(find_convolution(layer_name))
    assert found is not None
    assert (found.name, found.channels) == (before, layer.in_channels)
    assert convolution_before(find_convolution("block1_conv1")) is None
