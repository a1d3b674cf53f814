"""Each test of the store runs on SQLite and on PostgreSQL, in a database of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.storage.postgres import Cluster, running_cluster
from vggweb.jobs import forget_results
from vggweb.storage import Store

MakeStore = Callable[..., Store]


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server that lives as long as the tests."""
    with running_cluster() as running:
        yield running


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'store.sqlite3'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of an empty database."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    with cluster.database() as url:
        yield url


@pytest.fixture
def make_store(database_url: str, tmp_path: Path) -> Iterator[MakeStore]:
    """Opens the test's database as a store, with results that expire after so many days."""
    opened: list[Store] = []

    def make(result_days: float = 0) -> Store:
        store = Store(database_url, lock_folder=tmp_path, forget=forget_results, result_days=result_days)
        opened.append(store)
        store.migrate()
        return store

    yield make
    for store in opened:
        store.close()


@pytest.fixture
def store(make_store: MakeStore) -> Store:
    """A store whose results never expire."""
    return make_store()
