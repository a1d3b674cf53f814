"""Bodies under other WSGI servers than ours: what is wrong with them is a bad request."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.web.uploads import JSON


class BrokenBody:
    """A body that its server finds to be none, as gunicorn's workers find a malformed size of a chunk."""

    def read(self, size: int = -1) -> bytes:
        raise OSError("Invalid chunk size: b'zz'")

    def readline(self, size: int = -1) -> bytes:
        raise OSError("Invalid chunk size: b'zz'")


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "image/jpeg"])
def test_a_body_that_breaks_is_a_clean_400(client: FlaskClient, kind: str) -> None:
    environ: dict[str, Any] = {"wsgi.input": BrokenBody(), "wsgi.input_terminated": True, "CONTENT_TYPE": kind}
    response = client.post("/results", headers=JSON, environ_overrides=environ)
    assert (response.status_code, response.get_json()["error"]["code"]) == (400, "bad_request")
    assert "chunk" not in response.text
