"""Rows of the files that jobs make."""

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from vggweb.jobs.tables import JobRow, ProductRow
from vggweb.storage import ResultIds, StoredFile
from vggweb.storage.sessions import rows_changed


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
