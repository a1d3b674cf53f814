"""The use cases of the app that answers the current request."""

from flask import current_app

from vggweb.services.open_result import OpenResult
from vggweb.startup import Services


def services() -> Services:
    """The services of the current app."""
    return current_app.extensions["vggweb"]


def open_result(result_id: str) -> OpenResult:
    """The result that the request is about; a view opens it once and passes it on.

    Raises:
        NotFoundError: there never was one.
        GoneError: it was deleted or has expired.
    """
    return services().results.open(result_id)
