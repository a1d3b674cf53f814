"""How log lines look: one JSON object a line, or plain lines on a terminal. Every line of a request carries its id."""

import logging
import sys
from typing import Any

from flask import g, has_request_context


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
            "flask-limiter": {"level": "WARNING"},  # it would log visitors' addresses; the refusal is logged by us
            "alembic": {"level": "WARNING"},
        },
    }
