"""Results in and out of the database."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias, cast

import numpy as np
from sqlalchemy import URL, Select, delete, exists, select, update
from sqlalchemy.orm import Session

from vggweb.core.photo_facts import PhotoFacts
from vggweb.core.preprocessing import ResizeMethod
from vggweb.core.weights import WeightsVariant
from vggweb.errors import GoneError, NotFoundError
from vggweb.storage.engine import fold_log, keep_private, make_engine
from vggweb.storage.migrate import upgrade_to_head
from vggweb.storage.records import PurgeReport, StoredFile, StoredResult
from vggweb.storage.reserve import Reserve
from vggweb.storage.sessions import again_after_a_race, reading, rows_changed, writing
from vggweb.storage.tables import PictureRow, ResultRow
from vggweb.storage.trial import WriteTrial

LITTLE_ENDIAN_FLOAT32 = "<f4"
NO_PHOTO = PhotoFacts(0, 0, "", was_rotated=False, had_transparency=False)
ResultIds: TypeAlias = Sequence[str] | Select[str]
Forget: TypeAlias = Callable[[Session, ResultIds], int]


class Store:
    """Keeps results and their pictures. Safe to use from several threads and several processes.

    Attributes:
        trial: says whether the store can be written.

    Args:
        url: of the database.
        lock_folder: where servers that start at once take turns at an SQLite file.
        forget: deletes what others keep for these results, within the session, and says how many files that were.
        result_days: age at which a result expires; 0: never.
    """

    def __init__(self, url: str | URL, *, lock_folder: Path, forget: Forget, result_days: float = 0) -> None:
        self.engine = make_engine(url)
        self.trial = WriteTrial(url, lock_folder)
        self._reserve = Reserve(lock_folder) if self.engine.dialect.name == "sqlite" else None
        self._lock_folder = lock_folder
        self._forget = forget
        self._result_days = result_days

    def migrate(self) -> None:
        """Brings the schema up to date; of several servers that start at once, one does it."""
        keep_private(self.engine)
        upgrade_to_head(self.engine, self._lock_folder)
        if self._reserve is not None:
            self._reserve.keep()

    def close(self) -> None:
        """Closes every connection."""
        self.engine.dispose()

    def save_result(self, result: StoredResult, pictures: Mapping[str, StoredFile]) -> None:
        """Keeps a result and its pictures, all or nothing; its id is new."""
        with writing(self.engine) as session:
            _add(session, result, pictures)

    def replace_result(self, result: StoredResult, pictures: Mapping[str, StoredFile]) -> None:
        """Keeps a result under an id that is its own, in place of the one that had expired there."""

        def replace() -> None:
            with writing(self.engine) as session:
                session.execute(delete(ResultRow).where(ResultRow.id == result.id))  # and what hangs on it
                _add(session, result, pictures)

        again_after_a_race(replace)

    def find_result(self, result_id: str) -> StoredResult:
        """The result of that id.

        Raises:
            NotFoundError: there never was one.
            GoneError: it was deleted or has expired.
        """
        with reading(self.engine) as session:
            row = session.get(ResultRow, result_id)
            if row is None:
                raise NotFoundError
            oldest = self._oldest()
            if row.deleted_at is not None or (oldest is not None and row.created_at < oldest):
                raise GoneError
            return _from_row(row)

    def picture(self, result_id: str, name: str) -> StoredFile:
        """A picture of a result.

        Raises:
            NotFoundError: the result has no such picture.
        """
        with reading(self.engine) as session:
            row = session.get(PictureRow, (result_id, name))
            if row is None:
                raise NotFoundError
            return StoredFile(name=row.name, media_type=row.media_type, data=row.data)

    def delete_result(self, result_id: str) -> None:
        """Wipes a result, its jobs and their products.

        What stays is a tombstone of its id, so that its address says it is gone.
        """
        self.delete_results([result_id])

    def delete_results(self, result_ids: Sequence[str]) -> None:
        """Wipes several results as `delete_result` does, in one transaction."""

        def bury() -> None:
            with writing(self.engine) as session:
                self._bury(session, list(result_ids))
            fold_log(self.engine)

        if self._reserve is None:
            bury()
        else:
            self._reserve.spent_on(bury)

    def find_results(self, result_ids: Sequence[str]) -> list[StoredResult]:
        """Those of these results that stand, from one query, in no order."""
        query = select(ResultRow).where(ResultRow.id.in_(result_ids), ResultRow.deleted_at.is_(None))
        with reading(self.engine) as session:
            return [_from_row(row) for row in session.scalars(query)]

    def recent_results(self, owner: str, limit: int) -> list[StoredResult]:
        """An owner's results that still stand, newest first."""
        query = select(ResultRow).where(ResultRow.owner == owner, ResultRow.deleted_at.is_(None))
        oldest = self._oldest()
        if oldest is not None:
            query = query.where(ResultRow.created_at >= oldest)
        with reading(self.engine) as session:
            rows = session.scalars(query.order_by(ResultRow.created_at.desc(), ResultRow.id).limit(limit))
            return [_from_row(row) for row in rows]

    def purge(self) -> PurgeReport:
        """Buries expired results, and deletes pictures and products without a standing result; says how many."""
        with writing(self.engine) as session:
            expired: list[str] = []
            oldest = self._oldest()
            if oldest is not None:
                found = select(ResultRow.id).where(ResultRow.deleted_at.is_(None), ResultRow.created_at < oldest)
                expired = list(session.scalars(found))
                self._bury(session, expired)
            stands = exists().where(ResultRow.id == PictureRow.result_id, ResultRow.deleted_at.is_(None))
            orphans = rows_changed(session, delete(PictureRow).where(~stands)) + self._forget(session, _gone())
        fold_log(self.engine)
        return PurgeReport(expired=len(expired), orphans=orphans)

    def _bury(self, session: Session, ids: list[str]) -> None:
        now = datetime.now(UTC)
        for start in range(0, len(ids), 500):  # databases limit the number of parameters of a statement
            some = ids[start : start + 500]
            # The tombstone first: from then on no job for the result can begin.
            session.execute(update(ResultRow).where(ResultRow.id.in_(some)).values(**_tombstone(now)))
            self._forget(session, some)
            session.execute(delete(PictureRow).where(PictureRow.result_id.in_(some)))

    def _oldest(self) -> datetime | None:
        """Results made before this moment have expired; None if none ever do."""
        return datetime.now(UTC) - timedelta(days=self._result_days) if self._result_days else None


def _tombstone(now: datetime) -> dict[str, Any]:
    return {
        "created_at": now,
        "deleted_at": now,
        "owner": None,
        "resize": "",
        "variant": "",
        "weights_sha256": "",
        "logits": b"",
        "photo": NO_PHOTO,
    }


def _add(session: Session, result: StoredResult, pictures: Mapping[str, StoredFile]) -> None:
    session.add(_to_row(result))
    session.flush()
    session.add_all(
        PictureRow(result_id=result.id, name=name, media_type=picture.media_type, data=picture.data)
        for name, picture in pictures.items()
    )


def _gone() -> Select[str]:
    return select(ResultRow.id).where(ResultRow.deleted_at.is_not(None))


def _to_row(result: StoredResult) -> ResultRow:
    return ResultRow(
        id=result.id,
        created_at=result.created_at,
        deleted_at=None,
        owner=result.owner,
        resize=result.resize,
        variant=result.variant,
        weights_sha256=result.weights_sha256,
        logits=result.logits.astype(LITTLE_ENDIAN_FLOAT32).tobytes(),
        photo=result.photo,
    )


def _from_row(row: ResultRow) -> StoredResult:
    return StoredResult(
        id=row.id,
        created_at=row.created_at,
        resize=cast(ResizeMethod, row.resize),
        variant=cast(WeightsVariant, row.variant),
        weights_sha256=row.weights_sha256,
        logits=np.frombuffer(row.logits, LITTLE_ENDIAN_FLOAT32).astype(np.float32),
        owner=row.owner,
        photo=row.photo,
    )
