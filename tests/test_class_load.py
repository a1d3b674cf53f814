"""Forty phones at once: every photo is answered, none is lost, and all hang on the wall."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.conftest import SAMPLES
from tests.servers import Server, running_server

PHONES = 40
PATIENCE_SECONDS = 120  # how long a test waits; how long it may take is the benchmark's to say
JSON = {"Accept": "application/json"}
NAMES = ("cat", "coffee", "temple", "flower", "rocket", "officer", "astronaut")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the settings that it has by default."""
    data: Path = tmp_path_factory.mktemp("class")
    with running_server(data) as server:
        yield server


def test_forty_phones_in_the_same_second_all_hang_on_the_wall(server: Server) -> None:
    room = requests.post(f"{server.url}/class", data={"title": "40"}, headers=JSON, timeout=30).json()
    address = f"{server.url}/class/{room['code']}"
    start = threading.Barrier(PHONES)

    def phone(number: int) -> str:
        photo = (SAMPLES / f"{NAMES[number % len(NAMES)]}.jpg").read_bytes()
        start.wait()
        response = requests.post(
            f"{address}/photos", files={"photo": ("p.jpg", photo)}, headers=JSON, timeout=PATIENCE_SECONDS
        )
        assert response.status_code == 201, response.text
        return str(response.json()["id"])

    with ThreadPoolExecutor(PHONES) as pool:
        sent = list(pool.map(phone, range(PHONES)))
    tiles = requests.get(address, headers=JSON, timeout=30).json()["tiles"]
    assert {tile["id"] for tile in tiles} == set(sent)
    assert len(set(sent)) == PHONES


def test_sixty_that_listen_hear_of_a_photo(server: Server) -> None:
    room = requests.post(f"{server.url}/class", headers=JSON, timeout=30).json()
    address = f"{server.url}/class/{room['code']}"
    listening = threading.Barrier(61)

    def listen(_number: int) -> bool:
        with requests.get(f"{address}/events", stream=True, timeout=PATIENCE_SECONDS) as stream:
            assert stream.headers["Content-Type"].startswith("text/event-stream")
            lines = stream.iter_lines(chunk_size=1)
            next(lines)  # the stream has begun
            listening.wait()
            return any(line == b"event: tile" for line in lines)

    with ThreadPoolExecutor(61) as pool:
        hearing = [pool.submit(listen, number) for number in range(60)]
        listening.wait()
        assert requests.get(f"{server.url}/healthz", timeout=30).status_code == 200
        photo = (SAMPLES / "cat.jpg").read_bytes()
        requests.post(f"{address}/photos", files={"photo": ("p.jpg", photo)}, headers=JSON, timeout=PATIENCE_SECONDS)
        assert all(heard.result(PATIENCE_SECONDS) for heard in hearing)
