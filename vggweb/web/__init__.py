"""The web app: `create_app` puts the pages, the JSON and the use cases together."""

import atexit
import logging.config
import os

import click
from flask import Flask

from vggweb import cli
from vggweb.config import Settings
from vggweb.folders import STATIC, TEMPLATES
from vggweb.startup import Services, build_services
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
    logs,
    metrics,
    model_pages,
    openapi,
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
from vggweb.web.server.bodies import Patience

BLUEPRINTS = (
    assets,
    home,
    result_pages,
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
    words,
    health,
    openapi,
)


def create_app(settings: Settings | None = None, *, services: Services | None = None) -> Flask:
    """The WSGI application.

    Args:
        settings: from the environment if not given.
        services: ready-made ones, so that tests can share one loaded network.

    Raises:
        SystemExit: a setting or the weights cannot be used; the message says which and what to do.
    """
    with errors.setup_errors_stop_the_start():
        settings = settings or Settings.from_environ()
        serves_pages = services is None and _is_serving()
        if services is None:
            settings.make_data_folder()
        if serves_pages:
            services = build_services(settings)
        key = settings.signing_key()

    app = Flask(__name__, template_folder=str(TEMPLATES), static_folder=None)
    app.config.update(
        SECRET_KEY=key,
        MAX_CONTENT_LENGTH=settings.max_upload_bytes,
    )
    app.extensions["vggweb-patience"] = Patience(settings.client_pause_seconds, settings.client_total_seconds)
    app.extensions["vggweb"] = services  # None for a command, which builds them if it needs them: see cli.py
    assets.init_app(app, STATIC)
    for part in (
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
    ):
        part.init_app(app)
    for area in BLUEPRINTS:
        app.register_blueprint(area.blueprint)
    cli.init_app(app)
    gatekeeper = Gatekeeper(app.wsgi_app, hosts=settings.host_names(), trusted_proxies=settings.trusted_proxies)
    app.wsgi_app = lingering.LingeringClose(gatekeeper)  # type: ignore[method-assign]
    if services is not None and serves_pages:
        logging.config.dictConfig(logs.logging_config(settings.log_level))
        services.model_host.start(on_failure=_end_process)
        services.jobs.start()
        atexit.register(services.jobs.stop)  # what is unfinished waits for the next start
    return app


def _is_serving() -> bool:
    """Whether this process will answer requests; a command such as ``flask weights status`` will not."""
    command = click.get_current_context(silent=True)
    return command is None or command.info_name == "run"


def _end_process(_error: BaseException) -> None:
    """Ends a server that can never predict, with the code that makes gunicorn's master end as well."""
    os._exit(errors.EXIT_CODE_STOPS_GUNICORN)
