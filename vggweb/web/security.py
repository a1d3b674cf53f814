"""Headers, CSRF tokens and the limits that hold before any work is done."""

from flask import Flask, Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect, generate_csrf
from markupsafe import Markup

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
    "Permissions-Policy": "geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
csrf = CSRFProtect()
limiter = Limiter(get_remote_address)


def init_app(app: Flask) -> None:
    """Sets the headers on every answer, asks cookie holders for a CSRF token, counts uploads."""
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False,  # asked below, of those who carry the session cookie
        WTF_CSRF_TIME_LIMIT=None,  # a page that stays open through a lesson still works
        WTF_CSRF_SSL_STRICT=False,  # the token decides; some browsers send no Referer
        RATELIMIT_STORAGE_URI=_counts_kept_at(app),
        RATELIMIT_STORAGE_OPTIONS={"socket_connect_timeout": 1, "socket_timeout": 1},  # seconds; memory ignores them
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,  # each server counts for itself while Redis is away
        RATELIMIT_STRATEGY="moving-window",
    )
    limiter.init_app(app)
    csrf.init_app(app)
    app.jinja_env.globals["csrf_field"] = csrf_field

    @app.before_request
    def ask_for_token() -> None:
        carries_cookie = app.config["SESSION_COOKIE_NAME"] in request.cookies
        if request.method not in {"GET", "HEAD", "OPTIONS"} and carries_cookie:
            csrf.protect()

    @app.after_request
    def set_headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response


def _counts_kept_at(app: Flask) -> str:
    """Where uploads are counted: in the broker's Redis, so that several servers share the limit, or else in memory."""
    services = app.extensions["vggweb"]
    return (services and services.settings.broker_url) or "memory://"


def csrf_field() -> Markup:
    """The hidden field that every form carries."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())
