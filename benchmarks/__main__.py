"""``python -m benchmarks [GROUP…]``: runs all groups or some, writes ``latest.json``, prints ratios."""

import argparse
import json
import os
import platform
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import live, looking, optvis, prediction, serving
from benchmarks.measure import Ratio
from vggweb.core.weights.compact import CompactWeights
from vggweb.services.model_host import ModelHost

LATEST = Path(__file__).with_name("latest.json")
UPLOADS = 2000


def main() -> None:
    """Runs what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("groups", nargs="*", help="prediction, serving, looking, live, optvis; all by default")
    parser.add_argument("--uploads", type=int, default=UPLOADS, help="before memory is read a second time")
    asked = parser.parse_args()
    host = ModelHost(CompactWeights(), queue_limit=64)
    groups = _groups(host, asked.uploads)
    began, ratios = time.monotonic(), []
    for group in asked.groups or groups:
        for ratio in groups[group]():
            print(ratio.line, flush=True)
            ratios.append(ratio)
    _write(ratios, time.monotonic() - began)


def _groups(host: ModelHost, uploads: int) -> dict[str, Callable[[], Iterator[Ratio]]]:
    model = host.load()
    return {
        "prediction": lambda: prediction.run(model),
        "serving": lambda: serving.run(model, uploads=uploads),
        "looking": lambda: looking.run(host),
        "live": live.run,
        "optvis": optvis.run,
    }


def _write(ratios: list[Ratio], passed: float) -> None:
    machine = {"python": platform.python_version(), "system": platform.platform(), "cores": os.cpu_count()}
    when = datetime.now(UTC).isoformat(timespec="minutes")
    report = {"machine": machine, "when": when, "seconds": round(passed), "ratios": [asdict(one) for one in ratios]}
    LATEST.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
