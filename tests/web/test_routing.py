"""One idiom for addresses: what stands on a view is what visitors and programs meet."""

import pytest
from flask.testing import FlaskClient

from tests.web.conftest import Looked

SEED_OF_4400_DIGITS = "7" * 4400


def kind_for(client: FlaskClient, accept: str) -> str | None:
    return client.get("/layers", headers={"Accept": accept}).mimetype


@pytest.mark.parametrize(
    "accept",
    [
        "application/json, text/plain, */*",  # axios, Angular
        "application/json, text/javascript, */*; q=0.01",  # jQuery
        "application/json",
        "application/json;q=0.5, */*;q=0.8",
        "text/html;q=0.4, application/json;q=0.9",
    ],
)
def test_json_that_is_named_is_json(cat: Looked, accept: str) -> None:
    assert kind_for(cat.program, accept) == "application/json"


@pytest.mark.parametrize(
    "accept",
    [
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8",  # browsers
        "text/html, application/json;q=0.9, */*;q=0.1",
        "*/*",
        "text/*",
        "application/json;q=0, */*",
        "",
    ],
)
def test_everything_else_is_a_page(cat: Looked, accept: str) -> None:
    assert kind_for(cat.program, accept) == "text/html"


def test_a_slash_at_the_end_leads_to_the_address_without_it(cat: Looked) -> None:
    program = cat.program
    for address in ("/layers", "/classes.json", f"/r/{cat.id}", f"/r/{cat.id}/input.png", "/results", "/healthz"):
        response = program.get(f"{address}/?top=3")
        assert (response.status_code, response.headers["Location"]) == (308, f"{address}?top=3")


def test_a_slash_after_nothing_is_still_nothing(cat: Looked) -> None:
    assert cat.program.get("/nothing/").status_code == 404


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        (f"/layers/block1_conv1/filters/0.json?seed={SEED_OF_4400_DIGITS}", "seed can be 0 to"),
        ("/layers/block1_conv1/filters/0.json?seed=1_0", "seed can be 0 to"),
        ("/r/{id}.json?top=0", "top can be 1 to 1000."),
        ("/r/{id}.json?top=5.0", "top can be 1 to 1000."),
        ("/r/{id}.json?top=%2B5", "top can be 1 to 1000."),
        ("/r/{id}.json?top=", "top can be 1 to 1000."),
        (f"/classes.json?q={'a' * 101}", "q can have 100 characters at most."),
        ("/r/{id}/layers/block1_conv1.json?scale=huge", "scale can be own, layer."),
        ("/r/{id}/why/grad_cam/285?and=1000", "and can be 0 to 999."),
    ],
)
def test_a_value_outside_its_limits_is_400_with_the_limits(cat: Looked, address: str, sentence: str) -> None:
    response = cat.program.get(address.format(id=cat.id), headers={"Accept": "application/json"})
    assert response.status_code == 400
    error = response.get_json()["error"]
    assert error["code"] == "bad_parameter"
    assert error["message"].startswith(sentence)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("/layers/block1_conv1/filters/{n}.json", "unknown_filter"),
        ("/classes/{n}.json", "unknown_class"),
        ("/r/{id}/why/grad_cam/{n}.json", "unknown_class"),
    ],
)
def test_a_number_of_thousands_of_digits_in_an_address_is_one_that_there_is_not(
    cat: Looked, address: str, code: str
) -> None:
    response = cat.program.get(address.format(id=cat.id, n=SEED_OF_4400_DIGITS))
    assert response.status_code == 404
    assert response.get_json()["error"]["code"] == code


def test_every_address_that_gives_json_gives_it_by_name_and_by_header(cat: Looked) -> None:
    for address in ("/layers", "/layers/block1_conv1", "/classes", "/model", f"/r/{cat.id}"):
        by_name = cat.program.get(f"{address}.json")
        by_header = cat.program.get(address, headers={"Accept": "application/json"})
        assert by_name.get_json() == by_header.get_json()
        assert "Accept" in by_header.headers["Vary"]
