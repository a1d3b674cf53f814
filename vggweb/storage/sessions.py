"""Sessions of the store: one to read with, one to write with, and what a database in trouble is called."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from sqlalchemy import CursorResult, Engine, Executable, func, select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from vggweb.errors import BusyError, NotFoundError
from vggweb.storage.faults import named_faults

T = TypeVar("T")
RACES = 5  # each lost race means that another server's row is there now, so the second look finds it


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that only looks.

    Raises:
        BusyError: the database is locked for too long or out of reach.
        StorageError: it is full, read-only, failing or damaged.
        NotFoundError: it was asked for a key that it could never hold.
    """
    try:
        with named_faults(), Session(engine) as session:
            yield session
    except DataError as error:  # PostgreSQL takes no NUL in a text, so nothing is kept under such a key
        raise NotFoundError from error


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """A session whose transaction is committed at the end of the block.

    Raises:
        BusyError: the database is locked for too long or out of reach.
        StorageError: it is full, read-only, failing or damaged.
    """
    writer = engine.execution_options(writes=True)
    with named_faults(), Session(writer) as session, session.begin():
        yield session


def rows_changed(session: Session, statement: Executable) -> int:
    """Executes an update or a delete and says how many rows it met."""
    return cast(CursorResult[Any], session.execute(statement)).rowcount


def take_turns(session: Session, number: int) -> None:
    """Lets transactions that name the same number go on from here one after the other."""
    if session.get_bind().dialect.name == "postgresql":  # SQLite's writers take turns anyway
        session.execute(select(func.pg_advisory_xact_lock(number)))


def again_after_a_race(write: Callable[[], T]) -> T:
    """What `write` returns; it runs again when another server inserted the same key between its look and its insert.

    Raises:
        BusyError: it lost every race.
    """
    for _ in range(RACES):
        try:
            return write()
        except IntegrityError as error:
            lost = error
    raise BusyError from lost
