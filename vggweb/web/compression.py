"""Text goes over the network compressed.

A form's token is another one on each page (`form_tokens`), so the length of a compressed page tells nothing of it.
"""

import gzip
from functools import lru_cache

from flask import Flask, Response, request

SMALLEST_BYTES = 1000  # less fits into one packet anyway
LEVEL = 6  # gzip's own default; 9 takes four times as long for a hundredth
TEXT = ("text/", "application/json", "application/manifest+json", "image/svg+xml")
KEPT = 64  # compressed static files, each compressed once


def init_app(app: Flask) -> None:
    """Compresses whatever text an app answers with, where the browser takes gzip."""
    app.after_request(compress)


def compress(response: Response) -> Response:
    """The response, compressed if it is text, whole, and large enough to gain by it."""
    if not (response.mimetype or "").startswith(TEXT) or response.is_streamed or response.direct_passthrough:
        return response
    response.vary.add("Accept-Encoding")
    data = response.get_data()
    if len(data) < SMALLEST_BYTES or "Content-Encoding" in response.headers or not request.accept_encodings["gzip"]:
        return response
    is_lasting = response.cache_control.max_age is not None
    response.set_data(_kept(data) if is_lasting else gzip.compress(data, LEVEL))
    response.headers["Content-Encoding"] = "gzip"
    etag, _ = response.get_etag()
    if etag:
        response.set_etag(etag, weak=True)  # the same content, in other bytes
    return response


@lru_cache(KEPT)
def _kept(data: bytes) -> bytes:
    return gzip.compress(data, 9)
