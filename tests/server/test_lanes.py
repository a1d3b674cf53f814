"""Which requests share threads: nobody who waits for the model keeps others from looking."""

import threading
from pathlib import Path
from typing import Any

import pytest

from vggweb.server.threads import LANES, SentFile, Threads, lane_of
from vggweb.services.turns import WAITING_PAGES


@pytest.mark.parametrize(
    ("method", "path", "lane"),
    [
        ("GET", "/healthz", "watch"),
        ("GET", "/", "look"),
        ("GET", "/static/0123456789ab/js/upload.js", "look"),
        ("GET", "/r/abc.json", "look"),
        ("HEAD", "/class/abc/wall", "look"),
        ("GET", "/r/abc/whatif", "dig"),
        ("GET", "/r/abc/layers/block1_conv1/3.png", "dig"),
        ("GET", "/r/abc/why/grad_cam/3", "dig"),
        ("GET", "/demo/step", "dig"),
        ("POST", "/results", "send"),
        ("POST", "/class/abc/photos", "send"),
    ],
)
def test_a_request_runs_among_its_like(method: str, path: str, lane: str) -> None:
    assert lane_of({"REQUEST_METHOD": method, "PATH_INFO": path}) == lane


def test_all_slow_pages_that_may_wait_leave_threads_free() -> None:
    assert LANES["dig"] > WAITING_PAGES


def test_a_file_is_sent_as_it_lies_there_and_not_copied() -> None:
    def app(environ: dict[str, Any], start_response: Any) -> Any:
        start_response("200 OK", [])
        return environ["wsgi.file_wrapper"](Path(__file__).open("rb"))

    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "vggweb.event_stream": [], "wsgi.file_wrapper": SentFile}
    threads = Threads(app)
    with threads.submit(environ, is_complete=True).result(30).file as file:
        assert file.name == __file__
    threads.close()


def test_when_all_threads_look_whoever_came_last_is_served_first() -> None:
    started: list[str] = []
    go_on = threading.Event()

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        started.append(environ["name"])
        go_on.wait(30)
        start_response("200 OK", [])
        return []

    def ask(name: str) -> Any:
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "name": name, "vggweb.event_stream": []}
        return threads.submit(environ, is_complete=True)

    threads = Threads(app)
    asked = [ask(f"first {number}") for number in range(LANES["look"])]
    asked += [ask("earlier"), ask("later")]
    go_on.set()
    for one in asked:
        one.result(30).file.close()
    threads.close()
    assert started[-2:] == ["later", "earlier"]
