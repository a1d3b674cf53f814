"""Visitors take turns at the decoders: who took little goes first, who takes much never has them all."""

import threading
from collections.abc import Callable

import pytest

from vggweb.decoding import line as line_module
from vggweb.decoding.line import FairLine
from vggweb.errors import BusyError


class Photo:
    """A photo on its way through the line, in a thread of its own."""

    def __init__(self, line: FairLine, visitor: str, order: list[str]) -> None:
        self._line, self._visitor, self._order = line, visitor, order
        self.is_at_work, self._may_end = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._pass)
        self._thread.start()

    def _pass(self) -> None:
        with self._line.place(self._visitor):
            self._order.append(self._visitor)
            self.is_at_work.set()
            self._may_end.wait(20)

    def end(self) -> None:
        self._may_end.set()
        self._thread.join()


def waiting(line: FairLine, count: int) -> None:
    """Returns once so many wait."""
    until(lambda: len(line._waiting) == count)


def until(there: Callable[[], bool]) -> None:
    for _ in range(2000):
        if there():
            return
        threading.Event().wait(0.005)
    raise AssertionError("it never came")


def with_history(places: int, taken: dict[str, float]) -> FairLine:
    """A line that has seen these visitors take so many seconds."""
    line = FairLine(places, most_waiting=8)
    for visitor, seconds in taken.items():
        line._leave(visitor, seconds)
    return line


def test_who_took_the_least_is_next_and_of_equals_who_came_first() -> None:
    line, order = with_history(1, {"greedy": 5.0, "moderate": 0.5}), list[str]()
    first = Photo(line, "somebody", order)
    first.is_at_work.wait(20)
    others = []
    for number, visitor in enumerate(("greedy", "moderate", "new", "newer"), start=1):
        others.append(Photo(line, visitor, order))
        waiting(line, number)
    first.end()
    for photo in (others[2], others[3], others[1], others[0]):
        assert photo.is_at_work.wait(20)
        photo.end()
    assert order == ["somebody", "new", "newer", "moderate", "greedy"]


def test_who_takes_much_never_has_every_place_and_the_others_find_one() -> None:
    line, order = with_history(2, {"greedy": 5.0}), list[str]()
    first = Photo(line, "greedy", order)
    first.is_at_work.wait(20)
    second = Photo(line, "greedy", order)
    waiting(line, 1)
    other = Photo(line, "other", order)
    assert other.is_at_work.wait(20)
    assert not second.is_at_work.is_set()
    first.end()
    assert second.is_at_work.wait(20)
    other.end()
    second.end()


def test_a_visitor_with_ordinary_photos_may_have_every_place() -> None:
    line, order = FairLine(2, most_waiting=8), list[str]()
    photos = [Photo(line, "one", order) for _ in range(2)]
    assert all(photo.is_at_work.wait(20) for photo in photos)
    for photo in photos:
        photo.end()


def test_the_only_place_is_there_for_everybody() -> None:
    line = with_history(1, {"greedy": 50.0})
    with line.place("greedy"):
        pass


def test_what_was_taken_is_forgotten_with_time(monkeypatch: pytest.MonkeyPatch) -> None:
    line = with_history(2, {"greedy": 8.0})
    monkeypatch.setattr(line_module, "HALF_LIFE_SECONDS", 1e-9)
    assert line._taken_lately("greedy") < 0.001


def test_a_full_line_is_busy_and_lets_others_in_again() -> None:
    line, order = FairLine(1, most_waiting=1), list[str]()
    first = Photo(line, "one", order)
    first.is_at_work.wait(20)
    second = Photo(line, "two", order)
    waiting(line, 1)
    with pytest.raises(BusyError), line.place("three"):
        pass
    first.end()
    assert second.is_at_work.wait(20)
    second.end()
    with line.place("three"):
        pass
