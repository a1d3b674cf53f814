"""Web nodes behind nginx, Celery workers, PostgreSQL and Redis: real, on free ports, each of which can be killed."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from tests.deploy.nginx_server import running_nginx
from tests.jobs.celery_worker import Worker, start_worker
from tests.jobs.redis_server import running_redis
from tests.servers import ROOT, Server, free_port, wait_until_ready
from tests.storage.postgres import Cluster, running_cluster

WAIT_SECONDS = 90
PATIENCE_SECONDS = 180  # a new worker, a lease that must lapse, and two cores for all of it


def eventually(condition: Callable[[], bool]) -> None:
    """Returns as soon as the condition holds; fails the test if it never does."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


@dataclass
class Redis:
    """A Redis that forgets everything when it is stopped."""

    folder: Path
    port: int = field(default_factory=free_port)
    _running: ExitStack = field(default_factory=ExitStack)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        self._running.enter_context(running_redis(self.folder, self.port))

    def stop(self) -> None:
        self._running.close()


@dataclass
class Node:
    """A web node; kills are ``kill -9`` of gunicorn's whole family."""

    folder: Path
    settings: dict[str, str]
    port: int = field(default_factory=free_port)
    server: Server | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Starts it; `wait` returns once it is ready."""
        self.folder.mkdir(exist_ok=True)
        log = self.folder / "log"
        environ = os.environ | self.settings | {"PORT": str(self.port), "VGGWEB_DATA": str(self.folder / "data")}
        with log.open("ab") as errors:
            command = [sys.executable, "-m", "gunicorn", "app:app"]
            process = subprocess.Popen(command, cwd=ROOT, env=environ, stderr=errors, start_new_session=True)
        self.server = Server(f"http://{self.address}", process, log)

    def wait(self) -> None:
        assert self.server
        wait_until_ready(self.server)

    def kill(self) -> None:
        if self.server and self.server.process.poll() is None:
            os.killpg(self.server.process.pid, 9)
            self.server.process.wait()


@dataclass
class Site:
    """Everything together.

    Attributes:
        url: nginx's address.
    """

    url: str
    nodes: list[Node]
    workers: list[Worker]
    redis: Redis
    postgres: Cluster
    settings: dict[str, str]
    folder: Path

    def upload(self, url: str | None = None) -> requests.Response:
        """A sample, sent to nginx or to one node."""
        return requests.post(f"{url or self.url}/results.json", data={"sample": "cat"}, timeout=WAIT_SECONDS)

    def draw(self, layer: str, index: int) -> str:
        """Asks for a filter's picture; the job's address."""
        response = requests.post(f"{self.url}/layers/{layer}/filters/{index}.json", timeout=WAIT_SECONDS)
        assert response.status_code == 202, response.text
        return str(response.headers["Location"]).removeprefix(self.url)

    def job(self, address: str) -> dict[str, Any]:
        """The job in JSON; also when a node or the database is just away."""
        end = time.monotonic() + WAIT_SECONDS
        while True:
            response = requests.get(f"{self.url}{address}.json", timeout=WAIT_SECONDS)
            if response.status_code == 200:
                return dict(response.json())
            assert time.monotonic() < end, response.text
            time.sleep(0.2)

    def until_done(self, *addresses: str) -> list[dict[str, Any]]:
        """The jobs, once all of them are done."""
        eventually(lambda: all(self.job(address)["state"] == "done" for address in addresses))
        return [self.job(address) for address in addresses]

    def until_under_way(self, *addresses: str) -> None:
        """All of them are being computed at the same time."""
        eventually(lambda: all(0 < self.job(address)["progress"] < 1 for address in addresses))

    def start_worker(self) -> Worker:
        """One more worker, not ready yet."""
        number = len(self.workers)
        data = {"VGGWEB_DATA": str(self.folder / f"worker-{number}-data")}
        worker = start_worker(self.folder / f"worker-{number}.log", **self.settings, **data)
        self.workers.append(worker)
        return worker

    def living_workers(self, count: int) -> list[Worker]:
        """So many workers that are ready; new ones are started for those that were killed."""
        while len([worker for worker in self.workers if worker.lives]) < count:
            self.start_worker()
        living = [worker for worker in self.workers if worker.lives]
        for worker in living:
            worker.wait_until_ready()
        return living

    def end(self) -> None:
        """Kills what it has started."""
        for node in self.nodes:
            node.kill()
        for worker in self.workers:
            worker.process.kill()
            worker.process.wait()


@contextmanager
def running_site(folder: Path, *, nodes: int = 2) -> Iterator[Site]:
    """A site with its nodes ready; workers are started by the tests that need them."""
    redis = Redis(folder)
    redis.start()
    with running_cluster() as postgres, postgres.database() as database, ExitStack() as stack:
        stack.callback(redis.stop)
        settings = {
            "VGGWEB_DATABASE_URL": database,
            "VGGWEB_BROKER_URL": redis.url,
            "VGGWEB_SECRET_KEY": "0" * 64,
            "VGGWEB_TRUSTED_PROXIES": "1",
            "VGGWEB_RATE_LIMIT": "100000/minute",
            "VGGWEB_WEIGHTS": "compact",
        }
        made = [Node(folder / f"node-{number}", settings) for number in range(nodes)]
        url = stack.enter_context(running_nginx(folder / "nginx", *(node.address for node in made)))
        site = Site(url, made, [], redis, postgres, settings, folder)
        stack.callback(site.end)
        for node in made:
            node.start()
        for node in made:
            node.wait()
        yield site


@dataclass
class Load:
    """Visitors that upload without a pause, and what they were answered."""

    site: Site
    made: list[str] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)

    @contextmanager
    def going_on(self, visitors: int = 3) -> Iterator["Load"]:
        """Meanwhile the visitors upload."""
        over = threading.Event()
        threads = [threading.Thread(target=self._upload_until, args=(over,)) for _ in range(visitors)]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            over.set()
            for thread in threads:
                thread.join()

    def until_made(self, count: int) -> None:
        """So many more uploads were answered."""
        aim = len(self.made) + count
        eventually(lambda: len(self.made) >= aim)

    def lost(self) -> list[str]:
        """The answered uploads that the site does not know any more."""
        addresses = (f"{self.site.url}/r/{one}.json" for one in self.made)
        return [address for address in addresses if requests.get(address, timeout=WAIT_SECONDS).status_code != 200]

    def _upload_until(self, over: threading.Event) -> None:
        while not over.is_set():
            response = self.site.upload()
            if response.status_code == 201:
                self.made.append(response.json()["id"])
            else:
                self.refused.append(response.status_code)
                time.sleep(0.1)
