"""The static files: addressed by content, so that a browser may keep them for ever, and the stylesheet, joined.

An address is ``/static/<version>/<name>``. The version stands for the content of all files, and before the name, so
that what a script imports or a stylesheet names has it in its address, too. Without a version, a browser asks each
time whether the file still stands.

``styles.css`` is no file: it is every file of ``static/css``, the tokens first, in one response. The cascade's layers
are named there, so the order of the others decides nothing.
"""

import hashlib
import mimetypes
import re
from functools import cache
from pathlib import Path

from flask import Flask, Response, current_app, request, url_for

from vggweb.errors import NotFoundError
from vggweb.web.responses import YEAR_SECONDS
from vggweb.web.routing import Area

blueprint = Area("assets", __name__)
STYLESHEET = "styles.css"
FIRST_STYLES = "tokens.css"  # names the order of the layers
VERSION = re.compile(r"([0-9a-f]{12})/(.+)")
MEDIA_TYPES = {".js": "text/javascript", ".webmanifest": "application/manifest+json", ".svg": "image/svg+xml"}


class Assets:
    """Every static file in memory; all of them together are half a megabyte.

    Attributes:
        files: the bytes by name, such as ``js/upload.js``; ``styles.css`` among them.
        version: twelve hexadecimal digits that change with any of them.
    """

    def __init__(self, folder: Path) -> None:
        found = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
        self.files = {name: path.read_bytes() for name, path in found.items()}
        self.files[STYLESHEET] = joined_styles(self.files)
        digest = hashlib.sha256()
        for name, data in self.files.items():
            digest.update(f"{name} {len(data)} ".encode() + data)
        self.version = digest.hexdigest()[:12]


def joined_styles(files: dict[str, bytes]) -> bytes:
    """One stylesheet of all that lie in ``css/``."""
    names = [name for name in files if re.fullmatch(r"css/[^/]+\.css", name)]
    names.sort(key=lambda name: (not name.endswith(FIRST_STYLES), name))
    return b"\n".join(files[name].strip() for name in names) + b"\n"


@cache
def read_assets(folder: Path) -> Assets:
    """The files of a folder, read once."""
    return Assets(folder)


def init_app(app: Flask, folder: Path) -> None:
    """Gives the templates `asset`; while debugging, a changed file is seen at once."""

    def current() -> Assets:
        return Assets(folder) if app.debug else read_assets(folder)

    def asset(name: str) -> str:
        return url_for("assets.file", name=f"{current().version}/{name}")

    app.extensions["vggweb-assets"] = current
    app.jinja_env.globals["asset"] = asset


@blueprint.get("/static/<path:name>")
def file(name: str) -> Response:
    """One static file."""
    assets: Assets = current_app.extensions["vggweb-assets"]()
    versioned = VERSION.fullmatch(name)
    wanted = versioned[2] if versioned else name
    if wanted not in assets.files:
        raise NotFoundError
    response: Response = current_app.response_class(assets.files[wanted], mimetype=media_type(wanted))
    response.add_etag()
    is_lasting = versioned is not None and versioned[1] == assets.version
    response.headers["Cache-Control"] = f"public, max-age={YEAR_SECONDS}, immutable" if is_lasting else "no-cache"
    response.make_conditional(request)
    return response


def media_type(name: str) -> str:
    """The media type of a file by its name, the same on every system."""
    guessed, _ = mimetypes.guess_type(name)
    return MEDIA_TYPES.get(Path(name).suffix, guessed or "application/octet-stream")
