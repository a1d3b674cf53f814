"""With a broker a web node needs no TensorFlow, and what somebody waits for waits behind no drawing."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask import Flask

from tests.conftest import MakeApp
from tests.jobs.celery_worker import ROOT, start_worker
from tests.jobs.node import QUICK
from tests.jobs.redis_server import running_redis
from tests.web.pages import get_page
from tests.web.uploads import JSON, make_result


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What a web node says, with one worker for each line."""
    folder = tmp_path_factory.mktemp("quick")
    with running_redis(folder) as url:
        environ = {"VGGWEB_BROKER_URL": url, "VGGWEB_DATA": str(folder / "data"), "VGGWEB_WEIGHTS": "compact"}
        workers = [start_worker(folder / f"{line}.log", "-Q", line, **environ) for line in ("quick", "heavy")]
        try:
            for worker in workers:
                worker.wait_until_ready()
            command = [sys.executable, "-m", "tests.jobs.node"]
            ended = subprocess.run(command, cwd=ROOT, env=os.environ | environ, stdout=subprocess.PIPE, check=True)
            yield json.loads(ended.stdout)
        finally:
            for worker in workers:
                worker.process.kill()
                worker.process.wait()


def test_a_web_node_answers_every_kind_of_page_without_tensorflow(node: dict[str, Any]) -> None:
    assert {address: status for address, status in node["statuses"].items() if status != 200} == {}
    assert node["tensorflow"] is False


def test_what_a_worker_computed_is_what_a_server_without_a_broker_computes(node: dict[str, Any], app: Flask) -> None:
    client = app.test_client()
    result_id = make_result(client)["id"]
    for address in QUICK:
        statuses, answer = node["answers"][address]
        assert statuses[-1] == 200
        expected = client.get(f"/r/{result_id}/{address}", headers=JSON).get_json()
        np.testing.assert_allclose(answer["heatmap"], expected["heatmap"], atol=1e-3)
        assert answer["logit"] == pytest.approx(expected["logit"], abs=1e-3)


def test_heavy_work_does_not_delay_quick_work(node: dict[str, Any]) -> None:
    assert [statuses[-1] for statuses, _answer in node["answers"].values()] == [200, 200]
    assert "queued" in node["heavy"]


@pytest.fixture
def waiting(make_app: MakeApp, tmp_path: Path) -> Iterator[tuple[Flask, str]]:
    """An app with a broker and no worker; the address of a saliency that it is asked for."""
    with running_redis(tmp_path) as url:
        app = make_app(broker_url=url)
        yield app, f"/r/{make_result(app.test_client())['id']}/why/saliency/285"


def test_a_page_shows_its_place_in_the_line_until_a_worker_is_done(waiting: tuple[Flask, str]) -> None:
    app, address = waiting
    app.test_client().post("/layers/block1_conv1/filters/0", headers=JSON)  # another line
    page = get_page(app.test_client(), address, follow=False)
    assert "Waiting, number 1 in the queue" in page.text
    assert page.root.find("head/noscript/meta") is not None
    assert [
        form.get("action")
        for form in page.all("form")
        if form.get("method") == "post" and "/r/" in (form.get("action") or "")
    ] == []


def test_json_leads_to_the_job_and_a_picture_says_when_to_come_again(waiting: tuple[Flask, str]) -> None:
    app, address = waiting
    client = app.test_client()
    asked = client.get(address, headers=JSON)
    assert (asked.status_code, asked.headers["Location"]) == (202, f"/jobs/{asked.get_json()['id']}")
    assert (asked.get_json()["result_url"], asked.get_json()["state"]) == (address, "queued")
    picture = client.get(f"{address}.png", headers=JSON)
    assert (picture.status_code, picture.get_json()["error"]["code"]) == (503, "busy")
    assert picture.headers["Retry-After"] == "2"


def test_a_computation_that_has_just_failed_is_not_tried_at_every_look(waiting: tuple[Flask, str]) -> None:
    app, address = waiting
    services = app.extensions["vggweb"]
    job_id = app.test_client().get(address, headers=JSON).get_json()["id"]

    def break_off(_context: object, _arguments: object) -> None:
        raise RuntimeError

    services.jobs.register("quick:saliency", break_off)
    services.jobs.run_one("quick")
    assert services.jobs.find(job_id).state == "failed"
    assert app.test_client().get(address, headers=JSON).get_json()["error"]["code"] == "broken"
    assert services.jobs.find(job_id).attempt == 1
