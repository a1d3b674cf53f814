"""With a broker, Celery workers do the long work: real workers, a real Redis, and a server that cannot draw."""

import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import redis
from flask import Flask
from sqlalchemy import text

from tests.conftest import MakeApp
from tests.jobs.celery_worker import COMMAND, ROOT, Worker, start_worker
from tests.jobs.redis_server import count_messages, running_redis
from tests.jobs.works import until
from tests.servers import free_port
from vggweb.config import Settings
from vggweb.core.weights.compact import CompactWeights
from vggweb.errors import SettingError
from vggweb.jobs.celery_workers import TASK, make_celery
from vggweb.services.model_host import ModelHost
from vggweb.startup import Services, build_services
from vggweb.web import create_app

JSON = {"Accept": "application/json"}
QUICK, LONG = "block1_conv1", "block5_conv3"  # how long one of its filters takes to draw
EXIT_CODE_OF_A_BAD_SETUP = 4


@dataclass
class Site:
    """A server that has no network, so that whatever gets drawn was drawn elsewhere."""

    app: Flask
    services: Services
    settings: Settings
    environ: dict[str, str]

    def draw(self, layer: str, index: int) -> str:
        """Asks for a filter's picture; the job's address."""
        answer = self.app.test_client().post(f"/layers/{layer}/filters/{index}", headers=JSON)
        assert answer.status_code == 202, answer.text
        return str(answer.headers["Location"])

    def job(self, address: str) -> dict[str, Any]:
        answer = self.app.test_client().get(address, headers=JSON)
        assert answer.status_code == 200
        return dict(answer.json or {})

    def cancel(self, address: str) -> None:
        assert self.app.test_client().post(f"{address}/cancel", headers=JSON).json["state"] == "cancelled"  # type: ignore[index]

    def until_state(self, address: str, state: str) -> dict[str, Any]:
        until(lambda: self.job(address)["state"] == state)
        return self.job(address)

    def until_under_way(self, *addresses: str) -> None:
        """All of them are being computed, at the same time."""
        until(lambda: all(0 < self.job(address)["progress"] < 1 for address in addresses))
        assert [self.job(address)["state"] for address in addresses] == ["running"] * len(addresses)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("celery")
    with running_redis(folder) as url:
        environ = {"VGGWEB_BROKER_URL": url, "VGGWEB_DATA": str(folder / "data"), "VGGWEB_WEIGHTS": "compact"}
        settings = Settings.from_environ(environ)
        settings.make_data_folder()
        services = build_services(settings, model_host=ModelHost(CompactWeights(), queue_limit=1))
        services.jobs.start()
        yield Site(create_app(settings, services=services), services, settings, environ)
        services.jobs.stop()
        services.store.close()


@pytest.fixture(scope="module")
def all_workers(site: Site) -> Iterator[list[Worker]]:
    workers: list[Worker] = []
    yield workers
    for worker in workers:
        worker.process.kill()
        worker.process.wait()


@pytest.fixture
def workers(all_workers: list[Worker], site: Site) -> list[Worker]:
    """Two workers that are ready; those that an earlier test ended are replaced."""
    while len([worker for worker in all_workers if worker.lives]) < 2:
        log = site.settings.data / f"worker-{len(all_workers)}.log"
        all_workers.append(start_worker(log, **site.environ))
    living = [worker for worker in all_workers if worker.lives]
    for worker in living:
        worker.wait_until_ready()
    return living


def test_a_filter_is_drawn_by_a_worker_since_the_server_has_no_model_host(site: Site, workers: list[Worker]) -> None:
    job = site.until_state(site.draw(QUICK, 0), "done")
    picture = site.app.test_client().get(job["result_url"] + ".png")
    assert picture.data.startswith(b"\x89PNG")
    assert not site.services.model_host.is_ready


def test_the_server_sees_two_workers_progress_and_cancels_their_jobs(site: Site, workers: list[Worker]) -> None:
    first, second = site.draw(LONG, 0), site.draw(LONG, 1)
    site.until_under_way(first, second)
    assert site.app.test_client().get(f"{first}/preview.png").data.startswith(b"\x89PNG")
    site.cancel(first)
    site.cancel(second)
    site.until_state(site.draw(QUICK, 1), "done")  # whose worker has left what was cancelled
    assert [site.job(address)["state"] for address in (first, second)] == ["cancelled", "cancelled"]


def test_two_workers_that_are_called_too_often_compute_each_job_once(site: Site, workers: list[Worker]) -> None:
    record_starts(site)
    calls = [worker.count_calls() for worker in workers]
    addresses = [site.draw(QUICK, index) for index in range(10, 22)]
    celery = make_celery(site.settings.broker_url)
    for _ in addresses:
        celery.send_task(TASK)
    for address in addresses:
        site.until_state(address, "done")
    until(lambda: all(worker.count_calls() > before for worker, before in zip(workers, calls, strict=True)))
    assert sorted(starts(site)) == sorted(address.removeprefix("/jobs/") for address in addresses)


def record_starts(site: Site) -> None:
    """Lets the database itself write down each time that a worker takes a job."""
    with site.services.store.engine.begin() as connection:
        connection.execute(text("CREATE TABLE starts (job_id TEXT)"))
        connection.execute(
            text(
                "CREATE TRIGGER start AFTER UPDATE OF claim ON jobs WHEN NEW.claim IS NOT NULL "
                "BEGIN INSERT INTO starts VALUES (NEW.id); END"
            )
        )


def starts(site: Site) -> list[str]:
    with site.services.store.engine.connect() as connection:
        return list(connection.scalars(text("SELECT job_id FROM starts")))


def test_a_worker_that_is_told_to_end_puts_its_job_back(site: Site, workers: list[Worker]) -> None:
    addresses = [site.draw(LONG, 2), site.draw(LONG, 3)]
    site.until_under_way(*addresses)
    workers[0].process.send_signal(signal.SIGTERM)
    assert workers[0].process.wait(30) == 0
    jobs = [site.job(address) for address in addresses]
    assert sorted((job["state"], job["attempt"]) for job in jobs) == [("queued", 1), ("running", 1)]
    for address in addresses:
        site.cancel(address)


def test_a_job_whose_worker_is_killed_goes_on_in_another_one(site: Site, workers: list[Worker]) -> None:
    addresses = [site.draw(LONG, 4), site.draw(LONG, 5)]
    site.until_under_way(*addresses)
    workers[0].process.kill()
    jobs = [site.until_state(address, "done") for address in addresses]
    assert sorted(job["attempt"] for job in jobs) == [1, 2]
    assert workers[1].lives


def test_a_job_is_kept_while_the_broker_is_away_and_called_out_when_it_is_back(
    make_app: MakeApp, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    port = free_port()
    app = make_app(broker_url=f"redis://127.0.0.1:{port}/0")
    jobs = app.extensions["vggweb"].jobs
    jobs.start()
    asked = app.test_client().post(f"/layers/{QUICK}/filters/0", headers=JSON)
    assert (asked.status_code, (asked.json or {})["state"]) == (202, "queued")
    until(lambda: "cannot be reached: long computations wait" in caplog.text)
    with running_redis(tmp_path, port) as url:
        until(lambda: count_messages(url, "heavy") == 1)
        assert "can be reached again" in caplog.text
        jobs.stop()
    assert "Traceback" not in caplog.text


def test_a_lost_message_is_sent_again_and_one_that_waits_is_not(make_app: MakeApp, tmp_path: Path) -> None:
    with running_redis(tmp_path) as url:
        app = make_app(broker_url=url)
        app.extensions["vggweb"].jobs.start()
        for _ in range(5):
            app.test_client().post(f"/layers/{QUICK}/filters/0", headers=JSON)
        until(lambda: count_messages(url, "heavy") == 1)
        redis.Redis.from_url(url).delete("heavy")
        until(lambda: count_messages(url, "heavy") == 1)
        for _ in range(5):
            app.test_client().post(f"/layers/{QUICK}/filters/0", headers=JSON)
        app.extensions["vggweb"].jobs.stop()
        assert count_messages(url, "heavy") == 1


def upload(count: int, **environ: str) -> str:
    """The statuses that uploads get of a server in a process of its own, which ends then."""
    command = [sys.executable, "-m", "tests.jobs.uploader", str(count)]
    limited = os.environ | {"VGGWEB_WEIGHTS": "compact", "VGGWEB_RATE_LIMIT": "3/hour"} | environ
    return subprocess.run(command, cwd=ROOT, env=limited, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def test_servers_with_one_broker_count_uploads_together(tmp_path: Path) -> None:
    with running_redis(tmp_path) as url:
        assert upload(2, VGGWEB_BROKER_URL=url, VGGWEB_DATA=str(tmp_path / "here")) == "400 400"
        assert upload(2, VGGWEB_BROKER_URL=url, VGGWEB_DATA=str(tmp_path / "there")) == "400 429"


def test_a_server_counts_uploads_for_itself_while_the_broker_is_away(tmp_path: Path) -> None:
    away = f"redis://127.0.0.1:{free_port()}/0"
    assert upload(4, VGGWEB_BROKER_URL=away, VGGWEB_DATA=str(tmp_path)) == "400 400 400 429"


def test_a_worker_without_a_broker_says_so_in_a_sentence(tmp_path: Path) -> None:
    environ = os.environ | {"VGGWEB_BROKER_URL": "", "VGGWEB_DATA": str(tmp_path)}
    ended = subprocess.run(COMMAND, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert ended.returncode == EXIT_CODE_OF_A_BAD_SETUP
    assert "A worker needs VGGWEB_BROKER_URL." in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("address", ["redis://localhost:port/0", "redis://localhost:99999/0", "redis://localhost/name"])
def test_a_brokers_address_that_cannot_be_read_stops_the_start(settings: Settings, address: str) -> None:
    settings.make_data_folder()
    with pytest.raises(SettingError, match="VGGWEB_BROKER_URL must read like"):
        build_services(replace(settings, broker_url=address))


def test_a_brokers_certificate_is_checked_unless_the_address_says_otherwise() -> None:
    assert _certificates("rediss://localhost/0") == ssl.CERT_REQUIRED
    assert _certificates("rediss://localhost/0?ssl_cert_reqs=CERT_NONE") == ssl.CERT_NONE


def _certificates(address: str) -> ssl.VerifyMode:
    """Which certificates a connection to the broker would take."""
    return ssl.VerifyMode(make_celery(address).connection_for_write().ssl["ssl_cert_reqs"])


def test_celery_is_not_imported_without_a_broker(tmp_path: Path) -> None:
    code = "import app, sys; print('celery' in sys.modules)"
    environ = os.environ | {"VGGWEB_BROKER_URL": "", "VGGWEB_DATA": str(tmp_path), "FLASK_RUN_FROM_CLI": "false"}
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environ, stdout=subprocess.PIPE, check=True)
    assert ended.stdout.strip() == b"False"
