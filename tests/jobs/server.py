"""A server of its own on the test's database: ``python -m tests.jobs.server URL FOLDER COUNT``.

It says ``ready`` and waits for a line on its standard input. Then it asks for the keys 0 … COUNT-1, works, writes each
key that it begins into the file ``runs``, and says ``finished`` when all are done. With the count 0 it asks for ``key``
alone, says ``began`` when it is at that, and never ends.
"""

import os
import sys
import threading
from pathlib import Path

from tests.jobs.works import KIND, ask, until_state
from vggweb.jobs import Arguments, Gate, JobContext, Jobs, forget_results
from vggweb.storage import Store

LEASE_SECONDS = 2.0


def main(url: str, folder: str, count: int) -> None:
    say("ready")
    sys.stdin.readline()
    store = Store(url, lock_folder=Path(folder), forget=forget_results)
    store.migrate()
    jobs = Jobs(
        store.engine,
        workers=2,
        queue_limit=100,
        per_visitor_limit=100,
        per_address_limit=100,
        timeout_seconds=600,
        gate=Gate(),
        lease_seconds=LEASE_SECONDS,
    )
    if count:
        run_all(jobs, Path(folder) / "runs", [f"{number}" for number in range(count)])
    else:
        run_for_ever(jobs)
    jobs.stop()
    store.close()


def run_all(jobs: Jobs, runs: Path, keys: list[str]) -> None:
    def work(context: JobContext, arguments: Arguments) -> None:
        file = os.open(runs, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(file, f"{arguments['key']}\n".encode())  # one write of a short line: two processes do not mix theirs
        os.close(file)
        context.report(0.5)
        context.save("picture", "image/png", b"drawn")

    jobs.register(KIND, work)
    jobs.start()
    for job_id in [ask(jobs, key).id for key in keys]:
        until_state(jobs, job_id, "done")
    say("finished")


def run_for_ever(jobs: Jobs) -> None:
    began = threading.Event()

    def work(context: JobContext, _arguments: Arguments) -> None:
        while True:
            context.report(0.5)
            began.set()

    jobs.register(KIND, work)
    jobs.start()
    ask(jobs)
    began.wait()
    say("began")
    threading.Event().wait()


def say(word: str) -> None:
    print(word, flush=True)  # noqa: T201 - the test waits for it


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
