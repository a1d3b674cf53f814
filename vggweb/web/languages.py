"""Which language a page speaks: as the address asks, as it was asked before, or as the browser prefers.

JSON keeps its English sentences, whatever was asked for: programs read them. Only our own pages' scripts, which show
them to a person, get the page's language.
"""

from dataclasses import dataclass
from functools import cache
from urllib.parse import urlencode

from babel.support import NullTranslations
from flask import Flask, Response, current_app, has_request_context, request, url_for
from flask_babel import Babel, Domain, get_locale, gettext

from vggweb import translations
from vggweb.errors import VggwebError
from vggweb.web.responses import is_our_script, wants_json

PARAMETER = "lang"
COOKIE = "lang"
COOKIE_SECONDS = 365 * 24 * 3600
HTML_CODES = {"en": "en", "zh": "zh-Hans"}  # what <html lang> says: the catalogue is in simplified characters
NAMES = {"en": "English", "zh": "中文"}


@dataclass(frozen=True)
class LanguageLink:
    """The same page in a language, which is named in itself."""

    code: str
    name: str
    address: str
    is_current: bool


class CatalogueDomain(Domain):  # type: ignore[misc]
    """The catalogues of `vggweb.translations`, each read when it is first asked for."""

    def get_translations(self) -> NullTranslations:
        """The current language's sentences."""
        return _translations(current_language())


@cache
def _translations(language: str) -> NullTranslations:
    return NullTranslations() if language == "en" else translations.translations(language)


def init_app(app: Flask) -> None:
    """Lets templates and views say ``_("…")``, and keeps the language that was asked for."""
    babel = Babel()
    babel.domain_instance = CatalogueDomain()
    babel.init_app(app, locale_selector=choose_language)
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.filters.update(message_of=message_of, hint_of=hint_of, translated=gettext)

    @app.context_processor
    def know() -> dict[str, object]:
        return {"html_language": HTML_CODES[current_language()], "language_links": language_links()}

    @app.after_request
    def keep(response: Response) -> Response:
        return _tell_language(response)


def choose_language() -> str:
    """``en`` or ``zh``: from ``?lang=``, its cookie or Accept-Language; ``en`` for programs and commands."""
    if not has_request_context() or (wants_json() and not is_our_script()):
        return "en"
    for asked in (request.args.get(PARAMETER), request.cookies.get(COOKIE)):
        if asked in NAMES:
            return asked
    return request.accept_languages.best_match(list(NAMES), default="en") or "en"


def current_language() -> str:
    """The language of this request's page; ``en`` where there is no request."""
    locale = get_locale()
    return locale.language if locale is not None and locale.language in NAMES else "en"


def language_links() -> list[LanguageLink]:
    """This page in each language; the home page where this one came from a form and cannot be asked for again."""
    return [LanguageLink(code, name, _in_language(code), code == current_language()) for code, name in NAMES.items()]


def _in_language(code: str) -> str:
    if request.method not in {"GET", "HEAD"}:
        return url_for("home.home", lang=code)
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != PARAMETER]
    return f"{request.root_path}{request.path}?{urlencode([*kept, (PARAMETER, code)])}"


def _tell_language(response: Response) -> Response:
    if response.mimetype != "text/html":
        return response
    response.headers["Content-Language"] = HTML_CODES[current_language()]
    response.vary.update(("Accept", "Accept-Language", "Cookie"))
    asked = request.args.get(PARAMETER)
    if asked in NAMES:
        _set_language_cookie(response, asked)
    return response


def _set_language_cookie(response: Response, language: str) -> None:
    response.set_cookie(
        COOKIE,
        language,
        max_age=COOKIE_SECONDS,
        path=current_app.session_interface.get_cookie_path(current_app),
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
    )


def message_of(error: VggwebError) -> str:
    """What happened, in the page's language."""
    return str(gettext(error.message_template, **error.values))


def hint_of(error: VggwebError) -> str:
    """What to do, in the page's language."""
    return str(gettext(error.hint_template, **error.values))
