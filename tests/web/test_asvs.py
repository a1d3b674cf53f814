"""What the Application Security Verification Standard asks for and no other test shows: see docs/security.md."""

import re

import pytest
from flask.testing import FlaskClient

from tests.documents import read
from tests.web.conftest import Looked

SCRIPT = '"><script>alert(1)</script>{{7*7}}'
ADDRESSES = ("/", "/model.json", "/r/{id}", "/r/{id}.json", "/r/{id}/input.png", "/nowhere", "/static/js/upload.js")


@pytest.mark.parametrize(
    "address", ["/classes?q=", "/?lang=", "/r/{id}?top=", "/layers/block1_conv1?filter=", "/nowhere/"]
)
def test_what_a_visitor_sends_is_shown_as_text_and_never_run(cat: Looked, address: str) -> None:
    text = cat.client.get(address.format(id=cat.id), query_string=None).text
    assert "<script>alert" not in text
    shown = cat.client.get(address.format(id=cat.id) + SCRIPT.replace("{", "%7B").replace("}", "%7D")).text
    assert "<script>alert" not in shown
    assert "49" not in re.findall(r'value="([^"]*)"', shown)


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_response_names_its_type_and_forbids_other_readings(cat: Looked, address: str) -> None:
    with cat.client.get(address.format(id=cat.id), headers={"Origin": "https://evil.example"}) as response:
        if (response.mimetype or "").startswith("text/"):
            assert "charset=utf-8" in (response.content_type or "").lower()
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert not [name for name, _ in response.headers if name.lower().startswith("access-control-")]


@pytest.mark.parametrize(
    "path", ["/.git/config", "/.env", "/static/../app.py", "/static/%2e%2e/app.py", "/static/", "/app.py"]
)
def test_nothing_but_what_is_meant_is_served(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code in {404, 308}


@pytest.mark.parametrize("path", ["/r/{id}/delete", "/jobs/x/cancel", "/class/x/close", "/results"])
def test_looking_changes_nothing(cat: Looked, path: str) -> None:
    assert cat.client.get(path.format(id=cat.id)).status_code in {404, 405}
    assert cat.client.get(f"/r/{cat.id}").status_code == 200


def test_trace_is_refused(client: FlaskClient) -> None:
    assert client.open("/", method="TRACE").status_code == 405


def test_the_result_in_json_holds_nothing_of_its_maker(cat: Looked) -> None:
    body = cat.client.get(f"/r/{cat.id}.json").get_json()
    assert not {"owner", "delete_token", "visitor", "address"} & body.keys()


def test_every_row_of_the_table_names_a_test_that_exists_or_says_why_it_does_not_apply() -> None:
    rows = re.findall(r"^\| (\d+\.\d+\.\d+) \| ([^|]+) \| ([^|]+) \|$", read("docs/security.md"), re.MULTILINE)
    assert len(rows) > 90
    for number, _, shown in rows:
        tests = re.findall(r"`(tests/[\w/]+\.py)(?:::(test_\w+))?`", shown)
        assert tests or shown.startswith(("does not apply, because", "by hand:", "not met:")), number
        for file, name in tests:
            assert not name or f"def {name}(" in read(file), f"{number}: {file} has no {name}"
