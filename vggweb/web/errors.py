"""Every error as a response: the contract's JSON, or the same two sentences on a page."""

import errno
import logging
import time
from dataclasses import dataclass

from flask import Flask, Response, make_response, render_template, request
from flask_limiter.errors import RateLimitExceeded
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from vggweb.errors import (
    NotFoundError,
    OverloadError,
    PhotoTooLargeError,
    RateLimitedError,
    RequestError,
    SetupError,
    StorageError,
    StorageFullError,
    VggwebError,
)
from vggweb.web import metrics
from vggweb.web.context import services
from vggweb.web.languages import hint_of, message_of
from vggweb.web.last_resort import last_resort
from vggweb.web.responses import is_our_script, json_response, wants_json
from vggweb.web.routing import current_contract
from vggweb.web.security import limiter

logger = logging.getLogger(__name__)
OPERATOR_HINT = "Try again later; whoever runs this server finds the cause in its log."


@dataclass(frozen=True)
class ErrorBody:
    """What happened and what to do."""

    code: str
    message: str
    hint: str


@dataclass(frozen=True)
class ErrorResponse:
    """The one shape of an error in JSON."""

    error: ErrorBody


class MethodNotAllowedError(RequestError):
    """The address exists, for other methods."""

    status = 405
    code = "method_not_allowed"
    default_message = "This address does not answer that kind of request."
    default_hint = "Open it as a page, or see /openapi.json for what it takes."


def init_app(app: Flask) -> None:
    """Registers the handlers: ours, Werkzeug's, and the last resort."""
    app.register_error_handler(VggwebError, error_response)
    app.register_error_handler(SetupError, _unusable)
    app.register_error_handler(HTTPException, lambda error: error_response(_translate(error), error))
    app.register_error_handler(Exception, _unexpected)


def error_response(
    error: VggwebError, original: HTTPException | None = None, *, as_json: bool | None = None
) -> Response:
    """The error as JSON or in the page it came from, as was asked for if `as_json` does not say."""
    metrics.count_refusal(error.code)
    if wants_json() if as_json is None else as_json:
        response = json_response(ErrorResponse(_body(error)), status=error.status)
    else:
        response = make_response(_page_of(error), error.status)
    response.headers["Cache-Control"] = "no-store"
    if isinstance(error, OverloadError):
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    allowed = getattr(original, "valid_methods", None)
    if allowed:
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _body(error: VggwebError) -> ErrorBody:
    """The error for programs, in English; for a page's own script in the page's language."""
    if is_our_script():
        return ErrorBody(error.code, message_of(error), hint_of(error))
    return ErrorBody(error.code, error.message, error.hint)


def too_large() -> PhotoTooLargeError:
    """The error for a request body over the limit; says both limits."""
    settings = services().settings
    mebibytes = settings.max_upload_bytes / 1024**2
    return PhotoTooLargeError(
        "The upload is larger than %(mebibytes)s MiB. "
        "A photo can have %(mebibytes)s MiB and %(megapixels)s million pixels at most.",
        mebibytes=f"{mebibytes:.4g}",
        megapixels=f"{settings.max_pixels / 1e6:.4g}",
    )


def _page_of(error: VggwebError) -> str | bytes:
    """The page that the error came from, or one of its own; a bare one if even that fails, as without a database."""
    for page in (current_contract().error_page, _page_of_its_own):
        try:
            if page is not None:
                return page(error)
        except StorageError:
            logger.debug("An error's page cannot be shown without the database.")
        except Exception:
            logger.exception("An error's page cannot be shown.")
    return last_resort(error, as_json=False)[2]


def _page_of_its_own(error: VggwebError) -> str:
    return render_template("errors/error.html", error=error)


def _translate(error: HTTPException) -> VggwebError:
    """Werkzeug's and the extensions' errors as ours; their own words go to the log only."""
    if isinstance(error, RateLimitExceeded):
        return RateLimitedError(retry_after_seconds=_seconds_until_reset())
    if isinstance(error, RequestEntityTooLarge):
        return too_large() if _is_body_over_limit() else RequestError("The form has more parts than it can have here.")
    if isinstance(error, NotFound):
        return NotFoundError()
    if isinstance(error, MethodNotAllowed):
        return MethodNotAllowedError()
    logger.info("A request was refused: %r", error)
    return RequestError()


def _is_body_over_limit() -> bool:
    """Whether it is the whole body that is too large; of a chunked one nothing else is known."""
    length, limit = request.content_length, request.max_content_length
    return length is None or limit is None or length > limit


def _seconds_until_reset() -> int:
    limit = limiter.current_limit
    return max(1, round(limit.reset_at - time.time())) if limit else 60


def _unusable(error: SetupError) -> Response:
    """What would have stopped the start happened afterwards, such as weights that vanished."""
    logger.error("%s %s", error.message, error.hint, exc_info=error)
    return error_response(VggwebError("The server cannot use its weights at the moment.", OPERATOR_HINT))


def _unexpected(error: Exception) -> Response:
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        logger.error("There is no room for temporary files: %s", error.strerror)
        return error_response(StorageFullError())
    logger.error("Unexpected error at %s", request.url_rule, exc_info=error)
    return error_response(VggwebError())
