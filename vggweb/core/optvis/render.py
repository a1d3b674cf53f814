"""Draws: what a filter, a mix of two filters or a class looks like to the network.

Every function gives the same picture for the same seed. They compile once for a layer, and stop the network at the
layer that they need.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any, Literal

import numpy as np

from vggweb.core.architecture import check_channel, find_convolution
from vggweb.core.arrays import Picture
from vggweb.core.classes import CLASS_COUNT, find_class
from vggweb.core.model import Vgg16
from vggweb.core.optvis.ascent import Ascent, Seeds, class_ascent, layer_ascent
from vggweb.core.optvis.drawing import Drawing, OnStep
from vggweb.core.optvis.objectives import Directions, one_channel
from vggweb.core.optvis.recipes import RecipeName, check_seed
from vggweb.errors import BadParameterError

ATTEMPTS = 3  # seeds that are tried before a filter is said to be dark
FEWEST_DIVERSE, MOST_DIVERSE = 2, 8
WAKE_STEPS = 16  # an attempt in which nothing is awake by then ends there


def draw_filter(
    model: Vgg16,
    layer_name: str,
    filter_index: int,
    *,
    recipe: RecipeName = "natural",
    aim: Literal["channel", "centre"] = "channel",
    seed: int = 0,
    on_step: OnStep | None = None,
) -> Drawing:
    """What one filter likes.

    Args:
        layer_name: a convolution.
        filter_index: counted from 0.
        recipe: a name in `RECIPES`.
        aim: ``channel`` excites the filter everywhere, ``centre`` only at the place in the middle. The classic
            recipe knows ``channel`` only.
        seed: of the first attempt; a dark filter is tried again with the seeds that follow.
        on_step: called at every step; what it raises ends the drawing and is passed on. A new attempt goes on
            counting, with so many more steps to go.

    Raises:
        UnknownLayerError: no such convolution.
        UnknownFilterError: the layer has no such filter.
        BadParameterError: no such recipe, the centre with the classic recipe, or a seed out of range.
    """
    directions = _directions(layer_name, [filter_index])
    ascent = layer_ascent(model, layer_name, recipe, aim)
    return _draw(ascent, directions, _same_seed(seed, 1), on_step)[0]


def draw_filters(
    model: Vgg16,
    layer_name: str,
    filter_indices: Sequence[int],
    *,
    recipe: RecipeName = "natural",
    seed: int = 0,
    on_step: OnStep | None = None,
) -> list[Drawing]:
    """What several filters of one layer like, drawn in one batch.

    Worth it for the small canvases of block1 and block2; deeper, one picture keeps all cores busy and a batch gains
    nothing.

    Arguments, except for the indices, and errors as in `draw_filter`. `on_step` gets the mean of the scores and the
    pictures side by side.

    Returns:
        One drawing for each index, in order.
    """
    directions = _directions(layer_name, filter_indices)
    ascent = layer_ascent(model, layer_name, recipe, "channel")
    return _draw(ascent, directions, _same_seed(seed, len(directions)), on_step)


def draw_mix(
    model: Vgg16,
    layer_name: str,
    first_filter: int,
    second_filter: int,
    *,
    seed: int = 0,
    on_step: OnStep | None = None,
) -> Drawing:
    """What two filters of one layer like together, each counting half. Natural recipe.

    Arguments and errors as in `draw_filter`.
    """
    directions = _directions(layer_name, [first_filter, second_filter]).mean(axis=0, keepdims=True)
    ascent = layer_ascent(model, layer_name, "natural", "channel")
    return _draw(ascent, directions, _same_seed(seed, 1), on_step)[0]


def draw_diverse(
    model: Vgg16,
    layer_name: str,
    filter_index: int,
    *,
    count: int = 4,
    seed: int = 0,
    on_step: OnStep | None = None,
) -> list[Drawing]:
    """Different pictures that one filter likes: each must excite it and be unlike the others. Natural recipe.

    Arguments and errors as in `draw_filter`. `on_step` gets the mean of the scores and the pictures side by side.

    Args:
        count: how many pictures, 2 to 8.
    """
    if not FEWEST_DIVERSE <= count <= MOST_DIVERSE:
        raise BadParameterError(
            "There can be %(least)s to %(most)s different pictures.", least=FEWEST_DIVERSE, most=MOST_DIVERSE
        )
    directions = _directions(layer_name, [filter_index] * count)
    ascent = layer_ascent(model, layer_name, "natural", "diverse")
    # A picture of a group is not drawn again alone, so the seeds that follow serve for the other pictures.
    seeds: Seeds = np.add(_same_seed(seed, count), np.arange(count), dtype=np.int32)
    return _draw(ascent, directions, seeds, on_step, attempts=1)


def draw_class(model: Vgg16, class_index: int, *, seed: int = 0, on_step: OnStep | None = None) -> Drawing:
    """What a class looks like to the network: climbs its logit, at 224 × 224. Natural recipe.

    Other arguments as in `draw_filter`.

    Raises:
        UnknownClassError: class_index is outside 0-999.
    """
    find_class(class_index)
    direction = one_channel(CLASS_COUNT, class_index)
    return _draw(class_ascent(model), direction, _same_seed(seed, 1), on_step, attempts=1)[0]


def _directions(layer_name: str, filter_indices: Sequence[int]) -> Directions:
    layer = find_convolution(layer_name)
    for filter_index in filter_indices:
        check_channel(layer, filter_index)
    return np.concatenate([one_channel(layer.channels, index) for index in filter_indices])


def _same_seed(seed: int, count: int) -> Seeds:
    check_seed(seed)
    return np.full(count, seed, dtype=np.int32)


def _draw(
    ascent: Ascent, directions: Directions, seeds: Seeds, on_step: OnStep | None, attempts: int = ATTEMPTS
) -> list[Drawing]:
    """One drawing for each direction; those that stayed dark are drawn again with the seeds that follow."""
    drawings: dict[int, Drawing] = {}
    pending, steps_done = list(range(len(directions))), 0
    for attempt in range(attempts):
        drawn, steps_done = _climb(ascent, directions[pending], seeds[pending] + attempt, on_step, steps_done)
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
