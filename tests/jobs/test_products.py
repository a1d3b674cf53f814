"""What jobs leave behind: found by key, without loading it; and gone with the result that it belongs to."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from tests.jobs.works import KIND, Computation, Endless, ask, until_state
from tests.storage.conftest import MakeStore
from tests.storage.made import pictures, result
from vggweb.errors import GoneError, JobCancelledError, NotFoundError
from vggweb.jobs import Jobs, Products
from vggweb.storage import PurgeReport, Store, StoredFile

PNG = "image/png"
OURS, OTHER = "a" * 22, "b" * 22


@pytest.fixture
def kept(store: Store) -> Store:
    """The store, with two results in it."""
    for result_id in (OURS, OTHER):
        store.save_result(result(result_id), pictures())
    return store


def test_products_come_back_byte_for_byte_under_key_and_name(products: Products) -> None:
    data = bytes(range(256))
    products.save("key", StoredFile("a", PNG, data))
    products.save("key", StoredFile("b", "application/json", b"{}"))
    assert products.find("key", "a") == StoredFile("a", PNG, data)
    assert products.find("key", "b") == StoredFile("b", "application/json", b"{}")
    assert products.find("key", "c") is None
    assert products.find("other", "a") is None


def test_a_product_of_the_same_key_and_name_is_replaced(products: Products) -> None:
    products.save("key", StoredFile("a", PNG, b"old"))
    products.save("key", StoredFile("a", PNG, b"new"))
    assert products.find("key", "a") == StoredFile("a", PNG, b"new")


def test_the_keys_that_have_a_product_are_found_in_one_query_without_loading_any(products: Products) -> None:
    for number in (3, 500):
        products.save(f"block5_conv3/{number}", StoredFile("picture", PNG, b"x"))
        products.save(f"block5_conv3/{number}", StoredFile("small", PNG, b"x"))
    statements: list[str] = []

    @event.listens_for(products.engine, "after_cursor_execute")
    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("SELECT"):
            statements.append(statement)

    assert products.keys_beginning("block5_conv3/") == {"block5_conv3/3", "block5_conv3/500"}
    assert len(statements) == 1
    assert "products.data" not in statements[0]


def test_the_beginning_of_keys_is_taken_to_the_letter(products: Products) -> None:
    for key in ("50%/a_b/1", "50%/a_b/2", "50%/axb/3", "5000/a_b/4", "50%/A_B/5"):
        products.save(key, StoredFile("picture", PNG, b"x"))
    assert products.keys_beginning("50%/a_b/") == {"50%/a_b/1", "50%/a_b/2"}


def test_deleting_a_result_deletes_its_jobs_and_products_and_no_others(
    jobs: Jobs, products: Products, kept: Store
) -> None:
    jobs.register(KIND, Computation())
    jobs.start()
    private, others, public = (
        ask(jobs, "private", result_id=OURS),
        ask(jobs, "others", result_id=OTHER),
        ask(jobs, "public"),
    )
    for job in (private, others, public):
        until_state(jobs, job.id, "done")
    kept.delete_result(OURS)
    with pytest.raises(NotFoundError):
        jobs.find(private.id)
    assert products.find("private", "picture") is None
    assert products.keys_beginning("") == {"others", "public"}
    assert jobs.find(others.id).state == jobs.find(public.id).state == "done"


def test_a_job_under_way_ends_when_its_result_is_deleted_and_leaves_nothing(
    jobs: Jobs, products: Products, kept: Store
) -> None:
    jobs.register(KIND, work := Endless())
    jobs.start()
    ask(jobs, "private", result_id=OURS)
    work.began.wait()
    kept.delete_result(OURS)
    assert work.has_ended.wait(60)
    assert isinstance(work.stopped_by, JobCancelledError)
    jobs.stop()
    assert jobs.find_by_key("private") is None
    assert products.find("private", "picture") is None


def test_nothing_is_computed_or_kept_for_a_result_that_is_gone_or_never_was(
    jobs: Jobs, products: Products, kept: Store
) -> None:
    jobs.register(KIND, Computation())
    kept.delete_result(OURS)
    for result_id, error in ((OURS, GoneError), ("c" * 22, NotFoundError)):
        with pytest.raises(error):
            ask(jobs, "private", result_id=result_id)
        with pytest.raises(error):
            products.save("private", StoredFile("picture", PNG, b"x"), result_id=result_id)
    assert jobs.find_by_key("private") is None
    assert products.keys_beginning("private") == set()


def test_a_purge_deletes_jobs_and_products_of_expired_results(make_store: MakeStore) -> None:
    store = make_store(result_days=1)
    now = datetime.now(UTC)
    store.save_result(result(OURS, created_at=now - timedelta(days=2)), pictures())
    store.save_result(result(OTHER, created_at=now), pictures())
    products = Products(store.engine)
    products.save("old", StoredFile("heatmap", PNG, b"x"), result_id=OURS)
    products.save("new", StoredFile("heatmap", PNG, b"x"), result_id=OTHER)
    products.save("public", StoredFile("picture", PNG, b"x"))
    assert store.purge() == PurgeReport(expired=1, orphans=0)
    assert products.keys_beginning("") == {"new", "public"}
