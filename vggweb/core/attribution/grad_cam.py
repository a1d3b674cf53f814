"""Grad-CAM: which places of a convolution's output speak for a class."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from vggweb.core.architecture import find_convolution
from vggweb.core.arrays import Batch
from vggweb.core.attribution.evidence import Attribution, OnProgress, check_class, class_logit, positive_share
from vggweb.core.classifier import Classifier

if TYPE_CHECKING:
    from vggweb.core.model import Vgg16
    from vggweb.core.tensorflow_import import tf

LAST_CONVOLUTION = "block5_conv3"


def grad_cam(
    model: "Vgg16",
    batch: Batch,
    *,
    class_index: int,
    layer_name: str = LAST_CONVOLUTION,
    on_progress: OnProgress | None = None,
) -> Attribution:
    """Where in the image the evidence for one class lies.

    Weighs the 512 feature maps of block5_conv3 by the mean gradient of the class's logit, adds them up and keeps
    what is positive (Selvaraju et al. 2017, arXiv:1610.02391, eq. 1-2); then divides by the maximum.

    Args:
        batch: float32 (1, 224, 224, 3), BGR, mean-subtracted. Not modified.
        class_index: 0-999.
        layer_name: a convolution. Early ones give finer maps that follow edges rather than things.
        on_progress: called once, at the end.

    Returns:
        The logit, and a map of the size of the layer's output: (14, 14) for block5_conv3.

    Raises:
        UnknownClassError: class_index is outside 0-999.
        UnknownLayerError: no such convolution.
    """
    find_convolution(layer_name)
    check_class(model, class_index)
    if layer_name == LAST_CONVOLUTION and model.classifier is not None:
        found = _from_classifier(model, model.classifier, batch, class_index)
    else:
        found = grad_cam_by_tape(model, batch, class_index=class_index, layer_name=layer_name)
    if on_progress is not None:
        on_progress(1.0)
    return found


def _from_classifier(model: "Vgg16", classifier: Classifier, batch: Batch, class_index: int) -> Attribution:
    """On the last convolution: one forward pass, and the classifier's own gradient."""
    names = (LAST_CONVOLUTION, *classifier.layer_names, "predictions")
    activations = model.activations(batch, names)
    maps = activations[LAST_CONVOLUTION]  # (14, 14, 512)
    gradients = classifier.channel_gradients(activations, class_index)  # (512,), summed over the cells
    weighted = maps @ (gradients / (maps.shape[0] * maps.shape[1]))  # (14, 14)
    return Attribution(float(activations["predictions"][class_index]), positive_share(weighted))


def grad_cam_by_tape(model: "Vgg16", batch: Batch, *, class_index: int, layer_name: str) -> Attribution:
    """The same by TensorFlow's gradients, for any convolution; arguments and results as `grad_cam`."""
    from vggweb.core.tensorflow_import import tf

    logit = class_logit(model, batch, class_index=class_index)
    compiled = model.keep(("grad_cam", layer_name), lambda: _compile(model, layer_name))
    weighted = compiled(tf.constant(batch), tf.constant(class_index))  # (1, h, w)
    return Attribution(logit, positive_share(np.asarray(weighted)[0]))


def _compile(model: "Vgg16", layer_name: str) -> Callable[["tf.Tensor", "tf.Tensor"], Any]:
    """The weighted sum of the layer's feature maps as a graph, built once for a layer and good for all classes."""
    from vggweb.core.tensorflow_import import tf

    observed = model.observed(layer_name)

    def weighted_sum(batch: "tf.Tensor", class_index: "tf.Tensor") -> "tf.Tensor":
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(batch)
            activation, logits = observed(batch, training=False)
            logit = logits[0, class_index]
        gradient = tape.gradient(logit, activation)  # (1, h, w, channels)
        weights = tf.reduce_mean(gradient, axis=(1, 2), keepdims=True)  # (1, 1, 1, channels)
        return tf.reduce_sum(weights * activation, axis=-1)

    shape = (1, *model.keras_model.input_shape[1:])
    return tf.function(weighted_sum, input_signature=[tf.TensorSpec(shape, tf.float32), tf.TensorSpec((), tf.int32)])
