"""The kinds of responses that several areas give: JSON, a private page, a picture, "see there"."""

from typing import Any

from flask import Response, current_app, make_response, redirect, request
from pydantic import TypeAdapter


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
    adapter: TypeAdapter[Any] = TypeAdapter(as_type or type(value))
    body = adapter.dump_json(value)
    response = current_app.response_class(body + b"\n", status=status, mimetype="application/json")
    response.headers["Vary"] = "Accept"
    return response


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


def see_other(address: str) -> Response:
    """303: what was asked for is at another address."""
    return current_app.make_response(redirect(address, 303))
