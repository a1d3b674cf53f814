"""Rooms of a class: made by a teacher, filled by phones, played with, closed with all that hangs in them."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from vggweb.core.guessing import words_to_choose_from
from vggweb.core.predictions import softmax, top_predictions
from vggweb.errors import BadParameterError, FrozenError, LookupFailedError, NotYoursError
from vggweb.rooms import Guess, GuessStore, NewRoom, Room, RoomEvent, RoomState, RoomStore, Tile, TileStore, make_code
from vggweb.storage import Store

TOKEN_BYTES = 16  # 128 random bits: a teacher's link that cannot be guessed
FEWEST_HOURS, MOST_HOURS, DEFAULT_HOURS = 1, 168, 24
LONGEST_TITLE = 120
Listener = Callable[[str], None]


@dataclass(frozen=True)
class MadeRoom:
    """A new room for whoever made it.

    Attributes:
        room: the room.
        teacher_token: opens the teacher's page; the store knows only its hash.
    """

    room: Room
    teacher_token: str


class Rooms:
    """Everything that a teacher and a class do in a room."""

    def __init__(self, store: Store) -> None:
        self._results = store
        self._rooms = RoomStore(store.engine)
        self._tiles = TileStore(store.engine)
        self._guesses = GuessStore(store.engine)
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """From now on, `listener` is called with a room's code whenever something happens in it here."""
        self._listeners.append(listener)

    def create(self, *, title: str = "", hours: int = DEFAULT_HOURS, owner: str | None) -> MadeRoom:
        """A new, open room.

        Args:
            title: in the teacher's words, 120 characters at most.
            hours: after so many it closes by itself, 1 to 168.
            owner: hash that stands for the browser that makes it; None for a program.

        Raises:
            BadParameterError: a title too long, or hours out of range.
        """
        if len(title) > LONGEST_TITLE:
            raise BadParameterError("title can have %(most)s characters at most.", most=LONGEST_TITLE)
        if not FEWEST_HOURS <= hours <= MOST_HOURS:
            raise BadParameterError("hours can be %(fewest)s to %(most)s.", fewest=FEWEST_HOURS, most=MOST_HOURS)
        token = secrets.token_urlsafe(TOKEN_BYTES)
        closes_at = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=hours)
        return MadeRoom(self._rooms.create(NewRoom(make_code(), title, closes_at, owner, _hash(token))), token)

    def find(self, code: str) -> Room:
        """The room of that code.

        Raises:
            NotFoundError: there never was one.
            GoneError: it was closed, or its time is over.
        """
        return self._rooms.find(code)

    def find_for_teacher(self, code: str, *, owner: str | None, token: str) -> Room:
        """The room, for the browser that made it or whoever has the teacher's token.

        Raises:
            NotYoursError: for anybody else.
            NotFoundError, GoneError: there is no such room.
        """
        room = self._rooms.find(code)
        made_it = owner is not None and room.owner == owner
        if not made_it and not hmac.compare_digest(_hash(token), room.teacher_hash):
            raise NotYoursError(
                "Only the teacher can do this.",
                "Open the room with the teacher's link, or in the browser that made it.",
            )
        return room

    def find_open(self, code: str) -> Room:
        """The room, if it takes new photos: to be asked before a photo is classified.

        Raises:
            FrozenError: the teacher has frozen it.
            NotFoundError, GoneError: there is no such room.
        """
        room = self._rooms.find(code)
        if room.state == "frozen":
            raise FrozenError
        return room

    def hang(self, code: str, result_id: str) -> Tile:
        """Hangs a result on the wall; one for which there is no room any more is deleted.

        Raises:
            FrozenError: the room was frozen in the meantime.
            NotFoundError, GoneError: there is no such room.
        """
        stored = self._results.find_result(result_id)
        best = top_predictions(softmax(stored.logits), 1)[0]
        try:
            tile = self._tiles.hang(code, result_id, class_index=best.class_index, score=best.score)
        except (FrozenError, LookupFailedError):
            self._results.delete_result(result_id)
            raise
        self._tell(code)
        return tile

    def tiles(self, code: str, *, with_hidden: bool = False) -> list[Tile]:
        """The room's tiles, oldest first."""
        return self._tiles.tiles(code, with_hidden=with_hidden)

    def set_hidden(self, code: str, result_id: str, *, hidden: bool) -> None:
        """Hides a tile from the class, or shows it again."""
        self._tiles.set_hidden(code, result_id, hidden=hidden)
        self._tell(code)

    def set_state(self, code: str, state: RoomState) -> Room:
        """Freezes the room, or opens it again."""
        room = self._rooms.set_state(code, state)
        self._tell(code)
        return room

    def clear(self, code: str) -> None:
        """Takes everything down and deletes the photos."""
        self._results.delete_results([tile.result_id for tile in self.tiles(code, with_hidden=True)])
        self._tell(code)

    def close(self, code: str) -> None:
        """Ends the room and deletes its photos."""
        result_ids = [tile.result_id for tile in self.tiles(code, with_hidden=True)]
        self._rooms.close(code)
        self._results.delete_results(result_ids)
        self._tell(code)

    def close_expired(self) -> int:
        """Closes the rooms whose time is over, and says how many."""
        codes = self._rooms.expired()
        for code in codes:
            self.close(code)
        return len(codes)

    def events_after(self, code: str, number: int) -> list[RoomEvent]:
        """What happened in the room after the event of that number."""
        return self._rooms.events_after(code, number)

    def begin_guess(self, code: str, result_id: str) -> Guess:
        """Lets the class guess at a photo of the wall: four words, the network's first two among them.

        Raises:
            NotFoundError: the photo does not hang in this room.
        """
        probabilities = softmax(self._results.find_result(result_id).logits)
        guess = self._guesses.begin(code, result_id, words_to_choose_from(probabilities, seed=secrets.randbits(32)))
        self._tell(code)
        return guess

    def guess(self, code: str) -> Guess | None:
        """What the class guesses at; None if nothing."""
        return self._guesses.current(code)

    def choice_of(self, code: str, guess_id: str, voter: str) -> int | None:
        """The class index that this phone chose."""
        return self._guesses.choice_of(code, guess_id, voter)

    def vote(self, code: str, voter: str, choice: int) -> Guess:
        """Counts a phone's vote; a second one replaces the first."""
        guess = self._guesses.vote(code, voter, choice)
        self._tell(code)
        return guess

    def reveal(self, code: str) -> Guess:
        """Shows the network's answer."""
        guess = self._guesses.reveal(code)
        self._tell(code)
        return guess

    def _tell(self, code: str) -> None:
        for listener in self._listeners:
            listener(code)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
