"""The natural recipe: Fourier coefficients, random transforms, and Adam, as in Lucid.

Follows Olah, Mordvintsev and Schubert 2017 (doi:10.23915/distill.00007). Deep layers look at one random window of the
canvas at each step, which costs less than the whole and moves the picture about as a large shift would.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vggweb.core.optvis.param import image_from_spectrum, network_input, start_spectrum
from vggweb.core.optvis.recipes import Plan
from vggweb.core.optvis.targets import Score, Target
from vggweb.core.optvis.transforms import random_transforms, warp
from vggweb.core.tensorflow_import import tf

FIRST_DECAY, SECOND_DECAY, EPSILON = 0.9, 0.999, 1e-8  # Adam's own (Kingma and Ba 2014, arXiv:1412.6980)


class State(NamedTuple):
    """Where an ascent of n pictures stands: the coefficients and Adam's two moments, all (n, 2, 3, h, h // 2 + 1)."""

    spectrum: tf.Tensor
    first_moment: tf.Tensor
    second_moment: tf.Tensor


def start_state(seeds: tf.Tensor, plan: Plan) -> State:
    """The start of an ascent, one picture for each seed, int32 (n,)."""
    spectrum = start_spectrum(seeds, plan.canvas_px)
    return State(spectrum, tf.zeros_like(spectrum), tf.zeros_like(spectrum))


def build_step(target: Target, plan: Plan, score: Score) -> Callable[..., Any]:
    """One step of the ascent as a graph.

    Returns:
        A function of the state, the directions (n, channels), the seeds int32 (n,) and the number of the step, int32
        from 1, that gives the next state, and before it the scores (n,) and the highest values (n,).
    """

    @tf.function(autograph=False)  # type: ignore[untyped-decorator]
    def step(
        state: State, directions: tf.Tensor, seeds: tf.Tensor, number: tf.Tensor
    ) -> tuple[State, tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(state.spectrum)
            image = image_from_spectrum(state.spectrum, plan.decay_power)
            transforms = random_transforms(seeds, number, plan.amounts)
            response = target(network_input(warp(image, transforms, plan.window_px)), directions)
            scores = score(response)
        gradient = tape.gradient(scores, state.spectrum)
        highest = tf.reduce_max(response.values, axis=(1, 2))
        return _adam(state, gradient, number, plan.learning_rate), scores, highest

    return step


def _adam(state: State, gradient: tf.Tensor, number: tf.Tensor, learning_rate: float) -> State:
    """The state one step further uphill."""
    count = tf.cast(number, tf.float32)
    first = FIRST_DECAY * state.first_moment + (1 - FIRST_DECAY) * gradient
    second = SECOND_DECAY * state.second_moment + (1 - SECOND_DECAY) * tf.square(gradient)
    mean = first / (1 - FIRST_DECAY**count)
    size = tf.sqrt(second / (1 - SECOND_DECAY**count))
    return State(state.spectrum + learning_rate * mean / (size + EPSILON), first, second)


def display(state: State, plan: Plan) -> NDArray[np.uint8]:
    """The pictures as they stand, uint8 (n, h, h, 3), RGB."""
    image: NDArray[np.float32] = image_from_spectrum(state.spectrum, plan.decay_power).numpy()
    return np.rint(255 * image).astype(np.uint8)
