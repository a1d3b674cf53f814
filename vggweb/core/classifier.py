"""The layers behind block5_conv3, followed backwards by hand: Grad-CAM there needs no TensorFlow.

Grad-CAM weighs a feature map by the *mean* gradient over its cells. A maximum pooling hands the gradient of each of its
cells on to one cell before, so the sum over cells is the same on both sides of it, whichever cell was the largest.
"""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vggweb.core.architecture import LAYERS
from vggweb.core.arrays import Activation
from vggweb.core.weights import Weights
from vggweb.core.weights.compact import FEATURE_MAXIMUM, CompactWeights
from vggweb.core.weights.layout import read_rows
from vggweb.core.weights.official import FullWeights

CHANNELS = LAYERS[-1].channels  # 512, of block5_conv3 and block5_pool
CELLS = LAYERS[-1].shape[0] * LAYERS[-1].shape[1]  # 49, of block5_pool

Vector = NDArray[np.float32]


class Classifier(Protocol):
    """Knows how fast a class's logit rises with each feature map of the last convolution.

    Attributes:
        layer_names: the layers whose outputs it needs to see.
    """

    layer_names: tuple[str, ...]

    def channel_gradients(self, activations: dict[str, Activation], class_index: int) -> Vector:
        """float32 (512,): the gradient of one class's logit, summed over the cells of each map of block5_conv3."""


class CompactClassifier:
    """1 × 1 convolution, clipped to [0, 6], mean over the cells, dense."""

    layer_names: tuple[str, ...] = ("head_conv",)

    def __init__(self, weights: CompactWeights) -> None:
        self._weights = weights

    def channel_gradients(self, activations: dict[str, Activation], class_index: int) -> Vector:
        """As `Classifier`: a clipped feature passes nothing back, and each cell has one 49th of the mean."""
        convolution, dense = self._weights.layers("head_conv", "predictions")
        features = activations["head_conv"]  # (7, 7, 1280), before they are clipped
        open_cells = ((features > 0) & (features < FEATURE_MAXIMUM)).sum(axis=(0, 1))  # (1280,)
        gradient = dense.kernel[:, class_index] * (open_cells / CELLS)
        return (convolution.kernel[0, 0] @ gradient).astype(np.float32)  # (512, 1280) @ (1280,)


class FullClassifier:
    """VGG16's own: flatten, fc1, ReLU, fc2, ReLU, predictions."""

    layer_names: tuple[str, ...] = ("fc1", "fc2")

    def __init__(self, weights: FullWeights) -> None:
        self._weights = weights

    def channel_gradients(self, activations: dict[str, Activation], class_index: int) -> Vector:
        """As `Classifier`: fc1's kernel is read cell by cell, since the whole would take 411 MB."""
        fc2, predictions = self._weights.layers("fc2", "predictions")
        gradient = predictions.kernel[:, class_index] * (activations["fc2"] > 0)  # (4096,)
        gradient = (fc2.kernel @ gradient) * (activations["fc1"] > 0)  # (4096,)
        cells = read_rows(self._weights.path, "fc1", CHANNELS)  # 49 × (512, 4096)
        return np.sum([cell @ gradient for cell in cells], axis=0)


def classifier_of(weights: Weights) -> Classifier | None:
    """The classifier that the chosen weights bring along; nothing is read yet."""
    if isinstance(weights, CompactWeights):
        return CompactClassifier(weights)
    return FullClassifier(weights) if isinstance(weights, FullWeights) else None
