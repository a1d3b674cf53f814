"""The server could do it, but not now."""

from vggweb.errors.root import VggwebError


class StorageError(VggwebError):
    """The store cannot be read or written, and waiting alone does not mend it: a failing disk, a damaged database."""

    default_message = "The server cannot reach what it keeps, because its storage fails."
    default_hint = "Try again later; whoever runs this server finds the cause in its log."


class StorageFullError(StorageError):
    """There is no room for another photo."""

    status = 507
    code = "storage_full"
    default_message = "The server has no room left to keep another photo."
    default_hint = "Results that are there can still be seen and deleted. Try again later."


class OverloadError(VggwebError):
    """The server could do it, but not now."""

    status = 503
    code = "busy"

    def __init__(
        self,
        message: str | None = None,
        hint: str | None = None,
        *,
        retry_after_seconds: int = 5,
        **values: object,
    ) -> None:
        super().__init__(message, hint, **values)
        self.retry_after_seconds = retry_after_seconds


class RateLimitedError(OverloadError):
    """One client asks too often."""

    status = 429
    code = "rate_limited"
    default_message = "Too many requests came from your address in a short time."
    default_hint = "Wait a little and try again."


class BusyError(OverloadError):
    """All hands are at work and the queue is full."""

    default_message = "The server is working on other photos."
    default_hint = "Try again in a few seconds."


class StillComputingError(BusyError):
    """A worker computes what was asked for, and is not done yet.

    Attributes:
        job_id: of the job that computes it.
    """

    default_message = "A worker is computing this, and is not done yet."
    default_hint = "Try again in a few seconds."

    def __init__(self, job_id: str) -> None:
        super().__init__(retry_after_seconds=2)
        self.job_id = job_id


class NotReadyError(OverloadError):
    """The network is still being loaded."""

    code = "not_ready"
    default_message = "The network is still being loaded."
    default_hint = "Try again in a few seconds."
