"""How long each step of an upload takes: measured here, counted by whoever watches."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

Step = Literal["decode", "wait", "predict", "keep"]
STEPS: tuple[Step, ...] = ("decode", "wait", "predict", "keep")
Observe = Callable[[Step, float], None]
_observer: list[Observe] = []


def observe_steps(observe: Observe) -> None:
    """From now on `observe` is told each step and its seconds, in the thread that took it; nobody else is."""
    _observer[:] = [observe]


@contextmanager
def timed(step: Step) -> Iterator[None]:
    """Measures a step that goes well; one that raises is counted as a refusal."""
    began = time.perf_counter()
    yield
    for observe in _observer:
        observe(step, time.perf_counter() - began)
