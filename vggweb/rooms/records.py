"""What a room is made of: plain values, no database in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

RoomState: TypeAlias = Literal["open", "frozen", "closed"]
EventKind: TypeAlias = Literal["tile", "hide", "state", "guess"]


@dataclass(frozen=True)
class NewRoom:
    """A room that somebody asks for.

    Attributes:
        code: as `make_code` makes it.
        title: in the teacher's words; may be empty.
        closes_at: aware, UTC.
        owner: hash that stands for the browser that makes it; None for a program.
        teacher_hash: SHA-256 of the secret token of the teacher's link.
    """

    code: str
    title: str
    closes_at: datetime
    owner: str | None
    teacher_hash: str


@dataclass(frozen=True)
class Room:
    """A room that stands.

    Attributes:
        state: ``open``, or ``frozen``: nothing new is hung up.
        last_event: number of the last thing that happened in it; 0 at first.
    """

    code: str
    title: str
    state: RoomState
    created_at: datetime
    closes_at: datetime
    owner: str | None
    teacher_hash: str
    last_event: int


@dataclass(frozen=True)
class Tile:
    """A result on the wall.

    Attributes:
        result_id: of the result.
        class_index: of its best word, 0-999.
        score: probability of that word, in [0, 1].
        created_at: when it was hung up; aware, UTC.
        hidden: only the teacher sees it.
    """

    result_id: str
    class_index: int
    score: float
    created_at: datetime
    hidden: bool


@dataclass(frozen=True)
class Guess:
    """The photo that the class guesses at.

    Attributes:
        id: another one with each new guess.
        result_id: of the photo's result.
        choices: class indices of the words to choose from.
        revealed: whether the network's answer is shown.
        votes: how many chose each word, in the order of `choices`.
    """

    id: str
    result_id: str
    choices: tuple[int, ...]
    revealed: bool
    votes: tuple[int, ...]


@dataclass(frozen=True)
class RoomEvent:
    """Something that happened in a room.

    Attributes:
        number: counted from 1 in each room.
        kind: ``tile``, ``hide``, ``state`` or ``guess``.
        data: JSON values.
    """

    number: int
    kind: EventKind
    data: Mapping[str, Any]
