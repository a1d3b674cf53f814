"""Kinds of jobs do not wait behind each other."""

import threading

from tests.jobs.works import until_state
from vggweb.jobs import Arguments, JobContext, Jobs


def submit(jobs: Jobs, kind: str, number: int) -> str:
    return jobs.submit(kind, f"{kind}/{number}", {}, owner=None, result_url="/").id


def test_a_short_job_of_one_kind_is_done_while_a_long_one_of_another_goes_on(jobs: Jobs) -> None:
    may_end = threading.Event()

    def draw(_context: JobContext, _arguments: Arguments) -> None:
        may_end.wait(30)

    jobs.register("draw", draw)
    jobs.register("occlusion", lambda _context, _arguments: None)
    jobs.start()
    long, second = submit(jobs, "draw", 1), submit(jobs, "draw", 2)
    until_state(jobs, long, "running")
    until_state(jobs, submit(jobs, "occlusion", 1), "done")
    assert (jobs.find(long).state, jobs.find(second).state) == ("running", "queued")
    may_end.set()
    until_state(jobs, second, "done")
