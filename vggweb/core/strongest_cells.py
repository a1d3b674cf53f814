"""Where in a photo a filter answered most: its strongest cells, apart from each other, and what they see."""

from dataclasses import dataclass

import numpy as np

from vggweb.core.architecture import IMAGE_SIZE_PX, Layer
from vggweb.core.arrays import FeatureMap

APART = 8  # of a map's side: two cells closer than an eighth of it show the same place


@dataclass(frozen=True)
class StrongCell:
    """One of the strongest cells of a feature map.

    Attributes:
        row: of the map.
        column: of the map.
        value: what the filter answered there.
        left_px: of the part of the 224 × 224 image that the cell sees, as far as it lies in the image.
        top_px: of that part.
        width_px: of that part.
        height_px: of that part.
    """

    row: int
    column: int
    value: float
    left_px: float
    top_px: float
    width_px: float
    height_px: float


def strongest_cells(feature_map: FeatureMap, layer: Layer, count: int) -> tuple[StrongCell, ...]:
    """The strongest cells above 0, strongest first, none close to a stronger one.

    Args:
        feature_map: float32 (h, w), one channel of the layer's output. Not modified.
        layer: whose map it is.
        count: how many at most.
    """
    left = feature_map.copy()
    cells: list[StrongCell] = []
    reach = max(1, feature_map.shape[0] // APART)
    while len(cells) < count and left.max() > 0:
        row, column = (int(place) for place in np.unravel_index(np.argmax(left), left.shape))
        cells.append(_cell(layer, row, column, float(left[row, column])))
        left[max(0, row - reach) : row + reach + 1, max(0, column - reach) : column + reach + 1] = 0
    return tuple(cells)


def _cell(layer: Layer, row: int, column: int, value: float) -> StrongCell:
    top, height = _seen(layer, row)
    left, width = _seen(layer, column)
    return StrongCell(row, column, value, left_px=left, top_px=top, width_px=width, height_px=height)


def _seen(layer: Layer, position: int) -> tuple[float, float]:
    """Start and length, in image pixels, of what a cell sees along one axis.

    Padding keeps the size, so a cell's field lies about the middle of the pixels that it stands for.
    """
    middle = (position + 0.5) * layer.stride_px
    start = max(0.0, middle - layer.receptive_field_px / 2)
    end = min(float(IMAGE_SIZE_PX), middle + layer.receptive_field_px / 2)
    return start, end - start
