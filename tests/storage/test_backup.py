"""A copy that is taken while the server is used is whole, and a server that is put back from it goes on."""

import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import MakeApp
from tests.web.uploads import JSON, make_result
from vggweb.errors import SettingError
from vggweb.storage.backup import back_up


def test_a_server_put_back_from_a_copy_has_what_was_answered_before_it(make_app: MakeApp, tmp_path: Path) -> None:
    data, again, copy = tmp_path / "data", tmp_path / "again", tmp_path / "copy.sqlite3"
    client = make_app(data=data).test_client()
    before = [make_result(client) for _ in range(3)]
    done = threading.Event()

    def go_on_uploading() -> None:
        other = client.application.test_client()
        while not done.is_set():
            make_result(other)

    uploading = threading.Thread(target=go_on_uploading)
    uploading.start()
    try:
        size = back_up(data, copy)
    finally:
        done.set()
        uploading.join()
    assert size == copy.stat().st_size
    assert copy.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(copy)) as opened:
        assert opened.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    again.mkdir()
    shutil.copy(copy, again / "vggweb.sqlite3")
    restored = make_app(data=again).test_client()
    for made in before:
        assert restored.get(f"/r/{made['id']}.json").get_json()["predictions"] == made["predictions"]
        assert restored.get(f"/r/{made['id']}/input.png").status_code == 200
    assert make_result(restored)["id"]


def test_delete_tokens_of_before_work_with_the_secret_key_put_back(make_app: MakeApp, tmp_path: Path) -> None:
    data, again = tmp_path / "data", tmp_path / "again"
    made = make_result(make_app(data=data).test_client())
    again.mkdir()
    back_up(data, again / "vggweb.sqlite3")
    shutil.copy(data / "secret_key", again)
    restored = make_app(data=again).test_client()
    form = {"delete_token": made["delete_token"]}
    assert restored.post(f"/r/{made['id']}/delete", data=form, headers=JSON).status_code == 200


def test_a_copy_replaces_nothing_and_needs_a_database(make_app: MakeApp, tmp_path: Path) -> None:
    data = tmp_path / "data"
    make_app(data=data)
    there = tmp_path / "there"
    there.write_text("mine")
    with pytest.raises(SettingError):
        back_up(data, there)
    assert there.read_text() == "mine"
    with pytest.raises(SettingError):
        back_up(tmp_path / "nowhere", tmp_path / "copy")
    with pytest.raises(SettingError):
        back_up(data, tmp_path / "nowhere" / "copy")
