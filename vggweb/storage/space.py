"""How much is kept, and whether there is room for more."""

import shutil
from pathlib import Path

from sqlalchemy import Engine, text

from vggweb.errors import StorageFullError
from vggweb.storage.faults import said
from vggweb.storage.sessions import reading

FREE_FLOOR_BYTES = 200 * 1000 * 1000  # left on the disk for whatever else lives there, the log to begin with


class StorageSpace:
    """The room that the store has and has used.

    Args:
        folder: where SQLite's file is.
        max_bytes: the quota; 0: none.
    """

    def __init__(self, engine: Engine, folder: Path, *, max_bytes: int) -> None:
        self._engine = engine
        self._folder = folder
        self._max_bytes = max_bytes

    def check(self) -> None:
        """Returns if another photo may be kept.

        Raises:
            StorageFullError: the quota is used up, or the disk is nearly full.
        """
        if not self.has_room():
            raise said(StorageFullError(), f"{self.used_bytes()} bytes are kept, {self.free_bytes()} are free")

    def has_room(self) -> bool:
        """Whether quota and disk leave any."""
        free = self.free_bytes()
        within_quota = not self._max_bytes or self.used_bytes() < self._max_bytes
        return within_quota and (free is None or free >= FREE_FLOOR_BYTES)

    def used_bytes(self) -> int:
        """What results, pictures and drawings take up; of SQLite's file, without the pages that are free again."""
        if self._engine.dialect.name != "sqlite":
            with reading(self._engine) as session:
                return int(session.scalar(text("SELECT pg_database_size(current_database())")) or 0)
        pages, free, size = self._pragmas("page_count", "freelist_count", "page_size")
        return (pages - free) * size

    def free_bytes(self) -> int | None:
        """What is free on the disk, and in SQLite's own file; None for a database on another machine."""
        if self._engine.dialect.name != "sqlite":
            return None
        free, size = self._pragmas("freelist_count", "page_size")
        return shutil.disk_usage(self._folder).free + free * size

    def _pragmas(self, *names: str) -> list[int]:
        with reading(self._engine) as session:
            return [int(session.scalar(text(f"PRAGMA {name}")) or 0) for name in names]
