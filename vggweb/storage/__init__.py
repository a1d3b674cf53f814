"""The store: results and their pictures, jobs and their products, through SQLAlchemy.

One SQLite file in the data folder by default; PostgreSQL by URL when several machines share results.
"""

from vggweb.storage.claims import Claims
from vggweb.storage.job_records import Arguments, Claim, Job, JobError, Limits, NewJob, Progress, State
from vggweb.storage.jobs import JobStore
from vggweb.storage.records import PurgeReport, StoredPicture, StoredResult
from vggweb.storage.store import Store

__all__ = [
    "Arguments",
    "Claim",
    "Claims",
    "Job",
    "JobError",
    "JobStore",
    "Limits",
    "NewJob",
    "Progress",
    "PurgeReport",
    "State",
    "Store",
    "StoredPicture",
    "StoredResult",
]
