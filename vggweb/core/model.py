"""VGG16, loaded and ready to be asked.

Forward passes go to an engine, which needs no TensorFlow. Whoever needs gradients asks for the Keras model or a
sub-model of it: TensorFlow is imported then, once, and not before.
"""

import logging
import threading
from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from vggweb.core.architecture import IMAGE_SIZE_PX
from vggweb.core.arrays import Activation, Batch, Logits
from vggweb.core.classifier import Classifier, classifier_of
from vggweb.core.engines import LARGEST_DIFFERENCE, Engine, choose_engine, disagreement
from vggweb.core.weights import LayerValues, Weights, WeightsInfo

if TYPE_CHECKING:
    from vggweb.core.tensorflow_import import keras

T = TypeVar("T")
INPUT_SHAPE = (IMAGE_SIZE_PX, IMAGE_SIZE_PX, 3)

logger = logging.getLogger(__name__)


class Vgg16:
    """The network with its weights: logits, activations, and sub-models to look inside.

    Safe to use from several threads.

    Attributes:
        engine: what computes the forward passes now.
        weights: what is known of the weights.
        classifier: the layers behind block5_conv3, whose gradient needs no TensorFlow; None for a Keras model of
            somebody else's making.
    """

    def __init__(
        self,
        engine: Engine,
        weights: WeightsInfo,
        *,
        read_values: Callable[[str], LayerValues],
        build_keras: Callable[[], "keras.Model"],
        classifier: Classifier | None = None,
        may_change_engine: bool = False,
    ) -> None:
        self.engine = engine
        self.weights = weights
        self.classifier = classifier
        self._read_values = read_values
        self._build_keras = build_keras
        self._may_change_engine = may_change_engine
        self._lock = threading.RLock()
        self._kept: dict[Hashable, Any] = {}

    @classmethod
    def from_keras(cls, keras_model: "keras.Model", weights: WeightsInfo) -> "Vgg16":
        """A Keras model, batch (n, h, w, 3) to logits (n, classes), as its own engine."""
        from vggweb.core.engines.keras import KerasEngine

        def read_values(name: str) -> LayerValues:
            layer = keras_model.get_layer(name)
            return LayerValues(name, layer.kernel.numpy(), layer.bias.numpy())

        return cls(KerasEngine(keras_model), weights, read_values=read_values, build_keras=lambda: keras_model)

    @property
    def class_count(self) -> int:
        """How many words the network knows: 1000."""
        return self.engine.class_count

    @property
    def keras_model(self) -> "keras.Model":
        """The Keras model, batch (n, 224, 224, 3) → logits (n, 1000); TensorFlow starts at the first time."""
        return self.keep("keras_model", self._load_keras)

    def logits(self, batch: Batch) -> Logits:
        """The scores before softmax.

        Args:
            batch: float32 (n, 224, 224, 3), BGR, mean-subtracted. Not modified.

        Returns:
            float32 (n, 1000).
        """
        return self.engine.logits(batch)

    def warm_up(self) -> None:
        """Afterwards the first photo takes no longer than the next."""
        self.logits(np.zeros((1, *INPUT_SHAPE), np.float32))

    def activations(self, batch: Batch, layer_names: Sequence[str]) -> dict[str, Activation]:
        """What the named layers give for one photo, from one forward pass.

        Args:
            batch: float32 (1, 224, 224, 3), BGR, mean-subtracted. Not modified.
            layer_names: Keras's layer names; ``predictions`` gives the logits.

        Returns:
            For each name a float32 (h, w, channels), or (n,) of a dense layer.
        """
        return self.engine.activations(batch, layer_names)

    def values(self, layer_name: str) -> LayerValues:
        """A layer's kernel and bias from the weights' file: of a convolution float32 (3, 3, in, out) and (out,)."""
        return self._read_values(layer_name)

    def kernel(self, layer_name: str) -> NDArray[np.float32]:
        """A convolution's kernel, float32 (3, 3, in, out), input channels in BGR order for block1_conv1."""
        return self.values(layer_name).kernel

    def observed(self, layer_name: str) -> "keras.Model":
        """The Keras sub-model batch → [that layer's output, logits], on the shared layers."""
        from vggweb.core.keras_vgg16 import observed

        return self.keep(("observed", layer_name), lambda: observed(self.keras_model, [layer_name], with_logits=True))

    def up_to(self, layer_name: str, *, before_relu: bool = False) -> "keras.Model":
        """The Keras sub-model that stops at a convolution or pooling and takes pictures of any size.

        Args:
            layer_name: a convolution or pooling.
            before_relu: give the convolution's value before its ReLU, so that a filter that is
                asleep still has a slope to climb.

        Returns:
            float32 (n, h, w, 3) BGR, mean-subtracted → float32 (n, h', w', channels).
        """
        from vggweb.core.keras_vgg16 import up_to

        key = ("up_to", layer_name, before_relu)
        return self.keep(key, lambda: up_to(self.keras_model, layer_name, before_relu=before_relu))

    def bias(self, layer_name: str) -> np.ndarray[Any, np.dtype[np.float32]]:
        """A convolution's bias, float32 (out,)."""
        return self.values(layer_name).bias

    def keep(self, key: Hashable, build: Callable[[], T]) -> T:
        """What `build` gives, built once for this model: compiled functions and sub-models live here."""
        with self._lock:
            if key not in self._kept:
                self._kept[key] = build()
            return self._kept[key]

    def _load_keras(self) -> "keras.Model":
        keras_model = self._build_keras()
        if self.engine.name != "tensorflow":
            self._compare_with(keras_model)
        return keras_model

    def _compare_with(self, keras_model: "keras.Model") -> None:
        """Both engines answer a probe once; if they differ, TensorFlow answers from now on, unless ncnn was ordered."""
        from vggweb.core.engines.keras import KerasEngine

        reference = KerasEngine(keras_model)
        difference = disagreement(self.engine, reference, probe_batch())
        if difference <= LARGEST_DIFFERENCE:
            return
        logger.error(
            "The engines disagree on a probe.",
            extra={
                "difference": difference,
                "allowed": LARGEST_DIFFERENCE,
                "answers": "tensorflow" if self._may_change_engine else self.engine.name,
            },
        )
        if self._may_change_engine:
            self.engine = reference


def probe_batch() -> Batch:
    """float32 (1, 224, 224, 3): noise in the range of a photo's values, always the same."""
    noise = np.random.default_rng(0).uniform(-128, 128, (1, *INPUT_SHAPE))
    return noise.astype(np.float32)


def load_model(choice: Weights, engine: str = "auto") -> Vgg16:
    """The network with the chosen weights, on the engine that the setting asks for.

    Raises:
        WeightsError: the file cannot be read or does not fit VGG16.
        SettingError: the engine cannot be used here.
    """
    on_ncnn = choose_engine(engine) == "ncnn"
    found, build_keras = _ncnn(choice) if on_ncnn else _keras(choice)
    return Vgg16(
        found,
        choice.info,
        read_values=lambda layer_name: next(choice.layers(layer_name)),
        build_keras=build_keras,
        classifier=classifier_of(choice),
        may_change_engine=engine == "auto",
    )


def _ncnn(choice: Weights) -> tuple[Engine, Callable[[], "keras.Model"]]:
    from vggweb.core.engines.ncnn import NcnnEngine

    def build() -> "keras.Model":
        from vggweb.core.keras_vgg16 import build_keras_model

        return build_keras_model(choice)

    return NcnnEngine(choice), build


def _keras(choice: Weights) -> tuple[Engine, Callable[[], "keras.Model"]]:
    from vggweb.core.engines.keras import KerasEngine
    from vggweb.core.keras_vgg16 import build_keras_model

    keras_model = build_keras_model(choice)
    return KerasEngine(keras_model), lambda: keras_model
