"""A job goes from queued to running to done, failed or cancelled, and says so truly all the way."""

import logging
import os
import sys
import threading
import time
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from tests.jobs.conftest import MakeJobs
from tests.jobs.works import KIND, Computation, Endless, ask, until, until_state
from vggweb.errors import (
    CorruptImageError,
    JobCancelledError,
    JobTimedOutError,
    NotFoundError,
)
from vggweb.jobs import Arguments, Gate, Job, JobContext, JobError, Jobs, Products
from vggweb.jobs.context import SECONDS_BETWEEN_RECORDS
from vggweb.storage import StoredFile


def test_a_job_that_is_done_has_progress_1_its_curve_and_its_product(jobs: Jobs, products: Products) -> None:
    before = datetime.now(UTC)
    jobs.register(KIND, Computation())
    queued = ask(jobs)
    assert (queued.state, queued.progress, queued.attempt) == ("queued", 0.0, 1)
    jobs.start()
    job = until_state(jobs, queued.id, "done")
    assert (job.id, job.kind, job.key, job.result_url) == (queued.id, KIND, "key", "/key")
    assert (job.progress, job.step, job.steps, job.curve) == (1.0, 3, 3, (0.5, 1.0, 1.5))
    assert job.started_at
    assert job.finished_at
    assert before <= job.created_at <= job.started_at <= job.finished_at <= datetime.now(UTC)
    assert (job.error, job.queue_position, job.seconds_left) == (None, None, None)
    assert products.find("key", "picture") == StoredFile("picture", "image/png", b"key")


def test_a_running_job_shows_step_curve_preview_and_time_left(jobs: Jobs, products: Products) -> None:
    jobs.register(KIND, work := Endless())
    jobs.start()
    job_id = ask(jobs).id
    work.began.wait()
    job = jobs.find(job_id)
    assert (job.state, job.progress, job.step, job.steps, job.curve[0]) == ("running", 0.5, 5, 10, 0.25)
    assert jobs.preview(job_id) == b"preview"
    assert job.seconds_left is not None
    assert job.seconds_left > 0
    assert products.find("key", "picture") is None  # it is not done
    work.end.set()
    until_state(jobs, job_id, "done")
    assert jobs.preview(job_id) is None  # the product stands in its place


@pytest.mark.parametrize(("told", "shown"), [(1.0, 0.99), (7.0, 0.99), (-1.0, 0.0), (float("nan"), 0.0)])
def test_progress_stays_in_0_to_below_1_whatever_the_work_tells(jobs: Jobs, told: float, shown: float) -> None:
    def work(context: JobContext, _arguments: Arguments) -> None:
        context.report(told, value=float("nan"))
        raise CorruptImageError

    jobs.register(KIND, work)
    jobs.start()
    job = until_state(jobs, ask(jobs).id, "failed")
    assert job.progress == shown
    assert job.curve == ()  # JSON could not show it


def test_progress_is_written_down_at_a_bounded_rate(jobs: Jobs) -> None:
    drawn: list[float] = []

    def draw() -> bytes:
        drawn.append(time.monotonic())
        return b"preview"

    def work(context: JobContext, _arguments: Arguments) -> None:
        for step in range(1, 2001):
            context.report(step / 2000, step=step, value=1.0, picture=draw)

    jobs.register(KIND, work)
    jobs.start()
    job = until_state(jobs, ask(jobs).id, "done")
    assert len(job.curve) == 2000  # and nothing of the curve is lost
    gaps = [later - earlier for earlier, later in pairwise(drawn)]
    assert drawn
    assert all(gap >= SECONDS_BETWEEN_RECORDS for gap in gaps)


def test_a_job_that_is_cancelled_while_it_waits_never_runs(jobs: Jobs) -> None:
    jobs.register(KIND, work := Computation())
    first, second = ask(jobs, "first"), ask(jobs, "second")
    assert jobs.cancel(first.id).state == "cancelled"
    jobs.start()
    until_state(jobs, second.id, "done")
    assert work.runs == ["second"]
    assert jobs.find(first.id).state == "cancelled"


def test_a_running_job_that_is_cancelled_ends_at_its_next_report_and_leaves_nothing(
    jobs: Jobs, products: Products
) -> None:
    jobs.register(KIND, work := Endless())
    jobs.start()
    job_id = ask(jobs).id
    work.began.wait()
    assert jobs.cancel(job_id).state == "cancelled"
    assert work.has_ended.wait(60)
    assert isinstance(work.stopped_by, JobCancelledError)
    jobs.stop()
    job = jobs.find(job_id)
    assert (job.state, job.error) == ("cancelled", None)
    assert job.progress < 1
    assert products.find("key", "picture") is None


def test_cancelling_what_is_done_changes_nothing(jobs: Jobs) -> None:
    jobs.register(KIND, Computation())
    jobs.start()
    done = until_state(jobs, ask(jobs).id, "done")
    assert jobs.cancel(done.id) == done


def test_a_foreseen_error_fails_the_job_with_its_own_code_and_sentences(jobs: Jobs, products: Products) -> None:
    def work(context: JobContext, _arguments: Arguments) -> None:
        context.report(1.0)
        context.save("picture", "image/png", b"half done")
        raise CorruptImageError("The photo broke.", "Take another one.")

    jobs.register(KIND, work)
    jobs.start()
    job = until_state(jobs, ask(jobs).id, "failed")
    assert job.error == JobError("corrupt_image", "The photo broke.", "Take another one.")
    assert job.progress < 1
    assert job.finished_at
    assert products.find("key", "picture") is None


def test_an_unforeseen_error_says_nothing_of_itself_but_in_the_log(
    jobs: Jobs, caplog: pytest.LogCaptureFixture
) -> None:
    def work(_context: JobContext, _arguments: Arguments) -> None:
        raise ValueError("/secret/path of a library")

    jobs.register(KIND, work)
    jobs.start()
    with caplog.at_level(logging.ERROR):
        job = until_state(jobs, ask(jobs).id, "failed")
    assert job.error
    assert job.error.code == "broken"
    assert "secret" not in job.error.message + job.error.hint
    assert "/secret/path" in caplog.text


def test_a_worker_outlives_work_that_wants_to_end_it(jobs: Jobs) -> None:
    def leave(_context: JobContext, _arguments: Arguments) -> None:
        sys.exit(3)

    jobs.register("leave", leave)
    jobs.register(KIND, Computation())
    first, second = ask(jobs, "first", kind="leave"), ask(jobs, "second")
    jobs.start()
    until_state(jobs, second.id, "done")
    assert jobs.find(first.id).state == "failed"


def test_what_was_cancelled_runs_again_under_the_same_id(jobs: Jobs) -> None:
    jobs.register(KIND, Computation())
    first = jobs.cancel(ask(jobs).id)
    check_runs_again(jobs, first)


def test_what_failed_runs_again_under_the_same_id(jobs: Jobs) -> None:
    def fail_at_first(context: JobContext, arguments: Arguments) -> None:
        if context.claim.attempt == 1:
            context.report(0.9, value=8.0)
            raise CorruptImageError
        Computation()(context, arguments)

    jobs.register(KIND, fail_at_first)
    jobs.start()
    failed = until_state(jobs, ask(jobs).id, "failed")
    jobs.stop()
    check_runs_again(jobs, failed)


def check_runs_again(jobs: Jobs, ended: Job) -> None:
    again = ask(jobs)
    assert (again.id, again.state, again.attempt, again.error) == (ended.id, "queued", 2, None)
    assert (again.progress, again.curve, again.finished_at) == (0.0, (), None)
    jobs.start()
    job = until_state(jobs, ended.id, "done")
    assert (job.attempt, job.created_at, job.curve) == (2, ended.created_at, (0.5, 1.0, 1.5))


def test_work_that_goes_on_too_long_fails_and_says_so(make_jobs: MakeJobs) -> None:
    jobs = make_jobs(timeout_seconds=0.05)
    jobs.register(KIND, work := Endless())
    jobs.start()
    job = until_state(jobs, ask(jobs).id, "failed")
    assert work.has_ended.wait(60)
    assert isinstance(work.stopped_by, JobTimedOutError)
    assert job.error == JobError.of(JobTimedOutError())


def test_work_that_hangs_and_never_reports_fails_all_the_same(make_jobs: MakeJobs, products: Products) -> None:
    woken, saved = threading.Event(), threading.Event()

    def hang(context: JobContext, _arguments: Arguments) -> None:
        woken.wait()
        context.save("picture", "image/png", b"too late")
        saved.set()

    jobs = make_jobs(timeout_seconds=0.05, lease_seconds=0.1)
    jobs.register(KIND, hang)
    jobs.start()
    job = until_state(jobs, ask(jobs).id, "failed")
    assert job.error == JobError.of(JobTimedOutError())
    woken.set()
    saved.wait()
    jobs.stop()
    assert jobs.find(job.id) == job
    assert products.find("key", "picture") is None


def test_a_job_that_the_server_stops_goes_on_after_the_next_start(jobs: Jobs, make_jobs: MakeJobs) -> None:
    jobs.register(KIND, work := Endless())
    jobs.start()
    job_id = ask(jobs).id
    work.began.wait()
    jobs.stop()
    job = jobs.find(job_id)
    assert (job.state, job.attempt, job.progress, job.queue_position) == ("queued", 1, 0.0, 1)
    restarted = make_jobs()
    restarted.register(KIND, Computation())
    restarted.start()
    until_state(restarted, job_id, "done")


def test_a_queue_that_was_stopped_can_be_started_again(jobs: Jobs) -> None:
    jobs.register(KIND, Computation())
    jobs.start()
    jobs.stop()
    job_id = ask(jobs).id
    jobs.start()
    until_state(jobs, job_id, "done")


def test_predictions_go_before_the_next_step(make_jobs: MakeJobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vggweb.jobs.context.LONGEST_WAIT_AT_GATE_SECONDS", 60)
    order: list[str] = []

    def work(context: JobContext, _arguments: Arguments) -> None:
        context.report(0.5)
        order.append("step")

    jobs = make_jobs(gate=(gate := Gate()))
    jobs.register(KIND, work)
    jobs.start()
    with gate.prediction():
        job_id = ask(jobs).id
        until(lambda: jobs.find(job_id).progress == 0.5)  # it stands at the gate
        order.append("prediction")
    until_state(jobs, job_id, "done")
    assert order == ["prediction", "step"]


def test_predictions_without_end_do_not_stop_a_job(make_jobs: MakeJobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vggweb.jobs.context.LONGEST_WAIT_AT_GATE_SECONDS", 0.001)
    jobs = make_jobs(gate=(gate := Gate()))
    jobs.register(KIND, Computation())
    jobs.start()
    with gate.prediction():
        until_state(jobs, ask(jobs).id, "done")


@pytest.mark.skipif(sys.platform != "linux", reason="only there a thread has a priority of its own")
def test_work_runs_at_a_lower_priority_than_the_rest(jobs: Jobs) -> None:
    niceness: list[int] = []
    jobs.register(KIND, lambda _context, _arguments: niceness.append(os.getpriority(os.PRIO_PROCESS, 0)))
    jobs.start()
    until_state(jobs, ask(jobs).id, "done")
    assert niceness[0] > os.getpriority(os.PRIO_PROCESS, 0)


def test_an_id_that_no_job_has_is_not_found(jobs: Jobs) -> None:
    for look in (jobs.find, jobs.cancel, jobs.preview):
        with pytest.raises(NotFoundError):
            look("b" * 22)
    assert jobs.find_by_key("nothing") is None
