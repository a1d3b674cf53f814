"""Whose turn it is at the model: predictions first, then the slow pages of all visitors, a page of each in turn."""

import threading
from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager

from vggweb.errors import BusyError

Ticket = threading.Event
WAITING_PAGES = 64  # slow pages that may wait, of all visitors together
WAITING_PAGES_OF_ONE = WAITING_PAGES // 2  # so that one visitor cannot take every place in the line


class Turns:
    """Gives out a few turns at a time.

    A prediction waits for predictions only, never for a page that has not begun. Pages leave one turn free for
    predictions wherever there is more than one.
    """

    def __init__(self, count: int) -> None:
        """Nobody has a turn yet.

        Args:
            count: turns that may be had at the same time, 1 or more.
        """
        self._free = count
        self._free_for_pages = max(1, count - 1)
        self._lock = threading.Lock()
        self._predictions: deque[Ticket] = deque()
        self._pages: OrderedDict[str, deque[Ticket]] = OrderedDict()  # by visitor, who is next first

    @contextmanager
    def for_prediction(self) -> Iterator[None]:
        """A turn for a prediction, in the order in which predictions came."""
        ticket = Ticket()
        with self._lock:
            self._predictions.append(ticket)
            self._call_up()
        ticket.wait()
        try:
            yield
        finally:
            with self._lock:
                self._free += 1
                self._call_up()

    @contextmanager
    def for_page(self, visitor: str) -> Iterator[None]:
        """A turn for a slow page, when no prediction waits and this visitor is next.

        Raises:
            BusyError: too many pages wait already, of this visitor or altogether.
        """
        ticket = Ticket()
        with self._lock:
            self._stand_in_line(ticket, visitor)
            self._call_up()
        ticket.wait()
        try:
            yield
        finally:
            with self._lock:
                self._free += 1
                self._free_for_pages += 1
                self._call_up()

    @property
    def waiting(self) -> int:
        """How many predictions and slow pages wait for their turn."""
        return len(self._predictions) + self.waiting_pages

    @property
    def waiting_pages(self) -> int:
        """How many slow pages wait for their turn."""
        return sum(map(len, self._pages.values()))

    def _stand_in_line(self, ticket: Ticket, visitor: str) -> None:
        if len(self._pages.get(visitor, ())) >= WAITING_PAGES_OF_ONE or self.waiting_pages >= WAITING_PAGES:
            raise BusyError
        self._pages.setdefault(visitor, deque()).append(ticket)

    def _call_up(self) -> None:
        """Gives the free turns to those who are next; the lock is held."""
        while self._free and self._predictions:
            self._free -= 1
            self._predictions.popleft().set()
        while self._free and self._free_for_pages and self._pages:
            self._free -= 1
            self._free_for_pages -= 1
            self._next_page().set()

    def _next_page(self) -> Ticket:
        """The next visitor's next page; the visitor goes to the end of the line with the others."""
        visitor, tickets = self._pages.popitem(last=False)
        ticket = tickets.popleft()
        if tickets:
            self._pages[visitor] = tickets
        return ticket
