"""Rooms on SQLite and on PostgreSQL, each test in a database of its own."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.storage.conftest import cluster, database_url, sqlite_url  # noqa: F401 - fixtures
from tests.storage.made import pictures, result
from vggweb.services.rooms import Rooms
from vggweb.startup import forget
from vggweb.storage import Store


@pytest.fixture
def store(database_url: str, tmp_path: Path) -> Iterator[Store]:  # noqa: F811
    """An empty store."""
    store = Store(database_url, lock_folder=tmp_path, forget=forget)
    store.migrate()
    yield store
    store.close()


@pytest.fixture
def rooms(store: Store) -> Rooms:
    """The rooms of the store."""
    return Rooms(store)


def keep(store: Store, name: str, best: int = 285, spread: float = 12.0) -> str:
    """A stored result whose best word is `best`; a smaller spread makes it less sure."""
    logits = np.zeros(1000, np.float32)
    logits[best] = spread
    result_id = name * 22
    store.save_result(replace(result(result_id), logits=logits), pictures())
    return result_id
