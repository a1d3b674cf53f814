"""VGG16 as Keras builds it, and sub-models of it. The only place that builds Keras models.

Both variants are Keras's own ``applications.VGG16`` with its layer names and without a softmax: ``imagenet`` whole,
``compact`` with the small classifier on the same convolutions. Sub-models share the layers and never change them.
"""

from collections.abc import Sequence

from vggweb.core.architecture import IMAGE_SIZE_PX
from vggweb.core.classes import CLASS_COUNT
from vggweb.core.tensorflow_import import keras, tf
from vggweb.core.weights import Weights
from vggweb.core.weights.compact import FEATURE_MAXIMUM, HEAD_CHANNELS, CompactWeights

INPUT_SHAPE = (IMAGE_SIZE_PX, IMAGE_SIZE_PX, 3)


def build_keras_model(choice: Weights) -> keras.Model:
    """The Keras model with the chosen weights, batch (n, 224, 224, 3) → logits (n, 1000).

    Raises:
        WeightsError: the weights cannot be read.
    """
    compact = isinstance(choice, CompactWeights)
    model = _compact() if compact else keras.applications.VGG16(weights=None, classifier_activation=None)
    for name, kernel, bias in choice.layers():
        model.get_layer(name).set_weights([kernel, bias])
    return model


def observed(model: keras.Model, layer_names: Sequence[str], *, with_logits: bool = False) -> keras.Model:
    """The sub-model batch → [the named layers' outputs, and the logits if asked for]."""
    outputs = [model.get_layer(name).output for name in layer_names]
    return keras.Model(model.input, [*outputs, model.output] if with_logits else outputs)


def up_to(model: keras.Model, layer_name: str, *, before_relu: bool) -> keras.Model:
    """The sub-model that stops at a layer and takes pictures of any size, (n, h, w, 3)."""
    inputs = keras.Input((None, None, 3))
    value = inputs
    for layer in model.layers:
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


def _compact() -> keras.Model:
    base = keras.applications.VGG16(include_top=False, weights=None, input_shape=INPUT_SHAPE)
    value = keras.layers.Conv2D(HEAD_CHANNELS, 1, name="head_conv")(base.output)
    value = keras.layers.ReLU(max_value=FEATURE_MAXIMUM, name="head_relu6")(value)
    value = keras.layers.GlobalAveragePooling2D(name="head_mean")(value)
    logits = keras.layers.Dense(CLASS_COUNT, name="predictions")(value)
    return keras.Model(base.input, logits, name="vgg16_compact")
