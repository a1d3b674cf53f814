"""Before the app: hosts that are answered for, a prefix that a proxy says, and what is no host at all."""

import re

import pytest
from flask.testing import FlaskClient

from tests.conftest import MakeApp
from tests.web.uploads import make_result, upload
from vggweb.web.gatekeeper import Gatekeeper
from vggweb.web.last_resort import asks_for_json

UNDER_PREFIX = {"X-Forwarded-Prefix": "/vgg", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "example.org"}
ADDRESSES = re.compile(r'(?:href|src|action|content)="(/[^"]*|https?://[^"]*)"')


@pytest.fixture
def proxied(make_app: MakeApp) -> FlaskClient:
    """A client that comes through a proxy that cuts ``/vgg`` off."""
    client = make_app(trusted_proxies=1).test_client()
    client.environ_base.update(
        {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in UNDER_PREFIX.items()}
    )
    return client


@pytest.mark.parametrize(
    "host", [".", "a" * 300, "ex ample", "-", "a..b", "[::1", "host:port", "host:99999", "a@b", '"', "%2e", "\xe9"]
)
@pytest.mark.parametrize("path", ["/", "/results.json", "/nowhere", "/static/x"])
def test_what_is_no_host_is_a_clean_400(client: FlaskClient, host: str, path: str) -> None:
    response = client.get(path, headers={"Host": host})
    assert response.status_code == 400
    assert ("names no host" in response.text) or response.get_json()["error"]["code"] == "bad_request"


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8000", "127.0.0.1", "[::1]:8000", "my_pc.local", "EXAMPLE.org."]
)
def test_every_host_is_answered_for_by_default(client: FlaskClient, host: str) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


def test_other_hosts_than_those_that_were_named_are_refused(make_app: MakeApp) -> None:
    client = make_app(hosts="example.org, other.example:8443").test_client()
    for host in ("example.org", "EXAMPLE.org:81", "other.example:8443"):
        assert client.get("/", headers={"Host": host}).status_code == 200
    for host in ("evil.example", "example.org.evil.example", "other.example", "other.example:1"):
        refused = client.get("/model.json", headers={"Host": host})
        assert (refused.status_code, refused.get_json()["error"]["code"]) == (400, "bad_request")


def test_a_host_that_a_trusted_proxy_names_must_be_one_of_ours_too(make_app: MakeApp) -> None:
    client = make_app(hosts="example.org", trusted_proxies=1).test_client()
    assert client.get("/", headers={"X-Forwarded-Host": "example.org"}).status_code == 200
    assert client.get("/", headers={"X-Forwarded-Host": "evil.example", "Host": "example.org"}).status_code == 400


@pytest.mark.parametrize("path", ["/", "/layers", "/model", "/classes", "/layers/block1_conv1/filters/0"])
def test_under_a_prefix_every_address_of_a_page_begins_with_it(proxied: FlaskClient, path: str) -> None:
    addresses = ADDRESSES.findall(proxied.get(path).text)
    assert len(addresses) > 3
    ours = [one for one in addresses if one.startswith(("/", "https://example.org"))]
    assert not [one for one in ours if not one.removeprefix("https://example.org").startswith("/vgg/")]


def test_under_a_prefix_a_result_its_links_and_its_cookie_begin_with_it(proxied: FlaskClient) -> None:
    made = make_result(proxied)
    assert made["url"] == f"https://example.org/vgg/r/{made['id']}"
    page = proxied.get(f"/r/{made['id']}").text
    assert not [one for one in ADDRESSES.findall(page) if one.startswith("/") and not one.startswith("/vgg/")]
    cookie = proxied.post("/results", data={"sample": "cat"}).headers["Set-Cookie"]
    assert "Path=/vgg;" in f"{cookie};"
    assert "Secure;" in cookie


def test_under_a_prefix_a_job_leads_back_under_it_and_without_it_where_there_is_none(
    make_app: MakeApp, proxied: FlaskClient
) -> None:
    job = proxied.post("/layers/block1_conv1/filters/63.json?seed=7", data={"seed": "7"}).get_json()
    assert job["result_url"].startswith("/vgg/layers/block1_conv1/filters/63")
    direct = proxied.application.test_client().get(f"/jobs/{job['id']}.json").get_json()
    assert direct["result_url"].startswith("/layers/block1_conv1/filters/63")


def test_the_manifest_starts_the_app_where_it_is_mounted(proxied: FlaskClient) -> None:
    page = proxied.get("/").text
    address = re.search(r'rel="manifest" href="/vgg(/static/[^"]+)"', page)
    assert address
    assert proxied.get(address[1]).get_json(force=True)["start_url"] == "../" * (address[1].count("/") - 1)


def test_a_prefix_that_nobody_vouches_for_or_that_is_none_is_ignored(client: FlaskClient, make_app: MakeApp) -> None:
    assert 'href="/vgg' not in client.get("/", headers=UNDER_PREFIX).text
    behind = make_app(trusted_proxies=1).test_client()
    for strange in ("//evil.example", "/a b", '/"onload=', "vgg", "https://evil.example"):
        page = behind.get("/", headers={"X-Forwarded-Prefix": strange})
        assert page.status_code == 200
        assert "evil" not in page.text
        assert "onload=" not in page.text


def test_an_app_that_raises_is_answered_for_with_the_contracts_error() -> None:
    def broken(_environ: object, _start_response: object) -> list[bytes]:
        raise ZeroDivisionError

    keeper = Gatekeeper(broken, hosts=frozenset(), trusted_proxies=0)
    statuses: list[str] = []
    body = b"".join(keeper({"HTTP_ACCEPT": "application/json"}, lambda status, _headers: statuses.append(status)))
    assert statuses == ["500 Internal Server Error"]
    assert b'"code": "internal"' in body
    assert b"ZeroDivisionError" not in body


def test_programs_are_told_from_browsers_without_flask() -> None:
    assert asks_for_json("application/json", "/")
    assert asks_for_json("", "/results.json")
    assert not asks_for_json("text/html,application/json", "/")


def test_a_number_of_thousands_of_digits_is_a_clean_400(client: FlaskClient) -> None:
    for address in ("/layers/block1_conv1/filters/0?seed=", "/layers/block1_conv1/filters/0.json?seed="):
        assert client.get(address + "9" * 4400).status_code == 400


def test_everything_of_a_result_is_private_and_kept_from_search_engines(client: FlaskClient) -> None:
    made = make_result(client)
    rules = [rule for rule in client.application.url_map.iter_rules() if rule.arguments == {"result_id"}]
    assert len(rules) > 5
    for rule in rules:
        if "GET" in (rule.methods or ()):
            with client.get(rule.rule.replace("<token:result_id>", made["id"])) as response:
                assert response.headers.get("Cache-Control", "").startswith(("private", "no-store")), rule
                assert response.headers.get("X-Robots-Tag") == "noindex", rule
    gone = client.get("/r/AAAAAAAAAAAAAAAAAAAAAA")
    assert gone.headers["X-Robots-Tag"] == "noindex"


def test_uploads_through_a_proxy_count_for_the_visitor_and_not_for_the_proxy(make_app: MakeApp) -> None:
    client = make_app(trusted_proxies=1, rate_limit="1/minute").test_client()
    for visitor in ("192.0.2.1", "192.0.2.2"):
        client.environ_base["HTTP_X_FORWARDED_FOR"] = visitor
        assert upload(client, sample="cat").status_code == 201
    assert upload(client, sample="cat").status_code == 429
