"""A copy of the embedded database, taken while it is used."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from vggweb.errors import SettingError, StorageError
from vggweb.storage.engine import EMBEDDED_NAME


def back_up(data: Path, target: Path) -> int:
    """Copies the database of a data folder into a new file, as it stood at one moment; gives its size in bytes.

    Raises:
        SettingError: there is no database, or the file is there already or cannot be written.
        StorageError: the database cannot be read.
    """
    source = data / EMBEDDED_NAME
    if not source.is_file():
        raise SettingError("VGGWEB_DATA holds no database.", "On PostgreSQL, pg_dump makes the copy.")
    _make_private(target)
    try:
        with closing(sqlite3.connect(source)) as opened, closing(sqlite3.connect(target)) as copy:
            opened.backup(copy)  # in one read transaction: writers go on, into the write-ahead log
    except sqlite3.Error as error:
        target.unlink()
        raise StorageError("The database cannot be copied.", "See whether the disk of the copy is full.") from error
    return target.stat().st_size


def _make_private(target: Path) -> None:
    try:
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError as error:
        raise SettingError("The file for the copy is there already.", "Name another one.") from error
    except OSError as error:
        raise SettingError("The file for the copy cannot be written.", "Name another one.") from error
