"""The memory for what was just computed, with real threads."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from vggweb.services.cache import ComputeOnceCache

PATIENCE_SECONDS = 30
THREADS = 16


class Counted:
    """A computation that counts how often it ran, and how many ran at the same time at most."""

    def __init__(self) -> None:
        self.runs = 0
        self.at_once = 0
        self.most_at_once = 0
        self._lock = threading.Lock()

    def __call__(self) -> object:
        with self._lock:
            self.runs += 1
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        threading.Event().wait(0.002)  # long enough for the others to arrive
        with self._lock:
            self.at_once -= 1
        return object()


def together(action: Callable[[int], object]) -> list[object]:
    """What the action gives in each of many threads that begin at the same moment."""
    line = threading.Barrier(THREADS)

    def begin(number: int) -> object:
        line.wait(PATIENCE_SECONDS)
        return action(number)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(begin, range(THREADS)))


def test_many_that_ask_at_once_share_one_computation() -> None:
    memory: ComputeOnceCache[object] = ComputeOnceCache(2)
    compute = Counted()
    values = together(lambda _: memory.get("key", compute))
    assert compute.runs == 1
    assert len(set(map(id, values))) == 1


def test_one_key_is_never_computed_twice_at_the_same_time_even_when_others_push_it_out() -> None:
    memory: ComputeOnceCache[object] = ComputeOnceCache(1)
    computations = [Counted(), Counted(), Counted()]

    def ask(number: int) -> None:
        for turn in range(30):
            key = (number + turn) % 3
            memory.get(key, computations[key])

    together(ask)
    assert [one.most_at_once for one in computations] == [1, 1, 1]


def test_different_keys_are_computed_at_the_same_time() -> None:
    memory: ComputeOnceCache[str] = ComputeOnceCache(2)
    meeting = threading.Barrier(2)

    def compute() -> str:
        meeting.wait(PATIENCE_SECONDS)  # breaks, and raises, if only one of the two gets here
        return "met"

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda key: memory.get(key, compute), ("a", "b"))) == ["met", "met"]


def test_the_one_that_was_not_asked_for_longest_is_forgotten() -> None:
    memory: ComputeOnceCache[str] = ComputeOnceCache(2)
    for key in ("a", "b", "a", "c"):
        memory.get(key, lambda: "first")
    assert [memory.get(key, lambda: "again") for key in ("a", "c", "b")] == ["first", "first", "again"]


def test_a_failure_reaches_who_asked_and_the_next_one_tries_anew() -> None:
    memory: ComputeOnceCache[str] = ComputeOnceCache(2)

    def fail() -> str:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        memory.get("key", fail)
    assert memory.get("key", lambda: "yes") == "yes"


def test_those_who_waited_for_a_failure_compute_for_themselves() -> None:
    memory: ComputeOnceCache[str] = ComputeOnceCache(2)
    lock, tries = threading.Lock(), 0

    def fail_once() -> str:
        nonlocal tries
        with lock:
            tries += 1
            number = tries
        threading.Event().wait(0.02)
        if number == 1:
            raise ValueError("the first fails")
        return "value"

    def ask(_: int) -> str:
        try:
            return memory.get("key", fail_once)
        except ValueError:
            return "failed"

    answers = together(ask)
    assert answers.count("failed") == 1
    assert answers.count("value") == THREADS - 1
    assert tries == 2
