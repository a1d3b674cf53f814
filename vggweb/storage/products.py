"""Rows of the files that jobs make."""

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from vggweb.storage.records import StoredPicture
from vggweb.storage.tables import ProductRow


def put_products(session: Session, key: str, products: Iterable[StoredPicture], result_id: str | None) -> None:
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
