"""What each layer saw in a photo: its feature maps, in numbers and as pictures."""

from dataclasses import dataclass

from vggweb.core.architecture import LAYERS, Layer, check_channel, find_layer
from vggweb.core.arrays import Activation
from vggweb.core.feature_maps import (
    MapFacts,
    Scale,
    describe_maps,
    draw_maps,
    map_overlay,
    map_picture,
    sheet_of_maps,
    strongest_first,
)
from vggweb.core.rendering import encode_png, encode_webp, enlarge, kernel_pictures, kernel_sheet
from vggweb.core.sheets import Sheet
from vggweb.services.cache import ComputeOnceCache
from vggweb.services.model_host import ModelHost
from vggweb.services.open_result import OpenResult

PHOTOS_REMEMBERED = 2  # all activations of one photo take about 60 MB
LARGE_MAP_PX = 448  # a map shown alone
COLOUR_LAYER = "block1_conv1"  # the only one that sees colours, and so the only one whose kernels are pictures
KERNEL_FACTOR = 16  # screen pixels for one weight


@dataclass(frozen=True)
class MapsOfLayer:
    """What one layer saw in one photo.

    Attributes:
        layer: its place in the network.
        channels: each map in numbers, in channel order.
    """

    layer: Layer
    channels: tuple[MapFacts, ...]

    @property
    def strongest_first(self) -> tuple[MapFacts, ...]:
        """The maps, the highest mean first."""
        return strongest_first(self.channels)

    @property
    def sheet(self) -> Sheet:
        """Where the maps, strongest first, lie on their sheet."""
        return sheet_of_maps(*self.layer.shape)

    @property
    def silent_count(self) -> int:
        """How many maps found nothing."""
        return sum(one.silent for one in self.channels)

    def standing(self, channel: int) -> "Standing":
        """A map among the others.

        Raises:
            UnknownFilterError: the layer has no such channel.
        """
        check_channel(self.layer, channel)
        order = [None, *(one.index for one in self.strongest_first), None]
        place = order.index(channel)
        return Standing(self.channels[channel], place, stronger=order[place - 1], weaker=order[place + 1])


@dataclass(frozen=True)
class Standing:
    """One map among the others of its layer.

    Attributes:
        facts: the map in numbers.
        rank: 1 for the strongest.
        stronger: the channel of the next stronger map; None for the strongest.
        weaker: the channel of the next weaker one; None for the weakest.
    """

    facts: MapFacts
    rank: int
    stronger: int | None
    weaker: int | None


class LayerMaps:
    """Computes feature maps from exactly the input that the model was given; one forward pass serves all layers."""

    def __init__(self, model_host: ModelHost) -> None:
        self._model_host = model_host
        self._activations: ComputeOnceCache[dict[str, Activation]] = ComputeOnceCache(PHOTOS_REMEMBERED)

    def of_layer(self, result: OpenResult, layer_name: str) -> MapsOfLayer:
        """What a layer saw, in numbers.

        Raises:
            UnknownLayerError: VGG16 has no such layer.
        """
        layer = find_layer(layer_name)
        return MapsOfLayer(layer, describe_maps(self._activation(result, layer)))

    def sheet_webp(self, result: OpenResult, layer_name: str, scale: Scale) -> bytes:
        """All maps of a layer in one picture, strongest first, as a lossless WebP file."""
        return encode_webp(draw_maps(self._activation(result, find_layer(layer_name)), scale=scale).picture)

    def map_png(self, result: OpenResult, layer_name: str, channel: int, *, scale: Scale, over_photo: bool) -> bytes:
        """One map in grey, each value a square, or as heat over the photo.

        Raises:
            UnknownFilterError: the layer has no such channel.
        """
        layer = find_layer(layer_name)
        check_channel(layer, channel)
        activation = self._activation(result, layer)
        if over_photo:
            return encode_png(map_overlay(result.image, activation, channel, scale=scale))
        factor = max(1, LARGE_MAP_PX // layer.shape[0])
        return encode_png(enlarge(map_picture(activation, channel, scale=scale), factor))

    def activation(self, result: OpenResult, layer_name: str) -> Activation:
        """What a layer gave, float32 (h, w, channels). Not to be modified: others look at it, too.

        Raises:
            UnknownLayerError: VGG16 has no such layer.
        """
        return self._activation(result, find_layer(layer_name))

    def kernel_png(self, filter_index: int) -> bytes:
        """One kernel of block1_conv1 in colour, each of its 3 × 3 weights a square.

        Raises:
            UnknownFilterError: the layer has no such filter.
        """
        check_channel(find_layer(COLOUR_LAYER), filter_index)
        kernels = kernel_pictures(self._model_host.model().kernel(COLOUR_LAYER))
        return encode_png(enlarge(kernels[filter_index], KERNEL_FACTOR))

    def kernels_png(self) -> bytes:
        """All 64 kernels of block1_conv1 in colour, on one sheet."""
        return encode_png(enlarge(kernel_sheet(self._model_host.model().kernel(COLOUR_LAYER)), KERNEL_FACTOR))

    def _activation(self, result: OpenResult, layer: Layer) -> Activation:
        def compute() -> dict[str, Activation]:
            with self._model_host.for_page() as model:
                return model.activations(result.batch, [one.name for one in LAYERS])

        return self._activations.get(result.id, compute)[layer.name]
