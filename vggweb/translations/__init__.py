"""The sentences for people in other languages than English: catalogues, and the command that keeps them complete.

A catalogue is ``<language>/LC_MESSAGES/messages.po``, gettext's text format. It is read as it stands, so there is no
compiled file that could fall behind. ``python -m vggweb.translations`` adds what is new in the code and the templates.
"""

import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

FOLDER = Path(__file__).parent


def catalogue_file(language: str) -> Path:
    """Where the catalogue of a language is: ``zh`` → ``…/zh/LC_MESSAGES/messages.po``."""
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


def read_catalogue(language: str) -> Catalog:
    """The catalogue of a language, with what is not translated yet as empty strings."""
    with catalogue_file(language).open("rb") as file:
        return read_po(file, locale=language)


def translations(language: str) -> Translations:
    """The catalogue as gettext uses it; a sentence that it does not have stays English."""
    compiled = io.BytesIO()
    write_mo(compiled, read_catalogue(language))
    compiled.seek(0)
    return Translations(compiled)
