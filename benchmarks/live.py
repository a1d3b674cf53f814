"""What a camera's frame takes beside its forward pass: nearly all of the time should be the network's."""

import io
from collections.abc import Iterator

import PIL.Image

from benchmarks.measure import Ratio, compare
from vggweb.config import MIB
from vggweb.core.images import PhotoLimits
from vggweb.core.preprocessing import to_batch
from vggweb.core.weights.compact import CompactWeights
from vggweb.decoding import PhotoReader
from vggweb.services.live import Live
from vggweb.services.model_host import ModelHost
from vggweb.services.samples import find_sample

PAIRS = 20
FRAME_SIZE_PX = (341, 256)  # what the page sends of a 4:3 camera


def run() -> Iterator[Ratio]:
    """A frame alone, and with a feature map."""
    model_host = ModelHost(CompactWeights(), queue_limit=8)
    model = model_host.load()
    photo_reader = PhotoReader(PhotoLimits(max_pixels=52_000_000, max_bytes=16 * MIB))
    live, frame = Live(model_host, photo_reader), _frame()
    batch = to_batch(photo_reader.read(frame).images["crop"])
    yield compare(
        "one frame, from its bytes to words and groups",
        lambda: live.look(frame, resize="crop"),
        baseline="its forward pass alone",
        against=lambda: model.logits(batch),
        pairs=PAIRS,
        aim=1.3,
    )
    yield compare(
        "one frame with a feature map of block3_conv3",
        lambda: live.look(frame, resize="crop", layer_name="block3_conv3"),
        baseline="its forward pass alone",
        against=lambda: model.logits(batch),
        pairs=PAIRS,
        aim=1.3,
    )


def _frame() -> bytes:
    encoded = io.BytesIO()
    with PIL.Image.open(io.BytesIO(find_sample("cat").read())) as cat:
        cat.resize(FRAME_SIZE_PX).save(encoded, "JPEG", quality=90)
    return encoded.getvalue()
