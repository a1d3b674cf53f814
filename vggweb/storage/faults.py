"""What a database in trouble is called: busy, full or failing, each with its sentence and its line in the log."""

import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from vggweb.errors import BusyError, StorageError, StorageFullError, VggwebError

logger = logging.getLogger(__name__)
SECONDS_BETWEEN_LINES = 60.0  # of the same fault: a failing disk must not fill what is left of it with its log
OURS = (IntegrityError, DataError, ProgrammingError)  # what was asked is at fault, not the database
SQLITE_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL})
SQLITE_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
POSTGRES_FULL = "53100"  # disk_full
# Connection lost or refused, too many of them, a deadlock, a lock or a statement that took too long: it passes.
POSTGRES_BUSY = ("08", "40", "53", "55", "57")
_said_at: dict[str, float] = {}
T = TypeVar("T", bound=VggwebError)


@contextmanager
def named_faults() -> Iterator[None]:
    """Raises what befalls the database under its own name.

    Raises:
        BusyError: it is locked for too long or out of reach.
        StorageFullError: its disk is full.
        StorageError: it cannot be read or written at all: read-only, failing, damaged.
    """
    try:
        yield
    except PoolTimeoutError as error:
        raise said(BusyError("The server's database is busy."), "every connection is in use") from error
    except DBAPIError as error:
        if isinstance(error, OURS):
            raise
        raise said(_name_of(error.orig), _cause(error.orig)) from error
    except sqlite3.Error as error:  # while a connection is being set up
        raise said(_name_of(error), _cause(error)) from error


def _name_of(cause: BaseException | None) -> VggwebError:
    if isinstance(cause, sqlite3.Error):
        return _name_of_sqlite(getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF)
    return _name_of_postgres(getattr(cause, "sqlstate", None))


def _name_of_sqlite(code: int) -> VggwebError:
    if code in SQLITE_BUSY:
        return BusyError("The server's database is busy.")
    if code == sqlite3.SQLITE_FULL:
        return StorageFullError()
    if code == sqlite3.SQLITE_READONLY:
        return StorageError("The server's storage can only be read at the moment, so nothing can be kept or deleted.")
    if code in SQLITE_DAMAGED:
        return StorageError("The server's database is damaged.")
    return StorageError()


def _name_of_postgres(state: str | None) -> VggwebError:
    if state == POSTGRES_FULL:
        return StorageFullError()
    if state is None or state.startswith(POSTGRES_BUSY):
        return BusyError("The server's database is busy or out of reach.")
    if state == "25006":  # read_only_sql_transaction
        return StorageError("The server's storage can only be read at the moment, so nothing can be kept or deleted.")
    return StorageError()


def _cause(cause: BaseException | None) -> str:
    """The driver's own words, without the statement and its parameters: those hold ids."""
    return str(cause).strip().split("\n", 1)[0]


def said(error: T, cause: str) -> T:
    """The error, after a line in the log; the same fault has one line a minute."""
    now = time.monotonic()
    if now - _said_at.get(error.message, -SECONDS_BETWEEN_LINES) >= SECONDS_BETWEEN_LINES:
        _said_at[error.message] = now
        level = logging.WARNING if isinstance(error, BusyError) else logging.ERROR
        logger.log(level, "%s (%s)", error.message, cause)
    return error
