"""The classic recipe: gradient ascent on the pixels themselves.

The recipe of the Keras blog's "How convolutional neural networks see the world" (F. Chollet, 30 January 2016),
which made filter pictures popular, number by number. Its pictures are shown here with BGR turned back to RGB.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vggweb.core.arrays import Picture
from vggweb.core.model import Vgg16
from vggweb.core.optvis.recipes import CLASSIC_CANVAS_PX
from vggweb.core.optvis.targets import layer_target, mean_score
from vggweb.core.tensorflow_import import tf

STEP_SIZE = 1.0
NOISE_LOW, NOISE_WIDTH = 128.0, 20.0  # the start is even noise in [128, 148), given to the network as it is
EPSILON = 1e-5  # in both divisions of the recipe
DISPLAY_DEVIATION, DISPLAY_MEAN = 0.1, 0.5  # of the picture that is shown, in [0, 1]


def start_noise(seed: int) -> NDArray[np.float32]:
    """The grey noise that the ascent starts from, float32 (1, 128, 128, 3)."""
    noise = np.random.default_rng(seed).random((1, CLASSIC_CANVAS_PX, CLASSIC_CANVAS_PX, 3))
    return (noise * NOISE_WIDTH + NOISE_LOW).astype(np.float32)


def build_step(model: Vgg16, layer_name: str) -> Callable[..., Any]:
    """One step of the ascent as a graph, good for all filters of a layer.

    Returns:
        A function of the images, float32 (n, h, w, 3), and the directions, float32 (n, channels), that gives the
        images after the step, the scores (n,) and the highest activations (n,) before it.
    """
    target = layer_target(model, layer_name, before_relu=False)

    @tf.function(autograph=False)  # type: ignore[untyped-decorator]
    def step(images: tf.Tensor, directions: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(images)
            response = target(images, directions)
            scores = mean_score(response)
        gradient = tape.gradient(scores, images)
        size = tf.sqrt(tf.reduce_mean(tf.square(gradient), axis=(1, 2, 3), keepdims=True))
        moved = images + STEP_SIZE * gradient / (size + EPSILON)
        return moved, scores, tf.reduce_max(response.values, axis=(1, 2))

    return step


def display(image: NDArray[np.float32]) -> Picture:
    """The image as the recipe shows it: mean grey, a tenth of the range as deviation; BGR turned to RGB.

    Args:
        image: float32 (h, w, 3), BGR, any range. Not modified.
    """
    even = (image - image.mean()) / (image.std() + EPSILON) * DISPLAY_DEVIATION + DISPLAY_MEAN
    picture: Picture = (np.clip(even, 0, 1) * 255).astype(np.uint8)[..., ::-1]
    return np.ascontiguousarray(picture)
