"""What jobs leave behind: found by key, without loading it; and gone with the result that it belongs to."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from tests.jobs.works import KIND, Computation, Endless, ask, until_state
from tests.storage.conftest import MakeStore
from tests.storage.made import pictures, result
from vggweb.errors import GoneError, JobCancelledError, NotFoundError
from vggweb.jobs import Jobs, JobStore
from vggweb.storage import PurgeReport, Store, StoredFile

PNG = "image/png"
OURS, OTHER = "a" * 22, "b" * 22


@pytest.fixture
def kept(store: Store) -> Store:
    """The store, with two results in it."""
    for result_id in (OURS, OTHER):
        store.save_result(result(result_id), pictures())
    return store


def test_products_come_back_byte_for_byte_under_key_and_name(job_store: JobStore) -> None:
    data = bytes(range(256))
    job_store.save_product("key", "a", PNG, data)
    job_store.save_product("key", "b", "application/json", b"{}")
    assert job_store.product("key", "a") == StoredFile("a", PNG, data)
    assert job_store.product("key", "b") == StoredFile("b", "application/json", b"{}")
    assert job_store.product("key", "c") is None
    assert job_store.product("other", "a") is None


def test_a_product_of_the_same_key_and_name_is_replaced(job_store: JobStore) -> None:
    job_store.save_product("key", "a", PNG, b"old")
    job_store.save_product("key", "a", PNG, b"new")
    assert job_store.product("key", "a") == StoredFile("a", PNG, b"new")


def test_drawn_tells_which_of_many_keys_have_a_product_in_one_query_without_loading_any(job_store: JobStore) -> None:
    for number in (3, 500):
        job_store.save_product(f"block5_conv3/{number}", "picture", PNG, b"x")
        job_store.save_product(f"block5_conv3/{number}", "small", PNG, b"x")
    statements: list[str] = []

    @event.listens_for(job_store.engine, "after_cursor_execute")
    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("SELECT"):
            statements.append(statement)

    drawn = job_store.drawn([f"block5_conv3/{number}" for number in range(512)])
    assert drawn == {"block5_conv3/3", "block5_conv3/500"}
    assert len(statements) == 1
    assert "products.data" not in statements[0]


def test_drawn_takes_the_beginning_of_keys_to_the_letter(job_store: JobStore) -> None:
    for key in ("50%/a_b/1", "50%/a_b/2", "50%/axb/3", "5000/a_b/4", "50%/A_B/5"):
        job_store.save_product(key, "picture", PNG, b"x")
    assert job_store.drawn("50%/a_b/") == {"50%/a_b/1", "50%/a_b/2"}
    assert job_store.drawn([]) == set()


def test_deleting_a_result_deletes_its_jobs_and_products_and_no_others(
    jobs: Jobs, job_store: JobStore, kept: Store
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
    assert job_store.product("private", "picture") is None
    assert job_store.drawn(["private", "others", "public"]) == {"others", "public"}
    assert jobs.find(others.id).state == jobs.find(public.id).state == "done"


def test_a_job_under_way_ends_when_its_result_is_deleted_and_leaves_nothing(
    jobs: Jobs, job_store: JobStore, kept: Store
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
    assert job_store.product("private", "picture") is None


def test_nothing_is_computed_or_kept_for_a_result_that_is_gone_or_never_was(
    jobs: Jobs, job_store: JobStore, kept: Store
) -> None:
    jobs.register(KIND, Computation())
    kept.delete_result(OURS)
    for result_id, error in ((OURS, GoneError), ("c" * 22, NotFoundError)):
        with pytest.raises(error):
            ask(jobs, "private", result_id=result_id)
        with pytest.raises(error):
            job_store.save_product("private", "picture", PNG, b"x", result_id=result_id)
    assert jobs.find_by_key("private") is None
    assert job_store.drawn(["private"]) == set()


def test_a_purge_deletes_jobs_and_products_of_expired_results(make_store: MakeStore) -> None:
    store = make_store(result_days=1)
    now = datetime.now(UTC)
    store.save_result(result(OURS, created_at=now - timedelta(days=2)), pictures())
    store.save_result(result(OTHER, created_at=now), pictures())
    products = JobStore(store.engine)
    products.save_product("old", "heatmap", PNG, b"x", result_id=OURS)
    products.save_product("new", "heatmap", PNG, b"x", result_id=OTHER)
    products.save_product("public", "picture", PNG, b"x")
    assert store.purge() == PurgeReport(expired=1, orphans=0)
    assert products.drawn(["old", "new", "public"]) == {"new", "public"}
