"""What the network says to pictures: the values of filters, mixes or classes, and how they become one score.

A direction says how much of each channel counts: 1 for one filter and 0 for the others, or two halves for a mix.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from vggweb.core.model import Vgg16
from vggweb.core.optvis.objectives import ScoreName
from vggweb.core.tensorflow_import import tf

DIVERSITY_WEIGHT = 1.0  # how much likeness costs, as a share of the score itself


@dataclass(frozen=True)
class Response:
    """What the network says to n pictures.

    Attributes:
        values: float32 (n, h', w'), each picture's own direction at each place.
        features: float32 (n, h', w', c), what the values are computed from: the output of the layer before.
    """

    values: tf.Tensor
    features: tf.Tensor


# float32 (n, h, w, 3) network input and (n, channels) directions → response
Target: TypeAlias = Callable[[tf.Tensor, tf.Tensor], Response]


def layer_target(model: Vgg16, layer_name: str, *, before_relu: bool, bfloat16: bool = False) -> Target:
    """A convolution's channels.

    The sub-model stops before the convolution; of the convolution itself only the channels that count are
    computed: a weighed sum of channels is a convolution with the weighed sum of their kernels.

    Args:
        layer_name: a convolution of the network.
        before_relu: the value before ReLU, so that a filter that is asleep still has a slope to climb.
        bfloat16: what stands before the convolution is computed in bfloat16.
    """
    body = _bfloat16_layers_before(model, layer_name) if bfloat16 else _layers_before(model, layer_name)
    layer = model.keras_model.get_layer(layer_name)

    def respond(batch: tf.Tensor, directions: tf.Tensor) -> Response:
        features = body(batch)
        kernels = tf.tensordot(layer.kernel.value, directions, axes=[[3], [1]])  # (3, 3, in, n)
        own = [
            tf.nn.conv2d(features[i : i + 1], kernels[..., i : i + 1], strides=1, padding="SAME")[..., 0]
            for i in range(int(batch.shape[0]))
        ]
        bias = tf.linalg.matvec(directions, layer.bias.value)  # (n,)
        values = tf.concat(own, axis=0) + bias[:, None, None]
        return Response(values if before_relu else tf.nn.relu(values), features)

    return respond


def class_target(model: Vgg16) -> Target:
    """The logits of the classes; takes 224 × 224 pictures only, as the classifier does."""

    def respond(batch: tf.Tensor, directions: tf.Tensor) -> Response:
        logits = model.keras_model(batch, training=False)
        values = tf.reduce_sum(logits * directions, axis=1)[:, None, None]
        return Response(values, logits[:, None, None, :])

    return respond


def mean_score(response: Response) -> tf.Tensor:
    """The mean over all places, float32 (n,)."""
    return tf.reduce_mean(response.values, axis=(1, 2))


def centre_score(response: Response) -> tf.Tensor:
    """The value at the place in the middle, float32 (n,)."""
    _, height, width = response.values.shape
    return response.values[:, height // 2, width // 2]


def diverse_score(response: Response) -> tf.Tensor:
    """The mean less what each picture has in common with the others, float32 (n,)."""
    mean = mean_score(response)
    return mean - DIVERSITY_WEIGHT * tf.stop_gradient(tf.abs(mean)) * likeness(response.features)


def likeness(features: tf.Tensor) -> tf.Tensor:
    """How alike each picture's texture is to the others', float32 (n,) in [-1, 1].

    The mean cosine between the Gram matrices of the pictures' features, which say what occurs together and
    forget where (Olah, Mordvintsev and Schubert 2017, "Diversity").

    Args:
        features: float32 (n, h, w, c), n at least 2.
    """
    count, height, width, channels = (int(size) for size in features.shape)
    flat = tf.reshape(features, (count, height * width, channels))
    grams = tf.reshape(tf.matmul(flat, flat, transpose_a=True), (count, channels * channels))
    unit = tf.math.l2_normalize(grams, axis=1)
    cosines = tf.matmul(unit, unit, transpose_b=True)  # (n, n), 1 on the diagonal
    return (tf.reduce_sum(cosines, axis=1) - tf.linalg.diag_part(cosines)) / (count - 1)


Score: TypeAlias = Callable[[Response], tf.Tensor]  # how much each picture is what is asked for; higher is better
SCORES: dict[ScoreName, Score] = {"mean": mean_score, "centre": centre_score, "diverse": diverse_score}


def _layers_before(model: Vgg16, layer_name: str) -> Callable[[tf.Tensor], tf.Tensor]:
    names = [layer.name for layer in model.keras_model.layers]
    position = names.index(layer_name)
    if position <= 1:  # only the input stands before it
        return lambda batch: batch
    body = model.up_to(names[position - 1])
    return lambda batch: body(batch, training=False)


def _bfloat16_layers_before(model: Vgg16, layer_name: str) -> Callable[[tf.Tensor], tf.Tensor]:
    """The same with kernels and values rounded to bfloat16; float32 comes in and goes out."""
    names = [layer.name for layer in model.keras_model.layers]
    layers = [_bfloat16_layer(model.keras_model.get_layer(name)) for name in names[1 : names.index(layer_name)]]

    def body(batch: tf.Tensor) -> tf.Tensor:
        value = tf.cast(batch, tf.bfloat16)
        for layer in layers:
            value = layer(value)
        return tf.cast(value, tf.float32)

    return body


def _bfloat16_layer(layer: Any) -> Callable[[tf.Tensor], tf.Tensor]:
    if not layer.weights:
        return lambda value: tf.nn.max_pool2d(value, 2, 2, "VALID")
    kernel, bias = tf.cast(layer.kernel.value, tf.bfloat16), tf.cast(layer.bias.value, tf.bfloat16)
    return lambda value: tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(value, kernel, strides=1, padding="SAME"), bias))
