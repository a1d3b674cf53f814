"""A job is held by one worker, also when many want it at the same moment."""

import threading

from tests.jobs.works import KIND, Computation, ask
from vggweb.jobs import Claim, Jobs, Products, WorkerQueue


def test_of_many_who_want_a_job_one_gets_it(jobs: Jobs, products: Products) -> None:
    jobs.register(KIND, Computation())
    keys = [f"key {number}" for number in range(10)]
    for key in keys:
        ask(jobs, key)
    queue = WorkerQueue(products.engine, lease_seconds=3600)
    taken: list[Claim | None] = []
    together = threading.Barrier(16)

    def take() -> None:
        together.wait()
        taken.append(queue.take([KIND]))

    threads = [threading.Thread(target=take) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claim.key for claim in taken if claim) == keys
    assert taken.count(None) == 6
