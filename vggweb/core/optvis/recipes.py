"""The two recipes, with the numbers for each layer. Does not load TensorFlow."""

from dataclasses import dataclass
from typing import Literal, get_args

from vggweb.core.architecture import IMAGE_SIZE_PX, Layer, find_convolution
from vggweb.errors import BadParameterError

RecipeName = Literal["natural", "classic"]


@dataclass(frozen=True)
class Amounts:
    """How far each random transform may go.

    Attributes:
        shift_px: up to so many whole pixels, in both directions of both axes.
        turn_degrees: up to so many degrees, in both directions.
        zoom: sizes change by a factor between 1 / (1 + zoom) and 1 + zoom.
    """

    shift_px: int
    turn_degrees: float
    zoom: float


@dataclass(frozen=True)
class Plan:
    """The numbers of one ascent.

    Attributes:
        canvas_px: side of the picture, even.
        window_px: side of what the network sees of it at each step.
        steps: how many.
        learning_rate: Adam's.
        decay_power: see `param.frequency_scale`.
        amounts: of the random transforms.
    """

    canvas_px: int
    window_px: int
    steps: int
    learning_rate: float
    decay_power: float
    amounts: Amounts


RECIPES: tuple[RecipeName, ...] = get_args(RecipeName)
DEFAULT_RECIPE: RecipeName = "natural"
LARGEST_SEED = 2**30  # leaves room in int32 for the seeds that follow

CLASSIC_CANVAS_PX = 128
CLASSIC_STEPS = 20

SMALLEST_CANVAS_PX = 64
FIELDS_ON_CANVAS = 2  # so many receptive fields fit side by side: a filter's pattern is seen with its repetition
CANVAS_STEP_PX = 16  # the distance of block5's cells: every canvas pools without a rest
CENTRE_SHIFT_PX = 8  # Lucid's jitter; a large shift would smear the one place that counts

# Found by looking at the pictures of several filters of each block.
_BLOCKS = {  # block: (steps, learning rate, decay power, largest window in pixels)
    1: (40, 0.03, 1.25, 64),
    2: (60, 0.03, 1.15, 64),
    3: (80, 0.04, 1.1, 80),
    4: (100, 0.04, 1.15, 112),
    5: (128, 0.04, 1.1, 128),
}
_TURN_DEGREES, _ZOOM = 10.0, 0.1  # Lucid's
CLASS_PLAN = Plan(
    canvas_px=IMAGE_SIZE_PX,
    window_px=IMAGE_SIZE_PX,
    steps=64,
    learning_rate=0.05,
    decay_power=1.15,
    amounts=Amounts(shift_px=16, turn_degrees=_TURN_DEGREES, zoom=_ZOOM),
)


def check_recipe(recipe: str) -> None:
    """Raises BadParameterError unless there is such a recipe."""
    if recipe not in RECIPES:
        raise BadParameterError("%(name)s can be %(values)s.", name="recipe", values=", ".join(RECIPES))


def check_seed(seed: int) -> None:
    """Raises BadParameterError unless a drawing can start from that seed: 0 to `LARGEST_SEED`."""
    if not 0 <= seed <= LARGEST_SEED:
        raise BadParameterError("%(name)s can be %(least)s to %(most)s.", name="seed", least=0, most=LARGEST_SEED)


def canvas_px(layer_name: str, recipe: RecipeName = "natural") -> int:
    """The side of the picture in pixels.

    Raises:
        UnknownLayerError: no such convolution.
    """
    layer = find_convolution(layer_name)
    return CLASSIC_CANVAS_PX if recipe == "classic" else _natural_canvas_px(layer)


def steps(layer_name: str, recipe: RecipeName = "natural") -> int:
    """How many steps a picture takes, when its filter wakes at the first attempt.

    Raises:
        UnknownLayerError: no such convolution.
    """
    layer = find_convolution(layer_name)
    return CLASSIC_STEPS if recipe == "classic" else _BLOCKS[layer.block][0]


def natural_plan(layer_name: str, *, centred: bool = False) -> Plan:
    """The numbers of the natural recipe for a convolution.

    Args:
        layer_name: a convolution.
        centred: only the place in the middle counts, so that the whole canvas must be seen at every step.

    Raises:
        UnknownLayerError: no such convolution.
    """
    layer = find_convolution(layer_name)
    count, learning_rate, decay_power, largest_window_px = _BLOCKS[layer.block]
    side_px = _natural_canvas_px(layer)
    return Plan(
        canvas_px=side_px,
        window_px=side_px if centred else min(side_px, largest_window_px),
        steps=count,
        learning_rate=learning_rate,
        decay_power=decay_power,
        amounts=Amounts(shift_px=CENTRE_SHIFT_PX if centred else side_px // 2, turn_degrees=_TURN_DEGREES, zoom=_ZOOM),
    )


def _natural_canvas_px(layer: Layer) -> int:
    wanted_px = FIELDS_ON_CANVAS * layer.receptive_field_px
    rounded_px = -(-wanted_px // CANVAS_STEP_PX) * CANVAS_STEP_PX
    return min(max(rounded_px, SMALLEST_CANVAS_PX), IMAGE_SIZE_PX)
