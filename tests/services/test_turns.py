"""Who comes next: worked out by hand, with threads that say when they are called up."""

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from vggweb.errors import BusyError
from vggweb.services.turns import WAITING_PAGES, WAITING_PAGES_OF_ONE, Turns


class Crowd:
    """People who wait for a turn in threads of their own, and the order in which they got it."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.called: list[str] = []
        self._threads: list[threading.Thread] = []
        self._may_leave: dict[str, threading.Event] = {}

    def comes(self, name: str, visitor: str | None = None) -> None:
        """Somebody stands in line, for a prediction or for a page of a visitor's, behind those who came before."""
        waiting = self._count()
        self._may_leave[name] = threading.Event()
        turn = self.turns.for_prediction() if visitor is None else self.turns.for_page(visitor)
        thread = threading.Thread(target=self._wait, args=(name, turn), daemon=True)
        self._threads.append(thread)
        thread.start()
        until(lambda: self._count() == waiting + 1)

    def leaves(self, name: str, *, next_one: bool = True) -> None:
        """Somebody is done; if there is a next one, that one has been called up when this returns."""
        called = len(self.called)
        self._may_leave[name].set()
        if next_one:
            until(lambda: len(self.called) > called)

    def everybody_leaves(self) -> None:
        """One after the other, in the order in which they were called."""
        for position in range(len(self._threads)):
            self.leaves(self.called[position], next_one=self.turns.waiting > 0)
        for thread in self._threads:
            thread.join()

    def _count(self) -> int:
        return len(self.called) + self.turns.waiting

    def _wait(self, name: str, turn: AbstractContextManager[None]) -> None:
        with turn:
            self.called.append(name)
            self._may_leave[name].wait()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_predictions_pass_all_pages_that_have_not_begun() -> None:
    crowd = Crowd(Turns(1))
    crowd.comes("at work")
    crowd.comes("page 1", "Ann")
    crowd.comes("page 2", "Ben")
    crowd.comes("prediction 1")
    crowd.comes("prediction 2")
    crowd.everybody_leaves()
    assert crowd.called == ["at work", "prediction 1", "prediction 2", "page 1", "page 2"]


def test_each_visitor_gets_a_page_in_turn_however_many_one_of_them_asks_for() -> None:
    crowd = Crowd(Turns(1))
    crowd.comes("at work")
    for number in range(4):
        crowd.comes(f"Ann {number}", "Ann")
    crowd.comes("Ben 0", "Ben")
    crowd.comes("Cleo 0", "Cleo")
    crowd.comes("Ben 1", "Ben")
    crowd.everybody_leaves()
    assert crowd.called[1:] == ["Ann 0", "Ben 0", "Cleo 0", "Ann 1", "Ben 1", "Ann 2", "Ann 3"]


def test_pages_leave_a_turn_free_for_predictions() -> None:
    crowd = Crowd(Turns(3))
    for number in range(3):
        crowd.comes(f"page {number}", "Ann")
    assert crowd.called == ["page 0", "page 1"]
    crowd.comes("prediction")
    assert crowd.called[2:] == ["prediction"]
    crowd.leaves("prediction", next_one=False)
    assert crowd.turns.waiting == 1
    crowd.leaves("page 0")
    assert crowd.called[3:] == ["page 2"]
    crowd.leaves("page 1", next_one=False)
    crowd.leaves("page 2", next_one=False)


def test_one_visitor_cannot_fill_the_line_and_the_line_ends_somewhere() -> None:
    crowd = Crowd(Turns(1))
    crowd.comes("at work")
    for number in range(WAITING_PAGES_OF_ONE):
        crowd.comes(f"Ann {number}", "Ann")
    with pytest.raises(BusyError), crowd.turns.for_page("Ann"):
        pass
    for number in range(WAITING_PAGES - WAITING_PAGES_OF_ONE):
        crowd.comes(f"Ben {number}", "Ben")
    with pytest.raises(BusyError), crowd.turns.for_page("Cleo"):
        pass
    crowd.everybody_leaves()
    with crowd.turns.for_page("Cleo"):
        pass


def test_a_turn_that_ended_in_an_error_is_free_again() -> None:
    turns = Turns(1)
    for turn in (turns.for_prediction, lambda: turns.for_page("Ann")):
        with pytest.raises(ZeroDivisionError), turn():
            _ = 1 / 0
    with turns.for_prediction():
        pass
