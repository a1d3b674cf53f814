"""Before Flask: which proxies are believed, which hosts are answered for, and the last resort if the app fails.

Nothing here needs more of a request than its bytes, so nothing in a request can break it.
"""

import logging
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

from werkzeug.middleware.proxy_fix import ProxyFix

from vggweb.errors import RequestError, VggwebError
from vggweb.web.last_resort import asks_for_json, last_resort

logger = logging.getLogger(__name__)
Environ = dict[str, Any]
WsgiApp = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
MOST_CHARACTERS = 255  # of a host's name (RFC 1035, section 2.3.4), and its port
LARGEST_PORT = 65535
LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?"
HOST = re.compile(rf"(?P<name>\[[0-9A-Fa-f:.]+\]|{LABEL}(?:\.{LABEL})*)\.?(?::(?P<port>[0-9]{{1,5}}))?")
LOCALHOST = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::|$)")
PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]+)*")
UNKNOWN_HOST = RequestError(
    "The request names no host that this server answers for.", "Use the address that you were given, as it stands."
)


class Gatekeeper:
    """WSGI middleware in front of the app.

    Args:
        app: what answers.
        hosts: the names that are answered for, in lower case; none: every name that can be one.
        trusted_proxies: how many proxies in front are believed.
        instead_of_localhost: where whoever opens this computer by its own name is sent; empty: nowhere.
    """

    def __init__(
        self, app: WsgiApp, *, hosts: frozenset[str], trusted_proxies: int, instead_of_localhost: str = ""
    ) -> None:
        self._app = app
        self._hosts = hosts
        self._instead_of_localhost = instead_of_localhost
        self._entrance: Any = self._check
        if trusted_proxies:
            hops = trusted_proxies
            self._entrance = ProxyFix(self._check, x_for=hops, x_proto=hops, x_host=hops, x_prefix=hops)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """The app's response, or the last resort's."""
        try:
            response: Iterable[bytes] = self._entrance(environ, start_response)
        except Exception:
            logger.exception("The app failed at a request.")
            return _answer(VggwebError(), environ, start_response)
        return response

    def _check(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not self._is_answered_for(environ.get("HTTP_HOST", "")):
            return _answer(UNKNOWN_HOST, environ, start_response)
        if self._instead_of_localhost and LOCALHOST.match(environ.get("HTTP_HOST", "")) and _is_opened(environ):
            return _redirect(f"{self._instead_of_localhost}{_path_of(environ)}", start_response)
        prefix = environ.get("SCRIPT_NAME", "").rstrip("/")
        environ["SCRIPT_NAME"] = prefix if PREFIX.fullmatch(prefix) else ""
        return self._app(environ, start_response)

    def _is_answered_for(self, host: str) -> bool:
        """Whether this is a host's name, and one of ours; HTTP/1.0 may name none."""
        if not host:
            return not self._hosts
        parts = HOST.fullmatch(host) if len(host) <= MOST_CHARACTERS else None
        if parts is None or int(parts["port"] or 0) > LARGEST_PORT:
            return False
        return not self._hosts or bool({parts["name"].lower(), host.lower()} & self._hosts)


def _is_opened(environ: Environ) -> bool:
    """Whether a person opens a page; whoever watches the server is answered where they are."""
    return environ["REQUEST_METHOD"] == "GET" and "text/html" in environ.get("HTTP_ACCEPT", "")


def _path_of(environ: Environ) -> str:
    query = environ.get("QUERY_STRING", "")
    return quote(environ.get("PATH_INFO", "").encode("latin-1")) + (f"?{query}" if query else "")


def _redirect(address: str, start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("302 Found", [("Location", address), ("Content-Length", "0"), ("Cache-Control", "no-store")])
    return [b""]


def _answer(error: VggwebError, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
    as_json = asks_for_json(environ.get("HTTP_ACCEPT", ""), environ.get("PATH_INFO", ""))
    status, headers, body = last_resort(error, as_json=as_json)
    start_response(status, headers)
    return [body]
