"""An error answered without Flask: nothing of the request is needed, so nothing in it can break the answer.

For what is refused before a request is one (malformed, too slow, a host that is no host), and for when the app itself
fails.
"""

import json
from http import HTTPStatus
from xml.sax.saxutils import escape

from vggweb.errors import OverloadError, VggwebError

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex"><title>{title}</title>
<body><h1>{title}</h1><p>{message}</p><p>{hint}</p>
"""
Headers = list[tuple[str, str]]


def last_resort(error: VggwebError, *, as_json: bool) -> tuple[str, Headers, bytes]:
    """The status line, the headers and the body that tell of an error: the contract's JSON, or a bare page."""
    text = _json_of(error) if as_json else _page_of(error)
    body = text.encode()
    headers = [
        ("Content-Type", "application/json" if as_json else "text/html; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Robots-Tag", "noindex"),
    ]
    if isinstance(error, OverloadError):
        headers.append(("Retry-After", str(error.retry_after_seconds)))
    return f"{error.status} {HTTPStatus(error.status).phrase}", headers, body


def asks_for_json(accept: str, path: str) -> bool:
    """Whether a program asks: by a ``.json`` address, or by naming JSON and not HTML."""
    return path.endswith(".json") or ("application/json" in accept and "text/html" not in accept)


def _json_of(error: VggwebError) -> str:
    return json.dumps({"error": {"code": error.code, "message": error.message, "hint": error.hint}})


def _page_of(error: VggwebError) -> str:
    title = HTTPStatus(error.status).phrase
    return PAGE.format(title=title, message=escape(error.message), hint=escape(error.hint))
