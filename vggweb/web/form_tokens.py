"""The tokens that forms carry: a page of ours shows one, and only a browser with the cookie it was made for has it.

The secret behind it has a cookie of its own, apart from who the visitor is. Tabs that open at once on a first visit
get one each, under names of their own, so that none replaces another's, and a form is good if its token fits any.
"""

import re
import secrets

from flask import Flask, Response, current_app, g, request
from itsdangerous import BadSignature, Signer
from markupsafe import Markup

from vggweb.errors import BadCsrfError
from vggweb.web.cookies import SAFE_METHODS, cookie_name, set_cookie

_SECRET = re.compile(r"[A-Za-z0-9_-]{22}")
_NAME_LETTERS = 6  # of the secret, in its cookie's name
FIELD = "csrf_token"
HEADER = "X-CSRFToken"


def init_app(app: Flask) -> None:
    """Gives templates the field, and keeps a fresh secret in its cookie."""
    app.jinja_env.globals["csrf_field"] = csrf_field

    @app.after_request
    def keep_fresh_secret(response: Response) -> Response:
        if "form_secret" in g:
            response.vary.add("Cookie")
            if request.method in SAFE_METHODS and g.form_secret not in known_secrets():
                set_cookie(response, f"{_prefix()}{g.form_secret[:_NAME_LETTERS]}", g.form_secret)
        return response


def csrf_field() -> Markup:
    """The hidden field that every form carries."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, form_token())


def form_token() -> str:
    """A token for this browser; another one each time, as a value that repeats could be guessed from its length."""
    if "form_secret" not in g:
        g.form_secret = next(iter(known_secrets()), None) or secrets.token_urlsafe(16)
    return _signer(g.form_secret).sign(secrets.token_urlsafe(6)).decode()


def known_secrets() -> list[str]:
    """The secrets that this browser's cookies hold, in an order that does not depend on the browser."""
    found = (value for name, value in request.cookies.items() if name.startswith(_prefix()))
    return sorted(value for value in found if _SECRET.fullmatch(value))


def ask_for_token() -> None:
    """Passes if the request carries a token that fits one of its cookies.

    Raises:
        BadCsrfError: it carries none, or another browser's.
    """
    token = request.headers.get(HEADER) or request.form.get(FIELD, "")
    if not any(_fits(token, secret) for secret in known_secrets()):
        raise BadCsrfError


def _fits(token: str, secret: str) -> bool:
    try:
        _signer(secret).unsign(token)
    except BadSignature:
        return False
    return True


def _signer(secret: str) -> Signer:
    return Signer(current_app.secret_key or "", salt=f"form {secret}")


def _prefix() -> str:
    return f"{cookie_name(current_app, 'form')}-"  # a proxy of the app
