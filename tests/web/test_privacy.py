"""The page for visitors says what the settings are, and every page leads to it."""

from flask.testing import FlaskClient

from tests.conftest import MakeApp
from tests.web.pages import get_page


def test_the_page_says_how_long_results_are_kept(client: FlaskClient, make_app: MakeApp) -> None:
    assert "It stays until it is deleted." in get_page(client, "/privacy").text
    assert "deleted by itself after 30.0 days" in get_page(make_app(result_days=30.0).test_client(), "/privacy").text


def test_every_page_leads_to_it(client: FlaskClient) -> None:
    for address in ("/", "/layers", "/model", "/classes"):
        assert 'href="/privacy"' in client.get(address).text


def test_looking_at_it_gives_no_identity(client: FlaskClient) -> None:
    assert "Set-Cookie" not in client.get("/privacy").headers
