"""Occlusion: which parts of the photo the network misses most when they are covered."""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vggweb.core.architecture import IMAGE_SIZE_PX
from vggweb.core.arrays import Batch, HeatMap
from vggweb.core.attribution.evidence import Attribution, OnProgress, class_logit, positive_share
from vggweb.errors import BadParameterError

if TYPE_CHECKING:
    from vggweb.core.model import Vgg16

Place: TypeAlias = tuple[slice, slice]  # rows and columns that a patch covers

PATCH_PX = 32
STRIDE_PX = 16
PREDICTIONS_NEEDED = ((IMAGE_SIZE_PX - PATCH_PX) // STRIDE_PX + 1) ** 2  # 169: one for each place of the patch
PATCHES_AT_ONCE = 4  # eight take no less time for each patch on two cores, and keep a prediction waiting twice as long
# Rounding makes the logits of equal photos differ by some 1e-5 when they stand in batches of different sizes; a drop
# as small as that is no evidence.
SMALLEST_DROP = 1e-3


def occlusion(
    model: "Vgg16",
    batch: Batch,
    *,
    class_index: int,
    patch_px: int = PATCH_PX,
    stride_px: int = STRIDE_PX,
    on_progress: OnProgress | None = None,
) -> Attribution:
    """Which parts of the photo one class's logit falls without.

    A grey square, ImageNet's mean colour, covers one place after another (Zeiler and Fergus 2013, arXiv:1311.2901,
    section 4.2). A pixel gets the average drop of the logit over the squares that covered it; what is positive is
    divided by the maximum.

    Args:
        batch: float32 (1, 224, 224, 3), BGR, mean-subtracted. Not modified.
        class_index: 0-999.
        patch_px: side of the square.
        stride_px: distance between neighbouring places, at most `patch_px`; the last place of a row or column moves
            back to end at the edge.
        on_progress: called after each batch of squares with the share that is done, in (0, 1]. What it raises ends
            the computation and is passed on.

    Returns:
        The logit, and a map of (224, 224); all zeros where covering nothing lowers the logit.

    Raises:
        UnknownClassError: class_index is outside 0-999.
        BadParameterError: the square does not fit, or the stride would leave pixels out.
    """
    height, width = batch.shape[1:3]
    if not 1 <= stride_px <= patch_px <= min(height, width):
        raise BadParameterError(
            "The patch must be 1 to %(most)s pixels wide, and the stride 1 to the patch's width.",
            most=min(height, width),
        )
    logit = class_logit(model, batch, class_index=class_index)
    places = list(product(_spans(height, patch_px, stride_px), _spans(width, patch_px, stride_px)))
    total, covered = np.zeros((height, width)), np.zeros((height, width))
    for start in range(0, len(places), PATCHES_AT_ONCE):
        group = places[start : start + PATCHES_AT_ONCE]
        logits = model.logits(_occluded(batch, group))[:, class_index]
        for place, lowered in zip(group, logits, strict=True):
            total[place] += logit - float(lowered)
            covered[place] += 1
        if on_progress is not None:
            on_progress((start + len(group)) / len(places))
    return Attribution(logit, _evidence(total / covered))


def _spans(length_px: int, patch_px: int, stride_px: int) -> Iterator[slice]:
    """Where the patch lies along one side, from edge to edge."""
    last = length_px - patch_px
    for start in [*range(0, last, stride_px), last]:
        yield slice(start, start + patch_px)


def _occluded(batch: Batch, places: Sequence[Place]) -> Batch:
    """Copies of the photo, float32 (n, 224, 224, 3), each with one place at 0: the mean colour."""
    copies = np.repeat(batch, len(places), axis=0)
    for copy, place in zip(copies, places, strict=True):
        copy[place] = 0
    return copies


def _evidence(drops: NDArray[np.float64]) -> HeatMap:
    values = drops.astype(np.float32)
    return positive_share(values) if values.max() >= SMALLEST_DROP else np.zeros_like(values)
