"""Engines that suit the store: SQLite for one machine, PostgreSQL for several."""

from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

from vggweb.errors import SettingError

BUSY_TIMEOUT_SECONDS = 15  # how long a writer waits for another writer of the same SQLite file


def make_engine(url: str) -> Engine:
    """The engine for a database URL; plain ``postgresql://`` and ``postgres://`` mean psycopg 3.

    Raises:
        SettingError: the URL cannot be understood, or names a database that has no driver here.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_engine(parsed)
    try:
        return create_engine(parsed, pool_pre_ping=True)
    except (ArgumentError, ImportError) as error:  # NoSuchModuleError is an ArgumentError
        raise SettingError("VGGWEB_DATABASE_URL names a database that has no driver here.") from error


def fold_log(engine: Engine) -> None:
    """Folds SQLite's write-ahead log into its file and empties it, so that what was deleted is nowhere any more.

    Deleted bytes are overwritten in the file (`secure_delete`), but the log may still hold them from when they were
    written. Waits for readers at most as long as a writer would; what a busy database leaves is folded the next time.
    """
    if engine.dialect.name != "sqlite":
        return
    connection = engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
    finally:
        connection.close()


def _parse(url: str) -> URL:
    if url.startswith("postgres://"):
        url = url.replace("postgres://", "postgresql://", 1)
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise SettingError("VGGWEB_DATABASE_URL is no SQLAlchemy URL.") from error
    if parsed.drivername == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    return parsed


def _sqlite_engine(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_SECONDS})

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")  # readers do not wait for a writer
        cursor.execute("PRAGMA synchronous=NORMAL")
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
