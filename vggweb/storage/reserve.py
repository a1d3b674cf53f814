"""Room kept for deletions: SQLite must write to delete, and on a full disk it could not."""

import logging
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from vggweb.errors import StorageFullError

logger = logging.getLogger(__name__)
RESERVE_BYTES = 8 * 1024 * 1024  # a result and all its maps, in the write-ahead log and in the file


class Reserve:
    """A file of zeros that gives its place to a deletion when nothing else is left."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "reserve"

    def keep(self) -> None:
        """Takes the room if it is not held; on a disk that is full already there is none to take."""
        try:
            with suppress(FileExistsError):
                descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                try:
                    os.posix_fallocate(descriptor, 0, RESERVE_BYTES)
                finally:
                    os.close(descriptor)
        except OSError as error:
            logger.warning("No room can be kept for deletions: %s", error.strerror)
            self._give()

    def spent_on(self, delete: Callable[[], None]) -> None:
        """Deletes; if the disk is full, again with the room that was kept.

        Raises:
            StorageFullError: that was not enough.
        """
        try:
            delete()
        except StorageFullError:
            self._give()
            delete()
        self.keep()

    def _give(self) -> None:
        with suppress(OSError):
            self._file.unlink(missing_ok=True)
