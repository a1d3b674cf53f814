"""How things are measured here: in turn, A B A B, and compared pair by pair, since the machine's speed drifts."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context


@dataclass(frozen=True)
class Ratio:
    """One comparison.

    Attributes:
        name: what was compared.
        baseline: with what.
        ratio: median over the pairs of ours / baseline.
        spread: the pairs' first and third quartile.
        ours: median, in `unit`.
        baseline_value: median, in `unit`.
        unit: seconds, photos a second or MiB.
        aim: the ratio that is aimed at; None if there is no aim.
        larger_is_better: whether the aim is the least that is wanted, not the most.
    """

    name: str
    baseline: str
    ratio: float
    spread: tuple[float, float]
    ours: float
    baseline_value: float
    unit: str
    aim: float | None
    larger_is_better: bool = False

    @property
    def line(self) -> str:
        """The comparison in a line for people."""
        low, high = self.spread
        wanted = "or more" if self.larger_is_better else "or less"
        aim = f"; aim: {self.aim} {wanted}" if self.aim is not None else ""
        values = f"{self.ours:.4g} / {self.baseline_value:.4g} {self.unit}"
        return f"{self.name} / {self.baseline}: {self.ratio:.3g} ({low:.3g} to {high:.3g}; {values}{aim})"


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
    timed = [(seconds(ours), seconds(against)) for _ in range(pairs)]
    return of_pairs(name, timed, baseline=baseline, aim=aim)


def of_pairs(
    name: str,
    pairs: Sequence[tuple[float, float]],
    *,
    baseline: str,
    aim: float | None,
    unit: str = "seconds",
    larger_is_better: bool = False,
) -> Ratio:
    """The ratio of values that were measured in turn."""
    ratios = [mine / other for mine, other in pairs]
    low, _, high = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
    return Ratio(
        name=name,
        baseline=baseline,
        ratio=round(statistics.median(ratios), 3),
        spread=(round(low, 3), round(high, 3)),
        ours=round(statistics.median(mine for mine, _ in pairs), 4),
        baseline_value=round(statistics.median(other for _, other in pairs), 4),
        unit=unit,
        aim=aim,
        larger_is_better=larger_is_better,
    )


def seconds(call: Callable[[], object]) -> float:
    """How long one call takes."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


@contextmanager
def load_on_every_core(count: int) -> Iterator[None]:
    """Meanwhile other processes compute on so many cores without a pause."""
    processes = [get_context("spawn").Process(target=_spin, daemon=True) for _ in range(count)]
    for process in processes:
        process.start()
    time.sleep(1.0)  # until they have started
    try:
        yield
    finally:
        for process in processes:
            process.terminate()
            process.join()


def _spin() -> None:
    value = 0
    while True:
        value = (value * 3 + 1) % 1_000_003
