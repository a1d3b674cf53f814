"""The kinds of answers that several areas give: a private page, a picture, "see there"."""

from flask import Response, current_app, make_response, redirect, request


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
    response: Response = current_app.make_response(redirect(address, 303))
    return response
