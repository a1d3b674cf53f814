"""The web app: `create_app` puts the pages, the JSON and the use cases together."""

import os

from flask import Flask
from werkzeug.local import LocalProxy

from vggweb import cli
from vggweb.config import Settings
from vggweb.exits import setup_errors_stop_the_start
from vggweb.folders import STATIC, TEMPLATES
from vggweb.server.bodies import Patience
from vggweb.startup import Services, Starter
from vggweb.web import (
    addresses,
    assets,
    cell_pages,
    compression,
    cookies,
    demo,
    errors,
    event_streams,
    filter_pages,
    formatters,
    frame,
    health,
    home,
    job_pages,
    languages,
    layer_pages,
    lingering,
    live_pages,
    logs,
    metrics,
    model_pages,
    openapi,
    privacy,
    questions,
    result_pages,
    room_announcer,
    room_wall,
    security,
    sent_photo,
    take_home,
    visitors,
    why_pages,
    words,
)
from vggweb.web.gatekeeper import Gatekeeper

BLUEPRINTS = (
    assets,
    home,
    result_pages,
    live_pages,
    layer_pages,
    cell_pages,
    filter_pages,
    why_pages,
    take_home,
    demo,
    room_wall,
    questions,
    job_pages,
    model_pages,
    privacy,
    words,
    health,
    openapi,
)

PARTS = (
    compression,  # first, and so the last to see a response
    logs,
    metrics,
    sent_photo,
    cookies,
    security,
    visitors,
    errors,
    languages,
    formatters,
    frame,
    addresses,
    event_streams,
    room_announcer,
)


def create_app(settings: Settings | None = None, *, services: Services | None = None) -> Flask:
    """The WSGI application.

    Its services are built when they are first needed, and start with `start_serving` or the first request.

    Args:
        settings: from the environment if not given.
        services: ready-made ones, so that tests can share one loaded network; not started here.

    Raises:
        SystemExit: a setting cannot be used; the message says which and what to do.
    """
    with setup_errors_stop_the_start():
        settings = settings or Settings.from_environ()
        settings.make_data_folder()
        key = settings.signing_key()

    app = Flask(__name__, template_folder=str(TEMPLATES), static_folder=None)
    app.config.update(
        SECRET_KEY=key,
        MAX_CONTENT_LENGTH=settings.max_upload_bytes,
    )
    app.extensions["vggweb-patience"] = Patience(settings.client_pause_seconds, settings.client_total_seconds)
    app.extensions["vggweb-settings"] = settings
    _give_services(app, Starter(settings, services))
    assets.init_app(app, STATIC)
    for part in PARTS:
        part.init_app(app)
    for area in BLUEPRINTS:
        app.register_blueprint(area.blueprint)
    cli.init_app(app)
    _put_in_front(app, settings)
    return app


def _give_services(app: Flask, starter: Starter) -> None:
    """Lets views have the services, and the first request start what nobody has started."""
    app.extensions["vggweb-starter"] = starter
    app.extensions["vggweb"] = LocalProxy(starter.services)

    @app.before_request
    def start() -> None:
        try:
            start_serving(app)
        except SystemExit as stop:  # raised in a request's thread it would not end the process
            os._exit(stop.code if isinstance(stop.code, int) else 1)


def _put_in_front(app: Flask, settings: Settings) -> None:
    """What sees a request before Flask does."""
    gatekeeper = Gatekeeper(
        app.wsgi_app,
        hosts=settings.host_names(),
        trusted_proxies=settings.trusted_proxies,
        instead_of_localhost=settings.class_address,
    )
    app.wsgi_app = lingering.LingeringClose(gatekeeper)  # type: ignore[method-assign]


def start_serving(app: Flask) -> None:
    """Starts the app's services: the model begins to load, long work begins. Does nothing the second time.

    Raises:
        SystemExit: the weights or the store cannot be used; the message says why and what to do.
    """
    with setup_errors_stop_the_start():
        app.extensions["vggweb-starter"].serve()
