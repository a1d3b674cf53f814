"""How the tiles of the gallery are drawn: the natural recipe made small. Does not load TensorFlow.

Every number was chosen by looking at ten filters of each block, and so that all 4224 take about an hour of one core.
"""

from dataclasses import dataclass

from vggweb.core.architecture import Layer
from vggweb.core.optvis.recipes import Amounts, Plan

GALLERY_SEED = 0
GALLERY_ATTEMPTS = 3  # seeds that are tried before a filter is said to be dark
FILTERS_AT_ONCE = 16  # in one batch: shares the kernels' way through the cache, and what a step costs beside them


@dataclass(frozen=True)
class TilePlan:
    """How the tiles of one layer are drawn.

    Attributes:
        ascent: the numbers of the ascent. Its canvas may be smaller than a tile, and is then enlarged.
        leak: what a value below 0 counts. With 1 the mean over the picture is climbed as it is, and a filter that
            compares neighbours sees nothing but flat colour, since what one place gains the next one loses. With
            less, patterns appear; above 0, a filter that is asleep still has a slope to climb.
    """

    ascent: Plan
    leak: float


_TURN_DEGREES, _ZOOM = 10.0, 0.1  # Lucid's
_PLANS = {
    1: TilePlan(Plan(48, 32, 32, 0.05, 1.25, Amounts(24, 5.0, 0.05)), leak=0.1),
    2: TilePlan(Plan(64, 48, 32, 0.05, 1.2, Amounts(32, _TURN_DEGREES, _ZOOM)), leak=0.1),
    3: TilePlan(Plan(96, 48, 28, 0.05, 1.2, Amounts(48, _TURN_DEGREES, _ZOOM)), leak=0.1),
    4: TilePlan(Plan(96, 48, 24, 0.055, 1.2, Amounts(48, _TURN_DEGREES, _ZOOM)), leak=1.0),
    # A small shift: the window always holds the middle, where one object grows instead of several halves.
    5: TilePlan(Plan(96, 64, 28, 0.06, 1.25, Amounts(16, _TURN_DEGREES, _ZOOM)), leak=1.0),
}


def tile_plan(layer: Layer) -> TilePlan:
    """How the tiles of a convolution are drawn."""
    return _PLANS[layer.block]
