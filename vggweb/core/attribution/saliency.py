"""Saliency: which pixels would move a class's logit the most."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vggweb.core.arrays import Batch
from vggweb.core.attribution.evidence import Attribution, OnProgress, class_logit, positive_share

if TYPE_CHECKING:
    from vggweb.core.model import Vgg16
    from vggweb.core.tensorflow_import import tf

SAMPLES = 4  # each takes two predictions' time, and a visitor waits
NOISE_SHARE = 0.15  # Smilkov et al. find 10 to 20 % of the image's range best (section 3.1)
BRIGHTEST_PERCENTILE = 99.0  # one percent of the pixels may be beyond white: single outliers would blacken the rest
SAMPLES_AT_ONCE = 2  # copies in one pass: four take as long for each copy on two cores, and twice the memory


def saliency(
    model: "Vgg16",
    batch: Batch,
    *,
    class_index: int,
    samples: int = SAMPLES,
    noise_share: float = NOISE_SHARE,
    seed: int = 0,
    on_progress: OnProgress | None = None,
) -> Attribution:
    """Which pixels the logit of one class hangs on, for better or worse.

    The gradient of the logit with respect to the batch, averaged over noisy copies of the photo (SmoothGrad, Smilkov et
    al. 2017, arXiv:1706.03825), then the largest absolute value of the three channels (Simonyan et al. 2013,
    arXiv:1312.6034, section 3.1). The 99th percentile becomes 1, and so does everything beyond it.

    Args:
        batch: float32 (1, 224, 224, 3), BGR, mean-subtracted. Not modified.
        class_index: 0-999.
        samples: noisy copies, 1 or more; 1 takes the photo itself, without noise.
        noise_share: the noise's standard deviation as a share of the batch's range (maximum - minimum).
        seed: of the noise; the same seed gives the same map.
        on_progress: called after each group of copies.

    Returns:
        The logit, and a map of (224, 224); all zeros where the logit depends on no pixel.

    Raises:
        UnknownClassError: class_index is outside 0-999.
    """
    logit = class_logit(model, batch, class_index=class_index)
    noise = np.random.default_rng(seed)
    deviation = 0.0 if samples == 1 else noise_share * float(np.ptp(batch))
    total = np.zeros(batch.shape[1:], np.float32)  # (224, 224, 3)
    for start in range(0, samples, SAMPLES_AT_ONCE):
        count = min(SAMPLES_AT_ONCE, samples - start)
        copies = batch + deviation * noise.standard_normal((count, *batch.shape[1:]), np.float32)
        total += logit_gradient(model, copies, class_index=class_index).sum(axis=0)
        if on_progress is not None:
            on_progress((start + count) / samples)
    strength: NDArray[np.float32] = np.abs(total / samples).max(axis=-1)  # (224, 224)
    # Where so few pixels count that the percentile is 0, the maximum sets the scale.
    brightest = float(np.percentile(strength, BRIGHTEST_PERCENTILE)) or float(strength.max())
    return Attribution(logit, positive_share(strength, largest=brightest))


def logit_gradient(model: "Vgg16", batch: Batch, *, class_index: int) -> NDArray[np.float32]:
    """How fast one class's logit rises with each value of the batch.

    Args:
        batch: float32 (n, 224, 224, 3), BGR, mean-subtracted. Not modified.
        class_index: 0-999.

    Returns:
        float32 (n, 224, 224, 3), logits for one grey level.
    """
    from vggweb.core.tensorflow_import import tf

    compiled = model.keep("logit_gradient", lambda: _compile(model))
    return compiled(tf.constant(batch), tf.constant(class_index)).numpy()


def _compile(model: "Vgg16") -> Callable[["tf.Tensor", "tf.Tensor"], Any]:
    """The gradient as a graph, built once and good for all classes."""
    from vggweb.core.tensorflow_import import tf

    def gradient(batch: "tf.Tensor", class_index: "tf.Tensor") -> "tf.Tensor":
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(batch)
            logits = model.keras_model(batch, training=False)[:, class_index]  # (n,)
        return tape.gradient(logits, batch, unconnected_gradients=tf.UnconnectedGradients.ZERO)

    shape = (None, *model.keras_model.input_shape[1:])
    return tf.function(gradient, input_signature=[tf.TensorSpec(shape, tf.float32), tf.TensorSpec((), tf.int32)])
