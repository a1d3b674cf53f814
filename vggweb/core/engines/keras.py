"""Keras's VGG16 on TensorFlow as an engine: the reference."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from vggweb.core.arrays import Activation, Batch, Logits
from vggweb.core.engines import EngineName
from vggweb.core.keras_vgg16 import observed
from vggweb.core.tensorflow_import import keras, tf

Compiled = Callable[[tf.Tensor], Any]


class KerasEngine:
    """Compiled graphs of a Keras model, without the data adapters and callbacks of ``Model.predict``."""

    name: EngineName = "tensorflow"
    photos_at_once = 1  # TensorFlow uses every core for one photo

    def __init__(self, keras_model: keras.Model) -> None:
        self._keras_model = keras_model
        self.class_count: int = keras_model.output_shape[-1]
        self._lock = threading.Lock()
        self._compiled: dict[tuple[str, ...], Compiled] = {}

    def logits(self, batch: Batch) -> Logits:
        """float32 (n, 224, 224, 3) → float32 (n, 1000)."""
        return self._graph(())(tf.constant(batch)).numpy()

    def activations(self, batch: Batch, layer_names: Sequence[str]) -> dict[str, Activation]:
        """For each name float32 (h, w, channels) or (n,); the graph of these layers is compiled once."""
        names = tuple(layer_names)
        outputs = tf.nest.flatten(self._graph(names)(tf.constant(batch)))  # Keras gives a single output bare
        return {name: output[0].numpy() for name, output in zip(names, outputs, strict=True)}

    def _graph(self, names: tuple[str, ...]) -> Compiled:
        """The graph that ends at these layers, or at the logits if none is named."""
        with self._lock:
            if names not in self._compiled:
                self._compiled[names] = _compile(observed(self._keras_model, names) if names else self._keras_model)
            return self._compiled[names]


def _compile(model: keras.Model) -> Compiled:
    signature = [tf.TensorSpec((None, *model.input_shape[1:]), tf.float32)]
    return tf.function(lambda batch: model(batch, training=False), input_signature=signature)
