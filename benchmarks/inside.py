"""Looking inside, and predicting while a job runs, each against one prediction on the idle server."""

import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from benchmarks.measure import Ratio, compare
from vggweb.config import Settings
from vggweb.core.optvis.drawing import DrawingRequest
from vggweb.core.optvis.objectives import Channel
from vggweb.core.weights.compact import CompactWeights
from vggweb.services.model_host import ModelHost
from vggweb.startup import Services, build_services
from vggweb.web import create_app

PAIRS = 9
LAYER = "block3_conv2"
JSON = {"Accept": "application/json"}


def run() -> Iterator[Ratio]:
    """Both through the web app, from the request to the answer."""
    with tempfile.TemporaryDirectory() as folder:
        app, services = _app(Path(folder))
        client = app.test_client()
        results = iter([_make(client) for _ in range(PAIRS + 1)])  # a fresh photo each time: nothing is remembered
        yield compare(
            f"the page of {LAYER} for a new photo, with its sheet of maps",
            lambda: _look(client, next(results)),
            baseline="one prediction, from the upload to the answer",
            against=lambda: _make(client),
            pairs=PAIRS,
            aim=1.5,
        )
        yield _during_a_job(client, services)
        services.jobs.stop()
        services.store.close()


def _during_a_job(client: FlaskClient, services: Services) -> Ratio:
    idle = [_timed(client) for _ in range(PAIRS)]
    services.jobs.start()
    job = services.drawings.order(DrawingRequest(Channel("block5_conv3", 7)), owner=None, result_url="/")
    while services.jobs.find(job.id).step is None:
        time.sleep(0.05)
    busy = [_timed(client) for _ in range(PAIRS)]
    if services.jobs.find(job.id).state != "running":
        raise RuntimeError("The job ended before the measurement did: nothing was measured.")
    services.jobs.cancel(job.id)
    return Ratio(
        name="one prediction while a filter of block5_conv3 is drawn",
        baseline="one prediction on the idle server",
        ratio=round(statistics.median(busy) / statistics.median(idle), 3),
        ours_seconds=round(statistics.median(busy), 4),
        baseline_seconds=round(statistics.median(idle), 4),
        aim=2.0,
    )


def _app(folder: Path) -> tuple[Flask, Services]:
    settings = replace(Settings.from_environ({}), data=folder, rate_limit="100000/minute", weights="compact")
    settings.make_data_folder()
    model_host = ModelHost(CompactWeights(), queue_limit=8)
    model_host.load()
    services = build_services(settings, model_host=model_host)
    return create_app(settings, services=services), services


def _make(client: FlaskClient) -> str:
    answer = client.post("/results", data={"sample": "cat"}, headers=JSON)
    return str(answer.get_json()["id"])


def _look(client: FlaskClient, result_id: str) -> None:
    for address in (f"/r/{result_id}/layers/{LAYER}", f"/r/{result_id}/layers/{LAYER}/sheet.webp"):
        if client.get(address).status_code != 200:
            raise RuntimeError(address)


def _timed(client: FlaskClient) -> float:
    began = time.perf_counter()
    _make(client)
    return time.perf_counter() - began
