"""Links from chats, with what got stuck to their end."""

from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from tests.web.conftest import Looked

STUCK = (
    ".",
    ",",
    ")",
    "/",
    " ",
    "]",
    ">",
    '"',
    "'",
    "!",
    "?",
    ";",
    ":",
    "…",
    "。",
    "，",
    "）",
    ").",
    "//",
    "\u200b",
    "你好",
)


@pytest.mark.parametrize("end", STUCK)
def test_a_results_link_leads_to_the_result_whatever_is_stuck_to_it(cat: Looked, end: str) -> None:
    address = f"/r/{cat.id}"
    response = cat.client.get(address + quote(end, safe="/"))
    assert (response.status_code, response.location) == (308, address)
    assert cat.client.get(response.location).status_code == 200


@pytest.mark.parametrize(
    "address", ["/model", "/layers", "/layers/block1_conv1", "/layers/block1_conv1/filters/3", "/classes", "/healthz"]
)
@pytest.mark.parametrize("end", ["/", ".", "，"])
def test_every_address_redirects_from_its_like_with_an_end(cat: Looked, address: str, end: str) -> None:
    response = cat.client.get(f"{address}{quote(end, safe='/')}?q=1")
    assert (response.status_code, response.location) == (308, f"{address}?q=1")


def test_a_slash_too_many_does_not_lose_what_is_posted(client: FlaskClient) -> None:
    response = client.post("/results/", data={"sample": "cat"})
    assert (response.status_code, response.location) == (308, "/results")


def test_a_prefix_stays_before_the_address(client: FlaskClient) -> None:
    response = client.get("/model/", base_url="http://localhost/vgg")
    assert response.location == "/vgg/model"


@pytest.mark.parametrize("path", ["/nothing.", "//elsewhere.example/", "/\\elsewhere.example/", "/results."])
def test_what_is_nowhere_stays_nowhere_and_nobody_is_sent_to_another_site(cat: Looked, path: str) -> None:
    response = cat.client.get("/", environ_overrides={"PATH_INFO": path})
    assert response.status_code in {308, 404}
    assert not (response.location or "").startswith(("//", "/\\", "http://elsewhere"))


def test_an_unknown_result_is_not_found_by_way_of_its_tidy_address(client: FlaskClient) -> None:
    assert client.get("/r/AAAAAAAAAAAAAAAAAAAAAA).", follow_redirects=True).status_code == 404
