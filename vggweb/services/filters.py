"""What is known of a filter or a class beside its picture: what it listens to, its neighbours, what a photo woke."""

from vggweb.core.architecture import Layer, check_channel
from vggweb.core.kernels import KernelInput, strongest_inputs
from vggweb.core.near_classes import NearClass, nearest_classes
from vggweb.core.strongest_cells import StrongCell, strongest_cells
from vggweb.errors import BusyError, NotReadyError
from vggweb.services.cache import ComputeOnceCache
from vggweb.services.layer_maps import LayerMaps
from vggweb.services.model_host import ModelHost
from vggweb.services.open_result import OpenResult

INPUTS_SHOWN = 8
CELLS_SHOWN = 3
CLASSES_SHOWN = 8
FILTERS_REMEMBERED = 256


class Filters:
    """Answers at once or not at all: a filter's page is there without these parts, too."""

    def __init__(self, model_host: ModelHost, layer_maps: LayerMaps) -> None:
        self._model_host = model_host
        self._layer_maps = layer_maps
        self._inputs: ComputeOnceCache[tuple[KernelInput, ...]] = ComputeOnceCache(FILTERS_REMEMBERED)
        self._nearest: ComputeOnceCache[tuple[NearClass, ...]] = ComputeOnceCache(FILTERS_REMEMBERED)

    def inputs(self, layer: Layer, index: int) -> tuple[KernelInput, ...]:
        """The channels that a filter's kernel counts most, strongest first; none while the weights are loading.

        Raises:
            UnknownFilterError: the layer has no such filter.
        """
        check_channel(layer, index)
        if not self._model_host.is_ready:
            return ()

        def compute() -> tuple[KernelInput, ...]:
            return strongest_inputs(self._model_host.model().kernel(layer.name)[..., index], INPUTS_SHOWN)

        return self._inputs.get((layer.name, index), compute)

    def nearest_classes(self, class_index: int) -> tuple[NearClass, ...]:
        """The words that the classifier keeps next to a class; none while the weights are loading."""
        if not self._model_host.is_ready:
            return ()

        def compute() -> tuple[NearClass, ...]:
            return nearest_classes(self._model_host.model().kernel("predictions"), class_index, CLASSES_SHOWN)

        return self._nearest.get(class_index, compute)

    def strongest_cells(self, result: OpenResult, layer: Layer, index: int) -> tuple[StrongCell, ...]:
        """Where the photo woke the filter most; none while the model is loading or has too much to do."""
        if not self._model_host.is_ready:
            return ()
        try:
            activation = self._layer_maps.activation(result, layer.name)
        except (BusyError, NotReadyError):
            return ()
        return strongest_cells(activation[..., index], layer, CELLS_SHOWN)
