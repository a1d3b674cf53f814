"""One shape for every recipe: start somewhere, step uphill, look at it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vggweb.core.model import Vgg16
from vggweb.core.optvis import classic, natural
from vggweb.core.optvis.objectives import Directions, Target, class_target, layer_target
from vggweb.core.optvis.recipes import CLASS_PLAN, CLASSIC_STEPS, Aim, Plan, RecipeName, check_recipe, natural_plan
from vggweb.core.tensorflow_import import tf
from vggweb.errors import BadParameterError

Seeds = NDArray[np.int32]  # (n,), one for each picture


@dataclass(frozen=True)
class Ascent:
    """How n pictures are drawn at once.

    Attributes:
        steps: how many.
        start: seeds → state; only the functions below know what a state holds.
        step: state, directions, seeds and the number of the step from 1 → the next state, and before it the scores
            (n,) and the highest values (n,).
        display: state → uint8 (n, h, h, 3), RGB.
    """

    steps: int
    start: Callable[[Seeds], Any]
    step: Callable[[Any, Directions, Seeds, int], tuple[Any, NDArray[np.float32], NDArray[np.float32]]]
    display: Callable[[Any], NDArray[np.uint8]]


def layer_ascent(model: Vgg16, layer_name: str, recipe: RecipeName, aim: Aim) -> Ascent:
    """The ascent for the filters of a convolution.

    Raises:
        UnknownLayerError: no such convolution.
        BadParameterError: no such recipe, or the classic one with another aim than ``channel``.
    """
    check_recipe(recipe)
    if recipe == "natural":
        plan = natural_plan(layer_name, aim)
        return _natural(model, (layer_name, aim), plan, aim, lambda: layer_target(model, layer_name, before_relu=True))
    if aim != "channel":
        raise BadParameterError("The classic recipe draws whole channels only.", "Use the natural recipe.")
    return _classic(model, layer_name)


def class_ascent(model: Vgg16) -> Ascent:
    """The ascent for the classes."""
    return _natural(model, ("class",), CLASS_PLAN, "channel", lambda: class_target(model))


def _natural(model: Vgg16, key: tuple[str, ...], plan: Plan, aim: Aim, build_target: Callable[[], Target]) -> Ascent:
    compiled = model.keep(("natural", plan, *key), lambda: natural.build_step(build_target(), plan, aim))

    def step(
        state: natural.State, directions: Directions, seeds: Seeds, number: int
    ) -> tuple[natural.State, NDArray[np.float32], NDArray[np.float32]]:
        state, scores, highest = compiled(state, tf.constant(directions), tf.constant(seeds), tf.constant(number))
        return state, scores.numpy(), highest.numpy()

    return Ascent(
        steps=plan.steps,
        start=lambda seeds: natural.start_state(tf.constant(seeds), plan),
        step=step,
        display=lambda state: natural.display(state, plan),
    )


def _classic(model: Vgg16, layer_name: str) -> Ascent:
    compiled = classic.compiled_step(model, layer_name)

    def step(
        images: tf.Tensor, directions: Directions, _seeds: Seeds, _number: int
    ) -> tuple[tf.Tensor, NDArray[np.float32], NDArray[np.float32]]:
        images, scores, highest = compiled(images, tf.constant(directions))
        return images, scores.numpy(), highest.numpy()

    return Ascent(
        steps=CLASSIC_STEPS,
        start=lambda seeds: tf.constant(np.concatenate([classic.start_noise(int(seed)) for seed in seeds])),
        step=step,
        display=lambda images: np.stack([classic.display(image) for image in images.numpy()]),
    )
