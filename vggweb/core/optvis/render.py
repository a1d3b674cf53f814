"""Draws: what a filter, a mix of two filters or a class looks like to the network.

The same request always gives the same picture. A step is compiled once for a layer, and stops the network there.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from vggweb.core.arrays import Picture
from vggweb.core.model import Vgg16
from vggweb.core.optvis.ascent import Ascent, Seeds, ascent_of
from vggweb.core.optvis.drawing import Drawing, DrawingRequest, OnStep
from vggweb.core.optvis.objectives import Directions

WAKE_STEPS = 16  # an attempt in which nothing is awake by then ends there


def draw(model: Vgg16, request: DrawingRequest, *, on_step: OnStep | None = None) -> list[Drawing]:
    """The drawings that a request asks for: four for `Diverse`, one otherwise.

    A dark filter is tried again with the seeds that follow.

    Args:
        model: the network.
        request: what is wanted.
        on_step: called at every step with the mean of the scores and the pictures side by side; what it raises ends the
            drawing and is passed on. A new attempt goes on counting, with so many more steps to go.

    Raises:
        UnknownLayerError, UnknownFilterError, UnknownClassError: it is of something that is not there.
        BadParameterError: recipe or seed are outside their values.
    """
    return draw_together(model, [request], on_step=on_step)


def draw_together(model: Vgg16, requests: Sequence[DrawingRequest], *, on_step: OnStep | None = None) -> list[Drawing]:
    """The drawings of several requests by one recipe for objectives of one kind and layer, drawn in one batch.

    Arguments and errors as in `draw`; the drawings come in the order of the requests.
    """
    for request in requests:
        request.check()
    first = requests[0]
    directions = np.concatenate([request.objective.directions() for request in requests])
    seeds = np.concatenate([_seeds(request) for request in requests])

    def ascent(count: int) -> Ascent:
        return ascent_of(model, first.objective, first.recipe, count)

    return _draw(ascent, directions, seeds, on_step, first.objective.attempts)


def _seeds(request: DrawingRequest) -> Seeds:
    count = len(request.objective.directions())
    return (request.seed + request.objective.seeds_apart * np.arange(count)).astype(np.int32)


def _draw(
    ascent: Callable[[int], Ascent], directions: Directions, seeds: Seeds, on_step: OnStep | None, attempts: int
) -> list[Drawing]:
    """One drawing for each direction; those that stayed dark are drawn again with the seeds that follow."""
    drawings: dict[int, Drawing] = {}
    pending, steps_done = list(range(len(directions))), 0
    for attempt in range(attempts):
        drawn, steps_done = _climb(
            ascent(len(pending)), directions[pending], seeds[pending] + attempt, on_step, steps_done
        )
        drawings.update(zip(pending, drawn, strict=True))
        pending = [position for position in pending if drawings[position].dark]
        if not pending:
            break
    return [drawings[position] for position in range(len(directions))]


def _climb(
    ascent: Ascent, directions: Directions, seeds: Seeds, on_step: OnStep | None, steps_done: int
) -> tuple[list[Drawing], int]:
    """One attempt: the drawings, and how many steps have been made in all attempts so far."""
    state, curves = ascent.start(seeds), []
    asleep = np.ones(len(seeds), dtype=bool)
    for number in range(1, ascent.steps + 1):
        state, scores, highest = ascent.step(state, directions, seeds, number)
        curves.append(scores)
        asleep = highest <= 0
        if on_step:
            picture = partial(_side_by_side, ascent, state)
            on_step(steps_done + number, steps_done + ascent.steps, float(scores.mean()), picture)
        if number == WAKE_STEPS and asleep.all():
            break
    drawings = [
        Drawing(picture, tuple(float(value) for value in curve), dark=bool(dark), seed_used=int(seed))
        for picture, curve, dark, seed in zip(
            ascent.display(state), np.stack(curves, axis=1), asleep, seeds, strict=True
        )
    ]
    return drawings, steps_done + number


def _side_by_side(ascent: Ascent, state: Any) -> Picture:
    return np.concatenate(ascent.display(state), axis=1)
