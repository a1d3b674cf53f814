"""Whose photo is decoded next: of those who wait, the visitor who has lately taken the least of the decoders' time.

A visitor who sends what takes seconds waits behind everybody who sends ordinary photos, and never has all decoders at
once. Nobody is refused for it: alone, they go at full pace but for one decoder.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from vggweb.errors import BusyError

WAIT_SECONDS = 20.0
HALF_LIFE_SECONDS = 60.0  # of what is held against a visitor
FREE_SECONDS = 2.0  # until then a visitor may have every decoder: some photos of a phone
MOST_VISITORS = 1000  # that are remembered; those who took least are forgotten first


@dataclass(frozen=True)
class _Ticket:
    number: int
    visitor: str


class FairLine:
    """A number of places, lent to one photo each.

    Args:
        places: how many there are.
        most_waiting: how many photos may wait for one.
    """

    def __init__(self, places: int, *, most_waiting: int) -> None:
        self._places, self._most_waiting = places, most_waiting
        self._changed = threading.Condition()
        self._waiting: list[_Ticket] = []
        self._at_work: Counter[str] = Counter()
        self._taken: dict[str, tuple[float, float]] = {}  # visitor → seconds, and when that was
        self._next_number = 0

    @contextmanager
    def place(self, visitor: str) -> Iterator[None]:
        """A place, once it is this visitor's turn; what passes meanwhile counts as theirs.

        Raises:
            BusyError: too many wait already, or it took too long.
        """
        self._enter(visitor)
        began = time.monotonic()
        try:
            yield
        finally:
            self._leave(visitor, time.monotonic() - began)

    def _enter(self, visitor: str) -> None:
        with self._changed:
            if len(self._waiting) >= self._most_waiting:
                raise BusyError
            ticket = _Ticket(self._next_number, visitor)
            self._next_number += 1
            self._waiting.append(ticket)
            try:
                if not self._changed.wait_for(lambda: self._next() is ticket, WAIT_SECONDS):
                    raise BusyError
                self._at_work[visitor] += 1
            finally:
                self._waiting.remove(ticket)
                self._changed.notify_all()

    def _leave(self, visitor: str, seconds: float) -> None:
        with self._changed:
            self._at_work[visitor] -= 1
            self._at_work += Counter()  # drops those who have none
            self._taken[visitor] = (self._taken_lately(visitor) + seconds, time.monotonic())
            if len(self._taken) > MOST_VISITORS:
                del self._taken[min(self._taken, key=self._taken_lately)]
            self._changed.notify_all()

    def _next(self) -> _Ticket | None:
        if self._at_work.total() >= self._places:
            return None
        allowed = [ticket for ticket in self._waiting if self._may_have_one(ticket.visitor)]
        return min(allowed, key=lambda ticket: (self._taken_lately(ticket.visitor), ticket.number), default=None)

    def _may_have_one(self, visitor: str) -> bool:
        most = self._places if self._taken_lately(visitor) < FREE_SECONDS else max(1, self._places - 1)
        return self._at_work[visitor] < most

    def _taken_lately(self, visitor: str) -> float:
        seconds, then = self._taken.get(visitor, (0.0, 0.0))
        return float(seconds * 0.5 ** ((time.monotonic() - then) / HALF_LIFE_SECONDS)) if seconds else 0.0
