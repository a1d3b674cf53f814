"""Occlusion on networks that look at one pixel only, its progress, and its end when somebody cancels."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.core.attribution.networks import linear_network
from vggweb.core.attribution import occlusion
from vggweb.core.model import Vgg16
from vggweb.errors import BadParameterError, JobCancelledError, UnknownClassError


def looks_at(row: int, column: int, *, weight: float = 1.0) -> Vgg16:
    weights = np.zeros((8, 8, 3), np.float32)
    weights[row, column, 2] = weight
    return linear_network(weights)


def white() -> NDArray[np.float32]:
    return np.full((1, 8, 8, 3), 100, np.float32)


def test_a_pixel_gets_the_average_drop_over_the_patches_that_cover_it() -> None:
    # Four 2 × 2 patches cover each inner pixel. All four of the pixel that counts cover it, two of a direct
    # neighbour's, one of a diagonal neighbour's.
    expected = np.zeros((8, 8))
    expected[2:5, 3:6] = [[0.25, 0.5, 0.25], [0.5, 1, 0.5], [0.25, 0.5, 0.25]]
    heatmap = occlusion(looks_at(3, 4), white(), class_index=0, patch_px=2, stride_px=1).heatmap
    assert heatmap.dtype == np.float32
    np.testing.assert_allclose(heatmap, expected, atol=1e-6)


@pytest.mark.parametrize("pixel", [(0, 0), (7, 7), (7, 0), (6, 3)])
def test_the_pixel_that_counts_is_found_up_to_the_edge_though_the_stride_does_not_divide(
    pixel: tuple[int, int],
) -> None:
    heatmap = occlusion(looks_at(*pixel), white(), class_index=0, patch_px=3, stride_px=2).heatmap
    assert heatmap[pixel] == 1
    rows, columns = np.nonzero(heatmap)
    assert max(abs(rows - pixel[0]).max(), abs(columns - pixel[1]).max()) <= 2  # one patch away at most


def test_the_patch_is_the_mean_colour_so_covering_what_is_mean_already_changes_nothing() -> None:
    batch = white()
    batch[0, 3, 4] = 0
    assert not occlusion(looks_at(3, 4), batch, class_index=0, patch_px=2, stride_px=1).heatmap.any()


def test_what_speaks_against_the_class_is_no_evidence() -> None:
    assert not occlusion(looks_at(3, 4, weight=-1), white(), class_index=0, patch_px=2, stride_px=1).heatmap.any()


def test_a_drop_as_small_as_rounding_is_no_evidence() -> None:
    assert not occlusion(looks_at(3, 4, weight=1e-6), white(), class_index=0, patch_px=2, stride_px=1).heatmap.any()


def test_progress_rises_to_the_end() -> None:
    shares: list[float] = []
    occlusion(looks_at(3, 4), white(), class_index=0, patch_px=2, stride_px=1, on_progress=shares.append)
    assert shares == [min(4 * step / 49, 1.0) for step in range(1, 14)]  # 7 × 7 places, 4 at once


def test_cancelling_ends_it_at_once() -> None:
    heard: list[float] = []

    def cancel(share: float) -> None:
        heard.append(share)
        raise JobCancelledError

    with pytest.raises(JobCancelledError):
        occlusion(looks_at(3, 4), white(), class_index=0, patch_px=2, stride_px=1, on_progress=cancel)
    assert len(heard) == 1


@pytest.mark.parametrize(("patch_px", "stride_px"), [(9, 1), (2, 3), (0, 0), (2, 0)])
def test_patches_that_do_not_fit_or_leave_pixels_out_are_refused(patch_px: int, stride_px: int) -> None:
    with pytest.raises(BadParameterError):
        occlusion(looks_at(3, 4), white(), class_index=0, patch_px=patch_px, stride_px=stride_px)


def test_a_class_that_the_network_lacks_is_refused() -> None:
    with pytest.raises(UnknownClassError):
        occlusion(looks_at(3, 4), white(), class_index=1, patch_px=2, stride_px=1)


def test_the_batch_stays_as_it_was() -> None:
    batch = white()
    occlusion(looks_at(3, 4), batch, class_index=0, patch_px=2, stride_px=1)
    np.testing.assert_array_equal(batch, white())
