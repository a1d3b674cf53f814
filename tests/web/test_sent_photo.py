"""A photo is taken however it is sent; where it is not, the sentence says which field is meant."""

import io

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.uploads import JSON, make_result, sample_bytes

BOUNDARY = "frontier"
TYPE = f"multipart/form-data; boundary={BOUNDARY}"


def multipart(disposition: str, data: bytes, *, headers: str = "") -> bytes:
    head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n{headers}\r\n"
    return head.encode() + data + f"\r\n--{BOUNDARY}--\r\n".encode()


def post(client: FlaskClient, body: bytes, content_type: str, address: str = "/results") -> TestResponse:
    return client.post(address, data=body, content_type=content_type, headers=JSON)


def noise_bmp() -> bytes:
    """A sound picture of a megabyte, in which every byte value occurs."""
    import numpy as np
    import PIL.Image

    file = io.BytesIO()
    PIL.Image.fromarray(np.random.default_rng(0).integers(0, 256, (600, 600, 3), np.uint8)).save(file, "BMP")
    return file.getvalue()


@pytest.mark.parametrize("field", ["photo", "file"])
@pytest.mark.parametrize("name", ["", '; filename=""', '; filename="x.exe"'])
@pytest.mark.parametrize("headers", ["", "Content-Type: text/plain; charset=utf-8\r\n", "Content-Type: image/jpeg\r\n"])
def test_a_part_is_the_photo_by_its_field_whatever_its_name_and_type(
    client: FlaskClient, field: str, name: str, headers: str
) -> None:
    response = post(client, multipart(f'name="{field}"{name}', sample_bytes("cat"), headers=headers), TYPE)
    assert response.status_code == 201, response.text
    assert response.get_json()["predictions"] == make_result(client)["predictions"]


def test_a_part_without_a_name_may_be_as_large_as_any_photo(client: FlaskClient) -> None:
    assert post(client, multipart('name="photo"', noise_bmp()), TYPE).status_code == 201


@pytest.mark.parametrize("content_type", ["image/jpeg", "image/x-whatever", "application/octet-stream", ""])
def test_the_body_may_be_the_photo_itself(client: FlaskClient, content_type: str) -> None:
    response = post(client, sample_bytes("cat"), content_type, "/results?resize=crop")
    assert response.status_code == 201
    assert response.get_json()["resize"] == "crop"
    assert response.get_json()["predictions"] == make_result(client, resize="crop")["predictions"]


@pytest.mark.parametrize(
    ("body", "content_type", "words"),
    [
        (multipart('name="image"; filename="x.jpg"', b"data"), TYPE, "what came is called image"),
        (multipart('name="upload"', b"data"), TYPE, "what came is called upload"),
        (multipart("no-name", b"data"), TYPE, "what came is called nothing"),
        (b"picture=data", "application/x-www-form-urlencoded", "what came is called picture"),
        (b'{"photo": "data"}', "application/json", "type application/json is not read as a photo"),
        (b"", "image/jpeg", "No photo arrived."),
    ],
)
def test_what_comes_elsewhere_is_told_which_field_is_meant(
    client: FlaskClient, body: bytes, content_type: str, words: str
) -> None:
    response = post(client, body, content_type)
    assert (response.status_code, response.get_json()["error"]["code"]) == (400, "no_photo")
    assert words in response.get_json()["error"]["message"]


def test_too_many_parts_are_not_called_a_photo_of_16_mebibytes(client: FlaskClient) -> None:
    part = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n'
    response = post(client, (part * 1001 + f"--{BOUNDARY}--\r\n").encode(), TYPE)
    assert (response.status_code, response.get_json()["error"]["code"]) == (400, "bad_request")
    assert "16 MiB" not in response.text
