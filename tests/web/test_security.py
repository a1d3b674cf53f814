"""What holds on every answer, and before any work is done."""

import io
import re

import pytest
from flask.testing import FlaskClient

from tests.conftest import MakeApp
from tests.web.uploads import JSON, make_result, sample_bytes, upload

ADDRESSES = (
    "/",
    "/model",
    "/classes",
    "/healthz",
    "/metrics",
    "/openapi.json",
    "/nothing-here",
    "/static/samples/cat.jpg",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_carries_the_security_headers(client: FlaskClient, address: str) -> None:
    with client.get(address) as response:
        headers = response.headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http:" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"


def token_in(html: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', html)
    assert found
    return found[1]


def test_a_browser_with_a_cookie_needs_the_token(client: FlaskClient) -> None:
    client.get("/")
    response = client.post("/results", data={"sample": "cat"}, headers=JSON)
    assert (response.status_code, response.get_json()["error"]["code"]) == (403, "bad_csrf")


def test_a_browser_with_the_token_of_its_page_is_served(client: FlaskClient) -> None:
    token = token_in(client.get("/").text)
    assert client.post("/results", data={"sample": "cat", "csrf_token": token}).status_code == 303


def test_another_sessions_token_does_not_help(make_app: MakeApp) -> None:
    app = make_app()
    stolen = token_in(app.test_client().get("/").text)
    victim = app.test_client()
    victim.get("/")
    assert victim.post("/results", data={"sample": "cat", "csrf_token": stolen}).status_code == 403


def test_a_program_without_a_cookie_needs_no_token(client: FlaskClient) -> None:
    assert upload(client, sample_bytes("cat")).status_code == 201


def test_uploads_over_the_rate_get_429_with_retry_after(make_app: MakeApp) -> None:
    client = make_app(rate_limit="2/minute").test_client()
    assert [upload(client, sample="cat").status_code for _ in range(2)] == [201, 201]
    response = upload(client, sample="cat")
    assert (response.status_code, response.get_json()["error"]["code"]) == (429, "rate_limited")
    assert 1 <= int(response.headers["Retry-After"]) <= 61  # rounded up


def test_looking_at_results_is_not_limited(make_app: MakeApp) -> None:
    client = make_app(rate_limit="1/minute").test_client()
    made = make_result(client)
    assert [client.get(f"/r/{made['id']}.json").status_code for _ in range(5)] == [200] * 5


def test_a_server_with_no_place_left_says_503_with_retry_after(make_app: MakeApp) -> None:
    app = make_app()
    model_host = app.extensions["vggweb"].model_host
    client = app.test_client()
    places = [model_host.queue_slot() for _ in range(8)]
    for place in places:
        place.__enter__()
    try:
        response = upload(client, sample="cat")
    finally:
        for place in places:
            place.__exit__(None, None, None)
    assert (response.status_code, response.get_json()["error"]["code"]) == (503, "busy")
    assert int(response.headers["Retry-After"]) >= 1
    assert upload(client, sample="cat").status_code == 201


def test_an_error_shows_no_traceback_no_path_and_no_librarys_words(make_app: MakeApp) -> None:
    app = make_app()
    app.extensions["vggweb"].store.engine.dispose()
    app.add_url_rule("/breaks", view_func=lambda: str(1 / 0))
    for headers in ({}, JSON):
        response = app.test_client().get("/breaks", headers=headers)
        assert response.status_code == 500
        assert "division" not in response.text
        assert "Traceback" not in response.text
        assert ".py" not in response.text


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_a_method_that_an_address_does_not_take_gets_405_with_allow(client: FlaskClient, method: str) -> None:
    response = getattr(client, method)("/results", headers=JSON)
    assert response.status_code == 405
    assert response.get_json()["error"]["code"] == "method_not_allowed"
    assert "POST" in response.headers["Allow"]


def test_a_request_id_is_given_back_and_a_strange_one_is_not(client: FlaskClient) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": "abcdef-123"}).headers["X-Request-ID"] == "abcdef-123"
    assert "<" not in client.get("/healthz", headers={"X-Request-ID": "<script>alert"}).headers["X-Request-ID"]


def test_results_ask_search_engines_to_stay_away(client: FlaskClient) -> None:
    made = make_result(client)
    assert client.get(f"/r/{made['id']}").headers["X-Robots-Tag"] == "noindex"


def test_the_metrics_count_results_and_do_not_hold_their_ids(client: FlaskClient) -> None:
    made = make_result(client)
    client.get(f"/r/{made['id']}.json")
    text = client.get("/metrics").text
    assert 'vggweb_results_total{variant="compact"} 1.0' in text
    assert "vggweb_ready 1.0" in text
    assert "vggweb_jobs_waiting 0.0" in text
    assert "process_resident_memory_bytes" in text
    assert made["id"] not in text


def test_the_metrics_count_refusals_by_their_code(client: FlaskClient) -> None:
    client.post("/results.json", data={"photo": (io.BytesIO(b"no picture"), "a.jpg")})
    client.get("/r/nobody")
    text = client.get("/metrics").text
    assert 'vggweb_refusals_total{code="not_an_image"} 1.0' in text
    assert 'vggweb_refusals_total{code="not_found"} 1.0' in text
