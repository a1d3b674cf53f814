"""Whoever computes, the pages and the JSON say the same, and which engine it was."""

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.web.pages import get_page
from tests.web.uploads import make_result
from vggweb.config import Settings
from vggweb.core.weights.compact import CompactWeights
from vggweb.services.model_host import ModelHost
from vggweb.services.samples import SAMPLES
from vggweb.startup import build_services
from vggweb.web import create_app

ENGINES = ("ncnn", "tensorflow")


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, FlaskClient]]:
    """A client of a server for each engine."""
    clients, made = {}, []
    for engine in ENGINES:
        data: Path = tmp_path_factory.mktemp(engine)
        settings = replace(Settings.from_environ({}), data=data, rate_limit="10000/minute", weights="compact")
        host = ModelHost(CompactWeights(), queue_limit=8, engine=engine)
        host.load()
        services = build_services(settings, model_host=host)
        made.append(services)
        clients[engine] = create_app(settings, services=services).test_client()
    yield clients
    for services in made:
        services.store.close()


def alike(first: Any, second: Any) -> bool:
    """The same, but for addresses, times and tokens, and for scores that differ by a ten thousandth at most."""
    if isinstance(first, dict):
        keys = first.keys() - {"id", "url", "created_at", "delete_token"}
        return first.keys() == second.keys() and all(alike(first[key], second[key]) for key in keys)
    if isinstance(first, list):
        return len(first) == len(second) and all(map(alike, first, second))
    if isinstance(first, float):
        return math.isclose(first, second, rel_tol=0, abs_tol=1e-4)
    return first == second


@pytest.mark.parametrize("sample", [sample.name for sample in SAMPLES])
def test_the_whole_json_of_a_sample_is_the_same(clients: dict[str, FlaskClient], sample: str) -> None:
    first, second = (make_result(client, sample) for client in clients.values())
    assert first["predictions"]
    assert alike(first, second)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_model_says_which_engine_answers(clients: dict[str, FlaskClient], engine: str) -> None:
    assert clients[engine].get("/model.json").get_json()["engine"] == engine
    text = get_page(clients[engine], "/model").text
    assert ("ncnn, whose numbers differ" in text) == (engine == "ncnn")
    assert "Keras on TensorFlow" in text
