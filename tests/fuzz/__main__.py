"""``python -m tests.fuzz``: a bounded run with its figures; ``--write N`` puts the file of one case down instead."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.fuzz.cases import Upload, case
from tests.fuzz.rules import addresses
from tests.fuzz.run import SETTINGS, Report, run
from tests.servers import running_server

MEBIBYTE = 1024 * 1024
SLOWEST_SECONDS = 6.0
PEAK_BYTES = 1536 * MEBIBYTE
GROWTH = 1.10  # of memory, after the run against before it


def complaints(report: Report) -> list[str]:
    """What is not as it should be."""
    found = [f"case {one.number} ({one.origin}): {one.status} {one.code}" for one in report.faults()]
    slowest = report.slowest()
    if slowest.seconds > SLOWEST_SECONDS:
        found.append(f"case {slowest.number} ({slowest.origin}) took {slowest.seconds:.1f} s")
    if report.peak_bytes > PEAK_BYTES:
        found.append(f"the peak of memory was {report.peak_bytes / MEBIBYTE:.0f} MiB")
    if report.after_bytes > GROWTH * report.before_bytes:
        found.append("memory stayed higher than before")
    return found


def print_figures(report: Report) -> None:
    """The figures that docs/reliability.md states."""
    for status, count in sorted(report.statuses().items()):
        print(f"{count:7,} × {status}")
    slowest = report.slowest()
    print(f"slowest: {slowest.seconds:.1f} s (case {slowest.number}, {slowest.origin})")
    sizes = (report.before_bytes, report.peak_bytes, report.after_bytes)
    print("memory before, peak, after: " + ", ".join(f"{size / MEBIBYTE:,.0f} MiB" for size in sizes))


def write_case(seed: int, number: int) -> None:
    """Puts the case into the current folder, or prints it if it is a request."""
    sent = case(seed, number, addresses())
    if isinstance(sent, Upload):
        Path(f"case-{seed}-{number}").write_bytes(sent.data)
    else:
        print(sent)


def main() -> int:
    """0 if everything is as it should be."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=1_200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", type=int, metavar="N")
    options = parser.parse_args()
    if options.write is not None:
        write_case(options.seed, options.write)
        return 0
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder), **SETTINGS) as server:
        report = run(server, addresses(), seed=options.seed, cases=options.cases, seconds=options.seconds)
    print(f"{len(report.answers):,} cases of seed {options.seed}")
    print_figures(report)
    found = complaints(report)
    print("\n".join(found) if found else "Nothing to complain about.")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
