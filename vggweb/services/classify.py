"""Classify a photo: bytes in, everything that its result needs out. Nothing is stored here."""

from contextlib import ExitStack
from dataclasses import dataclass

from vggweb.core.arrays import Batch, Image, Logits
from vggweb.core.predictions import Prediction, softmax, top_predictions
from vggweb.core.prepared_photo import PreparedPhoto
from vggweb.core.preprocessing import RESIZE_METHODS, ResizeMethod, to_batch
from vggweb.decoding import PhotoReader
from vggweb.errors import BadParameterError
from vggweb.services.model_host import ModelHost, current_visitor
from vggweb.services.step_times import timed


@dataclass(frozen=True)
class Classification:
    """A photo, its model input and the network's answer.

    Attributes:
        photo: the photo as prepared: the model input of each way of resizing, a small copy, its facts.
        resize: the way that was used.
        logits: float32 (1000,).
    """

    photo: PreparedPhoto
    resize: ResizeMethod
    logits: Logits

    @property
    def image(self) -> Image:
        """The uint8 (224, 224, 3) model input that was classified."""
        return self.photo.images[self.resize]

    def predictions(self, count: int) -> tuple[Prediction, ...]:
        """The most probable classes, best first."""
        return top_predictions(softmax(self.logits), count)


def check_resize(text: str) -> ResizeMethod:
    """The way of resizing of that name.

    Raises:
        BadParameterError: there is none.
    """
    for method in RESIZE_METHODS:
        if method == text:
            return method
    raise BadParameterError("%(name)s can be %(values)s.", name="resize", values=", ".join(RESIZE_METHODS))


def classify_photo(
    data: bytes, *, resize: ResizeMethod, model_host: ModelHost, photo_reader: PhotoReader
) -> Classification:
    """What the network says of a photo's bytes.

    Raises:
        PhotoError: the bytes cannot be used as a photo.
        BusyError: too many photos wait already.
        NotReadyError: the weights are still being loaded.
    """
    with model_host.queue_slot():
        with timed("decode"):
            photo = photo_reader.read(data, visitor=current_visitor.get()())
        logits = _logits(model_host, to_batch(photo.images[resize]))
    return Classification(photo=photo, resize=resize, logits=logits)


def _logits(model_host: ModelHost, batch: Batch) -> Logits:
    with ExitStack() as turn:
        with timed("wait"):
            model = turn.enter_context(model_host.for_prediction())
        with timed("predict"):
            logits: Logits = model.logits(batch)[0]
    return logits
