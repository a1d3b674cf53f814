"""``python -m benchmarks``: runs all, writes ``latest.json`` beside this file, prints ratios."""

import json
import platform
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path

from benchmarks import inside, live, memory, optvis, prediction
from benchmarks.measure import Ratio

LATEST = Path(__file__).with_name("latest.json")
COMPARISONS: tuple[Callable[[], Iterable[Ratio]], ...] = (prediction.run, live.run, inside.run, optvis.run)


def main() -> None:
    """Runs every benchmark."""
    resident = memory.run()
    print(f"resident memory, server / bare TensorFlow process: {resident['ratio']}")
    ratios: list[Ratio] = []
    for comparison in COMPARISONS:
        for ratio in comparison():
            aim = f" (aim: {ratio.aim} or less)" if ratio.aim is not None else ""
            print(f"{ratio.name} / {ratio.baseline}: {ratio.ratio}{aim}", flush=True)
            ratios.append(ratio)
    machine = {"python": platform.python_version(), "system": platform.platform()}
    report = {"machine": machine, "memory": resident, "ratios": [asdict(ratio) for ratio in ratios]}
    LATEST.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
