"""Whatever is asked for is computed once, however many ask."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from tests.jobs.conftest import MakeJobs
from tests.jobs.works import KIND, Computation, Endless, ask, until, until_state
from vggweb.jobs import Jobs

ASKERS = 50


def test_fifty_who_ask_at_once_get_one_job_that_runs_once(make_jobs: MakeJobs) -> None:
    jobs = make_jobs(workers=4, per_visitor_limit=1, queue_limit=1)
    jobs.register(KIND, work := Computation())
    jobs.start()
    barrier = Barrier(ASKERS)

    def ask_with_all(number: int) -> str:
        barrier.wait()
        return ask(jobs, owner=f"{number}").id

    with ThreadPoolExecutor(ASKERS) as pool:
        ids = set(pool.map(ask_with_all, range(ASKERS)))
    assert len(ids) == 1
    until_state(jobs, ids.pop(), "done")
    assert ask(jobs).state == "done"
    jobs.stop()
    assert work.runs == ["key"]


def test_who_asks_while_it_runs_gets_the_running_job(jobs: Jobs) -> None:
    jobs.register(KIND, work := Endless())
    jobs.start()
    first = ask(jobs, owner="one")
    work.began.wait()
    second = ask(jobs, owner="two")
    assert (second.id, second.state, second.attempt) == (first.id, "running", 1)
    assert second.askers == {"one", "two"}


def test_what_waits_longest_runs_first(jobs: Jobs) -> None:
    jobs.register(KIND, work := Computation())
    keys = ["c", "a", "b"]
    ids = [ask(jobs, key).id for key in keys]
    jobs.start()
    for job_id in ids:
        until_state(jobs, job_id, "done")
    assert work.runs == keys


def test_no_more_jobs_run_at_once_than_there_are_workers(make_jobs: MakeJobs) -> None:
    jobs = make_jobs(workers=2)
    jobs.register(KIND, work := Endless())
    jobs.start()
    ids = [ask(jobs, f"{number}").id for number in range(3)]

    def states() -> list[str]:
        return [jobs.find(job_id).state for job_id in ids]

    until(lambda: states() == ["running", "running", "queued"])
    jobs.cancel(ids[0])
    until(lambda: states() == ["cancelled", "running", "running"])
    work.end.set()
