"""What a decoding child may take: memory, computing time, files. Set by the child upon itself, before the first photo.

Where the system knows no such limits (Windows; macOS as to memory), the header's check and the reader's own clock
are what is left.
"""

import os
import signal
from contextlib import suppress
from pathlib import Path

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

_STATUS = Path("/proc/self/status")
KIBIBYTE = 1024


def limit_memory(max_resident_bytes: int) -> None:
    """From now on at most so much of the process is in memory, what it has by now included.

    What an allocation over it meets is the decoder's own ``MemoryError``, or its end.
    """
    used = _status_bytes("VmRSS"), _status_bytes("VmData")
    if resource is None or None in used:
        return
    resident, data = used
    limit = (data or 0) + max_resident_bytes - (resident or 0)
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    with suppress(ValueError, OSError):  # a limit that is lower already may not be raised
        resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))


def forbid_files() -> None:
    """From now on no file can be written, and no core dump."""
    if resource is None:
        return
    for kind in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE):
        resource.setrlimit(kind, (0, 0))


def limit_time(seconds: float) -> None:
    """After so much computing time, of all threads together, the system ends the process; 0: no longer."""
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_PROF, seconds)


def resident_bytes() -> int:
    """How much of the process is in memory; 0 where the system does not say."""
    return _status_bytes("VmRSS") or 0


def silence() -> int:
    """Nothing that a library says reaches the server's output: the descriptor that responses go to, alone, is kept."""
    responses = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return responses


def _status_bytes(name: str) -> int | None:
    try:
        lines = _STATUS.read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * KIBIBYTE for line in lines if line.startswith(f"{name}:")), None)
