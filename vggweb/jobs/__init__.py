"""Long work: states, progress, cancel, going on after a crash; its rows and what it made."""

from vggweb.jobs.context import JobContext, ServerStopsError
from vggweb.jobs.gate import Gate
from vggweb.jobs.products import Products, forget_results
from vggweb.jobs.queue import Jobs
from vggweb.jobs.records import LINES, QUICK_PREFIX, Arguments, Asker, Claim, Job, JobError, Line, State
from vggweb.jobs.runner import Work
from vggweb.jobs.worker_queue import WorkerQueue

__all__ = [
    "LINES",
    "QUICK_PREFIX",
    "Arguments",
    "Asker",
    "Claim",
    "Gate",
    "Job",
    "JobContext",
    "JobError",
    "Jobs",
    "Line",
    "Products",
    "ServerStopsError",
    "State",
    "Work",
    "WorkerQueue",
    "forget_results",
]
