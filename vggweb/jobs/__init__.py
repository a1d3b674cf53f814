"""Long work: states, progress, cancel, and going on after a crash."""

from vggweb.jobs.context import JobContext, ServerStopsError
from vggweb.jobs.gate import Gate
from vggweb.jobs.queue import Jobs
from vggweb.jobs.runner import Work
from vggweb.storage import Arguments, Job, JobError, JobStore, State

__all__ = [
    "Arguments",
    "Gate",
    "Job",
    "JobContext",
    "JobError",
    "JobStore",
    "Jobs",
    "ServerStopsError",
    "State",
    "Work",
]
