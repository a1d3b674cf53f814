"""Headers, whose requests are taken, and the limits that hold before any work is done."""

from urllib.parse import urlsplit

from flask import Flask, Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from vggweb.errors import BadCsrfError
from vggweb.web import form_tokens
from vggweb.web.cookies import SAFE_METHODS, cookie_name

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HSTS = "max-age=31536000"  # a year, of this host alone: what else its domain serves is not ours to say
PRIVATE = frozenset({"result_id", "job_id", "code"})  # the parts of an address that are keys to somebody's photo
limiter = Limiter(get_remote_address)


def init_app(app: Flask) -> None:
    """Sets the headers on every response, refuses forged forms, counts uploads."""
    app.config.update(
        RATELIMIT_STORAGE_URI=_counts_kept_at(app),
        RATELIMIT_STORAGE_OPTIONS={"socket_connect_timeout": 1, "socket_timeout": 1},  # seconds; memory ignores them
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,  # each server counts for itself while Redis is away
        RATELIMIT_STRATEGY="moving-window",
    )
    limiter.init_app(app)
    form_tokens.init_app(app)

    @app.before_request
    def refuse_forged_requests() -> None:
        if request.method in SAFE_METHODS:
            return
        if comes_from_another_site():
            raise BadCsrfError
        if cookie_name(app) in request.cookies or form_tokens.known_secrets():
            form_tokens.ask_for_token()

    @app.after_request
    def set_headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if PRIVATE & (request.view_args or {}).keys():
            response.headers["X-Robots-Tag"] = "noindex"
            if not {"private", "no-store"} & set(response.headers.get("Cache-Control", "").split(", ")):
                response.headers["Cache-Control"] = "private, no-cache"
        if request.is_secure:
            response.headers.setdefault("Strict-Transport-Security", HSTS)
        return response


def comes_from_another_site() -> bool:
    """Whether the browser says that another site sends this; one that says nothing is asked for its token.

    ``Sec-Fetch-Site`` is the surest (Fetch Metadata), but browsers keep it from plain HTTP in a local network;
    ``Origin`` they all send with what is no GET. A sibling host is another site, too.
    """
    fetched_from = request.headers.get("Sec-Fetch-Site")
    if fetched_from:
        return fetched_from not in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is not None and _host(origin, request.scheme) != _host(request.host_url, request.scheme)


def _host(url: str, scheme: str) -> str:
    """The host and port of an origin, without a default port: a proxy that ends TLS may not tell us the scheme."""
    try:
        parts = urlsplit(url)
        default = {"http": 80, "https": 443}.get(parts.scheme or scheme)
        port = parts.port or default
    except ValueError:
        return ""
    return f"{parts.hostname or ''}:{'' if port == default else port}"


def _counts_kept_at(app: Flask) -> str:
    """Where uploads are counted: in the broker's Redis, so that several servers share the limit, or else in memory."""
    return app.extensions["vggweb-settings"].broker_url or "memory://"
