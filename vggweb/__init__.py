"""vggweb: a web app that shows what VGG16 does to a photo."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def create_app() -> "Flask":
    """The WSGI application, for ``flask --app vggweb``. The web is imported only now: other parts do without it."""
    from vggweb import web

    return web.create_app()
