"""One decoding child, seen from the server."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

from vggweb.core.images import PhotoLimits
from vggweb.decoding.messages import Response, read_response, request_bytes

_ROOT = Path(__file__).resolve().parents[2]  # where the package lies, installed or not
# What a child needs of the server's environment; the rest, secrets and addresses among it, stays here.
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "TZ", "SYSTEMROOT", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH")
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
GOODBYE_SECONDS = 2.0


class ChildEndedError(Exception):
    """The child ended before it answered.

    Attributes:
        reason: ``time``, ``memory`` or ``crash``.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Child:
    """A decoding child with its pipes.

    Args:
        memory_bytes: most that it may have in memory.
        seconds: computing time for one photo.
        patience_seconds: by the clock; then it is killed, wherever it hangs.
    """

    def __init__(self, *, memory_bytes: int, seconds: float, patience_seconds: float) -> None:
        self._patience_seconds = patience_seconds
        self._out_of_patience = False
        self._process = subprocess.Popen(  # noqa: S603 - this very program
            [sys.executable, "-m", "vggweb.decoding.child", str(memory_bytes), str(seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            env={name: os.environ[name] for name in _PASSED_ON if name in os.environ} | _ONE_THREAD,
            start_new_session=True,  # Ctrl-C is the server's: it answers what it has accepted, then closes the pipes
        )

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """The process has not ended."""
        return self._process.poll() is None

    def ask(self, data: bytes, limits: PhotoLimits) -> Response:
        """What the child says of a file.

        Raises:
            ChildEndedError: it ended before; it answers no more.
        """
        clock = threading.Timer(self._patience_seconds, self._lose_patience)
        clock.daemon = True
        clock.start()
        try:
            self._pipe(self._process.stdin).write(request_bytes(data, limits) + data)
            self._pipe(self._process.stdin).flush()
            return read_response(self._pipe(self._process.stdout).read)
        except (OSError, ValueError) as error:
            raise ChildEndedError(self._reason()) from error
        finally:
            clock.cancel()

    def end(self) -> None:
        """The process and its pipes are gone afterwards."""
        for pipe in (self._process.stdin, self._process.stdout):
            try:
                self._pipe(pipe).close()
            except OSError:
                continue  # what was left in the pipe to a dead child
        try:
            self._process.wait(GOODBYE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _lose_patience(self) -> None:
        self._out_of_patience = True
        self._process.kill()

    def _reason(self) -> str:
        """Why the child ended, by the signal that ended it."""
        code = self._end_code()
        if self._out_of_patience or code == -getattr(signal, "SIGPROF", 0):
            return "time"
        # A C++ decoder without memory aborts; the system's own watch over memory kills.
        return "memory" if code in (-signal.SIGABRT, -getattr(signal, "SIGKILL", 9)) else "crash"

    def _end_code(self) -> int:
        try:
            return self._process.wait(GOODBYE_SECONDS)
        except subprocess.TimeoutExpired:  # alive, and saying what is no response
            self._process.kill()
            self._process.wait()
            return 0

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        if pipe is None:
            raise ValueError("no pipe")
        return pipe
