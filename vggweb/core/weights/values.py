"""The numbers of the chosen weights, layer by layer, read with NumPy alone: TensorFlow is not needed to know them."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vggweb.core.weights import WeightsChoice
from vggweb.core.weights.compact import compact_layers
from vggweb.core.weights.official import imagenet_layers


class LayerValues(NamedTuple):
    """What one layer learned.

    Attributes:
        name: Keras's layer name.
        kernel: float32 (3, 3, in, out), (1, 1, in, out) or (in, out).
        bias: float32 (out,).
    """

    name: str
    kernel: NDArray[np.float32]
    bias: NDArray[np.float32]


def layer_values(choice: WeightsChoice, *names: str) -> Iterator[LayerValues]:
    """The layers with those names, or all that have weights in the order of the data; one in memory at a time.

    Raises:
        WeightsError: the file was removed, changed or damaged since it was chosen, or holds no finite numbers.
    """
    layers = compact_layers(*names) if choice.variant == "compact" else imagenet_layers(choice, *names)
    return (LayerValues(*layer) for layer in layers)
