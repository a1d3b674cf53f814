"""All use cases of one running app, built once from its settings."""

from dataclasses import dataclass

from vggweb.config import Settings
from vggweb.core.weights.official import choose_weights
from vggweb.services.classify import Classification, check_resize, classify_photo
from vggweb.services.library import Library
from vggweb.services.network import Network
from vggweb.services.results import ModelUsed, Result
from vggweb.storage import Store


@dataclass(frozen=True)
class Services:
    """What the web and the command line call."""

    settings: Settings
    store: Store
    network: Network
    library: Library

    def classify(self, data: bytes, *, resize: str) -> Classification:
        """What the network says of a photo's bytes; nothing is stored."""
        return classify_photo(
            data,
            resize=check_resize(resize),
            network=self.network,
            max_pixels=self.settings.max_pixels,
            max_bytes=self.settings.max_upload_bytes,
        )

    def make_result(self, data: bytes, *, resize: str, owner: str | None) -> Result:
        """The result of a photo, kept under an unguessable id."""
        return self.library.keep(self.classify(data, resize=resize), model=self.model_used(), owner=owner)

    def model_used(self) -> ModelUsed:
        """Which weights answer now."""
        choice = self.network.choice
        return ModelUsed(variant=choice.variant, sha256=choice.sha256)


def build_services(settings: Settings, *, network: Network | None = None) -> Services:
    """The use cases for these settings, with a store that is migrated and a network that is not loaded yet.

    Raises:
        SetupError: the weights or the store cannot be used.
    """
    network = network or Network(choose_weights(settings.weights), queue_limit=settings.prediction_queue)
    store = Store(settings.store_url(), lock_folder=settings.data, result_days=settings.result_days)
    store.migrate()
    return Services(
        settings=settings,
        store=store,
        network=network,
        library=Library(store, result_days=settings.result_days),
    )
