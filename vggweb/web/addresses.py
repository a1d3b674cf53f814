"""The parts of an address: ids, whole numbers, and what got stuck to its end.

Chats and mails take the full stop, the bracket or the quotation mark after a link for a part of it, and people add a
slash. No address here ends in anything but a letter, a digit, ``-`` or ``_``; so what follows those is no part of it.
"""

import re
import sys
from urllib.parse import quote

from flask import Flask, Response, current_app, redirect, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import BaseConverter, IntegerConverter

from vggweb.web.routing import MOST_DIGITS

_STUCK = re.compile(r"[^A-Za-z0-9_-]+$")
PERMANENT_REDIRECT = 308  # keeps the method, as 301 does not


class TokenConverter(BaseConverter):
    """The part of an address that is an id: letters, digits, ``-`` and ``_``."""

    regex = "[A-Za-z0-9_-]+"


class CountConverter(IntegerConverter):
    """The part of an address that is a whole number; one of thousands of digits is only larger than all others."""

    def to_python(self, value: str) -> int:
        """The number; ``sys.maxsize`` stands for all that are larger."""
        return min(int(value), sys.maxsize) if len(value) <= MOST_DIGITS else sys.maxsize


def init_app(app: Flask) -> None:
    """Lets rules say ``<token:…>``, ``<int:…>`` meet a number of any length, and ``/layers/`` lead to ``/layers``."""
    app.url_map.converters.update(token=TokenConverter, int=CountConverter)
    app.after_request(_leave_out_what_is_stuck)


def _leave_out_what_is_stuck(response: Response) -> Response:
    """In place of a 404, a redirect to the address without what chats and people put after it, where that is ours."""
    path = _STUCK.sub("", request.path)
    if response.status_code != NotFound.code or path == request.path or not _is_there(path):
        return response
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    return current_app.make_response(redirect(f"{request.root_path}{quote(path)}{query}", PERMANENT_REDIRECT))


def _is_there(path: str) -> bool:
    """Whether some view answers at this path, whatever the method; one that would redirect again does not count."""
    try:
        current_app.create_url_adapter(request).match(path)  # type: ignore[union-attr]
    except MethodNotAllowed:
        return True
    except HTTPException:
        return False
    return True
