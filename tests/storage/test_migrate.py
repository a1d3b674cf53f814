"""The migrations give the tables that the code uses, once, and say what hinders them."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from tests.storage.made import NOON, pictures, result
from tests.storage.postgres import Cluster
from vggweb.errors import JobTimedOutError, SettingError
from vggweb.jobs import forget_results
from vggweb.storage import Store
from vggweb.storage.tables import Base

OLD_JOB = """
    INSERT INTO jobs (id, kind, key, arguments, result_url, state, attempt, crashes, created_at, queued_at, progress,
                      curve, error_message, error_hint)
    VALUES (:key, 'test', :key, '{}', '/', 'failed', 1, 0, :now, :now, 0, '', :message, '')
"""


def test_the_migrations_end_at_the_tables_of_the_code(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_a_difference_between_migrations_and_tables_would_be_found(store: Store) -> None:
    with store.engine.begin() as connection:
        connection.execute(text("DROP INDEX ix_results_created_at"))
        context = MigrationContext.configure(connection)
        assert [step[0] for step in compare_metadata(context, Base.metadata)] == ["add_index"]


def test_of_stores_that_migrate_at_the_same_moment_one_does_it_and_the_others_wait(
    database_url: str, tmp_path: Path
) -> None:
    start = Barrier(6)

    def migrate(number: int) -> str:
        store = Store(database_url, lock_folder=tmp_path, forget=forget_results)
        start.wait()
        store.migrate()
        store.save_result(result(f"result-{number}"), pictures())
        found = store.find_result(f"result-{number}").id
        store.close()
        return found

    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(migrate, range(6))) == [f"result-{number}" for number in range(6)]


def test_migrating_again_keeps_what_is_stored(store: Store) -> None:
    store.save_result(result(), pictures())
    store.migrate()
    assert store.find_result(result().id).id == result().id


def test_a_database_of_a_newer_version_stops_the_start_with_a_sentence(store: Store) -> None:
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SettingError, match="newer version"):
        store.migrate()


def test_a_job_that_failed_before_errors_had_codes_gets_the_code_that_its_sentence_tells(store: Store) -> None:
    sentences = {"a": JobTimedOutError.default_message, "b": "The paint ran out.", "c": None}
    with store.engine.execution_options(writes=True).begin() as connection:
        run(command.downgrade, connection, "0010")
        for key, sentence in sentences.items():
            connection.execute(text(OLD_JOB), {"key": key, "message": sentence, "now": NOON})
        run(command.upgrade, connection, "head")
        codes = {row.key: row.error_code for row in connection.execute(text("SELECT key, error_code FROM jobs"))}
    assert codes == {"a": "timed_out", "b": "broken", "c": None}


def run(step: Callable[[Config, str], None], connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", "vggweb/storage/migrations")
    config.attributes["connection"] = connection
    step(config, revision)


def refusal(url: str, folder: Path) -> SettingError:
    store = Store(url, lock_folder=folder, forget=forget_results)
    with pytest.raises(SettingError) as caught:
        store.migrate()
    store.close()
    assert caught.value.__cause__ is not None
    return caught.value


def test_a_server_that_does_not_know_the_database_stops_the_start(cluster: Cluster, tmp_path: Path) -> None:
    assert refusal(cluster.url("no_such_database"), tmp_path).message == "The database cannot be opened."


def test_a_user_who_may_not_make_tables_stops_the_start(cluster: Cluster, tmp_path: Path) -> None:
    cluster.execute("CREATE ROLE guest LOGIN")
    with cluster.database() as url:
        error = refusal(url.replace("vggweb@", "guest@"), tmp_path)
    cluster.execute("DROP ROLE guest")
    assert error.message == "The database cannot be used: its tables cannot be made or read."
    assert "may make tables" in error.hint


def test_a_file_that_is_no_database_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "store.sqlite3").write_bytes(b"a letter to my aunt " * 200)
    assert "cannot be used" in refusal(f"sqlite:///{tmp_path / 'store.sqlite3'}", tmp_path).message


def test_a_folder_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    assert refusal(f"sqlite:///{tmp_path / 'no' / 'x.sqlite3'}", tmp_path).message == "The database cannot be opened."


def test_a_migration_that_breaks_off_leaves_an_empty_database_that_migrates_next_time(
    sqlite_url: str, tmp_path: Path
) -> None:
    with sqlite3.connect(tmp_path / "store.sqlite3") as connection:
        connection.execute("CREATE TABLE pictures (name TEXT)")  # in the way of the migration's last step
    connection.close()
    assert "cannot be" in refusal(sqlite_url, tmp_path).message
    with sqlite3.connect(tmp_path / "store.sqlite3") as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        connection.execute("DROP TABLE pictures")
    connection.close()
    assert tables <= {"pictures", "alembic_version"}
    store = Store(sqlite_url, lock_folder=tmp_path, forget=forget_results)
    store.migrate()
    store.save_result(result(), pictures())
    store.close()
