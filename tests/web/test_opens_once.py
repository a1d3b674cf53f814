"""A request reads its result once, and what was remembered of a photo is gone with it."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from tests.web.uploads import make_result, sample_bytes

JSON = {"Accept": "application/json"}
LOOKS = (
    "",
    ".json",
    "/input.png",
    "/photo.jpg",
    "/channels/b.png",
    "/preview.jpg",
    "/qr.svg",
    "/keras.py",
    "/layers/block5_pool",
    "/layers/block5_pool.json",
    "/layers/block5_pool/3",
    "/layers/block5_pool/sheet.webp",
    "/layers/block5_pool/3.png?over=photo",
    "/why/grad_cam/285",
    "/why/grad_cam/285.json",
    "/why/grad_cam/285.png",
    "/why/occlusion/285",
    "/whatif",
    "/whatif.json",
    "/whatif/grey.png",
)


@contextmanager
def noted(engine: Engine) -> Iterator[list[str]]:
    """The statements that are executed during the block."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(engine, "after_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "after_cursor_execute", note)


def engine_of(client: FlaskClient) -> Engine:
    return client.application.extensions["vggweb"].store.engine


def reads_of(statements: list[str], table: str) -> int:
    return sum(one.startswith("SELECT") and f"FROM {table}" in one for one in statements)


@pytest.mark.parametrize("look", LOOKS)
def test_a_look_reads_the_results_row_once(client: FlaskClient, look: str) -> None:
    result_id = make_result(client)["id"]
    with noted(engine_of(client)) as statements:
        assert client.get(f"/r/{result_id}{look}").status_code == 200
    assert reads_of(statements, "results") == 1


def test_making_a_result_does_not_read_back_what_it_wrote(client: FlaskClient) -> None:
    with noted(engine_of(client)) as statements:
        photo = {"photo": (io.BytesIO(sample_bytes("cat")), "cat.jpg")}
        assert client.post("/results", data=photo, headers=JSON).status_code == 201
    assert reads_of(statements, "results") == reads_of(statements, "pictures") == 0


def test_a_deleted_photo_is_gone_from_every_look_although_it_was_remembered(client: FlaskClient) -> None:
    made = make_result(client)
    for look in LOOKS:
        assert client.get(f"/r/{made['id']}{look}").status_code == 200
    program = client.application.test_client()  # without the cookie, and so without the form's token
    token = {"delete_token": made["delete_token"]}
    assert program.post(f"/r/{made['id']}/delete", data=token, headers=JSON).status_code == 200
    assert {look: client.get(f"/r/{made['id']}{look}").status_code for look in LOOKS} == dict.fromkeys(LOOKS, 410)
