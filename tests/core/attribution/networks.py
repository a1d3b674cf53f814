"""Networks so small that their maps can be worked out on paper."""

import keras
import numpy as np
from numpy.typing import NDArray

from vggweb.core.model import Vgg16
from vggweb.core.weights.compact import CompactWeights


def wrapped(network: keras.Model) -> Vgg16:
    return Vgg16.from_keras(network, CompactWeights().info)


def two_map_network(*, bias: tuple[float, float] = (0.0, 0.0)) -> Vgg16:
    """2 × 2 pixels; map 0 of block5_conv3 is blue, map 1 green; the logits weigh the maps' means.

    Class 0: 2 · mean(blue) − mean(green). Class 1: −mean(blue) − mean(green).
    """
    inputs = keras.Input((2, 2, 3))
    convolution = keras.layers.Conv2D(2, 1, activation="relu", name="block5_conv3")
    dense = keras.layers.Dense(2, name="predictions")
    network = keras.Model(inputs, dense(keras.layers.GlobalAveragePooling2D()(convolution(inputs))))
    kernel = np.array([[1, 0], [0, 1], [0, 0]], np.float32)[None, None]  # (1, 1, 3, 2)
    convolution.set_weights([kernel, np.zeros(2, np.float32)])
    dense.set_weights([np.array([[2, -1], [-1, -1]], np.float32), np.array(bias, np.float32)])
    return wrapped(network)


def two_map_batch() -> NDArray[np.float32]:
    batch = np.zeros((1, 2, 2, 3), np.float32)
    batch[0, ..., 0] = [[1, 2], [3, 4]]
    batch[0, ..., 1] = [[4, 0], [0, 8]]
    return batch


def linear_network(weights: NDArray[np.float32]) -> Vgg16:
    """One logit: the sum of weights times values. The weights (h, w, 3) are its gradient."""
    inputs = keras.Input(weights.shape)
    dense = keras.layers.Dense(1, use_bias=False)
    network = keras.Model(inputs, dense(keras.layers.Flatten()(inputs)))
    dense.set_weights([weights.reshape(-1, 1).astype(np.float32)])
    return wrapped(network)


def squaring_network(side: int) -> Vgg16:
    """One logit: half the sum of the squares. The values are its gradient."""
    inputs = keras.Input((side, side, 3))
    logit = keras.ops.sum(keras.ops.square(inputs), axis=(1, 2, 3), keepdims=True) / 2
    return wrapped(keras.Model(inputs, keras.layers.Flatten()(logit)))


def smooth_network() -> Vgg16:
    """Three logits of 6 × 6 pixels through a curved convolution with random weights: neither linear nor kinked."""
    keras.utils.set_random_seed(0)
    inputs = keras.Input((6, 6, 3))
    value = keras.layers.Conv2D(4, 3, activation="tanh", padding="same", name="block5_conv3")(inputs)
    return wrapped(keras.Model(inputs, keras.layers.Dense(3)(keras.layers.Flatten()(value))))
