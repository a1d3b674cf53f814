"""Engines that suit the store: SQLite for one machine, PostgreSQL for several."""

import logging
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import Pool

from vggweb.errors import SettingError

logger = logging.getLogger(__name__)
EMBEDDED_NAME = "vggweb.sqlite3"
BUSY_TIMEOUT_SECONDS = 15.0  # how long a writer waits for another writer of the same SQLite file

QUIET: dict[str, Any] = {"hide_parameters": True}  # in messages and tracebacks: results' ids are keys


def embedded_url(folder: Path) -> URL:
    """The URL of the SQLite file in a folder, built from parts: a name may hold ``%``, ``?`` and ``#``."""
    return URL.create("sqlite", database=str(folder.resolve() / EMBEDDED_NAME))


def make_engine(url: str | URL, *, wait_seconds: float | None = None, poolclass: type[Pool] | None = None) -> Engine:
    """The engine for a database URL; plain ``postgresql://`` and ``postgres://`` mean psycopg 3.

    Args:
        url: any SQLAlchemy URL.
        wait_seconds: how long a writer waits for another one of the same SQLite file; None: BUSY_TIMEOUT_SECONDS.
        poolclass: how connections are kept, if not as usual.

    Raises:
        SettingError: the URL cannot be understood, or names a database that has no driver here.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_engine(parsed, wait_seconds, poolclass)
    try:
        return create_engine(parsed, pool_pre_ping=True, poolclass=poolclass, **_sizes(poolclass), **QUIET)
    except (ArgumentError, ImportError) as error:  # NoSuchModuleError is an ArgumentError
        raise SettingError("VGGWEB_DATABASE_URL names a database that has no driver here.") from error


def keep_private(engine: Engine) -> None:
    """Lets nobody but this user read SQLite's file; the files beside it take its mode over.

    A file that cannot be made is reported where it is opened.
    """
    name = engine.url.database
    if engine.dialect.name == "sqlite" and name and name != ":memory:":
        with suppress(OSError):
            Path(name).touch(mode=0o600)
            Path(name).chmod(0o600)


def fold_log(engine: Engine) -> None:
    """Folds SQLite's write-ahead log into its file and empties it, so that what was deleted is nowhere any more.

    Deleted bytes are overwritten in the file (`secure_delete`), but the log may still hold them from when they were
    written. Waits for readers at most as long as a writer would; what a busy database leaves is folded the next time.
    """
    if engine.dialect.name != "sqlite":
        return
    try:
        with closing(engine.raw_connection()) as connection:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
    except sqlite3.Error as error:
        logger.warning("What was deleted is still in the write-ahead log, until it can be folded: %s", error)


def _parse(url: str | URL) -> URL:
    if isinstance(url, str) and url.startswith("postgres://"):
        url = url.replace("postgres://", "postgresql://", 1)
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise SettingError("VGGWEB_DATABASE_URL is no SQLAlchemy URL.") from error
    if parsed.drivername == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    return parsed


def _sizes(poolclass: type[Pool] | None) -> dict[str, Any]:
    """As many connections as there are threads that answer requests, so that none waits for another's."""
    return {} if poolclass else {"pool_size": 10, "max_overflow": 190}


def _sqlite_engine(url: URL, wait_seconds: float | None, poolclass: type[Pool] | None) -> Engine:
    in_memory = url.database in {None, "", ":memory:"}
    sizes = {} if in_memory else _sizes(poolclass)
    timeout = BUSY_TIMEOUT_SECONDS if wait_seconds is None else wait_seconds
    engine = create_engine(url, connect_args={"timeout": timeout}, poolclass=poolclass, **sizes, **QUIET)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")  # readers do not wait for a writer
        cursor.execute("PRAGMA synchronous=FULL")  # what was answered survives a loss of power
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA secure_delete=ON")  # a deleted photo's bytes are overwritten, not just let go
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        # A deferred transaction that reads first and writes later fails at once when another process wrote in
        # between; one that takes the write lock at its start waits its turn.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")

    @event.listens_for(engine, "connect")
    def leave_transactions_to_us(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # sqlite3 must not begin transactions of its own

    return engine
