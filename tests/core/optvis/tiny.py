"""A network of two convolutions with chosen kernels, small enough to follow by hand."""

import keras
import numpy as np
from numpy.typing import NDArray

from vggweb.core.model import Vgg16
from vggweb.core.weights.compact import CompactWeights

CHANNELS = 64  # as block1 of VGG16 has
BLUE = 0  # BGR: the first position of the network's input
DARK_FILTER = 9


def colour_filter(blue: float, green: float, red: float) -> NDArray[np.float32]:
    """A kernel (3, 3, 3) that looks at its middle pixel only."""
    kernel = np.zeros((3, 3, 3), np.float32)
    kernel[1, 1] = (blue, green, red)
    return kernel


def tiny_model(kernels: dict[int, NDArray[np.float32]] | None = None, biases: dict[int, float] | None = None) -> Vgg16:
    """block1_conv1 with the given kernels and biases (random and 0 elsewhere), a random block1_conv2, 1000 classes."""
    random = np.random.default_rng(7)
    kernel = random.normal(0, 0.1, (3, 3, 3, CHANNELS)).astype(np.float32)
    bias = np.zeros(CHANNELS, np.float32)
    for index, values in (kernels or {}).items():
        kernel[..., index] = values
    for index, value in (biases or {}).items():
        bias[index] = value

    inputs = keras.Input((224, 224, 3))
    first = keras.layers.Conv2D(CHANNELS, 3, padding="same", activation="relu", name="block1_conv1")
    second = keras.layers.Conv2D(CHANNELS, 3, padding="same", activation="relu", name="block1_conv2")
    classes = keras.layers.Dense(1000, name="predictions")
    outputs = classes(keras.layers.GlobalAveragePooling2D()(second(first(inputs))))
    network = keras.Model(inputs, outputs)

    second_kernel = random.normal(0, 0.1, (3, 3, CHANNELS, CHANNELS)).astype(np.float32)
    first.set_weights([kernel, bias])
    second.set_weights([second_kernel, np.zeros(CHANNELS, np.float32)])
    classes.set_weights([np.eye(CHANNELS, 1000, dtype=np.float32), np.zeros(1000, np.float32)])
    return Vgg16.from_keras(network, CompactWeights().info)


def dark_model() -> Vgg16:
    """A network whose filter DARK_FILTER is below zero whatever it sees, while filter 0 likes blue."""
    asleep = {DARK_FILTER: colour_filter(0, 0, 0), 0: colour_filter(1, -0.5, -0.5)}
    return tiny_model(asleep, {DARK_FILTER: -1.0})


def colour_class_model() -> Vgg16:
    """A network without a convolution: the first three classes are how much blue, green and red there is."""
    inputs = keras.Input((224, 224, 3))
    classes = keras.layers.Dense(1000, name="predictions")
    network = keras.Model(inputs, classes(keras.layers.GlobalAveragePooling2D()(inputs)))
    classes.set_weights([np.eye(3, 1000, dtype=np.float32), np.zeros(1000, np.float32)])
    return Vgg16.from_keras(network, CompactWeights().info)
