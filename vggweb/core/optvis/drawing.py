"""What a drawing is, and how its progress is told. Does not load TensorFlow."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from vggweb.core.arrays import Picture

# step from 1, steps, the score that this step found, the picture as it stands. May raise to cancel.
OnStep: TypeAlias = Callable[[int, int, float, Callable[[], Picture]], None]


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
