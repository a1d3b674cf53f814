"""The parts of an address: ids, whole numbers, and the slash that somebody put at the end."""

import sys

from flask import Flask, Response, current_app, redirect, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import BaseConverter, IntegerConverter

from vggweb.web.routing import MOST_DIGITS

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
    app.before_request(_leave_out_last_slash)


def _leave_out_last_slash() -> Response | None:
    """A redirect to the same address without its slash, where there is something."""
    path = request.path.rstrip("/")
    if not isinstance(request.routing_exception, NotFound) or path == request.path or not _is_there(path):
        return None
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    response: Response = current_app.make_response(redirect(f"{request.root_path}{path}{query}", PERMANENT_REDIRECT))
    return response


def _is_there(path: str) -> bool:
    """Whether some view answers at this path, whatever the method; one that would redirect again does not count."""
    try:
        current_app.create_url_adapter(request).match(path)  # type: ignore[union-attr]
    except MethodNotAllowed:
        return True
    except HTTPException:
        return False
    return True
