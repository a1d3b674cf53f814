"""Reads photos in a few child processes, started beforehand: a fair line, limits, and children that are replaced."""

import logging
import threading
import time
import weakref
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from vggweb.core.images import PhotoLimits
from vggweb.core.prepared_photo import PreparedPhoto
from vggweb.decoding.line import FairLine
from vggweb.decoding.messages import PhotoProblem
from vggweb.decoding.process import Child, ChildEndedError
from vggweb.errors import CorruptImageError, NoPhotoError, PhotoTooLargeError, VggwebError

logger = logging.getLogger(__name__)

MEBIBYTE = 1024 * 1024
DEFAULT_PIXELS = 52_000_000
DEFAULT_MEMORY_BYTES = 400 * MEBIBYTE  # for the largest photo of the default limit; more where more is allowed
OWN_BYTES = 64 * MEBIBYTE  # of it for the interpreter, the libraries and the file itself
SECONDS_A_PHOTO = 5.0  # of computing
PATIENCE_SECONDS = 20.0  # by the clock: a busy machine gives a child only a share of its processors
REASONS = ("time", "memory", "crash")  # why a child ends before it has answered


@dataclass(frozen=True)
class Counts:
    """What happened so far.

    Attributes:
        photos: files that were looked at, good and bad.
        seconds: how long they took, waiting left out.
        ended: children that were ended by the reason: ``time``, ``memory`` or ``crash``.
    """

    photos: int
    seconds: float
    ended: dict[str, int]


class PhotoReader:
    """Reads photos in child processes.

    Args:
        limits: how large a photo may be; the memory for decoding is worked out from the pixels.
        children: how many photos are decoded at once; each may take 400 MiB.
        line: how many may wait for that.
        seconds: of computing that a photo may take.
    """

    def __init__(
        self, limits: PhotoLimits, *, children: int = 2, line: int = 64, seconds: float = SECONDS_A_PHOTO
    ) -> None:
        self._memory_bytes = DEFAULT_MEMORY_BYTES * max(1, limits.max_pixels / DEFAULT_PIXELS)
        self._limits = replace(limits, max_memory_bytes=int(self._memory_bytes) - OWN_BYTES)
        self._children, self._seconds_a_photo = max(1, children), seconds
        self._line = FairLine(self._children, most_waiting=line)
        self._lock = threading.Lock()
        self._idle: list[Child] = []
        weakref.finalize(self, _end_all, self._idle)
        self._lent = 0
        self._photos, self._seconds, self._ended = 0, 0.0, Counter[str]()

    def start(self) -> None:
        """Starts the children beforehand; it waits for none of them."""
        with self._lock:
            while len(self._idle) + self._lent < self._children:
                self._idle.append(self._new_child())

    def read(self, data: bytes, *, visitor: str = "") -> PreparedPhoto:
        """All that is kept of the photo that a file's bytes hold.

        Args:
            data: the whole file.
            visitor: who sent it: visitors take turns.

        Raises:
            NoPhotoError: there are no bytes.
            NotAnImageError: the bytes are no picture.
            UnsupportedFormatError: a picture in a format, or a variant of one, that is not read.
            PhotoTooLargeError: over a limit, or the child had to be ended because it took too much.
            CorruptImageError: a picture that stops half-way, or is broken inside.
            BusyError: too many wait already, or it waited too long.
        """
        if not data:
            raise NoPhotoError
        self._limits.check_bytes(len(data))
        with self._line.place(visitor), self._borrowed() as lent:
            outcome = lent.ask(data, self._limits)
        if isinstance(outcome, VggwebError):
            raise outcome
        return outcome

    def counts(self) -> Counts:
        """What happened so far."""
        with self._lock:
            return Counts(self._photos, self._seconds, dict(self._ended))

    def pids(self) -> list[int]:
        """The numbers of the idle children's processes."""
        with self._lock:
            return [child.pid for child in self._idle]

    def close(self) -> None:
        """Ends the idle children; one that is at work ends with its photo's request."""
        with self._lock:
            _end_all(self._idle)

    def _new_child(self) -> Child:
        return Child(
            memory_bytes=int(self._memory_bytes), seconds=self._seconds_a_photo, patience_seconds=PATIENCE_SECONDS
        )

    @contextmanager
    def _borrowed(self) -> Iterator["_Lent"]:
        lent = _Lent(self._take())
        began = time.monotonic()
        try:
            yield lent
        finally:
            self._give_back(lent, time.monotonic() - began)

    def _take(self) -> Child:
        """An idle child that lives, or a new one: a photo is not refused for what happened to a child before."""
        with self._lock:
            self._lent += 1
            while self._idle:
                child = self._idle.pop()
                if child.is_alive:
                    return child
                self._ended["crash"] += 1
                child.end()
        return self._new_child()

    def _give_back(self, lent: "_Lent", seconds: float) -> None:
        fresh = None if lent.usable else self._new_child()  # beforehand: the next photo need not wait for it
        with self._lock:
            self._lent -= 1
            self._idle.append(fresh or lent.child)
            self._photos += 1
            self._seconds += seconds
            if lent.ended:
                self._ended[lent.ended] += 1
        if fresh:
            lent.child.end()


def _end_all(children: list[Child]) -> None:
    while children:
        children.pop().end()


class _Lent:
    """A child while one photo has it."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self.usable = False
        self.ended = ""

    def ask(self, data: bytes, limits: PhotoLimits) -> PreparedPhoto | PhotoProblem:
        try:
            response = self.child.ask(data, limits)
        except ChildEndedError as error:
            self.ended = error.reason
            logger.warning("A decoder was ended.", extra={"reason": error.reason, "bytes": len(data)})
            return _problem(error.reason, limits)
        self.usable = not response.retires
        return response.photo


def _problem(reason: str, limits: PhotoLimits) -> PhotoProblem:
    if reason == "time":
        return PhotoTooLargeError("Decoding the picture takes longer than a photo may take.")
    if reason == "memory":
        return limits.out_of_memory()
    return CorruptImageError()
