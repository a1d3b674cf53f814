"""Who has left is not computed for, however far their request has come in the line."""

import threading

import pytest
from flask.testing import FlaskClient

from tests.web.uploads import JSON, make_result
from vggweb.web.environ_keys import CLIENT_LEFT


@pytest.fixture
def left() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


def test_the_photo_of_who_has_left_is_neither_computed_nor_kept(client: FlaskClient, left: threading.Event) -> None:
    kept = client.application.extensions["vggweb"].space.used_bytes()
    response = client.post("/results", data={"sample": "cat"}, headers=JSON, environ_overrides={CLIENT_LEFT: left})
    assert (response.status_code, response.get_json()["error"]["code"]) == (408, "too_slow")
    assert client.application.extensions["vggweb"].space.used_bytes() == kept
    assert make_result(client)["id"]


def test_a_slow_page_for_who_has_left_is_not_computed(client: FlaskClient, left: threading.Event) -> None:
    made = make_result(client)
    address = f"/r/{made['id']}/why/grad_cam/281.json"
    assert client.get(address, environ_overrides={CLIENT_LEFT: left}).status_code == 408
    assert client.get(address).status_code == 200
