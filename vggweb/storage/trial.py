"""Whether the store can be written now, found out by writing: for whoever watches the server."""

import errno
import logging
import os
import threading
import time
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, Engine, text
from sqlalchemy.pool import NullPool

from vggweb.errors import StorageError, StorageFullError, VggwebError
from vggweb.storage.engine import make_engine
from vggweb.storage.faults import named_faults

logger = logging.getLogger(__name__)
WAIT_SECONDS = 1.0  # for another writer
GOOD_FOR_SECONDS = 2.0  # however many ask
TRIAL_BYTES = 512 * 1024  # about what a result takes


class WriteTrial:
    """Tries to write to the database and, for SQLite, to its folder. Safe to use from several threads."""

    def __init__(self, url: str | URL, folder: Path) -> None:
        self._engine = make_engine(url, wait_seconds=WAIT_SECONDS, poolclass=NullPool)
        self._folder = folder
        self._lock = threading.Lock()
        self._tried_at = -GOOD_FOR_SECONDS
        self._fault: VggwebError | None = None

    def check(self) -> None:
        """Returns if the store can be written.

        Raises:
            BusyError, StorageError, StorageFullError: why it cannot.
        """
        with self._lock:
            if time.monotonic() - self._tried_at > GOOD_FOR_SECONDS:
                self._note(self._try())
                self._tried_at = time.monotonic()
        if self._fault is not None:
            raise self._fault

    def _note(self, fault: VggwebError | None) -> None:
        if self._fault is not None and fault is None:
            logger.warning("The store can be written again.")
        self._fault = fault

    def _try(self) -> VggwebError | None:
        try:
            if self._engine.dialect.name == "sqlite":
                _write_file(self._folder / f".trial.{os.getpid()}")
            with named_faults():
                _write_database(self._engine)
        except VggwebError as fault:
            return fault
        return None


def _write_database(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        with engine.begin() as connection:
            connection.execute(text("SELECT txid_current()"))  # takes a number, which a read-only server does not give
        return
    with engine.execution_options(writes=True).begin() as connection:
        version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        connection.exec_driver_sql(f"PRAGMA user_version = {int(version)}")  # the same, written to the first page


def _write_file(file: Path) -> None:
    """Writes as much as a result takes, and deletes it.

    Raises:
        StorageFullError, StorageError: it cannot.
    """
    try:
        with closing(os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "wb", buffering=0)) as opened:
            opened.write(bytes(TRIAL_BYTES))
            os.fsync(opened.fileno())
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise StorageFullError from error
        raise StorageError from error
    finally:
        _remove(file)


def _remove(file: Path) -> None:
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        raise StorageError from error
