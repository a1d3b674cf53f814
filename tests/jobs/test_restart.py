"""Jobs outlive their server: killed, stopped, frozen or cut off from the database."""

import logging
import sqlite3
import threading
from pathlib import Path

import pytest

from tests.jobs.conftest import MakeJobs
from tests.jobs.server import LEASE_SECONDS
from tests.jobs.servers import hear, server, tell
from tests.jobs.works import KIND, Computation, Endless, ask, until, until_state
from vggweb.errors import JobStoppedOftenError
from vggweb.jobs import Arguments, Claim, JobContext, JobError, Jobs, Products, WorkerQueue
from vggweb.jobs.records import Progress
from vggweb.jobs.worker_queue import MOST_CRASHES
from vggweb.storage import Store, StoredFile

LAPSED = -1.0  # a lease that has run out when it begins: its holder counts as dead at once
PRODUCT = StoredFile("picture", "image/png", b"drawn")


def test_a_job_whose_server_is_killed_goes_on_after_the_next_start(
    database_url: str, tmp_path: Path, store: Store, make_jobs: MakeJobs
) -> None:
    jobs = make_jobs(lease_seconds=LEASE_SECONDS)
    with server(database_url, tmp_path, 0) as process:
        tell(process)
        hear(process, "began")
        job = jobs.find_by_key("key")
        assert job
        assert (job.state, job.attempt) == ("running", 1)
        process.kill()
        process.wait()
    jobs.register(KIND, work := Computation())
    jobs.start()
    job = until_state(jobs, job.id, "done")
    assert (job.attempt, job.curve, work.runs) == (2, (0.5, 1.0, 1.5), ["key"])


def test_a_job_that_waits_when_the_server_ends_runs_after_the_next_start(jobs: Jobs, make_jobs: MakeJobs) -> None:
    jobs.register(KIND, Computation())
    job_id = ask(jobs).id
    restarted = make_jobs()
    restarted.register(KIND, Computation())
    restarted.start()
    assert until_state(restarted, job_id, "done").attempt == 1


def test_a_server_that_lives_keeps_its_job_however_long_it_takes(make_jobs: MakeJobs) -> None:
    here, there = make_jobs(lease_seconds=2), make_jobs(lease_seconds=2)
    here.register(KIND, work := Endless())
    there.register(KIND, thief := Computation())
    here.start()
    job_id = ask(here).id
    work.began.wait()
    there.start()
    threading.Event().wait(3)  # longer than a lease
    assert (here.find(job_id).state, here.find(job_id).attempt) == ("running", 1)
    work.end.set()
    until_state(here, job_id, "done")
    assert thief.runs == []


def taken(queue: WorkerQueue) -> Claim:
    """The next job, held."""
    claim = queue.take([KIND])
    assert claim
    return claim


@pytest.fixture
def queued(jobs: Jobs) -> str:
    """The id of a job that waits."""
    jobs.register(KIND, Computation())
    return ask(jobs).id


def test_a_server_that_was_taken_for_dead_can_write_nothing_when_it_comes_back(
    jobs: Jobs, queued: str, products: Products
) -> None:
    queue = WorkerQueue(products.engine, lease_seconds=LAPSED)
    old = taken(queue)
    assert queue.recover() == 1
    new = taken(queue)
    before = jobs.find(queued)
    assert not queue.record(old, Progress(0.9))
    assert not queue.complete(old, Progress(0.9), [PRODUCT])
    assert not queue.fail(old, JobError.of(JobStoppedOftenError()))
    assert not queue.give_up(old)
    assert not queue.put_back(old)
    after = jobs.find(queued)
    assert (after.state, after.progress, after.attempt) == (before.state, before.progress, 2)
    assert products.find("key", PRODUCT.name) is None
    assert queue.complete(new, Progress(0.9), [PRODUCT])
    assert products.find("key", PRODUCT.name) == PRODUCT


def test_a_lease_that_is_renewed_does_not_lapse(products: Products, queued: str) -> None:
    claim = taken(WorkerQueue(products.engine, lease_seconds=LAPSED))
    lasting = WorkerQueue(products.engine, lease_seconds=600)
    lasting.renew([claim])
    assert lasting.recover() == 0
    assert lasting.record(claim, Progress(0.5))


def test_a_job_that_crashes_its_server_three_times_fails_and_can_be_asked_for_again(
    jobs: Jobs, queued: str, products: Products
) -> None:
    queue = WorkerQueue(products.engine, lease_seconds=LAPSED)
    for crash in range(1, MOST_CRASHES + 1):
        assert taken(queue).attempt == crash
        assert queue.recover() == 1
    job = jobs.find(queued)
    assert (job.state, job.error) == ("failed", JobError.of(JobStoppedOftenError()))
    assert queue.take([KIND]) is None
    again = ask(jobs)
    assert (again.state, again.attempt) == ("queued", MOST_CRASHES + 1)
    taken(queue)
    queue.recover()
    assert jobs.find(queued).state == "queued"  # the count of crashes began anew


def test_a_server_takes_only_work_that_it_can_do(products: Products, queued: str) -> None:
    queue = WorkerQueue(products.engine, lease_seconds=600)
    assert queue.take(["something else"]) is None
    assert queue.take([]) is None
    assert queue.take([KIND])


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Engines made from now on wait only briefly for another writer of an SQLite file; named before the queue."""
    monkeypatch.setattr("vggweb.storage.engine.BUSY_TIMEOUT_SECONDS", 0.05)
    monkeypatch.setattr("vggweb.jobs.runner.SECONDS_BETWEEN_TRIES", 0.05)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_end_of_a_job_is_written_down_although_the_database_is_locked_just_then(
    impatient: None, jobs: Jobs, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    other = sqlite3.connect(tmp_path / "store.sqlite3", isolation_level=None, check_same_thread=False)

    def work(_context: JobContext, _arguments: Arguments) -> None:
        other.execute("BEGIN IMMEDIATE")

    jobs.register(KIND, work)
    job_id = ask(jobs).id
    jobs.start()
    until(lambda: "cannot be written yet" in caplog.text)
    assert jobs.find(job_id).state == "running"
    other.rollback()
    assert until_state(jobs, job_id, "done").attempt == 1
    other.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_progress_report_that_cannot_be_written_does_not_end_the_job(
    impatient: None, jobs: Jobs, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    other = sqlite3.connect(tmp_path / "store.sqlite3", isolation_level=None, check_same_thread=False)

    def work(context: JobContext, _arguments: Arguments) -> None:
        other.execute("BEGIN IMMEDIATE")
        context.report(0.5)
        other.rollback()

    jobs.register(KIND, work)
    jobs.start()
    with caplog.at_level(logging.WARNING, "vggweb.jobs"):
        until_state(jobs, ask(jobs).id, "done")
    assert "could not be written down" in caplog.text
    other.close()


def test_workers_go_on_after_the_database_was_away(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    jobs.register(KIND, Computation())
    take, away = WorkerQueue.take, threading.Event()

    def fail_once(self: WorkerQueue, kinds: tuple[str, ...]) -> Claim | None:
        if not away.is_set():
            away.set()
            raise OSError("the database is away")
        return take(self, kinds)

    monkeypatch.setattr(WorkerQueue, "take", fail_once)
    jobs.start()
    until(away.is_set)
    until_state(jobs, ask(jobs).id, "done")
    assert "the database is away" in caplog.text
