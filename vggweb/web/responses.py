"""The kinds of responses that several areas give: JSON, a private page, a picture, "see there"."""

from collections.abc import Hashable
from functools import cache
from typing import Any, cast

import segno
from flask import Response, current_app, make_response, redirect, request
from pydantic import TypeAdapter

YEAR_SECONDS = 365 * 24 * 3600


def wants_json() -> bool:
    """Whether JSON was asked for: by the address, or by an Accept header that prefers it to HTML.

    ``application/json, text/plain, */*``, which axios and Angular send, rates all alike: JSON that is named, where
    HTML is not, is JSON.
    """
    if request.path.endswith(".json"):
        return True
    accepted = request.accept_mimetypes
    named = {kind.split(";")[0].strip().lower() for kind in accepted.values() if accepted[kind] > 0}
    if "application/json" in named and not named & {"text/html", "application/xhtml+xml"}:
        return True
    return bool(named) and accepted["application/json"] > accepted["text/html"]


def is_our_script() -> bool:
    """Whether a script of our own pages asks: it gets JSON as programs do, but shows its sentences to a person."""
    return request.headers.get("X-Requested-With") == "vggweb"


def json_response(value: Any, *, status: int = 200, as_type: Any = None) -> Response:
    """The value of a declared type as JSON."""
    body = _adapter(cast(Hashable, as_type or type(value))).dump_json(value)
    response = current_app.response_class(body + b"\n", status=status, mimetype="application/json")
    response.headers["Vary"] = "Accept"
    return response


@cache
def _adapter(type_: Hashable) -> TypeAdapter[Any]:
    """What turns values of the type into JSON; to build it takes as long as to decode a photo."""
    return TypeAdapter(cast(Any, type_))


def private_page(html: str) -> Response:
    """A page that search engines leave alone, and that a browser asks for again before it shows it again."""
    response = make_response(html)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def picture(data: bytes, media_type: str) -> Response:
    """A file that is made here: a browser may keep it, and asks each time whether it still stands."""
    response: Response = current_app.response_class(data, mimetype=media_type)
    response.add_etag()
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    response.make_conditional(request)
    return response


def lasting_picture(data: bytes, media_type: str) -> Response:
    """A file that is the same as long as its address is: a browser keeps it, and need not ask again."""
    response = picture(data, media_type)
    response.headers["Cache-Control"] = f"private, max-age={YEAR_SECONDS}, immutable"
    return response


def see_other(address: str) -> Response:
    """303: what was asked for is at another address."""
    return current_app.make_response(redirect(address, 303))


def qr_code(address: str) -> Response:
    """An address as a QR code, an SVG file."""
    drawn = segno.make(address, error="m", micro=False).svg_inline(scale=6, border=2, light="#fff", dark="#000")
    return picture(drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1).encode(), "image/svg+xml")
