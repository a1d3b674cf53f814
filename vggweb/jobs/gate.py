"""The gate at which heavy work lets predictions pass."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Gate:
    """Knows whether a prediction is under way; heavy work asks before each step.

    Low priority alone does not keep predictions quick: TensorFlow computes in threads of its own, which all
    callers share and which do not take over the priority of the thread that calls.
    """

    def __init__(self) -> None:
        self._under_way = 0
        self._change = threading.Condition()

    @contextmanager
    def prediction(self) -> Iterator[None]:
        """A prediction that a visitor waits for is under way during the block."""
        with self._change:
            self._under_way += 1
        try:
            yield
        finally:
            with self._change:
                self._under_way -= 1
                self._change.notify_all()

    def wait_for_predictions(self, timeout_seconds: float) -> bool:
        """Returns when no prediction is under way, or after the timeout; says whether the way is clear."""
        with self._change:
            return self._change.wait_for(lambda: self._under_way == 0, timeout_seconds)
