"""A room in JSON: the room itself, its tiles, what is guessed at, and the events."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from flask import url_for

from vggweb.core.classes import find_class
from vggweb.rooms import Guess, Room, RoomEvent, RoomState, Tile
from vggweb.web.event_streams import Event


@dataclass(frozen=True)
class TileInJson:
    """A result on the wall."""

    id: str
    url: str
    label: str
    score: float
    created_at: datetime


@dataclass(frozen=True)
class ChoiceInJson:
    """A word to choose from, and how many chose it."""

    class_index: int
    label: str
    votes: int


@dataclass(frozen=True)
class GuessInJson:
    """What the class guesses at; `answer` is the network's word once it is shown."""

    id: str
    result_id: str
    choices: list[ChoiceInJson]
    revealed: bool
    answer: int | None


@dataclass(frozen=True)
class RoomInJson:
    """A room with what hangs in it."""

    code: str
    title: str
    state: RoomState
    closes_at: datetime
    tiles: list[TileInJson]
    guess: GuessInJson | None


@dataclass(frozen=True)
class MadeRoomInJson:
    """A new room for whoever made it."""

    code: str
    url: str
    teacher_url: str
    teacher_token: str
    closes_at: datetime


def room_in_json(room: Room, tiles: Sequence[Tile], guess: Guess | None) -> RoomInJson:
    """The room as programs see it: hidden tiles are left out."""
    return RoomInJson(
        code=room.code,
        title=room.title,
        state=room.state,
        closes_at=room.closes_at,
        tiles=[tile_in_json(tile) for tile in tiles if not tile.hidden],
        guess=guess_in_json(guess, tiles) if guess else None,
    )


def tile_in_json(tile: Tile) -> TileInJson:
    """A tile as programs see it."""
    return TileInJson(
        id=tile.result_id,
        url=url_for("results.show", result_id=tile.result_id, _external=True),
        label=find_class(tile.class_index).label,
        score=tile.score,
        created_at=tile.created_at,
    )


def guess_in_json(guess: Guess, tiles: Sequence[Tile]) -> GuessInJson:
    """What is guessed at; the answer stays out until it is shown."""
    choices = [
        ChoiceInJson(index, find_class(index).label, votes)
        for index, votes in zip(guess.choices, guess.votes, strict=True)
    ]
    answers = [tile.class_index for tile in tiles if tile.result_id == guess.result_id]
    answer = answers[0] if answers and guess.revealed else None
    return GuessInJson(guess.id, guess.result_id, choices, guess.revealed, answer)


def as_sent(event: RoomEvent, base_url: str) -> Event:
    """An event as the stream carries it; `base_url` is the address below which results are."""
    return Event(event.kind, json.dumps(_data(event, base_url)), id=str(event.number))


def _data(event: RoomEvent, base_url: str) -> dict[str, Any]:
    data = dict(event.data)
    if event.kind == "tile":
        index = data.pop("class_index")
        return data | {"url": f"{base_url}r/{data['id']}", "label": find_class(index).label}
    if event.kind == "guess" and data["id"] is not None:
        votes = zip(data.pop("choices"), data.pop("votes"), strict=True)
        choices = [asdict(ChoiceInJson(index, find_class(index).label, count)) for index, count in votes]
        return data | {"choices": choices}
    return data
