"""VGG16 in ncnn's own words, from the layer table and the weights: nothing of it lies on the disk.

ncnn reads a network as a text of layers and a stream of numbers in the layers' order. The text's numbers are explained
in ncnn's docs/developer-guide/operators.md. ncnn wants kernels as (out, in, height, width) and photos as (channels,
height, width).
"""

import math
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from vggweb.core.architecture import LAYERS, Layer
from vggweb.core.classes import CLASS_COUNT
from vggweb.core.weights import LayerValues, WeightsVariant
from vggweb.core.weights.compact import FEATURE_MAXIMUM, HEAD_CHANNELS
from vggweb.core.weights.layout import FULLY_CONNECTED_SHAPES

MAGIC = 7767517  # the first line of every ncnn network
INPUT = "input"
_PLAIN_FLOATS = np.zeros(1, np.uint32)  # stands before each kernel and says that it is neither packed nor halved
_RELU = "9=1"


def network_text(variant: WeightsVariant) -> str:
    """The layers, each with the output that it is asked for by: its own name, which is Keras's.

    An activation function belongs to its layer, as in Keras, so that a convolution's output is what ReLU leaves.
    """
    lines = [f"Input {INPUT} 0 1 {INPUT}"]
    for kind, name, settings in (*_body(), *(_compact_head() if variant == "compact" else _full_head())):
        before = lines[-1].split()[1]
        lines.append(f"{kind} {name} 1 1 {before} {name} {settings}")
    return "\n".join((str(MAGIC), f"{len(lines)} {len(lines)}", *lines, ""))


def network_numbers(values: Iterable[LayerValues]) -> Iterator[NDArray[np.float32] | NDArray[np.uint32]]:
    """Kernels and biases in the order and the shapes in which ncnn reads them."""
    for layer in values:
        yield _PLAIN_FLOATS
        yield _outputs_first(layer)
        yield layer.bias


def _body() -> Iterator[tuple[str, str, str]]:
    for layer in LAYERS:
        if layer.kind == "conv":
            yield "Convolution", layer.name, _convolution(layer)
        else:
            yield "Pooling", layer.name, "0=0 1=2 2=2 5=1"  # maximum, size 2, stride 2, no padding


def _convolution(layer: Layer) -> str:
    """Channels, size 3, padding 1, a bias, how many weights, ReLU."""
    return f"0={layer.channels} 1=3 4=1 5=1 6={layer.parameters - layer.channels} {_RELU}"


def _compact_head() -> Iterator[tuple[str, str, str]]:
    in_channels = LAYERS[-1].channels
    yield "Convolution", "head_conv", f"0={HEAD_CHANNELS} 1=1 5=1 6={in_channels * HEAD_CHANNELS}"
    yield "Clip", "head_relu6", f"0=0.0 1={FEATURE_MAXIMUM}"
    yield "Pooling", "head_mean", "0=1 4=1"  # the mean over all cells
    yield "InnerProduct", "predictions", f"0={CLASS_COUNT} 1=1 2={HEAD_CHANNELS * CLASS_COUNT}"


def _full_head() -> Iterator[tuple[str, str, str]]:
    for name, shape in FULLY_CONNECTED_SHAPES.items():
        activation = "" if name == "predictions" else f" {_RELU}"
        yield "InnerProduct", name, f"0={shape[-1]} 1=1 2={math.prod(shape)}{activation}"


def _outputs_first(layer: LayerValues) -> NDArray[np.float32]:
    if layer.kernel.ndim == 4:  # noqa: PLR2004 - a convolution's (height, width, in, out)
        return layer.kernel.transpose(3, 2, 0, 1)
    if layer.name == "fc1":  # Keras flattens block5_pool cell by cell, ncnn channel by channel
        return layer.kernel.reshape(*LAYERS[-1].shape, -1).transpose(3, 2, 0, 1)
    return layer.kernel.T
