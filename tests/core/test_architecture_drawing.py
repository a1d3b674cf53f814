"""The boxes of the architecture stand in proportion."""

from itertools import pairwise

import pytest

from vggweb.core.architecture import LAYERS, find_layer
from vggweb.core.architecture_drawing import draw_architecture

DRAWING = draw_architecture()
BOXES = {box.layer.name: box for box in DRAWING.boxes}


def test_every_layer_has_a_box_inside_the_picture() -> None:
    assert [box.layer for box in DRAWING.boxes] == list(LAYERS)
    for box in DRAWING.boxes:
        assert box.left > 0
        assert box.right + box.slant_x < DRAWING.width
        assert box.top - box.slant_y > 0
        assert box.bottom < DRAWING.height


def test_boxes_stand_in_a_row_without_hiding_one_another() -> None:
    for box, following in pairwise(DRAWING.boxes):
        assert box.right < following.left


def test_fronts_halve_with_each_pooling_and_depths_grow_with_the_channels() -> None:
    assert BOXES["block1_conv1"].front == pytest.approx(2 * BOXES["block2_conv1"].front)
    assert BOXES["block3_conv1"].depth == pytest.approx(2 * BOXES["block1_conv1"].depth, abs=0.2)


def test_multiplications_are_those_of_the_paper() -> None:
    assert sum(layer.multiplications for layer in LAYERS) == 15_346_630_656  # 30.7 GFLOP, two for each
    assert find_layer("block1_conv1").multiplications == 224 * 224 * 64 * 27
    assert find_layer("block1_pool").multiplications == 0
    assert sum(box.share for box in DRAWING.boxes) == pytest.approx(1)
