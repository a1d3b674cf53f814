"""Jobs on a database of the test's own: SQLite and PostgreSQL, with threads that are stopped afterwards."""

from collections.abc import Callable, Iterator

import pytest

from tests.storage.conftest import MakeStore, cluster, database_url, make_store, sqlite_url, store
from vggweb.jobs import Gate, Jobs, Products
from vggweb.storage import Store

__all__ = ["MakeStore", "cluster", "database_url", "make_store", "sqlite_url", "store"]

MakeJobs = Callable[..., Jobs]


@pytest.fixture
def products(store: Store) -> Products:
    return Products(store.engine)


@pytest.fixture
def make_jobs(store: Store) -> Iterator[MakeJobs]:
    """Makes a queue that is not started, with some of its settings changed."""
    made: list[Jobs] = []

    def make(
        *,
        workers: int = 1,
        queue_limit: int = 100,
        per_visitor_limit: int = 100,
        per_address_limit: int = 100,
        timeout_seconds: float = 60,
        gate: Gate | None = None,
        lease_seconds: float = 15,
    ) -> Jobs:
        jobs = Jobs(
            store.engine,
            workers=workers,
            queue_limit=queue_limit,
            per_visitor_limit=per_visitor_limit,
            per_address_limit=per_address_limit,
            timeout_seconds=timeout_seconds,
            gate=gate or Gate(),
            lease_seconds=lease_seconds,
        )
        made.append(jobs)
        return jobs

    yield make
    for jobs in made:
        jobs.stop()


@pytest.fixture
def jobs(make_jobs: MakeJobs) -> Jobs:
    """A queue with one worker and the defaults, not started."""
    return make_jobs()
