"""What other preparations of the same photo would change."""

from vggweb.core.predictions import Prediction, top_predictions
from vggweb.core.rendering import encode_png
from vggweb.core.whatif import Variant, compare, prepare_variants
from vggweb.errors import NotFoundError
from vggweb.services.cache import ComputeOnceCache
from vggweb.services.model_host import ModelHost
from vggweb.services.open_result import OpenResult

PHOTOS_REMEMBERED = 64


def best_of(variant: Variant) -> Prediction:
    """The first word for a variant."""
    return top_predictions(variant.probabilities, 1)[0]


class WhatIf:
    """Prepares a photo in other ways and asks the model; one batch for all of them."""

    def __init__(self, model_host: ModelHost) -> None:
        self._model_host = model_host
        self._variants: ComputeOnceCache[tuple[Variant, ...]] = ComputeOnceCache(PHOTOS_REMEMBERED)

    def variants(self, result: OpenResult) -> tuple[Variant, ...]:
        """The same photo prepared in other ways, with the model's answers; the first is the real one."""

        def compute() -> tuple[Variant, ...]:
            preparations = prepare_variants(
                result.image, crop=result.image_resized("crop"), squash=result.image_resized("bilinear")
            )
            with self._model_host.for_page() as model:
                return compare(model, preparations)

        return self._variants.get(result.id, compute)

    def variant_png(self, result: OpenResult, name: str) -> bytes:
        """What the model takes the photo to be, in one of the preparations.

        Raises:
            NotFoundError: there is no preparation of that name.
        """
        for variant in self.variants(result):
            if variant.preparation.name == name:
                return encode_png(variant.preparation.picture)
        raise NotFoundError
