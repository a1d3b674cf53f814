"""One prediction through the service's own code against Keras's ``model.predict``."""

from collections.abc import Iterator

from benchmarks.measure import Ratio, compare
from vggweb.config import MIB
from vggweb.core.images import PhotoLimits
from vggweb.core.preprocessing import to_batch
from vggweb.core.weights.compact import CompactWeights
from vggweb.decoding import PhotoReader
from vggweb.services.classify import classify_photo
from vggweb.services.model_host import ModelHost
from vggweb.services.samples import find_sample

PAIRS = 15


def run() -> Iterator[Ratio]:
    """Both on the compact weights and the same photo; ours reads and prepares the file as well."""
    model_host = ModelHost(CompactWeights(), queue_limit=8)
    model = model_host.load()
    photo_reader = PhotoReader(PhotoLimits(max_pixels=52_000_000, max_bytes=16 * MIB))
    data = find_sample("cat").read()

    def classify() -> object:
        return classify_photo(data, resize="keras", model_host=model_host, photo_reader=photo_reader)

    batch = to_batch(photo_reader.read(data).images["keras"])
    yield compare(
        "one photo, from its bytes to the logits, through the service",
        classify,
        baseline="Keras's model.predict on the prepared batch",
        against=lambda: model.keras_model.predict(batch, verbose=0),
        pairs=PAIRS,
        aim=0.85,
    )
    yield compare(
        "one batch to logits (Vgg16.logits)",
        lambda: model.logits(batch),
        baseline="Keras's model.predict on the same batch",
        against=lambda: model.keras_model.predict(batch, verbose=0),
        pairs=PAIRS,
        aim=0.85,
    )
