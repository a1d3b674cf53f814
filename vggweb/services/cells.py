"""Where one number of a feature map comes from, for a stored result."""

from dataclasses import dataclass

from vggweb.core.architecture import LAYERS, Layer, find_layer
from vggweb.core.arrays import Activation
from vggweb.core.patches import ConvolutionCell, PoolingCell, check_cell, convolution_cell, pooling_cell
from vggweb.services.layer_maps import LayerMaps
from vggweb.services.model_host import ModelHost
from vggweb.services.open_result import OpenResult


@dataclass(frozen=True)
class Cell:
    """One number of a feature map and what it is made of.

    Attributes:
        layer: whose map it is in.
        before: the layer whose output it is computed from; None: from the batch.
        channel: of the map, counted from 0.
        row: from the top, counted from 0.
        column: from the left, counted from 0.
        parts: the patch and, for a convolution, the kernel and the bias.
    """

    layer: Layer
    before: Layer | None
    channel: int
    row: int
    column: int
    parts: ConvolutionCell | PoolingCell


class Cells:
    """Takes the numbers from the same forward pass that the pages of feature maps show."""

    def __init__(self, layer_maps: LayerMaps, model_host: ModelHost) -> None:
        self._layer_maps = layer_maps
        self._model_host = model_host

    def find(self, result: OpenResult, layer_name: str, channel: int, row: int, column: int) -> Cell:
        """The cell at that place.

        Raises:
            UnknownLayerError: VGG16 has no such layer.
            UnknownFilterError: the layer has no such channel.
            NotFoundError: the cell lies outside the map.
        """
        layer = find_layer(layer_name)
        check_cell(layer, channel, row, column)
        place = LAYERS.index(layer)
        before = LAYERS[place - 1] if place else None
        values = self._layer_maps.activation(result, before.name) if before else result.batch[0]
        return Cell(layer, before, channel, row, column, self._parts(layer, values, channel, row, column))

    def strongest(self, result: OpenResult, layer_name: str, channel: int) -> tuple[int, int]:
        """(row, column) of a map's largest value: a place worth looking at."""
        feature_map = self._layer_maps.activation(result, layer_name)[..., channel]
        row, column = divmod(int(feature_map.argmax()), feature_map.shape[1])
        return row, column

    def _parts(
        self, layer: Layer, before: Activation, channel: int, row: int, column: int
    ) -> ConvolutionCell | PoolingCell:
        if layer.kind == "pool":
            return pooling_cell(before, channel=channel, row=row, column=column)
        model = self._model_host.model()
        kernel, bias = model.kernel(layer.name)[..., channel], float(model.bias(layer.name)[channel])
        return convolution_cell(before, kernel, bias, row=row, column=column)
