"""Look inside a result: what each layer saw, why a word was chosen, what other preparations change."""

from dataclasses import dataclass

from vggweb.core.architecture import LAYERS, Layer, check_channel, find_convolution, find_layer
from vggweb.core.arrays import Activation, HeatMap
from vggweb.core.attribution.grad_cam import grad_cam
from vggweb.core.attribution.methods import Method, MethodName, find_method
from vggweb.core.classes import ImageNetClass, find_class
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
from vggweb.core.predictions import Prediction, top_predictions
from vggweb.core.preprocessing import to_batch
from vggweb.core.rendering import encode_png, encode_webp, enlarge, heatmap_picture, overlay
from vggweb.core.whatif import Variant, compare, prepare_variants
from vggweb.errors import NotDrawnError, NotFoundError
from vggweb.services.cache import ComputeOnceCache
from vggweb.services.model_host import ModelHost
from vggweb.services.results import Results

PHOTOS_REMEMBERED = 2  # all activations of one photo take about 60 MB
EXPLANATIONS_REMEMBERED = 64
LARGE_MAP_PX = 448  # a map shown alone, and a heat map
DEFAULT_LAYER = "block5_conv3"  # the last convolution, as Selvaraju et al. choose it
WHATIF_TOP = 3


@dataclass(frozen=True)
class LayerMaps:
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


@dataclass(frozen=True)
class Explanation:
    """Where the evidence for one class lies.

    Attributes:
        method: how it was found.
        entry: the class.
        layer_name: the convolution that Grad-CAM looked at; None for the other methods.
        logit: the class's score before softmax.
        heatmap: float32 (h, w) in [0, 1].
    """

    method: Method
    entry: ImageNetClass
    layer_name: str | None
    logit: float
    heatmap: HeatMap

    @property
    def has_evidence(self) -> bool:
        """Whether anything speaks for the class."""
        return bool(self.heatmap.any())


@dataclass(frozen=True)
class WhatIf:
    """A variant of the photo with its first predictions."""

    variant: Variant
    predictions: tuple[Prediction, ...]


class Explainer:
    """Computes explanations of stored results, from exactly the input that the network was given."""

    def __init__(self, results: Results, model_host: ModelHost) -> None:
        self._results = results
        self._model_host = model_host
        self._activations: ComputeOnceCache[dict[str, Activation]] = ComputeOnceCache(PHOTOS_REMEMBERED)
        self._explanations: ComputeOnceCache[Explanation] = ComputeOnceCache(EXPLANATIONS_REMEMBERED)
        self._variants: ComputeOnceCache[tuple[WhatIf, ...]] = ComputeOnceCache(EXPLANATIONS_REMEMBERED)

    def layer_maps(self, result_id: str, layer_name: str) -> LayerMaps:
        """What a layer saw, in numbers; one forward pass serves all layers of a photo.

        Raises:
            UnknownLayerError: VGG16 has no such layer.
            NotFoundError, GoneError: there is no such result.
        """
        layer = find_layer(layer_name)
        return LayerMaps(layer, describe_maps(self._activation(result_id, layer)))

    def sprite(self, result_id: str, layer_name: str, scale: Scale) -> Sprite:
        """All maps of a layer in one picture, strongest first."""
        layer = find_layer(layer_name)
        return layer_sprite(self._activation(result_id, layer), scale=scale)

    def sprite_webp(self, result_id: str, layer_name: str, scale: Scale) -> bytes:
        """The sheet of all maps as a lossless WebP file."""
        return encode_webp(self.sprite(result_id, layer_name, scale).picture)

    def map_png(self, result_id: str, layer_name: str, channel: int, *, scale: Scale, over_photo: bool) -> bytes:
        """One map in grey, each value a square, or as heat over the photo.

        Raises:
            UnknownFilterError: the layer has no such channel.
        """
        layer = find_layer(layer_name)
        check_channel(layer, channel)
        activation = self._activation(result_id, layer)
        if over_photo:
            return encode_png(map_overlay(self._results.image(result_id), activation, channel, scale=scale))
        factor = max(1, LARGE_MAP_PX // layer.shape[0])
        return encode_png(enlarge(map_picture(activation, channel, scale=scale), factor))

    def why(
        self, result_id: str, method_name: MethodName, class_index: int, layer_name: str = DEFAULT_LAYER
    ) -> Explanation:
        """Where the evidence for a class lies, by a method that answers at once.

        Raises:
            UnknownClassError: there is no such class.
            UnknownLayerError: Grad-CAM was asked for a layer that is no convolution.
            NotDrawnError: the method is slow: a job computes it.
        """
        method, entry = find_method(method_name), find_class(class_index)
        if method.slow:
            raise NotDrawnError
        layer = find_convolution(layer_name).name if method.name == "grad_cam" else None
        image = self._results.image(result_id)

        def compute() -> Explanation:
            batch = to_batch(image)
            with self._model_host.queue_slot(), self._model_host.exclusive_model() as model:
                if layer:
                    found = grad_cam(model, batch, class_index=class_index, layer_name=layer)
                else:
                    found = method.explain(model, batch, class_index=class_index)
            return Explanation(method, entry, layer, found.logit, found.heatmap)

        return self._explanations.get((result_id, method_name, class_index, layer), compute)

    def overlay_png(self, result_id: str, explanation: Explanation) -> bytes:
        """The evidence as heat over the model input."""
        return encode_png(enlarge(overlay(self._results.image(result_id), explanation.heatmap), 2))

    def what_if(self, result_id: str) -> tuple[WhatIf, ...]:
        """The same photo prepared in other ways, with the network's answers; one batch."""
        image = self._results.image(result_id)
        crop, squash = (self._results.image(result_id, resize) for resize in ("crop", "bilinear"))

        def compute() -> tuple[WhatIf, ...]:
            preparations = prepare_variants(image, crop=crop, squash=squash)
            with self._model_host.queue_slot(), self._model_host.exclusive_model() as model:
                variants = compare(model, preparations)
            return tuple(WhatIf(one, top_predictions(one.probabilities, WHATIF_TOP)) for one in variants)

        return self._variants.get(result_id, compute)

    def variant_png(self, result_id: str, name: str) -> bytes:
        """How the network takes the photo to be, in one of the other preparations.

        Raises:
            NotFoundError: there is no preparation of that name.
        """
        for one in self.what_if(result_id):
            if one.variant.preparation.name == name:
                return encode_png(one.variant.preparation.picture)
        raise NotFoundError

    def _activation(self, result_id: str, layer: Layer) -> Activation:
        image = self._results.image(result_id)

        def compute() -> dict[str, Activation]:
            with self._model_host.queue_slot(), self._model_host.exclusive_model() as model:
                return model.activations(to_batch(image), [one.name for one in LAYERS])

        return self._activations.get(result_id, compute)[layer.name]


def heatmap_png(explanation: Explanation) -> bytes:
    """The evidence alone, in colour; Grad-CAM's 14 × 14 cells stay squares."""
    return encode_png(heatmap_picture(explanation.heatmap, (LARGE_MAP_PX, LARGE_MAP_PX), smooth=False))
