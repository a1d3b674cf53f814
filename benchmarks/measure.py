"""How things are measured here: in turn, A B A B, and compared pair by pair, since the machine's speed drifts."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Ratio:
    """One comparison.

    Attributes:
        name: what was compared.
        baseline: with what.
        ratio: median over the pairs of ours / baseline.
        ours_seconds: median.
        baseline_seconds: median.
        aim: the largest ratio that is aimed at; None if there is no aim.
    """

    name: str
    baseline: str
    ratio: float
    ours_seconds: float
    baseline_seconds: float
    aim: float | None


def compare(
    name: str,
    ours: Callable[[], object],
    *,
    baseline: str,
    against: Callable[[], object],
    pairs: int,
    aim: float | None,
) -> Ratio:
    """Times both in turn, after one uncounted run of each."""
    ours()
    against()
    timed = [(_seconds(ours), _seconds(against)) for _ in range(pairs)]
    return Ratio(
        name=name,
        baseline=baseline,
        ratio=round(statistics.median(mine / other for mine, other in timed), 3),
        ours_seconds=round(statistics.median(mine for mine, _ in timed), 4),
        baseline_seconds=round(statistics.median(other for _, other in timed), 4),
        aim=aim,
    )


def _seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
