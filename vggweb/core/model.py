"""VGG16, loaded and ready to be asked. The only place that builds Keras models.

Both variants are Keras's own ``applications.VGG16`` with its layer names and without a softmax: ``imagenet``
whole, ``compact`` with the small classifier on the same convolutions. Whoever looks inside asks here for a
sub-model that shares the layers; the layers themselves are never changed.
"""

import threading
from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar

import numpy as np

from vggweb.core.architecture import CONVOLUTIONS, IMAGE_SIZE_PX
from vggweb.core.arrays import Activation, Batch, Logits
from vggweb.core.classes import CLASS_COUNT
from vggweb.core.tensorflow_import import keras, tf
from vggweb.core.weights import WeightsChoice, WeightsInfo
from vggweb.core.weights.compact import HEAD_CHANNELS, compact_choice, convolution_values, head_values
from vggweb.core.weights.info import weights_info
from vggweb.core.weights.official import load_imagenet_weights

T = TypeVar("T")
INPUT_SHAPE = (IMAGE_SIZE_PX, IMAGE_SIZE_PX, 3)
RELU6_MAXIMUM = 6.0  # the compact classifier clips its features to [0, 6]


class Vgg16:
    """The network with its weights: logits, activations, and sub-models to look inside.

    Safe to use from several threads.

    Attributes:
        keras_model: the Keras model, batch (n, 224, 224, 3) to logits (n, 1000).
        weights: what is known of the weights.
    """

    def __init__(self, keras_model: keras.Model, weights: WeightsInfo) -> None:
        self.keras_model = keras_model
        self.weights = weights
        self._lock = threading.RLock()
        self._kept: dict[Hashable, Any] = {}

    def logits(self, batch: Batch) -> Logits:
        """The scores before softmax.

        Args:
            batch: float32 (n, 224, 224, 3), BGR, mean-subtracted. Not modified.

        Returns:
            float32 (n, 1000).
        """
        compiled = self.keep("logits", lambda: _compile(self.keras_model))
        logits: Logits = compiled(tf.constant(batch)).numpy()
        return logits

    def warm_up(self) -> None:
        """Afterwards the first photo takes no longer than the next: the graph is traced and compiled."""
        self.logits(np.zeros((1, *INPUT_SHAPE), np.float32))

    def activations(self, batch: Batch, layer_names: Sequence[str]) -> dict[str, Activation]:
        """What the named layers give for one photo, from one forward pass.

        Args:
            batch: float32 (1, 224, 224, 3), BGR, mean-subtracted. Not modified.
            layer_names: Keras's layer names.

        Returns:
            For each name a float32 (h, w, channels).
        """
        names = tuple(layer_names)
        compiled = self.keep(("activations", names), lambda: _compile(self._observed(names)))
        outputs = tf.nest.flatten(compiled(tf.constant(batch)))  # Keras gives a single output bare
        return {name: output[0].numpy() for name, output in zip(names, outputs, strict=True)}

    def observed(self, layer_name: str) -> keras.Model:
        """The sub-model batch → [that layer's output, logits], on the shared layers."""
        model: keras.Model = self.keep(
            ("observed", layer_name), lambda: self._observed((layer_name,), with_logits=True)
        )
        return model

    def up_to(self, layer_name: str, *, before_relu: bool = False) -> keras.Model:
        """The sub-model that stops at a convolution and takes pictures of any size.

        Args:
            layer_name: a convolution or pooling.
            before_relu: give the convolution's value before its ReLU, so that a filter that is
                asleep still has a slope to climb.

        Returns:
            float32 (n, h, w, 3) BGR, mean-subtracted → float32 (n, h', w', channels).
        """
        key = ("up_to", layer_name, before_relu)
        model: keras.Model = self.keep(key, lambda: self._up_to(layer_name, before_relu=before_relu))
        return model

    def kernel(self, layer_name: str) -> np.ndarray[Any, np.dtype[np.float32]]:
        """A convolution's kernel, float32 (3, 3, in, out), input channels in BGR order for block1_conv1."""
        kernel: np.ndarray[Any, np.dtype[np.float32]] = self.keras_model.get_layer(layer_name).kernel.numpy()
        return kernel

    def keep(self, key: Hashable, build: Callable[[], T]) -> T:
        """What `build` gives, built once for this model: compiled functions and sub-models live here."""
        with self._lock:
            if key not in self._kept:
                self._kept[key] = build()
            kept: T = self._kept[key]
            return kept

    def _observed(self, names: Sequence[str], *, with_logits: bool = False) -> keras.Model:
        outputs = [self.keras_model.get_layer(name).output for name in names]
        if with_logits:
            outputs.append(self.keras_model.output)
        return keras.Model(self.keras_model.input, outputs)

    def _up_to(self, layer_name: str, *, before_relu: bool) -> keras.Model:
        inputs = keras.Input((None, None, 3))
        value = inputs
        for layer in self.keras_model.layers:
            if isinstance(layer, keras.layers.InputLayer):
                continue
            if layer.name == layer_name and before_relu:
                return keras.Model(inputs, _Linear(layer, name=f"{layer_name}_before_relu")(value))
            value = layer(value)
            if layer.name == layer_name:
                return keras.Model(inputs, value)
        raise ValueError(layer_name)


class _Linear(keras.layers.Layer):  # type: ignore[misc]
    """A convolution's kernel and bias, shared with the original layer, without its ReLU."""

    def __init__(self, convolution: keras.layers.Conv2D, name: str) -> None:
        super().__init__(name=name, trainable=False)
        self._kernel = convolution.kernel
        self._bias = convolution.bias

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """float32 (n, h, w, in) → (n, h, w, out)."""
        return tf.nn.conv2d(inputs, self._kernel, strides=1, padding="SAME") + self._bias


def load_model(choice: WeightsChoice) -> Vgg16:
    """The network with the chosen weights. Takes some seconds the first time: TensorFlow starts.

    Raises:
        WeightsError: the file cannot be read or does not fit VGG16.
    """
    if choice.variant == "compact":
        return _load_compact()
    return _load_imagenet(choice)


def _load_compact() -> Vgg16:
    base = keras.applications.VGG16(include_top=False, weights=None, input_shape=INPUT_SHAPE)
    value = keras.layers.Conv2D(HEAD_CHANNELS, 1, name="head_conv")(base.output)
    value = keras.layers.ReLU(max_value=RELU6_MAXIMUM, name="head_relu6")(value)
    value = keras.layers.GlobalAveragePooling2D(name="head_mean")(value)
    logits = keras.layers.Dense(CLASS_COUNT, name="predictions")(value)
    network = keras.Model(base.input, logits, name="vgg16_compact")

    convolutions, head = convolution_values(), head_values()
    for layer in CONVOLUTIONS:
        weights = [convolutions[f"{layer.name}/kernel"], convolutions[f"{layer.name}/bias"]]
        network.get_layer(layer.name).set_weights(weights)
    head_kernel = head["head_conv/kernel"][None, None]  # (512, 1280) → (1, 1, 512, 1280)
    network.get_layer("head_conv").set_weights([head_kernel, head["head_conv/bias"]])
    network.get_layer("predictions").set_weights([head["predictions/kernel"], head["predictions/bias"]])
    return Vgg16(network, weights_info(compact_choice()))


def _load_imagenet(choice: WeightsChoice) -> Vgg16:
    network = keras.applications.VGG16(weights=None, classifier_activation=None)
    load_imagenet_weights(network, choice)
    return Vgg16(network, weights_info(choice))


def _compile(network: keras.Model) -> Callable[[tf.Tensor], Any]:
    """The network as a compiled graph: without the data adapters and callbacks of ``Model.predict``."""
    signature = [tf.TensorSpec((None, *network.input_shape[1:]), tf.float32)]
    compiled: Callable[[tf.Tensor], Any] = tf.function(
        lambda batch: network(batch, training=False), input_signature=signature
    )
    return compiled
