"""What each layer saw in a photo: its feature maps, in numbers and as pictures."""

from dataclasses import dataclass

from vggweb.core.architecture import LAYERS, Layer, check_channel, find_layer
from vggweb.core.arrays import Activation
from vggweb.core.feature_maps import (
    MapFacts,
    Scale,
    Sprite,
    describe_maps,
    layer_sprite,
    map_overlay,
    map_picture,
    strongest_first,
)
from vggweb.core.rendering import encode_png, encode_webp, enlarge
from vggweb.services.cache import ComputeOnceCache
from vggweb.services.model_host import ModelHost
from vggweb.services.open_result import OpenResult

PHOTOS_REMEMBERED = 2  # all activations of one photo take about 60 MB
LARGE_MAP_PX = 448  # a map shown alone


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

    def sprite(self, result: OpenResult, layer_name: str, scale: Scale) -> Sprite:
        """All maps of a layer in one picture, strongest first."""
        return layer_sprite(self._activation(result, find_layer(layer_name)), scale=scale)

    def sprite_webp(self, result: OpenResult, layer_name: str, scale: Scale) -> bytes:
        """The sheet of all maps as a lossless WebP file."""
        return encode_webp(self.sprite(result, layer_name, scale).picture)

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

    def _activation(self, result: OpenResult, layer: Layer) -> Activation:
        def compute() -> dict[str, Activation]:
            with self._model_host.for_page() as model:
                return model.activations(result.batch, [one.name for one in LAYERS])

        return self._activations.get(result.id, compute)[layer.name]
