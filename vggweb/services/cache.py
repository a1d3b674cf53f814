"""A small memory for what was just computed, so that a page and its pictures share one computation."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class ComputeOnceCache(Generic[T]):
    """The last few values by key; of several threads that ask for one key, one computes and the others wait."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._values: OrderedDict[Hashable, T] = OrderedDict()
        self._computing: set[Hashable] = set()
        self._change = threading.Condition()

    def get(self, key: Hashable, compute: Callable[[], T]) -> T:
        """The value of the key, computed if it is not remembered. What `compute` raises is passed on and forgotten."""
        with self._change:
            self._change.wait_for(lambda: key not in self._computing)
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
            self._computing.add(key)
        try:
            value = compute()
            with self._change:
                self._remember(key, value)
            return value
        finally:
            with self._change:
                self._computing.discard(key)
                self._change.notify_all()

    def forget(self, key: Hashable) -> None:
        """The value of the key is remembered no more."""
        with self._change:
            self._values.pop(key, None)

    def _remember(self, key: Hashable, value: T) -> None:
        self._values[key] = value
        while len(self._values) > self._capacity:
            self._values.popitem(last=False)
