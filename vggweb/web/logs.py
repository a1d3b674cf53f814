"""Logs: one JSON object a line, or plain lines on a terminal. Every line of a request carries its id.

A result's address is a key to it, so requests are logged by route (``/r/<result_id>``), never by path.
"""

import logging
import re
import secrets
import sys
import time
from typing import Any

from flask import Flask, Response, g, has_request_context, request

_SAFE_ID = re.compile(r"[A-Za-z0-9_.-]{8,64}")
logger = logging.getLogger("vggweb.request")


class RequestIdFilter(logging.Filter):
    """Puts the current request's id on every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """True, always: nothing is dropped."""
        record.request_id = g.get("request_id", "-") if has_request_context() else "-"
        return True


def logging_config(level: str) -> dict[str, Any]:
    """The `logging.config.dictConfig` for the app and for gunicorn.

    Args:
        level: DEBUG, INFO, WARNING, ERROR or CRITICAL, in any case.
    """
    formatter: dict[str, Any] = {
        "()": "pythonjsonlogger.json.JsonFormatter",
        "format": "%(asctime)s %(levelname)s %(name)s %(message)s %(request_id)s",
        "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
        "json_ensure_ascii": False,
    }
    if sys.stderr.isatty():
        formatter = {"format": "%(asctime)s %(levelname)s %(message)s", "datefmt": "%H:%M:%S"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request_id": {"()": RequestIdFilter}},
        "formatters": {"line": formatter},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stderr",
                "formatter": "line",
                "filters": ["request_id"],
            }
        },
        "root": {"level": level.upper(), "handlers": ["stderr"]},
        "loggers": {
            "gunicorn.error": {"level": level.upper(), "handlers": [], "propagate": True},
            "gunicorn.access": {"level": "CRITICAL", "propagate": False},  # it would log paths; we log routes
            "werkzeug": {"level": "WARNING"},
            "alembic": {"level": "WARNING"},
        },
    }


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
