"""The network as boxes in proportion: flat and wide where the photo goes in, small and deep at the end.

The front of a box is the size of the layer's maps; its depth grows with the square root of the number of channels, as
512 channels at a map's scale would be wider than all else together.
"""

from dataclasses import dataclass
from math import sqrt

from vggweb.core.architecture import CONVOLUTIONS, IMAGE_SIZE_PX, LAYERS, Layer

HEIGHT = 260.0  # of the drawing; all numbers here are units of its own
LARGEST_FRONT = 168.0  # the height of a map of 224 × 224
SMALLEST_FRONT = 9.0  # so that 7 × 7 is still something to point at
DEPTH_FOR_A_CHANNEL_ROOT = 1.35
SLANT = 0.28  # how far a box's upper edge leans back, as a share of its front
GAP = 7.0
GAP_AFTER_POOL = 20.0
MARGIN = 10.0
BASELINE = 236.0  # the middle of the boxes is the same for all


@dataclass(frozen=True)
class Box:
    """A layer as a box seen from the front left.

    Attributes:
        layer: what it stands for.
        left: of the front's left edge.
        top: of the front's upper edge.
        front: height of the front.
        depth: width of the box.
        slant_x: how far the back is shifted to the right …
        slant_y: … and up.
        share: of all the network's multiplications in its convolutions, in [0, 1].
    """

    layer: Layer
    left: float
    top: float
    front: float
    depth: float
    slant_x: float
    slant_y: float
    share: float

    @property
    def right(self) -> float:
        """Of the front's right edge."""
        return self.left + self.depth

    @property
    def bottom(self) -> float:
        """Of the front's lower edge."""
        return self.top + self.front

    @property
    def top_face(self) -> str:
        """The upper side's corners, as SVG's ``points``."""
        x, y = self.slant_x, self.slant_y
        return _points(
            (self.left, self.top), (self.left + x, self.top - y), (self.right + x, self.top - y), (self.right, self.top)
        )

    @property
    def side_face(self) -> str:
        """The right side's corners, as SVG's ``points``."""
        x, y = self.slant_x, self.slant_y
        return _points(
            (self.right, self.top),
            (self.right + x, self.top - y),
            (self.right + x, self.bottom - y),
            (self.right, self.bottom),
        )


@dataclass(frozen=True)
class Drawing:
    """All boxes with the size of the picture that holds them."""

    boxes: tuple[Box, ...]
    width: float
    height: float


def draw_architecture() -> Drawing:
    """The 18 layers from left to right, from the layer table."""
    boxes: list[Box] = []
    left = MARGIN
    total = sum(layer.multiplications for layer in CONVOLUTIONS)
    for layer in LAYERS:
        boxes.append(_box(layer, left, layer.multiplications / total))
        left = boxes[-1].right + (GAP_AFTER_POOL + boxes[-1].slant_x if layer.kind == "pool" else GAP)
    return Drawing(tuple(boxes), width=round(boxes[-1].right + boxes[-1].slant_x + MARGIN, 1), height=HEIGHT)


def _box(layer: Layer, left: float, share: float) -> Box:
    front = max(SMALLEST_FRONT, LARGEST_FRONT * layer.shape[0] / IMAGE_SIZE_PX)
    depth = DEPTH_FOR_A_CHANNEL_ROOT * sqrt(layer.channels)
    slant = SLANT * front
    middle = BASELINE - LARGEST_FRONT / 2
    return Box(
        layer=layer,
        left=round(left, 1),
        top=round(middle - front / 2, 1),
        front=round(front, 1),
        depth=round(depth, 1),
        slant_x=round(slant, 1),
        slant_y=round(slant * 0.8, 1),
        share=share,
    )


def _points(*corners: tuple[float, float]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
