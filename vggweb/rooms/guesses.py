"""Guesses and votes in the database. A room guesses at one photo at a time, and each phone has one vote."""

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine, delete, func, select
from sqlalchemy.orm import Session

from vggweb.errors import BadParameterError, NotFoundError
from vggweb.rooms.records import Guess
from vggweb.rooms.store import add_event, standing_row
from vggweb.rooms.tables import GuessRow, TileRow, VoteRow
from vggweb.storage.sessions import again_after_a_race, reading, writing


class GuessStore:
    """Keeps what the rooms guess at, and who voted for what."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, code: str, result_id: str, choices: Sequence[int]) -> Guess:
        """A new guess, in place of the one before.

        Raises:
            NotFoundError: the photo does not hang in this room.
        """
        with writing(self._engine) as session:
            room = standing_row(session, code, to_write=True)
            if session.get(TileRow, (code, result_id)) is None:
                raise NotFoundError
            for table in (VoteRow, GuessRow):
                session.execute(delete(table).where(table.room == code))
            row = GuessRow(
                room=code, id=secrets.token_hex(8), result_id=result_id, choices=list(choices), revealed=False
            )
            session.add(row)
            session.flush()
            guess = _to_guess(session, row)
            add_event(session, room, "guess", _event_data(guess))
            return guess

    def current(self, code: str) -> Guess | None:
        """What the room guesses at; None if nothing."""
        with reading(self._engine) as session:
            row = session.get(GuessRow, code)
            return _to_guess(session, row) if row else None

    def choice_of(self, code: str, guess_id: str, voter: str) -> int | None:
        """The class index that this phone voted for; None before it has."""
        with reading(self._engine) as session:
            row = session.get(VoteRow, (code, guess_id, voter))
            return row.choice if row else None

    def vote(self, code: str, voter: str, choice: int) -> Guess:
        """Counts a phone's vote; a second one replaces the first.

        Raises:
            NotFoundError: nothing is guessed at.
            BadParameterError: the word is none of the choices, or the answer is shown already.
        """
        return again_after_a_race(lambda: self._vote(code, voter, choice))

    def reveal(self, code: str) -> Guess:
        """Shows the network's answer; votes no longer count.

        Raises:
            NotFoundError: nothing is guessed at.
        """
        with writing(self._engine) as session:
            room = standing_row(session, code, to_write=True)
            row = _row(session, code)
            row.revealed = True
            guess = _to_guess(session, row)
            add_event(session, room, "guess", _event_data(guess))
            return guess

    def _vote(self, code: str, voter: str, choice: int) -> Guess:
        with writing(self._engine) as session:
            room = standing_row(session, code, to_write=True)
            row = _row(session, code)
            if row.revealed:
                raise BadParameterError("The answer is shown already.", "Wait for the next photo.")
            if choice not in row.choices:
                raise BadParameterError("choice can be %(choices)s.", choices=", ".join(map(str, row.choices)))
            vote = session.get(VoteRow, (code, row.id, voter)) or VoteRow(room=code, guess_id=row.id, voter=voter)
            vote.choice = choice
            session.add(vote)
            session.flush()
            guess = _to_guess(session, row)
            add_event(session, room, "guess", _event_data(guess))
            return guess


def _row(session: Session, code: str) -> GuessRow:
    row = session.get(GuessRow, code)
    if row is None:
        raise NotFoundError("Nothing is guessed at now.", "Wait until the teacher picks a photo.")
    return row


def _to_guess(session: Session, row: GuessRow) -> Guess:
    query = select(VoteRow.choice, func.count()).where(VoteRow.room == row.room, VoteRow.guess_id == row.id)
    counts: dict[int, int] = dict(session.execute(query.group_by(VoteRow.choice)).all())
    votes = tuple(counts.get(choice, 0) for choice in row.choices)
    return Guess(row.id, row.result_id, tuple(row.choices), row.revealed, votes)


def _event_data(guess: Guess) -> dict[str, Any]:
    return {
        "id": guess.id,
        "result_id": guess.result_id,
        "choices": list(guess.choices),
        "revealed": guess.revealed,
        "votes": list(guess.votes),
    }
