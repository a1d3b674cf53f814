"""A disk that is full, read-only or damaged, a database that is locked: told by their names, and over when they are."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import MakeApp
from tests.disks import SmallDisk, small_disk
from tests.web.uploads import JSON, make_result, upload
from vggweb.storage import space


@pytest.fixture(autouse=True)
def _every_look_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vggweb.storage.trial.GOOD_FOR_SECONDS", -1.0)
    monkeypatch.setattr("vggweb.storage.faults.SECONDS_BETWEEN_LINES", 0.0)


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallDisk]:
    """A small disk, of which every byte may be used."""
    monkeypatch.setattr(space, "FREE_FLOOR_BYTES", 0)
    with small_disk(tmp_path / "disk") as disk:
        yield disk


@pytest.fixture
def client_on(disk: SmallDisk, make_app: MakeApp) -> FlaskClient:
    """A client of an app whose data is on the small disk."""
    return make_app(data=disk.folder / "data").test_client()


def is_ready(client: FlaskClient) -> bool:
    response = client.get("/readyz")
    assert response.status_code in {200, 503}
    return response.status_code == 200


def test_a_full_disk_is_told_and_logged_and_forgotten_when_there_is_room_again(
    disk: SmallDisk, client_on: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    made = make_result(client_on)
    disk.fill()
    refused = upload(client_on, sample="cat")
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (507, "storage_full")
    assert "no room left" in caplog.text
    assert made["id"] not in caplog.text
    assert not is_ready(client_on)
    assert client_on.get(made["url"]).status_code == 200
    disk.free()
    assert is_ready(client_on)
    assert make_result(client_on)["id"] != made["id"]


def test_a_full_disk_is_told_on_the_page_that_was_used(disk: SmallDisk, client_on: FlaskClient) -> None:
    disk.fill()
    page = client_on.post("/results", data={"sample": "cat"})
    assert page.status_code == 507
    assert "no room left" in page.text
    assert "<form" in page.text


def test_deleting_works_on_a_full_disk_and_makes_room(disk: SmallDisk, client_on: FlaskClient) -> None:
    many = [make_result(client_on) for _ in range(4)]
    disk.fill()
    assert upload(client_on, sample="cat").status_code == 507
    for made in many:
        form = {"delete_token": made["delete_token"]}
        assert client_on.post(f"/r/{made['id']}/delete", data=form, headers=JSON).status_code == 200
        assert client_on.get(f"/r/{made['id']}.json").status_code == 410


def test_a_disk_that_can_only_be_read_is_told_and_logged(
    disk: SmallDisk, client_on: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    client_on.application.extensions["vggweb"].store.close()  # no disk becomes read-only while files are written
    disk.remount("ro")
    refused = upload(client_on, sample="cat")
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (500, "internal")
    assert "storage" in refused.get_json()["error"]["message"]
    assert "storage" in caplog.text
    assert not is_ready(client_on)
    assert client_on.application.test_client().post("/results", data={"sample": "cat"}).status_code == 500
    disk.remount("rw")
    assert is_ready(client_on)
    assert upload(client_on, sample="cat").status_code == 201


def test_a_database_that_somebody_else_holds_is_busy(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vggweb.storage.engine.BUSY_TIMEOUT_SECONDS", 1.0)
    client = make_app().test_client()
    data = client.application.extensions["vggweb"].settings.data
    holder = sqlite3.connect(data / "vggweb.sqlite3", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    refused = upload(client, sample="cat")
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (503, "busy")
    assert "database" in refused.get_json()["error"]["message"]
    assert int(refused.headers["Retry-After"]) >= 1
    waiting = client.get("/readyz")
    assert (waiting.status_code, waiting.get_json()["error"]["code"]) == (503, "busy")
    holder.execute("ROLLBACK")
    holder.close()
    assert is_ready(client)
    assert upload(client, sample="cat").status_code == 201


def test_a_damaged_database_is_told_on_every_page_and_logged(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    client = app.test_client()
    made = make_result(client)
    services = app.extensions["vggweb"]
    services.store.close()
    for file in services.settings.data.glob("vggweb.sqlite3*"):
        file.write_bytes(b"\xa5" * max(file.stat().st_size, 4096))
    answered = client.get(f"/r/{made['id']}.json")
    assert (answered.status_code, answered.get_json()["error"]["code"]) == (500, "internal")
    assert "damaged" in answered.get_json()["error"]["message"]
    page = client.get(made["url"])
    assert page.status_code == 500
    assert "damaged" in page.text
    assert "damaged" in caplog.text
    assert made["id"] not in caplog.text
    assert not is_ready(client)


def test_a_database_that_may_not_grow_is_full(app: Flask) -> None:
    client = app.test_client()
    engine = app.extensions["vggweb"].store.engine
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")  # of this connection, which the pool gives next
    assert upload(client, sample="cat").status_code == 507


def test_past_the_quota_uploads_are_refused_and_everything_else_works(make_app: MakeApp) -> None:
    client = make_app(max_storage_bytes=1_000_000).test_client()
    made = [make_result(client)]
    while (response := upload(client, sample="cat")).status_code == 201:
        made.append(response.get_json())
    assert response.get_json()["error"]["code"] == "storage_full"
    assert 2 <= len(made) <= 6
    assert client.get(made[0]["url"]).status_code == 200
    client.post(f"/r/{made[0]['id']}/delete", data={"delete_token": made[0]["delete_token"]}, headers=JSON)
    assert upload(client, sample="cat").status_code == 201  # what was deleted does not count


def test_with_little_left_on_the_disk_uploads_are_refused_before_any_work(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(space, "FREE_FLOOR_BYTES", 10**18)
    assert upload(client, b"not even a picture").get_json()["error"]["code"] == "storage_full"
    assert is_ready(client)
