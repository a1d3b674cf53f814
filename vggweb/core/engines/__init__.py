"""What computes the forward passes: one small interface, and two engines behind it.

``keras`` is the reference: Keras's own VGG16 on TensorFlow, always there. ``ncnn`` gives the same numbers in a fraction
of the time and of the memory. Gradients are no engine's business: they are TensorFlow's.
"""

import logging
from collections.abc import Sequence
from typing import Literal, Protocol

import numpy as np

from vggweb.core.arrays import Activation, Batch, Logits
from vggweb.errors import SettingError

EngineName = Literal["ncnn", "tensorflow"]
LARGEST_DIFFERENCE = 1e-3  # of the logits' spread: ten times what rounding alone makes of different orders of summing

logger = logging.getLogger(__name__)


class Engine(Protocol):
    """Computes forward passes, from several threads at once.

    Attributes:
        name: as in ``/model.json``.
        photos_at_once: how many photos are best computed side by side; more would only wait for each other.
        class_count: length of the logits.
    """

    name: EngineName
    photos_at_once: int
    class_count: int

    def logits(self, batch: Batch) -> Logits:
        """float32 (n, 224, 224, 3), BGR, mean-subtracted, not modified → float32 (n, 1000)."""

    def activations(self, batch: Batch, layer_names: Sequence[str]) -> dict[str, Activation]:
        """What the named layers, ``predictions`` included, give for one photo, from one forward pass.

        Returns:
            For each name float32 (h, w, channels), or (n,) for a dense layer.
        """


def choose_engine(setting: str) -> EngineName:
    """The engine that shall answer: what the setting names, or ncnn if it can be imported here.

    Raises:
        SettingError: ncnn was asked for, and cannot be imported.
    """
    if setting == "tensorflow":
        return "tensorflow"
    try:
        from vggweb.core.engines import ncnn  # noqa: F401 - it is the import that is tried
    except (ImportError, OSError) as error:
        if setting == "ncnn":
            raise SettingError(
                "VGGWEB_ENGINE is ncnn, and it cannot be imported.", "Install it, or set VGGWEB_ENGINE to auto."
            ) from error
        return "tensorflow"
    return "ncnn"


def disagreement(engine: Engine, reference: Engine, batch: Batch) -> float:
    """The largest difference between two engines' logits, as a share of the reference's spread.

    Args:
        batch: float32 (n, 224, 224, 3): a probe.
    """
    expected = reference.logits(batch)
    return float(np.abs(engine.logits(batch) - expected).max() / np.ptp(expected))
