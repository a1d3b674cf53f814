"""Which addresses a start prints: they open, and a class finds the server by one of them."""

import re
import socket
from contextlib import closing

import pytest
import segno
from flask.testing import FlaskClient

from tests.conftest import MakeApp
from vggweb import classroom
from vggweb.errors import SettingError
from vggweb.server.own_addresses import bind_address, host_and_port, local_network_address, open_addresses

HERE = local_network_address()
needs_network = pytest.mark.skipif(HERE is None, reason="this computer is in no network")


@pytest.mark.parametrize("host", ["0.0.0.0", "127.0.0.1", "::", "::1"])
def test_every_address_that_is_printed_opens(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, 0), family=family, dualstack_ipv6=host == "::")
    except OSError:
        pytest.skip("this computer has no IPv6")
    with closing(listener):
        port = listener.getsockname()[1]
        addresses = open_addresses(host, port)
        assert addresses
        for address in addresses:
            name = re.fullmatch(r"http://\[?([^\]]+?)\]?:\d+", address)
            assert name
            assert name[1] not in {"0.0.0.0", "::"}
            socket.create_connection((name[1], port), timeout=5).close()


@needs_network
def test_the_local_networks_address_is_among_those_of_a_server_for_everybody() -> None:
    assert f"http://{HERE}:8000" in open_addresses("0.0.0.0", 8000)
    assert HERE not in {"127.0.0.1", "0.0.0.0"}


def test_a_host_with_colons_stands_in_brackets() -> None:
    assert bind_address("::", 8000) == "[::]:8000"
    assert bind_address("example.org", 80) == "example.org:80"


def test_host_and_port_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOST", "[::]")
    monkeypatch.setenv("PORT", "9000")
    assert host_and_port() == ("::", 9000)
    for wrong in ("many", "-1", "65536", "٣"):
        monkeypatch.setenv("PORT", wrong)
        with pytest.raises(SettingError):
            host_and_port()


def test_the_terminal_shows_the_address_as_a_code_that_holds_it() -> None:
    address = "http://192.168.1.20:8000"
    shown = re.findall(r"\x1b\[97;40m(.*?)\x1b\[0m", classroom.invitation(address))
    rows: list[list[bool]] = []
    for line in shown:
        rows.append([block in " ▄" for block in line])
        rows.append([block in " ▀" for block in line])
    expected = [[bool(cell) for cell in row] for row in segno.make(address, micro=False).matrix_iter(border=2)]
    assert rows[: len(expected)] == expected
    assert f"{address}/class/new" in classroom.invitation(address)


def test_in_a_class_whoever_opens_localhost_is_sent_to_the_address_of_all(make_app: MakeApp) -> None:
    client: FlaskClient = make_app(class_address="http://192.168.1.20:8000").test_client()
    for host in ("localhost:8000", "127.0.0.1:8000", "[::1]:8000"):
        sent = client.get("/class/new?lang=zh", headers={"Host": host, "Accept": "text/html"})
        assert (sent.status_code, sent.headers["Location"]) == (302, "http://192.168.1.20:8000/class/new?lang=zh")
    assert client.get("/", headers={"Host": "192.168.1.20:8000", "Accept": "text/html"}).status_code == 200
    assert client.get("/healthz", headers={"Host": "localhost:8000"}).status_code == 200


def test_a_class_keeps_a_rate_limit_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VGGWEB_RATE_LIMIT", raising=False)
    assert classroom.environment("http://x")["VGGWEB_RATE_LIMIT"] == "600/minute"
    monkeypatch.setenv("VGGWEB_RATE_LIMIT", "5/minute")
    assert classroom.environment("http://x")["VGGWEB_RATE_LIMIT"] == "5/minute"
