"""Who asks: a visitor is a random number in a signed cookie, no account.

The store knows only its hash, so a copy of the database does not let anybody act as a visitor.
"""

import hashlib
import secrets

from flask import Flask, current_app, has_request_context, request, session
from itsdangerous import BadSignature, Signer, URLSafeSerializer

from vggweb.jobs import Asker
from vggweb.services.model_host import current_visitor, nobody_waits
from vggweb.web.context import services
from vggweb.web.environ_keys import CLIENT_LEFT
from vggweb.web.form_tokens import known_secrets
from vggweb.web.responses import wants_json

_FIELD = "visitor"
_LAST_PHOTO = "photo"


def init_app(app: Flask) -> None:
    """Lets slow pages know for whom they are made, so that visitors take turns."""

    @app.before_request
    def introduce() -> None:
        current_visitor.set(_waiting_visitor)
        left = request.environ.get(CLIENT_LEFT)
        nobody_waits.set(left.is_set if left else _somebody_waits)


def _somebody_waits() -> bool:
    """Whether nobody waits: another server than ours does not say."""
    return False


def _waiting_visitor() -> str:
    """Who waits for the page that this thread makes; nobody once its request is over, though the thread goes on."""
    return known_owner() or request.remote_addr or "" if has_request_context() else ""


def known_owner() -> str | None:
    """The hash that stands for this browser in the store; None for a browser that made nothing yet."""
    visitor = session.get(_FIELD)
    return _hash(visitor) if isinstance(visitor, str) else None


def owner() -> str:
    """The hash that stands for this browser, with a cookie set for it when it has none."""
    if not isinstance(session.get(_FIELD), str):
        session[_FIELD] = _new_visitor()
        session.permanent = True
    return _hash(session[_FIELD])


def asker() -> Asker:
    """Whoever asks for long work: the browser, or a program, which its address stands for."""
    is_known = known_owner() is not None or bool(known_secrets())
    return Asker(known_asker() or owner(), _address(), is_known=is_known)


def known_asker() -> str | None:
    """The hash by which this request's sender is known among those who asked; None for a browser that did not."""
    return known_owner() or (_address() if wants_json() else None)


def remember_photo(result_id: str) -> None:
    """Lets the filters' pages lead back to this photo; only for a browser that already has a cookie."""
    if _FIELD in session and session.get(_LAST_PHOTO) != result_id:
        session[_LAST_PHOTO] = result_id


def last_photo() -> str | None:
    """The result that this browser looked into last, unless it is gone."""
    result_id = session.get(_LAST_PHOTO)
    return result_id if isinstance(result_id, str) and services().results.is_there(result_id) else None


def delete_token(result_id: str) -> str:
    """The token with which a program deletes what it made."""
    return _serializer().dumps(result_id)


def is_delete_token(token: str, result_id: str) -> bool:
    """Whether this is that result's token."""
    try:
        return bool(_serializer().loads(token) == result_id)
    except BadSignature:
        return False


def _new_visitor() -> str:
    """A random number; worked out from the forms' secret if there is one, so that two tabs that send at once agree."""
    known = next(iter(known_secrets()), None)
    if known is None:
        return secrets.token_urlsafe(16)
    signer = Signer(current_app.secret_key or "", salt="visitor")
    return signer.get_signature(known).decode()


def _address() -> str:
    return _hash(f"address {request.remote_addr}")


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="delete-result")


def _hash(visitor: str) -> str:
    return hashlib.sha256(visitor.encode()).hexdigest()
