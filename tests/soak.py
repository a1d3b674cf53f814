"""Bounded long runs with figures: ``python -m tests.soak``, or one of them by name: slow, streams, kills, quota.

Each prints a line of a table and fails by a sentence; docs/reliability.md keeps the figures.
"""

import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import requests

from tests.servers import Server, running_server
from tests.slow_clients import KINDS, stalled_connections

STALLED = 300
SECONDS_A_KIND = 8.0
LISTENERS = 100
KILLS = 6
CROWD = 4
MANY = {"VGGWEB_RATE_LIMIT": "100000/minute"}


def main() -> None:
    """Runs what is named, or everything."""
    runs: dict[str, Callable[[], None]] = {"slow": slow, "streams": streams, "kills": kills, "quota": quota}
    for name in sys.argv[1:] or runs:
        print(f"{name}: {time.strftime('%Y-%m-%d %H:%M')}", flush=True)  # noqa: T201
        runs[name]()


def slow() -> None:
    """300 stalled connections of each kind, kind by kind and then all at once."""
    with running_server(_folder(), **MANY) as server:
        for kind in KINDS:
            with stalled_connections(server.url, {kind: STALLED}):
                _report(f"{STALLED} × {kind}", *_worst(server, SECONDS_A_KIND))
        with stalled_connections(server.url, dict.fromkeys(KINDS, STALLED)):
            _report(f"{STALLED} of each, first {SECONDS_A_KIND:.0f} s", *_worst(server, SECONDS_A_KIND))
            _report(f"{STALLED} of each, afterwards", *_worst(server, 2 * SECONDS_A_KIND))
            _upload(server)


def streams() -> None:
    """A room with 100 listeners beside stalled connections: each hears of each photo."""
    with running_server(_folder(), **MANY) as server:
        room = requests.post(f"{server.url}/class", data={"title": "Soak"}, headers=_JSON, timeout=60).json()
        events = f"{server.url}/class/{room['code']}/events"
        listening = [requests.get(events, stream=True, timeout=60) for _ in range(LISTENERS)]
        with stalled_connections(server.url, dict.fromkeys(KINDS, 20)):
            photos = f"{server.url}/class/{room['code']}/photos"
            photo = {"photo": Path("static/samples/cat.jpg").read_bytes()}
            requests.post(photos, files=photo, headers=_JSON, timeout=60).raise_for_status()
            told_at = time.monotonic()
            heard = [any(line == b"event: tile" for line in islice(one.iter_lines(), 60)) for one in listening]
            print(f"| {LISTENERS} listeners | {sum(heard)} heard within {time.monotonic() - told_at:.2f} s |")  # noqa: T201
            _report(f"beside {LISTENERS} listeners", *_worst(server, SECONDS_A_KIND))
        for one in listening:
            one.close()
    assert all(heard), "Somebody heard nothing."


def kills() -> None:
    """The server is killed while it is used; whatever was answered is there afterwards."""
    data, answered = _folder(), []
    for _ in range(KILLS):
        with running_server(data, **MANY) as server:
            answered += _crowd_until_killed(server)
    with running_server(data, **MANY) as server:
        lost = [one for one in answered if requests.get(f"{server.url}/r/{one}.json", timeout=60).status_code != 200]
    print(f"| {KILLS} kills | {len(answered)} uploads answered, {len(lost)} lost |")  # noqa: T201
    assert not lost


def quota() -> None:
    """Uploads until the quota; then everything else works, and a deletion makes room."""
    with running_server(_folder(), VGGWEB_MAX_STORAGE_BYTES="5000000", **MANY) as server:
        made = []
        while (response := _post(server)).status_code == 201:
            made.append(response.json())
        assert response.json()["error"]["code"] == "storage_full"
        assert requests.get(made[0]["url"], timeout=60).ok
        form = {"delete_token": made[0]["delete_token"]}
        requests.post(f"{server.url}/r/{made[0]['id']}/delete", data=form, headers=_JSON, timeout=60).raise_for_status()
        _upload(server)
    print(f"| quota of 5 MB | {len(made)} uploads, then 507; one more after a deletion |")  # noqa: T201


_JSON = {"Accept": "application/json"}


def _worst(server: Server, seconds: float) -> tuple[float, float, int]:
    """The slowest /healthz and the slowest home page in that time, and how many there were."""
    slowest, count, end = {"/healthz": 0.0, "/": 0.0}, 0, time.monotonic() + seconds
    while time.monotonic() < end:
        for path, slowest_yet in slowest.items():
            began = time.monotonic()
            requests.get(f"{server.url}{path}", timeout=60).raise_for_status()
            slowest[path] = max(slowest_yet, time.monotonic() - began)
            count += 1
    return slowest["/healthz"], slowest["/"], count


def _report(what: str, healthz: float, home: float, count: int) -> None:
    print(f"| {what} | {healthz:.3f} s | {home:.3f} s | {count} |", flush=True)  # noqa: T201


def _post(server: Server) -> requests.Response:
    return requests.post(f"{server.url}/results.json", data={"sample": "cat"}, timeout=60)


def _upload(server: Server) -> None:
    _post(server).raise_for_status()


def _crowd_until_killed(server: Server) -> list[str]:
    answered: list[str] = []

    def use() -> None:
        try:
            while True:
                answered.append(str(_post(server).json()["id"]))
        except (requests.RequestException, KeyError):
            return

    threads = [threading.Thread(target=use) for _ in range(CROWD)]
    for thread in threads:
        thread.start()
    time.sleep(4)
    _kill(server)
    for thread in threads:
        thread.join()
    return answered


def _kill(server: Server) -> None:
    """Kills the worker first and then its master, so that none is left to start it again."""
    master = server.process.pid
    workers = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    server.process.send_signal(signal.SIGSTOP)
    for worker in workers:
        os.kill(int(worker), signal.SIGKILL)
    server.process.kill()


def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="vggweb-soak-"))


if __name__ == "__main__":
    main()
