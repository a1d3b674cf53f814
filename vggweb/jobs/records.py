"""Jobs as plain values: what is asked for, what a visitor sees of it, what a worker holds of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias

from vggweb.errors import VggwebError

State: TypeAlias = Literal["queued", "running", "done", "failed", "cancelled"]
Line: TypeAlias = Literal["quick", "heavy"]
Arguments: TypeAlias = dict[str, Any]  # JSON values: they are stored as JSON
LINES: tuple[Line, ...] = ("quick", "heavy")
QUICK_PREFIX = "quick:"  # begins the name of each kind of work that somebody waits for before a page
LIVE: tuple[State, ...] = ("queued", "running", "done")  # asked for again, these are given as they are
UNFINISHED: tuple[State, ...] = ("queued", "running")


def line_of(kind: str) -> Line:
    """The line that jobs of this kind stand in: none waits behind one of another line."""
    return "quick" if kind.startswith(QUICK_PREFIX) else "heavy"


@dataclass(frozen=True)
class JobError:
    """Why a job failed: the code for programs, and the two sentences that a visitor may read."""

    code: str
    message: str
    hint: str

    @classmethod
    def of(cls, error: VggwebError) -> "JobError":
        """Why a job failed that ended with this error."""
        return cls(error.code, error.message, error.hint)


@dataclass(frozen=True)
class Asker:
    """Who asks for long work.

    Attributes:
        owner: a hash that stands for the browser, or for a program's address.
        address: a hash of the network address.
        is_known: whether they came with a cookie of ours; whoever did not is as many as they like to be.
    """

    owner: str
    address: str
    is_known: bool = True


@dataclass(frozen=True)
class Job:
    """A long computation as it stands now.

    Attributes:
        id: unguessable.
        kind: which work, as registered.
        key: what is computed; there is one job for a key.
        state: where it stands.
        progress: 0…1, and 1 only when done.
        step: the last step that was told, counted from 1; None if the work tells none.
        steps: how many there are.
        curve: the values of the objective so far, one a step.
        created_at: first asked for; aware, UTC.
        started_at: of this attempt; None while it waits.
        finished_at: done, failed or cancelled at.
        error: why it failed.
        result_url: where the product is shown.
        result_id: the result that the product belongs to, and is deleted with.
        askers: the owners who wait for it, or waited when it ended: any of them may leave, and the last one cancels.
        attempt: counted from 1.
        queue_position: 1 for the next; None unless queued.
        seconds_left: an estimate from the pace so far; None unless running and past its first report.
    """

    id: str
    kind: str
    key: str
    state: State
    progress: float
    step: int | None
    steps: int | None
    curve: tuple[float, ...]
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    error: JobError | None
    result_url: str
    result_id: str | None
    askers: frozenset[str]
    attempt: int
    queue_position: int | None
    seconds_left: float | None


@dataclass(frozen=True)
class NewJob:
    """What is asked for. Attributes as in `Job`; `arguments` are JSON values for the work, `owner` is who asks."""

    kind: str
    key: str
    arguments: Mapping[str, Any]
    owner: Asker | None
    result_url: str
    result_id: str | None


@dataclass(frozen=True)
class Limits:
    """How many jobs may wait in all, and how many one visitor and one address may have waiting or running."""

    queue: int
    per_visitor: int
    per_address: int


@dataclass(frozen=True)
class Claim:
    """A worker's hold on a running job.

    Attributes:
        token: of this hold alone: who has another token, or none, cannot write to the job.
    """

    job_id: str
    token: str
    kind: str
    key: str
    arguments: Arguments
    attempt: int


@dataclass
class Progress:
    """How far an attempt has come. Attributes as in `Job`; `preview` is the latest picture's file."""

    progress: float = 0.0
    step: int | None = None
    steps: int | None = None
    curve: list[float] = field(default_factory=list)
    preview: bytes | None = None
