"""What jobs have made: files under a key, which live as long as the result that they belong to, or for ever."""

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.orm import Session

from vggweb.jobs.admission import check_result
from vggweb.jobs.tables import JobRow, ProductRow
from vggweb.storage import ResultIds, StoredFile
from vggweb.storage.sessions import again_after_a_race, reading, rows_changed, writing


class Products:
    """Finds and keeps what jobs make. Safe to use from several threads and several processes."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._seen: set[str] = set()  # since the last time that it was written down

    def find(self, key: str, name: str) -> StoredFile | None:
        """A file that a job has made, if it has."""
        self._seen.add(key)
        with reading(self.engine) as session:
            row = session.get(ProductRow, (key, name))
            return None if row is None else StoredFile(name=row.name, media_type=row.media_type, data=row.data)

    def save(self, key: str, *files: StoredFile, result_id: str | None = None) -> None:
        """Keeps files that were made without a job, such as by the command line; work uses `JobContext.save`.

        Raises:
            NotFoundError: there is no such result.
            GoneError: the result was deleted.
        """

        def put() -> None:
            with writing(self.engine) as session:
                check_result(session, result_id)
                put_products(session, key, files, result_id)

        again_after_a_race(put)

    def write_down_seen(self) -> None:
        """Keeps when products were looked at: now and then and together, so that looking writes nothing."""
        seen, self._seen = self._seen, set()
        with writing(self.engine) as session:
            for key in seen:
                session.execute(update(ProductRow).where(ProductRow.key == key).values(seen_at=datetime.now(UTC)))

    def delete_least_recently_seen(self, count: int) -> int:
        """Deletes up to so many products that belong to no result, and their jobs; says how many."""
        last_seen = func.max(func.coalesce(ProductRow.seen_at, ProductRow.created_at))
        oldest = select(ProductRow.key).where(ProductRow.result_id.is_(None)).group_by(ProductRow.key)
        with writing(self.engine) as session:
            keys = list(session.scalars(oldest.order_by(last_seen).limit(count)))
            session.execute(delete(JobRow).where(JobRow.key.in_(keys)))
            session.execute(delete(ProductRow).where(ProductRow.key.in_(keys)))
        return len(keys)

    def keys_beginning(self, text: str) -> set[str]:
        """The keys that begin so and have a product; none is loaded."""
        query = select(ProductRow.key).where(ProductRow.key.startswith(text, autoescape=True)).distinct()
        with reading(self.engine) as session:
            return {key for key in session.scalars(query) if key.startswith(text)}  # SQLite's LIKE takes A for a


def put_products(session: Session, key: str, products: Iterable[StoredFile], result_id: str | None) -> None:
    """Stores files under a key; one of the same name is replaced."""
    now = datetime.now(UTC)
    for product in products:
        session.execute(delete(ProductRow).where(ProductRow.key == key, ProductRow.name == product.name))
        session.add(
            ProductRow(
                key=key,
                name=product.name,
                media_type=product.media_type,
                data=product.data,
                result_id=result_id,
                created_at=now,
            )
        )
    session.flush()


def forget_results(session: Session, ids: ResultIds) -> int:
    """Deletes the jobs of results and what they made; says how many files that were.

    The jobs first, so that none under way can store a product any more.
    """
    session.execute(delete(JobRow).where(JobRow.result_id.in_(ids)))
    return rows_changed(session, delete(ProductRow).where(ProductRow.result_id.in_(ids)))
