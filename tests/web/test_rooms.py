"""A class's room over HTTP: the contract's addresses, who may do what, and what the pages show."""

import io
import json
import re
import zipfile
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.web.conftest import Looked
from tests.web.pages import get_page
from tests.web.uploads import JSON, sample_bytes


@pytest.fixture
def room(cat: Looked) -> dict[str, Any]:
    """A fresh room, made by a program."""
    response = cat.program.post("/class", data={"title": "Physics 9b", "hours": "2"}, headers=JSON)
    assert response.status_code == 201, response.text
    body: dict[str, Any] = response.get_json()
    return body


def hang(client: FlaskClient, code: str, sample: str = "cat") -> Any:
    """Hangs a sample on the wall, as a phone's program does."""
    data = {"photo": (io.BytesIO(sample_bytes(sample)), "photo.jpg")}
    return client.post(f"/class/{code}/photos", data=data, headers=JSON, content_type="multipart/form-data")


def steer(client: FlaskClient, room: dict[str, Any], path: str, **fields: str) -> Any:
    """A teacher's request with the token."""
    fields = {"teacher_token": room["teacher_token"]} | fields
    return client.post(f"/class/{room['code']}/{path}", data=fields, headers=JSON)


def test_a_new_room_has_a_code_addresses_and_a_token(room: dict[str, Any]) -> None:
    assert set(room) == {"code", "url", "teacher_url", "teacher_token", "closes_at"}
    assert room["url"].endswith(f"/class/{room['code']}")
    assert len(room["code"]) <= 8


def test_a_photo_hangs_on_the_wall(cat: Looked, room: dict[str, Any]) -> None:
    response = hang(cat.program, room["code"])
    assert response.status_code == 201
    seen = cat.program.get(f"/class/{room['code']}", headers=JSON).get_json()
    assert set(seen) == {"code", "title", "state", "closes_at", "tiles", "guess"}
    (tile,) = seen["tiles"]
    assert set(tile) == {"id", "url", "label", "score", "created_at"}
    assert (tile["id"], tile["label"]) == (response.get_json()["id"], "Egyptian_cat")
    assert cat.client.get(f"/r/{tile['id']}").status_code == 200


def test_only_the_teacher_steers(cat: Looked, room: dict[str, Any]) -> None:
    tile = hang(cat.program, room["code"]).get_json()["id"]
    for path in (f"hide/{tile}", f"show/{tile}", "freeze", "open", "clear", "close", "guess", "guess/reveal"):
        for token in ({}, {"teacher_token": "wrong"}):
            response = cat.program.post(f"/class/{room['code']}/{path}", data=token, headers=JSON)
            assert (response.status_code, response.get_json()["error"]["code"]) == (403, "not_yours")


def test_hidden_frozen_cleared_closed(cat: Looked, room: dict[str, Any]) -> None:
    code, tile = room["code"], hang(cat.program, room["code"]).get_json()["id"]
    assert steer(cat.program, room, f"hide/{tile}").get_json()["tiles"] == []
    assert len(steer(cat.program, room, f"show/{tile}").get_json()["tiles"]) == 1
    assert steer(cat.program, room, "freeze").get_json()["state"] == "frozen"
    refused = hang(cat.program, code)
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (403, "frozen")
    assert steer(cat.program, room, "open").get_json()["state"] == "open"
    assert steer(cat.program, room, "clear").get_json()["tiles"] == []
    assert cat.client.get(f"/r/{tile}.json").status_code == 410
    assert steer(cat.program, room, "close").get_json() == {"closed": True}
    for address in (f"/class/{code}", f"/class/{code}/wall", f"/class/{code}/events"):
        assert cat.program.get(address, headers=JSON).status_code == 410
    assert hang(cat.program, code).status_code == 410


def test_a_guess_is_voted_on_and_revealed(cat: Looked, room: dict[str, Any]) -> None:
    tile = hang(cat.program, room["code"]).get_json()["id"]
    guess = steer(cat.program, room, "guess", result_id=tile).get_json()["guess"]
    assert len(guess["choices"]) == 4
    assert guess["answer"] is None
    phone, other = cat.program, cat.program
    first = guess["choices"][0]["class_index"]
    vote = {"choice": str(first)}
    assert phone.post(f"/class/{room['code']}/vote", data=vote, headers=JSON).status_code == 200
    counted = other.post(f"/class/{room['code']}/vote", data=vote, headers=JSON).get_json()
    assert counted["choices"][0]["votes"] == 2
    shown = steer(cat.program, room, "guess/reveal").get_json()["guess"]
    assert (shown["revealed"], shown["answer"]) == (True, 285)


def test_the_wall_sorts_itself_by_a_filter(cat: Looked, room: dict[str, Any]) -> None:
    for sample in ("cat", "coffee"):
        hang(cat.program, room["code"], sample)
    answer = cat.program.get(f"/class/{room['code']}/filter.json?layer=block5_conv3&n=286").get_json()
    values = [photo["value"] for photo in answer["photos"]]
    assert values == sorted(values, reverse=True)
    for photo in answer["photos"]:
        place = f"/r/{photo['id']}/layers/block5_conv3/286/{photo['row']}/{photo['column']}.json"
        assert cat.program.get(place).get_json()["output"] == pytest.approx(photo["value"], rel=1e-3, abs=1e-3)


def test_the_events_tell_what_happened_and_catch_up(cat: Looked, room: dict[str, Any]) -> None:
    tile = hang(cat.program, room["code"]).get_json()["id"]
    steer(cat.program, room, "freeze")
    response = cat.program.get(f"/class/{room['code']}/events", headers={"Last-Event-ID": "0"}, buffered=False)
    assert response.mimetype == "text/event-stream"
    beginning = str(next(iter(response.response)), "utf-8")  # type: ignore[call-overload]
    response.close()
    events = re.findall(r"event: (\w+)\ndata: (.*)\n", beginning)
    assert [kind for kind, _ in events] == ["tile", "state"]
    data = json.loads(events[0][1])
    assert (data["id"], data["label"], data["url"]) == (tile, "Egyptian_cat", f"http://localhost/r/{tile}")


def test_a_teachers_pages_work_without_javascript(cat: Looked) -> None:
    teacher = cat.client.application.test_client()
    page = get_page(teacher, "/class/new", follow=False)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.html)
    assert token is not None
    made = teacher.post("/class", data={"csrf_token": token[1], "title": "Art <b>", "hours": "1"})
    assert made.status_code == 303
    wall = get_page(teacher, made.headers["Location"], follow=False)
    assert "Art <b>" in wall.text
    code = re.search(r"/class/([a-z0-9]+)/freeze", wall.html)
    assert code is not None
    student = get_page(cat.client.application.test_client(), f"/class/{code[1].upper()}", follow=False)
    assert "freeze" not in student.html
    assert "No names are asked" in student.text
    spectator = get_page(cat.client.application.test_client(), f"/class/{code[1]}/wall", follow=False)
    assert "/freeze" not in spectator.html
    assert code[1] in spectator.text


def test_a_class_of_pages_with_photos_is_right(cat: Looked, room: dict[str, Any]) -> None:
    tile = hang(cat.program, room["code"]).get_json()["id"]
    steer(cat.program, room, "guess", result_id=tile)
    token = room["teacher_token"]
    for path in (
        "",
        "/wall",
        f"/wall?token={token}",
        f"/wall?large={tile}",
        "/filter?layer=block3_conv1&n=5",
        "/summary",
    ):
        page = get_page(cat.client, f"/class/{room['code']}{path}", follow=False)
        assert "noindex" in page.html


def test_the_summary_is_packed_for_the_teacher_only(cat: Looked, room: dict[str, Any]) -> None:
    hang(cat.program, room["code"])
    address = f"/class/{room['code']}/summary.zip"
    assert cat.program.get(address).status_code == 403
    with zipfile.ZipFile(io.BytesIO(cat.program.get(f"{address}?token={room['teacher_token']}").data)) as packed:
        assert "Egyptian_cat" in packed.read("wall.csv").decode("utf-8-sig")


def test_codes_that_are_none_are_soon_refused(make_app: Any) -> None:
    client = make_app().test_client()
    statuses = [client.get(f"/class/wrong{number}").status_code for number in range(70)]
    assert statuses[:5] == [404] * 5
    assert statuses[-1] == 429
