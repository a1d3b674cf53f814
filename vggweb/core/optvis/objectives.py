"""What can be drawn, as values: a whole channel, its centre, a mix, several different pictures, a class.

Each knows whether it exists, the name it is kept under, and how it is climbed. Does not load TensorFlow until a target
is asked for.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vggweb.core.architecture import check_channel, find_convolution
from vggweb.core.classes import CLASS_COUNT, find_class
from vggweb.core.optvis.precision import multiplies_bfloat16
from vggweb.core.optvis.recipes import CLASS_PLAN, Plan, RecipeName, canvas_px, natural_plan

if TYPE_CHECKING:
    from vggweb.core.model import Vgg16
    from vggweb.core.optvis.targets import Target

Aim = Literal["channel", "centre", "diverse", "mix", "class"]  # as it stands in addresses
ScoreName = Literal["mean", "centre", "diverse"]  # see `targets.SCORES`
# A direction says how much of each channel counts: 1 for one filter, or two halves for a mix.
Directions: TypeAlias = NDArray[np.float32]  # (n, channels), one row for each picture

DIVERSE_PICTURES = 4
ATTEMPTS = 3  # seeds that are tried before a filter is said to be dark


def one_channel(channels: int, index: int) -> Directions:
    """The direction of one filter or class alone, float32 (1, channels)."""
    direction = np.zeros((1, channels), dtype=np.float32)
    direction[0, index] = 1
    return direction


@dataclass(frozen=True)
class _FilterObjective:
    """What the pictures of a filter have in common.

    Attributes:
        layer_name: a convolution.
        index: the filter, counted from 0.
        aim: its name in addresses.
        default_aim: what an address means that names none.
        score_name: how its values become one score.
        recipes: those that can draw it.
        seeds_apart: how far the seeds of its pictures lie apart.
        attempts: how many seeds are tried.
    """

    layer_name: str
    index: int

    aim: ClassVar[Aim]
    default_aim: ClassVar[Aim] = "channel"
    score_name: ClassVar[ScoreName] = "mean"
    recipes: ClassVar[tuple[RecipeName, ...]] = ("natural",)
    seeds_apart: ClassVar[int] = 0
    attempts: ClassVar[int] = ATTEMPTS

    def check(self) -> None:
        """Raises UnknownLayerError or UnknownFilterError unless there is such a filter."""
        check_channel(find_convolution(self.layer_name), self.index)

    @property
    def subject(self) -> str:
        """What it is a picture of, as it begins the name that the picture is kept under."""
        return f"{self.layer_name}/{self.index}"

    @property
    def variety(self) -> str:
        """Which of that subject's pictures it is, as it ends that name."""
        return self.aim

    @property
    def subnetwork(self) -> str:
        """The part of the network that it needs; pictures of one part can share a compiled step."""
        return self.layer_name

    def directions(self) -> Directions:
        """Which channels count, float32 (pictures, channels)."""
        return one_channel(find_convolution(self.layer_name).channels, self.index)

    def plan(self) -> Plan:
        """The numbers of the natural recipe."""
        return natural_plan(self.layer_name)

    def picture_px(self, recipe: RecipeName) -> int:
        """Side of what is shown."""
        return canvas_px(self.layer_name, recipe)

    def target(self, model: "Vgg16") -> "Target":
        """The function of pictures and directions that is climbed by the natural recipe."""
        from vggweb.core.optvis.targets import layer_target

        return layer_target(model, self.layer_name, before_relu=True, bfloat16=multiplies_bfloat16())


@dataclass(frozen=True)
class Channel(_FilterObjective):
    """A filter everywhere: its mean over the whole picture."""

    aim: ClassVar[Aim] = "channel"
    recipes: ClassVar[tuple[RecipeName, ...]] = ("natural", "classic")


@dataclass(frozen=True)
class Centre(_FilterObjective):
    """A filter at the place in the middle only."""

    aim: ClassVar[Aim] = "centre"
    score_name: ClassVar[ScoreName] = "centre"

    def plan(self) -> Plan:
        """The numbers of the natural recipe."""
        return natural_plan(self.layer_name, centred=True)


@dataclass(frozen=True)
class Mix(_FilterObjective):
    """Two filters of one layer together, each counting half.

    Attributes:
        other: the other filter.
    """

    other: int

    aim: ClassVar[Aim] = "mix"

    def check(self) -> None:
        """Raises UnknownLayerError or UnknownFilterError unless there are both filters."""
        super().check()
        check_channel(find_convolution(self.layer_name), self.other)

    @property
    def variety(self) -> str:
        """Which of the first filter's pictures it is."""
        return f"{self.aim}-{self.other}"

    def directions(self) -> Directions:
        """Which channels count, float32 (1, channels)."""
        channels = find_convolution(self.layer_name).channels
        return np.float32(0.5) * (one_channel(channels, self.index) + one_channel(channels, self.other))


@dataclass(frozen=True)
class Diverse(_FilterObjective):
    """Four pictures that one filter likes: each must excite it and be unlike the others."""

    aim: ClassVar[Aim] = "diverse"
    score_name: ClassVar[ScoreName] = "diverse"
    seeds_apart: ClassVar[int] = 1
    attempts: ClassVar[int] = 1  # one of a group is not drawn again alone, so the next seeds serve for the others

    def directions(self) -> Directions:
        """Which channels count, float32 (4, channels)."""
        return np.repeat(super().directions(), DIVERSE_PICTURES, axis=0)

    def picture_px(self, recipe: RecipeName) -> int:
        """Side of what is shown: the pictures two by two."""
        return 2 * super().picture_px(recipe)


@dataclass(frozen=True)
class ClassLogit:
    """A class: its logit, at the size of a photo. Attributes not told here are those of the filters' objectives.

    Attributes:
        index: the class, 0-999.
    """

    index: int

    aim: ClassVar[Aim] = "class"
    default_aim: ClassVar[Aim] = "class"
    score_name: ClassVar[ScoreName] = "mean"
    recipes: ClassVar[tuple[RecipeName, ...]] = ("natural",)
    seeds_apart: ClassVar[int] = 0
    attempts: ClassVar[int] = 1

    def check(self) -> None:
        """Raises UnknownClassError unless there is such a class."""
        find_class(self.index)

    @property
    def subject(self) -> str:
        """What it is a picture of."""
        return f"class/{self.index}"

    @property
    def variety(self) -> str:
        """Which of that subject's pictures it is: there is one."""
        return self.aim

    @property
    def subnetwork(self) -> str:
        """All of the network."""
        return "class"

    def directions(self) -> Directions:
        """Which classes count, float32 (1, 1000)."""
        return one_channel(CLASS_COUNT, self.index)

    def plan(self) -> Plan:
        """The numbers of the natural recipe."""
        return CLASS_PLAN

    def picture_px(self, _recipe: RecipeName) -> int:
        """Side of what is shown."""
        return CLASS_PLAN.canvas_px

    def target(self, model: "Vgg16") -> "Target":
        """The function of pictures and directions that is climbed by the natural recipe."""
        from vggweb.core.optvis.targets import class_target

        return class_target(model)


Objective: TypeAlias = Channel | Centre | Mix | Diverse | ClassLogit
OBJECTIVES: dict[Aim, type[Objective]] = {
    objective.aim: objective for objective in (Channel, Centre, Diverse, Mix, ClassLogit)
}
