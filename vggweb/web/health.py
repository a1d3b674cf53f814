"""Alive, ready, and in numbers: for whoever watches the server."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from flask import Response, current_app
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from vggweb.decoding.reader import REASONS
from vggweb.errors import BusyError, NotReadyError, StorageError, VggwebError
from vggweb.web.context import services
from vggweb.web.errors import error_response
from vggweb.web.event_streams import broadcast
from vggweb.web.metrics import Metrics
from vggweb.web.responses import json_response
from vggweb.web.routing import Area, Json

blueprint = Area("health", __name__)


@dataclass(frozen=True)
class Alive:
    """The process answers."""

    status: Literal["alive"] = "alive"


@dataclass(frozen=True)
class Ready:
    """The network can predict."""

    status: Literal["ready"] = "ready"


@blueprint.get("/healthz", json=Json("Alive", Alive))
def healthz() -> Response:
    """200 as long as the process answers."""
    return json_response(Alive())


@blueprint.get("/readyz", json=Json("Ready to predict", Ready, errors=(NotReadyError, BusyError)))
def readyz() -> Response:
    """200 once the network can predict and as long as results can be kept, 503 otherwise."""
    if not services().model_host.is_ready:
        return error_response(NotReadyError(), as_json=True)
    try:
        services().store.trial.check()
    except BusyError as error:
        return error_response(error, as_json=True)
    except StorageError as error:  # 503 whatever the fault: send visitors elsewhere and ask again
        return error_response(NotReadyError(error.message_template, error.hint_template), as_json=True)
    return json_response(Ready())


@blueprint.get("/metrics")
def metrics() -> Response:
    """Prometheus's text format."""
    numbers = current_app.extensions["vggweb-metrics"]
    numbers.ready.set(services().model_host.is_ready)
    numbers.jobs_waiting.set(_unless_away(services().jobs.count_waiting))
    numbers.kept_bytes.set(_unless_away(services().space.used_bytes))
    numbers.waiting.labels("predictions").set(services().model_host.waiting_predictions)
    numbers.waiting.labels("pages").set(services().model_host.waiting_pages)
    numbers.listeners.set(broadcast().listeners())
    _count_decoders(numbers)
    return Response(generate_latest(numbers.registry), content_type=CONTENT_TYPE_LATEST)


def _count_decoders(numbers: Metrics) -> None:
    counts = services().photo_reader.counts()
    numbers.decode_seconds.set(counts.seconds)
    numbers.decoded_photos.set(counts.photos)
    for reason in REASONS:
        numbers.decoders_ended.labels(reason).set(counts.ended.get(reason, 0))


def _unless_away(ask: Callable[[], int]) -> float:
    try:
        return ask()
    except VggwebError:  # a database that is away hides no other number
        return math.nan


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Results ask not to be indexed themselves, so that link previews of them still work."""
    return Response("User-agent: *\nAllow: /\n", mimetype="text/plain")
