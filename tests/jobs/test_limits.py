"""The queue has an end, and so has one visitor's share of it, also when all ask at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.jobs.conftest import MakeJobs
from tests.jobs.works import KIND, Computation, ask, until_state
from vggweb.errors import BusyError, OverloadError, RateLimitedError
from vggweb.jobs import Asker, Job, Jobs


def ready(jobs: Jobs) -> Jobs:
    """The queue, able to take the tests' work."""
    jobs.register(KIND, Computation())
    return jobs


def test_a_full_queue_is_busy_and_says_when_to_come_back(make_jobs: MakeJobs) -> None:
    jobs = ready(make_jobs(queue_limit=2))
    first = ask(jobs, "first", owner="one")
    ask(jobs, "second", owner="two")
    with pytest.raises(BusyError) as caught:
        ask(jobs, "third", owner="three")
    assert caught.value.retry_after_seconds > 0
    assert jobs.find_by_key("third") is None
    assert ask(jobs, "first", owner="three").id == first.id  # it is there already and takes no place


def test_a_place_in_the_queue_is_free_again_when_a_job_is_done_or_cancelled(make_jobs: MakeJobs) -> None:
    jobs = ready(make_jobs(queue_limit=1))
    jobs.cancel(ask(jobs, "cancelled").id)
    waiting = ask(jobs, "done")
    with pytest.raises(BusyError):
        ask(jobs, "cancelled")  # to run again takes a place, too
    jobs.start()
    until_state(jobs, waiting.id, "done")
    assert ask(jobs, "third").attempt == 1


def test_one_visitor_gets_so_many_jobs_at_once_and_others_get_theirs(make_jobs: MakeJobs) -> None:
    jobs = ready(make_jobs(per_visitor_limit=2))
    ask(jobs, "first", owner="one")
    second = ask(jobs, "second", owner="one")
    with pytest.raises(RateLimitedError) as caught:
        ask(jobs, "third", owner="one")
    assert caught.value.retry_after_seconds > 0
    assert "2" in caught.value.message
    assert ask(jobs, "third", owner="two").state == "queued"
    assert ask(jobs, "third", owner="one").state == "queued"  # made already, by somebody else
    jobs.cancel(second.id)
    assert ask(jobs, "fourth", owner="one").state == "queued"


def test_asking_without_an_owner_has_no_limit_for_one_visitor(make_jobs: MakeJobs) -> None:
    jobs = ready(make_jobs(per_visitor_limit=1))
    assert {ask(jobs, f"{number}", owner=None).state for number in range(3)} == {"queued"}


def test_no_limit_is_passed_by_asking_many_times_at_the_same_moment(make_jobs: MakeJobs) -> None:
    jobs = ready(make_jobs(per_visitor_limit=3))

    def got(number: int) -> bool:
        try:
            ask(jobs, f"{number}")
        except OverloadError:
            return False
        return True

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(got, range(20))) == 3


def test_who_waits_is_told_the_place_in_the_queue(jobs: Jobs) -> None:
    ready(jobs)
    ids = [ask(jobs, f"{number}").id for number in range(3)]
    assert [jobs.find(job_id).queue_position for job_id in ids] == [1, 2, 3]
    jobs.cancel(ids[0])
    assert [jobs.find(job_id).queue_position for job_id in ids] == [None, 1, 2]


def ask_from(jobs: Jobs, key: str, owner: str, address: str, *, is_known: bool = True) -> Job:
    asker = Asker(owner, address, is_known=is_known)
    return jobs.submit(KIND, key, {}, owner=asker, result_url="/")


def test_one_address_gets_so_many_jobs_however_many_visitors_it_shows(make_jobs: MakeJobs) -> None:
    jobs = ready(make_jobs(per_visitor_limit=2, per_address_limit=3))
    for number in range(3):
        ask_from(jobs, f"{number}", f"visitor {number}", "school")
    with pytest.raises(RateLimitedError) as caught:
        ask_from(jobs, "3", "visitor 3", "school")
    assert "3" in caught.value.message
    assert ask_from(jobs, "3", "visitor 4", "home").state == "queued"


def test_whoever_comes_without_a_cookie_is_one_visitor_with_their_whole_address(make_jobs: MakeJobs) -> None:
    jobs = ready(make_jobs(per_visitor_limit=2, per_address_limit=100))
    for number in range(2):
        ask_from(jobs, f"{number}", f"fresh {number}", "flat", is_known=False)
    with pytest.raises(RateLimitedError):
        ask_from(jobs, "2", "fresh 2", "flat", is_known=False)
    assert ask_from(jobs, "2", "known", "flat").state == "queued"
