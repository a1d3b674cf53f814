"""The strongest cells of a map and what they see, against the network itself."""

import numpy as np
import pytest

from vggweb.core.architecture import find_convolution
from vggweb.core.strongest_cells import strongest_cells
from vggweb.services.model_host import ModelHost


def test_the_strongest_come_first_and_none_beside_a_stronger_one() -> None:
    layer = find_convolution("block5_conv1")
    feature_map = np.zeros((14, 14), np.float32)
    feature_map[3, 4], feature_map[3, 5], feature_map[10, 2] = 5, 4, 3
    found = strongest_cells(feature_map, layer, 3)
    assert [(one.row, one.column, one.value) for one in found] == [(3, 4, 5.0), (10, 2, 3.0)]
    assert feature_map.max() == 5  # not overwritten


def test_a_silent_map_has_none() -> None:
    assert strongest_cells(np.zeros((14, 14), np.float32), find_convolution("block5_conv1"), 3) == ()


@pytest.mark.parametrize(("layer_name", "row", "column"), [("block2_conv2", 40, 0), ("block3_conv1", 20, 55)])
def test_a_cell_sees_the_pixels_that_its_frame_holds_and_no_other(
    model_host: ModelHost, layer_name: str, row: int, column: int
) -> None:
    model, layer = model_host.model(), find_convolution(layer_name)
    feature_map = np.zeros(layer.shape[:2], np.float32)
    feature_map[row, column] = 1
    (cell,) = strongest_cells(feature_map, layer, 1)
    batch = np.random.default_rng(0).normal(0, 50, (1, 224, 224, 3)).astype(np.float32)
    top, left = round(cell.top_px), round(cell.left_px)
    bottom, right = round(cell.top_px + cell.height_px), round(cell.left_px + cell.width_px)
    outside = np.random.default_rng(1).normal(0, 50, batch.shape).astype(np.float32)
    outside[:, top:bottom, left:right] = batch[:, top:bottom, left:right]
    corner = batch.copy()
    corner[:, top:bottom, left:right] += 50

    def answers(one: np.ndarray) -> np.ndarray:
        return model.activations(one, [layer_name])[layer_name][row, column]

    np.testing.assert_allclose(answers(outside), answers(batch), rtol=1e-3, atol=1e-2)
    assert np.abs(answers(corner) - answers(batch)).max() > 1
