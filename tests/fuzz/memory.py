"""What a server and all its children hold in memory, by Linux's own books."""

import os
from pathlib import Path

KIBIBYTE = 1024


def descendants(pid: int) -> list[int]:
    """The process and everybody below it; who ends meanwhile is left out."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return []
    return [pid, *(below for child in children for below in descendants(int(child)))]


def held_bytes(pid: int) -> int:
    """The proportional set size of the whole family: memory that two share counts once."""
    return sum(_proportional(member) for member in descendants(pid))


def _proportional(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * KIBIBYTE for line in lines if line.startswith("Pss:")), 0)


def is_supported() -> bool:
    """Whether this system keeps such books."""
    return Path(f"/proc/{os.getpid()}/smaps_rollup").exists()
