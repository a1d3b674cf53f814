"""How much memory a process had at most, watched from outside."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

KIBIBYTES_IN_A_MEBIBYTE = 1024


@contextmanager
def peak_mebibytes(pid: int) -> Iterator[Callable[[], float]]:
    """Watches a process until the block ends; gives a function that says its peak of resident memory."""
    status, peak, done = Path(f"/proc/{pid}/status"), 0.0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.005):
            peak = max(peak, _high_water(status))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield lambda: peak
    finally:
        peak = max(peak, _high_water(status))
        done.set()
        watcher.join()


def resident_mebibytes(pid: int) -> float:
    """What a process has in memory now."""
    return _field(Path(f"/proc/{pid}/status"), "VmRSS")


def _high_water(status: Path) -> float:
    return _field(status, "VmHWM")


def _field(status: Path, name: str) -> float:
    try:
        lines = status.read_text().splitlines()
    except OSError:  # it has ended
        return 0.0
    found = (float(line.split()[1]) for line in lines if line.startswith(name))
    return next(found, 0.0) / KIBIBYTES_IN_A_MEBIBYTE
