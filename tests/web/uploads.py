"""Sends photos as a browser and as a program do."""

import io
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import SAMPLES

JSON = {"Accept": "application/json"}


def sample_bytes(name: str) -> bytes:
    """A sample photo's file."""
    return (SAMPLES / f"{name}.jpg").read_bytes()


def upload(client: FlaskClient, data: bytes | None = None, **form: Any) -> TestResponse:
    """Posts a photo's bytes, or form fields alone, and asks for JSON."""
    fields: dict[str, Any] = dict(form)
    if data is not None:
        fields["photo"] = (io.BytesIO(data), "photo.bin")
    return client.post("/results", data=fields, headers=JSON, content_type="multipart/form-data")


def make_result(client: FlaskClient, sample: str = "cat", **form: Any) -> dict[str, Any]:
    """The JSON of a fresh result of a sample."""
    response = upload(client, sample=sample, **form)
    assert response.status_code == 201, response.text
    return response.get_json()
