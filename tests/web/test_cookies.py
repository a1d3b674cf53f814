"""Who a visitor is and what their forms prove: kept apart, named after the instance, never lost to a look."""

import re
from http.cookies import Morsel, SimpleCookie

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import MakeApp
from tests.web.uploads import JSON, make_result, sample_bytes, upload


def cookies_of(response: TestResponse) -> dict[str, Morsel[str]]:
    """The cookies that a response sets, by name."""
    jar: SimpleCookie = SimpleCookie()
    for line in response.headers.getlist("Set-Cookie"):
        jar.load(line)
    return dict(jar)


def token_in(html: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', html)
    assert found
    return found[1]


def press_sample(client: FlaskClient, token: str, **headers: str) -> TestResponse:
    return client.post("/results", data={"sample": "cat", "csrf_token": token}, headers=headers)


def identity_of(app: Flask) -> str:
    """The name of the cookie that says who a visitor is."""
    client = app.test_client()
    return next(iter(cookies_of(press_sample(client, token_in(client.get("/").text)))))


def test_a_first_look_sets_the_forms_cookie_and_says_nothing_of_who_looks(client: FlaskClient) -> None:
    cookies = cookies_of(client.get("/"))
    assert [re.fullmatch(r"vggweb-form-[0-9a-f]{8}-.{6}", name) is not None for name in cookies] == [True]


def test_cookies_are_for_this_site_only_and_out_of_reach_of_scripts(client: FlaskClient) -> None:
    looked = client.get("/")
    made = press_sample(client, token_in(looked.text))
    for cookie in (*cookies_of(looked).values(), *cookies_of(made).values()):
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert not cookie["secure"]


@pytest.mark.parametrize(("prefix", "bound", "path"), [("", "__Host-", "/"), ("/vgg", "__Secure-", "/vgg")])
def test_behind_tls_cookies_are_secure_and_bound_to_the_host(
    client: FlaskClient, prefix: str, bound: str, path: str
) -> None:
    site = {"base_url": f"https://localhost{prefix}"}
    looked = client.get("/", **site)
    made = client.post("/results", data={"sample": "cat", "csrf_token": token_in(looked.text)}, **site)
    assert made.status_code == 303
    for name, cookie in (*cookies_of(looked).items(), *cookies_of(made).items()):
        assert name.startswith(f"{bound}vggweb-")
        assert cookie["secure"]
        assert (cookie["path"], cookie["domain"]) == (path, "")
    assert "max-age=" in looked.headers["Strict-Transport-Security"]


def test_a_second_server_on_the_same_host_leaves_the_firsts_cookies_alone(make_app: MakeApp) -> None:
    first, second = make_app(secret_key="a" * 32), make_app(secret_key="b" * 32)
    browser = first.test_client()
    result = press_sample(browser, token_in(browser.get("/").text)).location
    other = second.test_client()
    other._cookies = browser._cookies  # a browser's jar does not tell ports apart
    assert press_sample(other, token_in(other.get("/").text)).status_code == 303
    assert "Delete it for good" in browser.get(result).text


def test_an_identity_that_cannot_be_read_is_not_replaced_by_a_look(app: Flask) -> None:
    name = identity_of(app)
    browser = app.test_client()
    made = make_result(app.test_client())
    browser.set_cookie(name, "what another key has signed")
    for address in ("/", f"/r/{made['id']}", f"/r/{made['id']}/layers/block1_conv1", "/layers/block1_conv1"):
        assert name not in cookies_of(browser.get(address))
    assert press_sample(browser, token_in(browser.get("/").text)).status_code == 303


def test_an_identity_under_the_name_of_earlier_versions_is_kept(app: Flask) -> None:
    name = identity_of(app)
    maker = app.test_client()
    result = press_sample(maker, token_in(maker.get("/").text)).location
    cookie = maker.get_cookie(name)
    assert cookie
    returning = app.test_client()
    returning.set_cookie("vggweb", cookie.value)
    assert "Delete it for good" in returning.get(result).text


def test_both_of_two_tabs_that_open_on_a_first_visit_work_and_are_one_visitor(app: Flask) -> None:
    browser = app.test_client()
    tabs = [app.test_client().get("/") for _ in range(2)]  # neither request carries the other's cookie
    for tab in tabs:
        for name, cookie in cookies_of(tab).items():
            browser.set_cookie(name, cookie.value)
    made = [press_sample(browser, token_in(tab.text)) for tab in tabs]
    assert [response.status_code for response in made] == [303, 303]
    assert all("Delete it for good" in browser.get(response.location).text for response in made)


def test_two_tabs_that_send_at_once_become_one_visitor(app: Flask) -> None:
    first, second = app.test_client(), app.test_client()
    looked = first.get("/")
    for name, cookie in cookies_of(looked).items():
        second.set_cookie(name, cookie.value)
    result = press_sample(first, token_in(looked.text)).location
    press_sample(second, token_in(looked.text))  # sent before the first was answered: no identity yet
    assert "Delete it for good" in second.get(result).text


def test_the_forms_token_lives_on_when_the_identity_is_lost(app: Flask) -> None:
    browser = app.test_client()
    token = token_in(browser.get("/").text)
    press_sample(browser, token)
    browser.delete_cookie(identity_of(app))
    assert press_sample(browser, token).status_code == 303


CROSS_SITE = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://elsewhere.example"},
    {"Origin": "http://localhost:8001"},
    {"Origin": "http://localhost.elsewhere.example"},
    {"Origin": "null"},
    {"Origin": "http://[broken"},
)


@pytest.mark.parametrize("headers", CROSS_SITE)
@pytest.mark.parametrize("address", ["/results", "/layers/block1_conv1/filters/0", "/jobs/x/cancel"])
def test_another_sites_form_is_refused_and_sets_no_cookie(
    client: FlaskClient, address: str, headers: dict[str, str]
) -> None:
    response = client.post(address, data={"sample": "cat"}, headers=headers)
    assert response.status_code == 403
    assert "Set-Cookie" not in response.headers
    answer = client.post(address, data={"sample": "cat"}, headers={**headers, **JSON})
    assert answer.get_json()["error"]["code"] == "bad_csrf"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://localhost"},
        {"Origin": "http://localhost:80"},
        {"Origin": "https://localhost"},  # a proxy ends TLS and does not say so
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://public.example"},  # a proxy that rewrites the host
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_our_own_forms_are_taken_wherever_they_stand(client: FlaskClient, headers: dict[str, str]) -> None:
    assert press_sample(client, token_in(client.get("/").text), **headers).status_code == 303


def test_a_browsers_first_post_without_any_cookie_is_its_makers(app: Flask) -> None:
    browser = app.test_client()
    made = browser.post("/results", data={"sample": "cat"})
    assert "Delete it for good" in browser.get(made.location).text


def test_a_program_gets_no_cookie(client: FlaskClient) -> None:
    assert "Set-Cookie" not in upload(client, sample_bytes("cat")).headers
