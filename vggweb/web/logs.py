"""A line for each request, and an id that all its lines carry.

A result's address is a key to it, so requests are logged by route (``/r/<result_id>``), never by path.
"""

import logging
import re
import secrets
import time

from flask import Flask, Response, g, request

_SAFE_ID = re.compile(r"[A-Za-z0-9_.-]{8,64}")
logger = logging.getLogger("vggweb.request")


def init_app(app: Flask) -> None:
    """Gives each request an id and logs it when it is answered."""

    @app.before_request
    def begin() -> None:
        sent = request.headers.get("X-Request-ID", "")
        g.request_id = sent if _SAFE_ID.fullmatch(sent) else secrets.token_hex(8)
        g.began_at = time.perf_counter()

    @app.after_request
    def log(response: Response) -> Response:
        response.headers["X-Request-ID"] = g.get("request_id", "-")
        seconds = time.perf_counter() - g.get("began_at", time.perf_counter())
        details = {
            "method": request.method,
            "route": route_of_request(),
            "status": response.status_code,
            "seconds": round(seconds, 4),
        }
        logger.info("%(method)s %(route)s %(status)s", details, extra=details)
        return response


def route_of_request() -> str:
    """The rule that matched, such as ``/r/<result_id>``: it holds no key to anything."""
    return request.url_rule.rule if request.url_rule else "(no route)"
