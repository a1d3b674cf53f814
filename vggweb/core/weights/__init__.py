"""The weights: which there are, which answer, and what is known of them.

``compact`` is embedded beside this file (fp16 on disk, float32 in use); ``imagenet`` is Keras's official file.
MODEL_CARD.md says where the embedded ones come from, how good they are and what they are not.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

WeightsVariant = Literal["compact", "imagenet"]


@dataclass(frozen=True)
class Accuracy:
    """How often the right class is the first, or among the first five, on ImageNet's validation photos.

    Attributes:
        preparation: how the photos were brought to 224 × 224.
        top1: share in [0, 1].
        top5: share in [0, 1].
        source: who measured it, on how many photos.
        calibration_error: how far the confidence lies from the share that is right, on average over ten bins of
            confidence (ECE), in [0, 1]; None where nobody has measured it.
    """

    preparation: str
    top1: float
    top5: float
    source: str
    calibration_error: float | None = None


@dataclass(frozen=True)
class WeightsFile:
    """A file that the weights are read from.

    Attributes:
        name: without its folder.
        bytes: its size.
        sha256: its hash, in hexadecimal.
    """

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class WeightsInfo:
    """What is known of the weights that answer.

    Attributes:
        variant: ``compact`` or ``imagenet``.
        sha256: names the weights: of ``imagenet`` the hash of its one file; of ``compact`` the hash over the hashes
            of its two files, in hexadecimal, one a line, in the order of `files`.
        files: what the weights are read from.
        parameter_count: numbers in use, classifier included.
        source: where they come from, a sentence.
        licence: under which they may be used, a sentence.
        limits: what they are not, a sentence or two.
        accuracy: measured accuracies; empty when nobody has measured these weights.
    """

    variant: WeightsVariant
    sha256: str
    files: tuple[WeightsFile, ...]
    parameter_count: int
    source: str
    licence: str
    limits: str
    accuracy: tuple[Accuracy, ...]


class LayerValues(NamedTuple):
    """What one layer learned.

    Attributes:
        name: Keras's layer name.
        kernel: float32 (3, 3, in, out), (1, 1, in, out) or (in, out).
        bias: float32 (out,).
    """

    name: str
    kernel: NDArray[np.float32]
    bias: NDArray[np.float32]


@dataclass(frozen=True)
class Weights(ABC):
    """Weights that may answer: chosen and checked at the start, before TensorFlow is loaded; read by the model.

    Attributes:
        sha256: names them, as in `WeightsInfo`.
        variant: ``compact`` or ``imagenet``.
    """

    variant: ClassVar[WeightsVariant]
    sha256: str

    @property
    @abstractmethod
    def info(self) -> WeightsInfo:
        """What is known of them, without loading them."""

    @abstractmethod
    def layers(self, *names: str) -> Iterator[LayerValues]:
        """The layers with those names, or all that have weights in the order of the data; one in memory at a time.

        Raises:
            WeightsError: a file was removed, changed or damaged since it was chosen, or holds no finite numbers.
        """
