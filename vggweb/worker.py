"""The process that does the long work when a broker is set: ``celery -A vggweb.worker worker``, or ``make worker``.

It works for both lines of jobs, or for one of them with ``-Q quick`` or ``-Q heavy``.

It reads the same settings as the server, and must be given the same database and weights.
"""

import logging.config
import os
import threading
from contextlib import suppress
from typing import Any

from celery import signals

from vggweb.config import Settings
from vggweb.errors import SettingError
from vggweb.exits import setup_errors_stop_the_start
from vggweb.jobs import Line
from vggweb.jobs.celery_workers import TASK, make_celery
from vggweb.jobs.workers import LOW_PRIORITY
from vggweb.logs import logging_config
from vggweb.startup import Services, build_services

logger = logging.getLogger(__name__)
_services: list[Services] = []  # of this process; empty until Celery starts it


def _settings() -> Settings:
    settings = Settings.from_environ()
    if not settings.broker_url:
        raise SettingError("A worker needs VGGWEB_BROKER_URL.", "Set it to the server's, such as redis://localhost/0.")
    return settings


def run_next(line: Line = "heavy") -> None:
    """Celery's task: runs one job of a line. Which, the database says."""
    _services[0].jobs.run_one(line)


def start(**_details: Any) -> None:
    """Loads the network, then lives for its jobs' leases; once a process, before the first message is read."""
    _lower_priority()
    with setup_errors_stop_the_start():
        settings.make_data_folder()
        services = build_services(settings)
        _load(services)
    services.jobs.start()
    _services.append(services)


def stop(**_details: Any) -> None:
    """Puts unfinished jobs back. In a thread: Celery calls from a signal handler, which may not wait for locks."""
    for services in _services:
        threading.Thread(target=services.jobs.stop, name="stop-jobs").start()


def configure_logging(**_details: Any) -> None:
    """Logs as the server does; that somebody listens keeps Celery from setting up its own."""
    logging.config.dictConfig(logging_config(settings.log_level))


def _load(services: Services) -> None:
    try:
        services.model_host.load()
    except Exception:  # Celery would log what a signal's receiver raises, and go on without a network
        logger.exception("The weights could not be loaded.")
        raise SystemExit(1) from None


def _lower_priority() -> None:
    """All threads that start from now on, TensorFlow's too, let a server on the same computer go first."""
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, 0, LOW_PRIORITY)


with setup_errors_stop_the_start():
    settings = _settings()
    app = make_celery(settings.broker_url, concurrency=max(1, settings.job_workers))
app.task(run_next, name=TASK)
signals.setup_logging.connect(configure_logging)
signals.worker_init.connect(start)
signals.worker_shutting_down.connect(stop)
