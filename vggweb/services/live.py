"""What VGG16 sees in one frame of a camera, now. Nothing of it is kept."""

import base64
import time
from collections.abc import Sequence
from dataclasses import dataclass

from vggweb.core.architecture import Layer, check_channel, find_layer
from vggweb.core.arrays import Activation, Batch, Logits
from vggweb.core.feature_maps import map_picture
from vggweb.core.predictions import Group, Prediction, groups, softmax, top_predictions
from vggweb.core.preprocessing import ResizeMethod, to_batch
from vggweb.core.rendering import encode_png
from vggweb.decoding import PhotoReader
from vggweb.services.model_host import ModelHost, current_visitor

WORDS = 5
LOGITS = "predictions"  # what `Vgg16.activations` calls them


@dataclass(frozen=True)
class LiveMap:
    """One feature map of a frame.

    Attributes:
        layer: Keras's name.
        channel: counted from 0.
        shape: rows and columns.
        max: the value that is white in the picture; 0 for a silent map.
        picture: a grey PNG, a pixel for each value, as a ``data:`` address.
    """

    layer: str
    channel: int
    shape: tuple[int, int]
    max: float
    picture: str


@dataclass(frozen=True)
class LiveAnswer:
    """What one frame is to the network.

    Attributes:
        predictions: the five most probable classes, best first.
        groups: what they are taken together.
        milliseconds: from the frame's bytes to this, waiting included.
        map: the feature map that was asked for, if one was.
    """

    predictions: tuple[Prediction, ...]
    groups: tuple[Group, ...]
    milliseconds: float
    map: LiveMap | None


class Live:
    """Looks at frames: one forward pass for each, in the way of preparing that was chosen and no other."""

    def __init__(self, model_host: ModelHost, photo_reader: PhotoReader) -> None:
        self._model_host = model_host
        self._photo_reader = photo_reader

    def look(self, frame: bytes, *, resize: ResizeMethod, layer_name: str = "", channel: int = 0) -> LiveAnswer:
        """What the network says of a frame's bytes, with one feature map of the named layer.

        Raises:
            PhotoError: the bytes cannot be used as a photo.
            UnknownLayerError, UnknownFilterError: there is no such map.
            BusyError, NotReadyError: the network has no place, or is still being loaded.
        """
        began = time.monotonic()
        layer = _layer(layer_name, channel)
        with self._model_host.queue_slot():
            image = self._photo_reader.read(frame, visitor=current_visitor.get()()).images[resize]
            seen = self._run(to_batch(image), [layer.name] if layer else [])
        probabilities = softmax(seen[LOGITS])
        return LiveAnswer(
            predictions=top_predictions(probabilities, WORDS),
            groups=groups(probabilities),
            map=_map(seen[layer.name], layer, channel) if layer else None,
            milliseconds=round((time.monotonic() - began) * 1000, 1),
        )

    def _run(self, batch: Batch, layer_names: Sequence[str]) -> dict[str, Activation | Logits]:
        with self._model_host.for_prediction() as model:
            if layer_names:
                return model.activations(batch, [*layer_names, LOGITS])
            return {LOGITS: model.logits(batch)[0]}


def _layer(name: str, channel: int) -> Layer | None:
    if not name:
        return None
    layer = find_layer(name)
    check_channel(layer, channel)
    return layer


def _map(activation: Activation, layer: Layer, channel: int) -> LiveMap:
    png = base64.b64encode(encode_png(map_picture(activation, channel))).decode()
    values = activation[:, :, channel]
    return LiveMap(
        layer=layer.name,
        channel=channel,
        shape=(values.shape[0], values.shape[1]),
        max=float(values.max()),
        picture=f"data:image/png;base64,{png}",
    )
