"""Several may wait for one job: it goes on while one of them does, and only they can leave."""

import pytest

from tests.jobs.conftest import MakeJobs
from tests.jobs.works import KIND, Computation, ask, until_state
from vggweb.errors import NotYoursError, RateLimitedError
from vggweb.jobs import Jobs


@pytest.fixture
def ready(jobs: Jobs) -> Jobs:
    jobs.register(KIND, Computation())
    return jobs


def test_a_job_goes_on_when_one_of_those_who_wait_leaves(ready: Jobs) -> None:
    job = ask(ready, owner="one")
    assert ask(ready, owner="two").id == job.id
    left = ready.leave(job.id, "one")
    assert left.state == "queued"
    assert left.askers == {"two"}
    ready.start()
    until_state(ready, job.id, "done")


def test_a_job_is_cancelled_when_the_last_one_leaves(ready: Jobs) -> None:
    job = ask(ready, owner="one")
    ask(ready, owner="two")
    ready.leave(job.id, "two")
    assert ready.leave(job.id, "one").state == "cancelled"
    assert ready.leave(job.id, "one").state == "cancelled"  # once more changes nothing


def test_nobody_else_can_cancel_it(ready: Jobs) -> None:
    job = ask(ready, owner="one")
    with pytest.raises(NotYoursError):
        ready.leave(job.id, "two")
    ready.leave(job.id, "one")
    again = ask(ready, owner="two")
    assert again.id == job.id
    assert again.askers == {"two"}
    with pytest.raises(NotYoursError):
        ready.leave(job.id, "one")


def test_nobody_asked_for_what_the_server_asked_for_itself(ready: Jobs) -> None:
    with pytest.raises(NotYoursError):
        ready.leave(ask(ready, owner=None).id, "one")


def test_a_done_job_stays_done_for_those_who_asked(ready: Jobs) -> None:
    job = ask(ready, owner="one")
    ready.start()
    until_state(ready, job.id, "done")
    assert ready.leave(job.id, "one").state == "done"


def test_a_job_counts_on_the_account_of_one_who_still_waits(make_jobs: MakeJobs) -> None:
    jobs = make_jobs(per_visitor_limit=1)
    jobs.register(KIND, Computation())
    shared = ask(jobs, "shared", owner="one")
    ask(jobs, "shared", owner="two")
    jobs.leave(shared.id, "one")
    assert ask(jobs, "other", owner="one").state == "queued"
    with pytest.raises(RateLimitedError):
        ask(jobs, "third", owner="two")
