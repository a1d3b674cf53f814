"""Classes lie close whose weights point the same way, whatever their length."""

import numpy as np
import pytest

from vggweb.core.near_classes import nearest_classes


def test_the_nearest_come_first_by_their_angle_and_a_class_is_not_its_own_neighbour() -> None:
    kernel = np.array([[1, 0, 3, -2], [0, 1, 4, 0]], np.float32)  # (features, classes)
    found = nearest_classes(kernel, 0, 3)
    assert [one.class_index for one in found] == [2, 1, 3]
    assert [one.cosine for one in found] == pytest.approx([3 / 5, 0, -1])
