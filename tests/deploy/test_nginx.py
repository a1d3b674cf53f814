"""nginx with deploy/'s configuration carries visitors to a node, and tells it the truth about them."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.deploy.nginx_server import command, configuration, running_nginx
from tests.servers import Server, free_port, running_server


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("node"), VGGWEB_TRUSTED_PROXIES="1") as server:
        yield server


def address(server: Server) -> str:
    return server.url.removeprefix("http://")


@pytest.mark.parametrize("site", ["vggweb.conf", "vggweb-prefix.conf"])
def test_nginx_finds_nothing_wrong_with_the_configuration(site: str, tmp_path: Path) -> None:
    file = configuration(tmp_path, free_port(), "127.0.0.1:1", "127.0.0.1:2", site=site)
    done = subprocess.run(command(file, "-t"), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr


def test_a_photo_goes_through_and_its_links_lead_back_to_where_the_visitor_was(node: Server, tmp_path: Path) -> None:
    with running_nginx(tmp_path, address(node)) as url:
        response = requests.post(
            f"{url}/results.json", data={"sample": "cat"}, headers={"Host": "vgg.example.org"}, timeout=120
        )
        page = requests.get(f"{url}/r/{response.json()['id']}", timeout=60)
    assert response.json()["url"].startswith("http://vgg.example.org/r/")
    assert page.status_code == 200


def test_the_numbers_are_not_for_visitors(node: Server, tmp_path: Path) -> None:
    with running_nginx(tmp_path, address(node)) as url:
        assert requests.get(f"{url}/metrics", timeout=30).status_code == 404


def test_a_file_over_the_limit_gets_the_nodes_sentence(node: Server, tmp_path: Path) -> None:
    with running_nginx(tmp_path, address(node)) as url:
        response = requests.post(f"{url}/results.json", files={"photo": bytes(17 * 1024 * 1024)}, timeout=60)
    assert response.status_code == 413
    assert response.json()["error"]["code"] == "photo_too_large"


def test_what_a_visitor_claims_to_be_counts_for_nothing(tmp_path: Path) -> None:
    claims = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Host": "evil.example", "X-Forwarded-Prefix": "/evil"}
    with (
        running_server(tmp_path / "data", VGGWEB_TRUSTED_PROXIES="1", VGGWEB_RATE_LIMIT="2/minute") as server,
        running_nginx(tmp_path / "nginx", address(server)) as url,
    ):
        sent = [
            requests.post(
                f"{url}/results.json",
                data={"sample": "cat"},
                headers={**claims, "X-Forwarded-For": f"203.0.113.{number}"},
                timeout=120,
            )
            for number in range(3)
        ]
    assert [response.status_code for response in sent] == [201, 201, 429]
    assert sent[0].json()["url"].startswith(url)


def test_a_node_that_is_gone_is_passed_over(node: Server, tmp_path: Path) -> None:
    with running_nginx(tmp_path, f"127.0.0.1:{free_port()}", address(node)) as url:
        statuses = [requests.get(f"{url}/healthz", timeout=30).status_code for _ in range(6)]
    assert statuses == [200] * 6


def test_below_a_prefix_every_link_of_the_page_leads_below_it(node: Server, tmp_path: Path) -> None:
    with running_nginx(tmp_path, address(node), site="vggweb-prefix.conf") as url:
        page = requests.get(f"{url}/vgg/", timeout=30)
        response = requests.post(f"{url}/vgg/results.json", data={"sample": "cat"}, timeout=120)
    assert page.status_code == 200
    assert 'href="/vgg/static/' in page.text
    assert 'href="/static/' not in page.text
    assert response.json()["url"].startswith(f"{url}/vgg/r/")
