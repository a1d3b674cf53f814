"""The camera's page and the address of its frames."""

import io
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.web.conftest import Looked
from tests.web.pages import get_page
from tests.web.uploads import make_result, sample_bytes
from vggweb.storage.tables import Base


def send(client: FlaskClient, data: bytes = b"", **fields: Any) -> TestResponse:
    return client.post("/live.json", data={"photo": (io.BytesIO(data), "frame.jpg"), **fields})


def counts(client: FlaskClient) -> dict[str, int]:
    """How many rows each table has."""
    with Session(client.application.extensions["vggweb"].store.engine) as session:
        tables = Base.metadata.sorted_tables
        return {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def test_a_frame_gets_the_words_of_a_cropped_photo_and_is_not_kept(client: FlaskClient) -> None:
    made = make_result(client, "cat", resize="crop")
    before = counts(client)
    response = send(client, sample_bytes("cat"))
    answer = response.get_json()
    assert response.status_code == 200
    assert (answer["predictions"], answer["groups"]) == (made["predictions"], made["groups"])
    assert answer["milliseconds"] > 0
    assert response.headers["Cache-Control"] == "no-store"
    assert counts(client) == before


def test_another_preparation_can_be_chosen(client: FlaskClient) -> None:
    made = make_result(client, "temple", resize="keras")
    assert send(client, sample_bytes("temple"), resize="keras").get_json()["predictions"] == made["predictions"]


def test_one_map_comes_along_on_demand(cat: Looked) -> None:
    answer = send(cat.program, sample_bytes("cat"), layer="block3_conv1", channel="7").get_json()["map"]
    assert (answer["layer"], answer["channel"], answer["shape"]) == ("block3_conv1", 7, [56, 56])


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({}, 400, "no_photo"),
        ({"data": b"no picture"}, 415, "not_an_image"),
        ({"data": sample_bytes("cat"), "resize": "stretched"}, 400, "bad_parameter"),
        ({"data": sample_bytes("cat"), "layer": "block9"}, 404, "unknown_layer"),
        ({"data": sample_bytes("cat"), "layer": "block1_conv1", "channel": "64"}, 404, "unknown_filter"),
        ({"data": sample_bytes("cat"), "layer": "block1_conv1", "channel": "-1"}, 400, "bad_parameter"),
    ],
)
def test_a_frame_that_cannot_be_looked_at_has_the_contracts_error(
    cat: Looked, fields: dict[str, Any], status: int, code: str
) -> None:
    response = send(cat.program, **fields)
    assert (response.status_code, response.get_json()["error"]["code"]) == (status, code)


def test_the_page_says_that_nothing_is_stored_and_offers_a_photo_instead(client: FlaskClient) -> None:
    page = get_page(client, "/live")
    assert "nothing of them is stored" in page.text
    assert [field.get("value") for field in page.all("input") if field.get("checked") is not None] == ["crop"]
    assert "camera=(self)" in client.get("/live").headers["Permissions-Policy"]


def test_in_chinese_the_words_stand_beside_the_english_ones(client: FlaskClient) -> None:
    place = next(one for one in get_page(client, "/live?lang=zh").all("section") if one.get("id") == "live")
    assert "(Egyptian cat)" in (place.get("data-names") or "")
    assert "(elephant)" in (place.get("data-categories") or "")


def test_what_a_thread_does_after_its_request_is_no_visitors(client: FlaskClient) -> None:
    made = make_result(client)
    services = client.application.extensions["vggweb"]
    assert services.layer_maps.of_layer(services.results.open(made["id"]), "block5_pool").channels
