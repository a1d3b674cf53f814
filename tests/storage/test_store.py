"""What goes into the store comes out again, or is gone for good; on SQLite and on PostgreSQL alike."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, cast

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.storage.conftest import MakeStore
from tests.storage.made import NOON, pictures, result
from vggweb.errors import GoneError, NotFoundError
from vggweb.storage import PurgeReport, Store, StoredFile, StoredResult
from vggweb.storage.tables import PictureRow, ResultRow


def ids(results: list[StoredResult]) -> list[str]:
    return [found.id for found in results]


def days_ago(days: float) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


def columns(store: Store, result_id: str) -> dict[str, Any]:
    """The row as it is in the database, tombstone or not."""
    with store.engine.connect() as connection:
        return dict(connection.execute(select(ResultRow.__table__).filter_by(id=result_id)).one()._mapping)


def test_a_result_comes_back_as_it_was_saved(store: Store) -> None:
    saved = result()
    store.save_result(saved, pictures())
    found = store.find_result(saved.id)
    assert found.logits.dtype == np.float32
    np.testing.assert_array_equal(found.logits, saved.logits)  # bit for bit
    assert replace(found, logits=saved.logits) == saved


def test_logits_of_any_byte_order_come_back_as_the_same_numbers(store: Store) -> None:
    saved = result()
    store.save_result(replace(saved, logits=saved.logits.astype(">f4")), {})
    np.testing.assert_array_equal(store.find_result(saved.id).logits, saved.logits)


def test_a_time_in_another_zone_comes_back_as_the_same_moment_in_utc(store: Store) -> None:
    there = NOON.astimezone(timezone(timedelta(hours=9)))
    store.save_result(result(created_at=there), {})
    found = store.find_result(result().id).created_at
    assert found == NOON
    assert found.utcoffset() == timedelta(0)


def test_pictures_come_back_byte_for_byte(store: Store) -> None:
    data = bytes(range(256)) * 4000
    store.save_result(result(), pictures(data))
    for name, picture in pictures(data).items():
        assert store.picture(result().id, name) == picture


def test_what_never_was_is_not_found(store: Store) -> None:
    store.save_result(result(), pictures())
    with pytest.raises(NotFoundError):
        store.find_result("b" * 22)
    with pytest.raises(NotFoundError):
        store.picture(result().id, "image-crop")
    with pytest.raises(NotFoundError):
        store.picture("b" * 22, "photo")


@pytest.mark.parametrize("strange", ["", "a\0b", "x" * 5000, "ä' OR 1=1 --", "\U0001f418"])
def test_an_id_that_no_result_can_have_is_not_found_either(store: Store, strange: str) -> None:
    store.save_result(result(), pictures())
    with pytest.raises(NotFoundError):
        store.find_result(strange)
    with pytest.raises(NotFoundError):
        store.picture(strange, "photo")
    with pytest.raises(NotFoundError):
        store.picture(result().id, strange)


def test_a_picture_that_cannot_be_kept_keeps_nothing_of_the_result(store: Store) -> None:
    broken = StoredFile(name="image-crop", media_type="image/png", data=cast(bytes, None))
    with pytest.raises(IntegrityError):
        store.save_result(result(), pictures() | {"image-crop": broken})
    with pytest.raises(NotFoundError):
        store.find_result(result().id)
    with pytest.raises(NotFoundError):
        store.picture(result().id, "photo")


def test_an_id_is_given_once_and_the_first_result_stays(store: Store) -> None:
    store.save_result(result(), pictures())
    with pytest.raises(IntegrityError):
        store.save_result(result(weights_sha256="1" * 64), pictures(b"other"))
    assert store.find_result(result().id).weights_sha256 == "0" * 64
    assert store.picture(result().id, "photo").data == pictures()["photo"].data


def test_a_picture_without_a_result_is_refused_by_the_database(store: Store) -> None:
    with Session(store.engine) as session, pytest.raises(IntegrityError):
        session.add(PictureRow(result_id="nobody", name="photo", media_type="image/png", data=b""))
        session.flush()


def test_a_deleted_result_is_gone_and_its_pictures_with_it(store: Store) -> None:
    store.save_result(result(), pictures())
    store.save_result(result("other"), pictures())
    store.delete_result(result().id)
    with pytest.raises(GoneError):
        store.find_result(result().id)
    with pytest.raises(NotFoundError):
        store.picture(result().id, "photo")
    assert store.find_result("other").id == "other"
    assert store.picture("other", "photo").data == pictures()["photo"].data


def test_of_a_deleted_result_only_id_and_moment_of_deletion_are_left(store: Store) -> None:
    store.save_result(result(), pictures())
    store.delete_result(result().id)
    row = columns(store, result().id)
    assert row.pop("id") == result().id
    deleted_at = row.pop("deleted_at")
    assert days_ago(1) < deleted_at <= datetime.now(UTC)
    assert row.pop("created_at") == deleted_at
    assert not any(row.values()), row


def test_deleting_what_never_was_leaves_no_tombstone(store: Store) -> None:
    store.delete_result("b" * 22)
    with pytest.raises(NotFoundError):
        store.find_result("b" * 22)


def test_a_deleted_results_id_is_not_given_again(store: Store) -> None:
    store.save_result(result(), pictures())
    store.delete_result(result().id)
    with pytest.raises(IntegrityError):
        store.save_result(result(), pictures())


def test_recent_results_are_the_owners_own_newest_first(store: Store) -> None:
    for number, hours in enumerate((3, 1, 2)):
        store.save_result(result(f"mine-{number}", created_at=NOON + timedelta(hours=hours)), {})
    store.save_result(result("theirs", owner="somebody else"), {})
    store.save_result(result("a programs", owner=None), {})
    assert ids(store.recent_results("owner", 10)) == ["mine-0", "mine-2", "mine-1"]
    assert ids(store.recent_results("owner", 2)) == ["mine-0", "mine-2"]
    assert store.recent_results("nobody", 10) == []


def test_recent_results_leave_out_what_is_deleted_or_expired(make_store: MakeStore) -> None:
    store = make_store(result_days=7)
    for name, age_days in (("old", 8.0), ("new", 6.0), ("deleted", 1.0)):
        store.save_result(result(name, created_at=days_ago(age_days)), {})
    store.delete_result("deleted")
    assert ids(store.recent_results("owner", 10)) == ["new"]


def test_a_result_expires_at_its_age_in_days(make_store: MakeStore) -> None:
    store = make_store(result_days=0.5)
    store.save_result(result("old", created_at=days_ago(0.51)), pictures())
    store.save_result(result("new", created_at=days_ago(0.49)), pictures())
    with pytest.raises(GoneError):
        store.find_result("old")
    assert store.find_result("new").id == "new"


def test_without_an_age_a_result_stays_for_ever_and_a_purge_deletes_nothing(store: Store) -> None:
    store.save_result(result(created_at=days_ago(20_000)), pictures())
    assert store.purge() == PurgeReport(expired=0, orphans=0)
    assert store.find_result(result().id).id == result().id
    assert store.picture(result().id, "photo").data == pictures()["photo"].data


def test_a_purge_wipes_what_has_expired_and_counts_it_once(make_store: MakeStore) -> None:
    store = make_store(result_days=1)
    store.save_result(result("old", created_at=days_ago(2)), pictures())
    store.save_result(result("new", created_at=days_ago(0)), pictures())
    assert store.purge() == PurgeReport(expired=1, orphans=0)
    assert store.purge() == PurgeReport(expired=0, orphans=0)
    assert columns(store, "old")["logits"] == b""
    with pytest.raises(NotFoundError):
        store.picture("old", "photo")
    assert store.picture("new", "photo").data == pictures()["photo"].data


def test_what_was_purged_stays_gone_when_results_no_longer_expire(make_store: MakeStore) -> None:
    store = make_store(result_days=1)
    store.save_result(result(created_at=days_ago(2)), pictures())
    store.purge()
    with pytest.raises(GoneError):
        make_store().find_result(result().id)


def test_a_purge_takes_more_results_than_a_statement_takes_parameters(make_store: MakeStore) -> None:
    store = make_store(result_days=1)
    store.save_result(result("old-0", created_at=days_ago(2)), pictures())
    with Session(store.engine) as session, session.begin():
        template = session.get_one(ResultRow, "old-0")
        values = {column.key: getattr(template, column.key) for column in ResultRow.__table__.columns}
        session.add_all(ResultRow(**values | {"id": f"old-{number}"}) for number in range(1, 1100))
    assert store.purge() == PurgeReport(expired=1100, orphans=0)


def test_a_purge_deletes_and_counts_pictures_of_results_that_no_longer_stand(store: Store) -> None:
    store.save_result(result(), pictures())
    store.delete_result(result().id)
    with Session(store.engine) as session, session.begin():
        session.add(PictureRow(result_id=result().id, name="photo", media_type="image/jpeg", data=b"left behind"))
    assert store.purge() == PurgeReport(expired=0, orphans=1)
    with pytest.raises(NotFoundError):
        store.picture(result().id, "photo")


def test_many_threads_that_save_and_look_at_once_lose_nothing(store: Store) -> None:
    def save_and_look(number: int) -> str:
        store.save_result(result(f"result-{number}"), pictures(b"%d" % number))
        return store.picture(store.find_result(f"result-{number}").id, "photo").data.decode()

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(save_and_look, range(64))) == [str(number) for number in range(64)]
    assert len(store.recent_results("owner", 100)) == 64


def test_a_result_under_an_id_of_its_own_takes_the_place_of_the_one_that_expired(make_store: MakeStore) -> None:
    store = make_store(result_days=1)
    store.save_result(result(created_at=days_ago(2)), pictures(b"old"))
    made = result(created_at=datetime.now(UTC), weights_sha256="1" * 64)
    store.replace_result(made, pictures(b"new"))
    assert store.find_result(made.id).weights_sha256 == "1" * 64
    assert store.picture(made.id, "photo").data == b"new"
