"""Several servers on one database, servers that die, and databases that do not answer."""

import sqlite3
import subprocess
import sys
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from tests.storage.conftest import MakeStore
from tests.storage.made import NOON, pictures, result
from tests.storage.postgres import Cluster
from tests.storage.writer import DIED
from vggweb.errors import BusyError, NotFoundError
from vggweb.jobs import forget_results
from vggweb.storage import PurgeReport, Store, engine

ROOT = Path(__file__).resolve().parents[2]
EACH = 40


def start_writer(url: str, folder: Path, name: str, count: int) -> subprocess.Popen[str]:
    """A process that has imported everything and waits for a line before it touches the database."""
    command = [sys.executable, "-m", "tests.storage.writer", url, str(folder), name, str(count)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


def let_go(*processes: subprocess.Popen[str]) -> list[int]:
    """Lets them all run at the same moment; their exit codes."""
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        process.communicate(timeout=120)
    return [process.returncode for process in processes]


def test_two_servers_that_migrate_and_write_at_once_lose_nothing(
    database_url: str, tmp_path: Path, make_store: MakeStore
) -> None:
    names = ("left", "right")
    assert let_go(*(start_writer(database_url, tmp_path, name, EACH) for name in names)) == [0, 0]
    store = make_store()
    for name in (f"{name}-{number}" for name in names for number in range(EACH)):
        assert store.find_result(name).id == name
        for picture_name, picture in pictures().items():
            assert store.picture(name, picture_name) == picture


def test_a_server_that_dies_between_row_and_pictures_leaves_neither(
    database_url: str, tmp_path: Path, make_store: MakeStore
) -> None:
    assert let_go(start_writer(database_url, tmp_path, "half", 0)) == [DIED]
    store = make_store()
    with pytest.raises(NotFoundError):
        store.find_result("half")
    store.save_result(result("half"), pictures())  # and nothing is locked


@pytest.fixture
def locked_store(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store on SQLite that waits for other writers a tenth of a second only."""
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_SECONDS", 0.1)
    store = Store(sqlite_url, lock_folder=tmp_path, forget=forget_results)
    store.migrate()
    store.save_result(result("before"), pictures())
    return store


def test_while_another_process_writes_for_too_long_saving_is_busy_and_reading_is_not(
    locked_store: Store, tmp_path: Path
) -> None:
    other = sqlite3.connect(tmp_path / "store.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(BusyError) as caught:
        locked_store.save_result(result("during"), pictures())
    assert "sqlite" not in str(caught.value).lower()
    assert locked_store.find_result("before").id == "before"
    other.close()
    locked_store.save_result(result("during"), pictures())
    assert locked_store.find_result("during").id == "during"
    locked_store.close()


def test_a_purge_is_not_thrown_out_by_a_writer_that_comes_between_its_looking_and_its_deleting(
    sqlite_url: str, tmp_path: Path
) -> None:
    store = Store(sqlite_url, lock_folder=tmp_path, forget=forget_results, result_days=1)
    store.migrate()
    store.save_result(result(created_at=NOON - timedelta(days=400)), pictures())
    other = sqlite3.connect(tmp_path / "store.sqlite3", isolation_level=None, timeout=0)

    @event.listens_for(store.engine, "after_cursor_execute")
    def intrude(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("SELECT"):
            with suppress(sqlite3.OperationalError):  # it waits for the lock in real life
                other.execute("UPDATE results SET photo_width = 1")

    assert store.purge() == PurgeReport(expired=1, orphans=0)
    other.close()
    store.close()


def test_a_database_that_is_out_of_reach_is_busy(cluster: Cluster, tmp_path: Path) -> None:
    store = Store(cluster.url("no_such_database"), lock_folder=tmp_path, forget=forget_results)
    with pytest.raises(BusyError):
        store.find_result("a")
    with pytest.raises(BusyError):
        store.save_result(result(), pictures())


def test_connections_that_the_server_has_closed_are_replaced_unnoticed(cluster: Cluster, tmp_path: Path) -> None:
    with cluster.database() as url:
        store = Store(url, lock_folder=tmp_path, forget=forget_results)
        store.migrate()
        store.save_result(result(), pictures())
        cluster.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND datname LIKE 'test%'"
        )
        assert store.find_result(result().id).id == result().id
        store.close()
