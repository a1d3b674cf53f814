"""The app's cookies: named after the instance, bound to the host behind TLS, never lost to a mere look.

Two servers on one host share its cookies whatever their ports (RFC 6265, section 8.5), so a name that every
server uses would let one take over the other's.
"""

import hashlib
import hmac
from typing import Any

from flask import Flask, Response, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from itsdangerous import BadSignature

EARLIER_NAME = "vggweb"  # what every instance called its cookie at first
SAFE_METHODS = frozenset(("GET", "HEAD", "OPTIONS"))
COOKIE_DAYS = 365


def cookie_name(app: Flask, purpose: str = "") -> str:
    """The name of this instance's cookie for a purpose, as this request's connection lets it be bound.

    ``__Host-`` makes browsers refuse it from other hosts and from HTTP (RFC 6265bis, section 4.1.3.2); it wants the
    path ``/``, so under a prefix ``__Secure-`` is what is left.
    """
    name = _plain_name(app, purpose)
    if not request.is_secure:
        return name
    return f"__Secure-{name}" if request.script_root else f"__Host-{name}"


def cookie_path() -> str:
    """The path that the app's cookies are for: where the app is mounted."""
    return request.script_root or "/"


def set_cookie(response: Response, name: str, value: str) -> None:
    """Puts a cookie into a response, out of reach of scripts and of other sites' forms."""
    response.set_cookie(
        name,
        value,
        max_age=COOKIE_DAYS * 24 * 3600,
        path=cookie_path(),
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
    )


def init_app(app: Flask) -> None:
    """Lets the session, which holds who a visitor is, live in the instance's own cookie."""
    app.config.update(
        PERMANENT_SESSION_LIFETIME=COOKIE_DAYS * 24 * 3600, SESSION_COOKIE_SAMESITE="Lax", SESSION_COOKIE_HTTPONLY=True
    )
    app.session_interface = InstanceCookies()


class InstanceCookies(SecureCookieSessionInterface):
    """Flask's signed session under the instance's name."""

    def get_cookie_name(self, app: Flask) -> str:
        """The name, which depends on the key and on TLS."""
        return cookie_name(app)

    def get_cookie_path(self, app: Flask) -> str:  # noqa: ARG002 - Flask's signature
        """Where the app is mounted."""
        return cookie_path()

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002 - Flask's signature
        """Whether the cookie is kept from HTTP: whenever it came by TLS."""
        return request.is_secure

    def open_session(self, app: Flask, request: Any) -> Any:
        """The session of the cookie; one that stands under an earlier name moves to the name of now."""
        session = super().open_session(app, request)
        if session is not None and not session and self.get_cookie_name(app) not in request.cookies:
            earlier = self._earlier(app, request.cookies)
            if earlier:  # an empty update would count as a change, and set a cookie
                session.update(earlier)
        return session

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Writes the cookie, unless that would replace one that cannot be read while somebody only looks."""
        unreadable = session.new and self.get_cookie_name(app) in request.cookies
        if not (unreadable and request.method in SAFE_METHODS):
            super().save_session(app, session, response)

    def _earlier(self, app: Flask, cookies: Any) -> dict[str, Any]:
        serializer = self.get_signing_serializer(app)
        for name in (_plain_name(app), EARLIER_NAME):
            try:
                values: dict[str, Any] = serializer.loads(cookies.get(name, "")) if serializer else {}
            except BadSignature:
                continue
            return values
        return {}


def _plain_name(app: Flask, purpose: str = "") -> str:
    key = app.secret_key or ""
    digest = hmac.new(key.encode() if isinstance(key, str) else key, b"the name of the cookie", hashlib.sha256)
    return "-".join(filter(None, ("vggweb", purpose, digest.hexdigest()[:8])))
