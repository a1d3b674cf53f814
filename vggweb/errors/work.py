"""A long computation ended before it was done."""

from vggweb.errors.root import VggwebError


class JobStoppedError(VggwebError):
    """A long computation was ended before it was done."""

    status = 409
    code = "stopped"


class JobCancelledError(JobStoppedError):
    """Somebody cancelled it."""

    code = "cancelled"
    default_message = "The computation was cancelled."
    default_hint = "Start it again if you still want it."


class JobTimedOutError(JobStoppedError):
    """It took longer than a job may."""

    code = "timed_out"
    default_message = "The computation took longer than a job may take."
    default_hint = "Start it again when the server is less busy."


class JobStoppedOftenError(JobStoppedError):
    """The process died again and again while it was at it."""

    code = "stopped_often"
    default_message = "The server stopped several times while it was at this computation."
    default_hint = "Start it again; if it stops again, tell whoever runs this server."


class JobBrokenError(JobStoppedError):
    """It met an error that nobody had foreseen; the log has the traceback."""

    code = "broken"
    default_message = "The computation failed for a reason that we had not foreseen."
    default_hint = "Start it again; if it fails again, tell whoever runs this server."
