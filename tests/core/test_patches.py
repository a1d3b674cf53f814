"""Where one number of a feature map comes from."""

import numpy as np
import pytest

from vggweb.core.architecture import LAYERS, Layer, find_layer
from vggweb.core.arrays import Activation
from vggweb.core.patches import check_cell, convolution_cell, pooling_cell
from vggweb.core.weights.compact import CompactWeights
from vggweb.errors import NotFoundError, UnknownFilterError
from vggweb.services.model_host import ModelHost

RANDOM = np.random.default_rng(7)


def test_a_cell_worked_out_on_paper() -> None:
    before = np.arange(12, dtype=np.float32).reshape(2, 2, 3)
    kernel = np.ones((3, 3, 3), np.float32)
    cell = convolution_cell(before, kernel, -70.0, row=0, column=0)
    assert cell.input[1, 1].tolist() == [0, 1, 2]
    assert not cell.input[0].any()  # over the upper edge
    assert not cell.input[:, 0].any()  # over the left edge
    assert cell.sum == 66 - 70
    assert cell.output == 0


def test_the_strongest_products_come_first_whatever_their_sign() -> None:
    before = np.zeros((3, 3, 2), np.float32)
    before[0, 1, 1], before[2, 2, 0] = 3, 2
    kernel = np.zeros((3, 3, 2), np.float32)
    kernel[0, 1, 1], kernel[2, 2, 0] = -5, 4
    first, second = convolution_cell(before, kernel, 0.5, row=1, column=1).strongest(2)
    assert (first.row, first.column, first.channel, first.input, first.weight, first.product) == (0, 1, 1, 3, -5, -15)
    assert (second.row, second.column, second.channel, second.product) == (2, 2, 0, 8)
    assert convolution_cell(before, kernel, 0.5, row=1, column=1).by_channel(1) == ((1, -15.0),)


def test_a_pooling_takes_the_largest_of_its_four_cells() -> None:
    before = np.arange(32, dtype=np.float32).reshape(4, 4, 2)
    cell = pooling_cell(before, channel=1, row=1, column=0)
    assert cell.input.tolist() == [[17, 19], [25, 27]]
    assert cell.output == 27


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.name)
def test_every_layers_cells_are_the_networks_own_numbers(model_host: ModelHost, layer: Layer) -> None:
    batch = RANDOM.normal(0, 60, (1, 224, 224, 3)).astype(np.float32)
    place = LAYERS.index(layer)
    names = [layer.name] + ([LAYERS[place - 1].name] if place else [])
    activations = model_host.model().activations(batch, names)
    before = activations[LAYERS[place - 1].name] if place else batch[0]
    output, size = activations[layer.name], layer.shape[0]
    for row, column in ((0, 0), (size - 1, 0), (size // 2, size // 3)):
        channel = int(output[row, column].argmax())
        assert _output(before, layer, channel, row, column) == pytest.approx(output[row, column, channel], rel=1e-4)


def _output(before: Activation, layer: Layer, channel: int, row: int, column: int) -> float:
    if layer.kind == "pool":
        return pooling_cell(before, channel=channel, row=row, column=column).output
    _, kernel, bias = next(CompactWeights().layers(layer.name))
    return convolution_cell(before, kernel[..., channel], float(bias[channel]), row=row, column=column).output


@pytest.mark.parametrize(("row", "column"), [(14, 0), (0, 14), (-1, 0)])
def test_a_cell_outside_the_map_is_not_found(row: int, column: int) -> None:
    with pytest.raises(NotFoundError):
        check_cell(find_layer("block5_conv1"), 0, row, column)


def test_a_channel_that_is_not_there_is_unknown() -> None:
    with pytest.raises(UnknownFilterError):
        check_cell(find_layer("block5_conv1"), 512, 0, 0)
