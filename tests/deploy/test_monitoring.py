"""The dashboard and the alerts ask for numbers that /metrics has, and the alerts ring when they should."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.documents import none_of
from tests.servers import ROOT
from tests.web.uploads import make_result

DASHBOARD = json.loads((ROOT / "deploy" / "grafana" / "vggweb.json").read_text(encoding="utf-8"))
PROMETHEUS = ROOT / "deploy" / "prometheus"
METRIC = re.compile(r"\b(?:vggweb|process)_\w+")


@pytest.fixture
def names(client: FlaskClient) -> set[str]:
    """The names of the series that a node has once it has been used."""
    make_result(client)
    client.post("/results.json", data={"photo": (io.BytesIO(b"no picture"), "a.jpg")})
    client.get("/metrics")
    lines = client.get("/metrics").text.splitlines()
    return {re.split(r"[{ ]", line)[0] for line in lines if line and not line.startswith("#")}


def test_every_panel_asks_for_numbers_that_are_there(names: set[str]) -> None:
    asked = [(panel["title"], target["expr"]) for panel in DASHBOARD["panels"] for target in panel["targets"]]
    assert len(asked) > 10
    none_of(f"{title}: {name}" for title, expr in asked for name in METRIC.findall(expr) if name not in names)


def test_every_number_of_ours_is_on_a_panel(names: set[str]) -> None:
    shown = " ".join(target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"])
    ours = {re.sub(r"_(bucket|count|sum|created)$", "", name) for name in names if name.startswith("vggweb_")}
    none_of(name for name in ours if name not in shown and not name.endswith("_created"))


def test_every_alert_asks_for_numbers_that_are_there(names: set[str]) -> None:
    text = (PROMETHEUS / "alerts.yml").read_text(encoding="utf-8")
    asked = {name for name in METRIC.findall(text) if name != "vggweb_"}
    assert asked
    none_of(asked - names)


def test_the_workers_are_scaled_by_a_number_that_is_there(names: set[str]) -> None:
    text = (ROOT / "deploy" / "kubernetes" / "worker.yaml").read_text(encoding="utf-8")
    none_of(set(re.findall(r"metric: \{name: (\w+)\}", text)) - names)


def test_the_panels_have_their_own_numbers_and_places() -> None:
    panels: list[dict[str, Any]] = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    cells = [
        (x, y)
        for panel in panels
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) < 24  # Grafana's grid is 24 wide


@pytest.mark.parametrize(
    "arguments", ["test rules alerts_test.yml", "check rules alerts.yml", "check config prometheus.yml"]
)
def test_promtool_is_content(arguments: str) -> None:
    promtool = shutil.which("promtool", path=f"{os.environ['PATH']}:{Path(sys.executable).parent}")
    assert promtool, "promtool is missing: tests/install_promtool.sh"
    done = subprocess.run([promtool, *arguments.split()], cwd=PROMETHEUS, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_is_tried_on_a_good_and_on_a_bad_day() -> None:
    alerts = re.findall(r"- alert: (\w+)", (PROMETHEUS / "alerts.yml").read_text(encoding="utf-8"))
    tried = (PROMETHEUS / "alerts_test.yml").read_text(encoding="utf-8")
    assert {name: len(re.findall(rf"alertname: {name}\b", tried)) for name in alerts} == dict.fromkeys(alerts, 2)
