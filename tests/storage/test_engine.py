"""Engines for the URLs that operators write."""

from pathlib import Path

import pytest
from sqlalchemy import text

from tests.storage.made import pictures, result
from vggweb.errors import SettingError
from vggweb.jobs import forget_results
from vggweb.storage import Store
from vggweb.storage.engine import make_engine


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_means_psycopg_3(scheme: str) -> None:
    engine = make_engine(f"{scheme}://user:secret@db.example/vggweb")
    assert (engine.dialect.name, engine.dialect.driver) == ("postgresql", "psycopg")
    assert engine.url.render_as_string(hide_password=False).endswith("://user:secret@db.example/vggweb")


@pytest.mark.parametrize("url", ["nonsense", "", "postgresql://host:port/name"])
def test_what_is_no_url_stops_the_start(url: str) -> None:
    with pytest.raises(SettingError, match="no SQLAlchemy URL"):
        make_engine(url)


@pytest.mark.parametrize("url", ["mysql://user:secret@host/name", "nosuch://host/name", "postgresql+pg8000://host/x"])
def test_a_database_without_a_driver_stops_the_start_and_its_password_is_not_told(url: str) -> None:
    with pytest.raises(SettingError, match="has no driver here") as caught:
        make_engine(url)
    assert "secret" not in str(caught.value)


def test_sqlite_lets_readers_read_while_somebody_writes_and_holds_foreign_keys(sqlite_url: str) -> None:
    engine = make_engine(sqlite_url)
    with engine.connect() as connection:
        pragmas = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "foreign_keys")
        }
    engine.dispose()
    assert pragmas == {"journal_mode": "wal", "foreign_keys": 1}


def test_sqlites_files_hold_no_byte_of_a_deleted_photo(sqlite_url: str, tmp_path: Path) -> None:
    store = Store(sqlite_url, lock_folder=tmp_path, forget=forget_results)
    store.migrate()
    photo = b"a face in a photo " * 5000
    store.save_result(result(), pictures(photo))
    store.delete_result(result().id)
    store.close()
    for path in tmp_path.glob("store.sqlite3*"):
        assert b"a face in a photo" not in path.read_bytes()


def test_a_deleted_photos_bytes_are_nowhere_in_the_files_while_the_store_is_open(tmp_path: Path) -> None:
    photo = b"a photo that nobody may find again. " * 2000
    store = Store(f"sqlite:///{tmp_path / 'store.sqlite3'}", lock_folder=tmp_path, forget=forget_results)
    store.migrate()
    store.save_result(result(), pictures(photo))
    assert any(photo[:32] in file.read_bytes() for file in tmp_path.iterdir())
    store.delete_result(result().id)
    assert not any(photo[:32] in file.read_bytes() for file in tmp_path.iterdir())
    store.close()
