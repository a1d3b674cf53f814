"""VGG16's table: every layer's name, shape, parameters and receptive field.

Configuration D of Simonyan and Zisserman 2014 (arXiv:1409.1556, table 1), with Keras's layer names.
The numbers are worked out from the table below, and a test holds them against Keras's own model.
"""

from dataclasses import dataclass
from typing import Literal

from vggweb.errors import UnknownFilterError, UnknownLayerError

IMAGE_SIZE_PX = 224  # the paper trains and Keras's include_top=True model runs on 224 × 224 inputs
KERNEL_SIZE = 3
POOL_SIZE = 2
BLOCKS = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))  # (channels, convolutions) of each block


@dataclass(frozen=True)
class Layer:
    """One convolution or pooling of VGG16.

    Attributes:
        name: Keras's name, such as ``block3_conv2``.
        kind: ``conv`` (3 × 3, stride 1, same padding, ReLU) or ``pool`` (2 × 2 maximum, stride 2).
        block: 1-5.
        shape: (h, w, channels) of the output for a 224 × 224 photo.
        in_channels: channels of the input.
        parameters: kernel and bias values together; 0 for a pooling.
        receptive_field_px: side of the square of input pixels that one output cell can see.
        stride_px: distance in input pixels between neighbouring output cells.
    """

    name: str
    kind: Literal["conv", "pool"]
    block: int
    shape: tuple[int, int, int]
    in_channels: int
    parameters: int
    receptive_field_px: int
    stride_px: int

    @property
    def channels(self) -> int:
        """Number of feature maps that the layer gives."""
        return self.shape[2]

    @property
    def multiplications(self) -> int:
        """How often a convolution multiplies an input by a weight for one photo; 0 for a pooling."""
        if self.kind == "pool":
            return 0
        height, width, channels = self.shape
        return height * width * channels * KERNEL_SIZE * KERNEL_SIZE * self.in_channels


def _build_table() -> tuple[Layer, ...]:
    """The 18 layers in the order of the data.

    Receptive fields grow as in Dumoulin and Visin 2016 (arXiv:1603.07285): a layer of size k adds
    (k - 1) times the distance between its input cells.
    """
    layers: list[Layer] = []
    size_px, in_channels, field_px, stride_px = IMAGE_SIZE_PX, 3, 1, 1
    for block, (channels, convolutions) in enumerate(BLOCKS, start=1):
        for number in range(1, convolutions + 1):
            field_px += (KERNEL_SIZE - 1) * stride_px
            parameters = KERNEL_SIZE * KERNEL_SIZE * in_channels * channels + channels
            layers.append(
                Layer(
                    name=f"block{block}_conv{number}",
                    kind="conv",
                    block=block,
                    shape=(size_px, size_px, channels),
                    in_channels=in_channels,
                    parameters=parameters,
                    receptive_field_px=field_px,
                    stride_px=stride_px,
                )
            )
            in_channels = channels
        field_px += (POOL_SIZE - 1) * stride_px
        stride_px *= POOL_SIZE
        size_px //= POOL_SIZE
        layers.append(
            Layer(
                name=f"block{block}_pool",
                kind="pool",
                block=block,
                shape=(size_px, size_px, channels),
                in_channels=channels,
                parameters=0,
                receptive_field_px=field_px,
                stride_px=stride_px,
            )
        )
    return tuple(layers)


LAYERS = _build_table()
CONVOLUTIONS = tuple(layer for layer in LAYERS if layer.kind == "conv")
_BY_NAME = {layer.name: layer for layer in LAYERS}

# What sits on the convolutions in Keras's full VGG16: flatten, fc1, fc2, predictions.
CONVOLUTION_PARAMETERS = sum(layer.parameters for layer in LAYERS)  # 14,714,688
FULL_PARAMETERS = CONVOLUTION_PARAMETERS + (7 * 7 * 512 + 1) * 4096 + 4097 * 4096 + 4097 * 1000  # 138,357,544


def find_layer(name: str) -> Layer:
    """The layer of that name.

    Raises:
        UnknownLayerError: VGG16 has no such layer.
    """
    try:
        return _BY_NAME[name]
    except KeyError:
        raise UnknownLayerError from None


def find_convolution(name: str) -> Layer:
    """The convolution of that name.

    Raises:
        UnknownLayerError: no such layer, or a pooling, which has no filters.
    """
    layer = find_layer(name)
    if layer.kind != "conv":
        raise UnknownLayerError(
            "%(layer)s is a pooling: it has no filters.",
            "Choose a convolution, block1_conv1 to block5_conv3.",
            layer=name,
        )
    return layer


def check_channel(layer: Layer, channel: int) -> None:
    """Nothing, if the layer has that channel.

    Raises:
        UnknownFilterError: the channel is outside 0 to channels - 1.
    """
    if not 0 <= channel < layer.channels:
        raise UnknownFilterError(
            "%(layer)s has the filters 0 to %(last)s, and no %(channel)s.",
            layer=layer.name,
            last=layer.channels - 1,
            channel=channel,
        )


def layer_before(layer: Layer) -> Layer | None:
    """The layer whose output it takes; None for the first."""
    place = LAYERS.index(layer)
    return LAYERS[place - 1] if place else None


def layer_after(layer: Layer) -> Layer | None:
    """The layer that takes its output; None for the last."""
    return next(iter(LAYERS[LAYERS.index(layer) + 1 :]), None)
