"""What is asked for and what comes out, and how progress is told. Does not load TensorFlow."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, TypeAlias

from vggweb.core.arrays import Picture
from vggweb.core.optvis.objectives import OBJECTIVES, Objective
from vggweb.core.optvis.recipes import DEFAULT_RECIPE, RecipeName, check_recipe, check_seed
from vggweb.errors import BadParameterError

# step from 1, steps, the score that this step found, the picture as it stands. May raise to cancel.
OnStep: TypeAlias = Callable[[int, int, float, Callable[[], Picture]], None]


@dataclass(frozen=True)
class DrawingRequest:
    """A picture that somebody wants.

    Attributes:
        objective: what it shall excite.
        recipe: ``natural`` or ``classic``.
        seed: where the noise starts.
    """

    objective: Objective
    recipe: RecipeName = DEFAULT_RECIPE
    seed: int = 0

    def check(self) -> None:
        """Raises an error of the objective's, or BadParameterError, unless such a picture can be drawn."""
        check_recipe(self.recipe)
        check_seed(self.seed)
        self.objective.check()
        if self.recipe not in self.objective.recipes:
            raise BadParameterError("The classic recipe can draw the whole channel only.", "Leave out aim.")

    @property
    def key(self) -> str:
        """The name that tells this picture from all others by the same weights."""
        return f"{self.objective.subject}/{self.recipe}/{self.seed}/{self.objective.variety}"

    @property
    def picture_px(self) -> int:
        """Side of what is shown."""
        return self.objective.picture_px(self.recipe)

    @property
    def query(self) -> dict[str, Any]:
        """What names this picture beside its subject, as an address does; what is the default is left out."""
        named = {name: value for name, value in self.arguments.items() if name not in {"layer_name", "index"}}
        defaults = {"recipe": DEFAULT_RECIPE, "seed": 0, "aim": self.objective.default_aim}
        return {name: value for name, value in named.items() if defaults.get(name) != value}

    @property
    def arguments(self) -> dict[str, Any]:
        """The request as plain values, from which `request_from` makes it again."""
        named = {"recipe": self.recipe, "seed": self.seed, "aim": self.objective.aim}
        return named | asdict(self.objective)


def request_from(arguments: Mapping[str, Any]) -> DrawingRequest:
    """The request that plain values stand for: aim, recipe, seed, and of the others what the objective has."""
    kind = OBJECTIVES[arguments["aim"]]
    objective = kind(**{field.name: arguments[field.name] for field in fields(kind)})
    return DrawingRequest(objective, arguments["recipe"], arguments["seed"])


@dataclass(frozen=True)
class Drawing:
    """What came out.

    Attributes:
        picture: uint8 (h, w, 3), RGB.
        curve: the objective as each step of the last attempt found it, under that step's shift and turn.
        dark: the filter never woke: its activation was 0 everywhere, for every seed that was tried.
        seed_used: the seed of the attempt that is shown.
    """

    picture: Picture
    curve: tuple[float, ...]
    dark: bool
    seed_used: int
