"""Keras's official ImageNet weights, or an HDF5 file of the operator's own: chosen, checked and loaded.

Choosing and checking never starts TensorFlow and never uses the network: a wrong setting stops the start within
seconds, and only ``flask weights fetch`` downloads.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vggweb.core.architecture import FULL_PARAMETERS
from vggweb.core.weights import Accuracy, LayerValues, Weights, WeightsFile, WeightsInfo
from vggweb.core.weights.compact import CompactWeights, check_compact_files
from vggweb.core.weights.layout import check_layout, read_layers
from vggweb.errors import WeightsError

# Name, address and MD5 as keras/src/applications/vgg16.py (Keras 3.15) has them.
OFFICIAL_NAME = "vgg16_weights_tf_dim_ordering_tf_kernels.h5"
OFFICIAL_URL = f"https://storage.googleapis.com/tensorflow/keras-applications/vgg16/{OFFICIAL_NAME}"
OFFICIAL_MD5 = "64373286793e3c8b2b4e3219cbf3544b"

_FETCH_HINT = "Run `flask weights fetch` to download it, or set VGGWEB_WEIGHTS to auto or compact."


@dataclass(frozen=True)
class FullWeights(Weights):
    """All of VGG16 from an HDF5 file; its two kinds know different things of themselves.

    Attributes:
        path: the file.
        size_bytes: of the file.
    """

    variant = "imagenet"
    path: Path
    size_bytes: int

    def layers(self, *names: str) -> Iterator[LayerValues]:
        """The named layers, or all 16."""
        return (LayerValues(*layer) for layer in read_layers(self.path, *names))

    def _info(self, *, source: str, licence: str, limits: str, accuracy: tuple[Accuracy, ...] = ()) -> WeightsInfo:
        return WeightsInfo(
            variant=self.variant,
            sha256=self.sha256,
            files=(WeightsFile(self.path.name, self.size_bytes, self.sha256),),
            parameter_count=FULL_PARAMETERS,
            source=source,
            licence=licence,
            limits=limits,
            accuracy=accuracy,
        )


class OfficialWeights(FullWeights):
    """The file that Keras publishes, byte for byte."""

    @property
    def info(self) -> WeightsInfo:
        """Much is known of it: who trained it, and how often it is right."""
        return self._info(
            source=(
                f"Keras's official file {OFFICIAL_NAME}: VGG16 as Simonyan and Zisserman (2014, arXiv:1409.1556) "
                "trained it on ImageNet, converted for Keras."
            ),
            licence="Released by the Visual Geometry Group, Oxford, under CC BY 4.0.",
            limits=(
                "It knows ImageNet's 1000 words and nothing else, and must choose one of them for every photo. "
                "How surely it chooses is not how often it is right."
            ),
            accuracy=(
                Accuracy(
                    preparation="single centre crop, 224 × 224",
                    top1=0.713,
                    top5=0.901,
                    source="Keras's table at keras.io/api/applications, ILSVRC-2012 validation photos",
                ),
            ),
        )


class CustomWeights(FullWeights):
    """Any other file of VGG16's shapes: next to nothing is known of it."""

    @property
    def info(self) -> WeightsInfo:
        """Its shapes fit, and that is all."""
        return self._info(
            source="A file given by VGGWEB_WEIGHTS.",
            licence="Not known to this program: ask whoever made the file.",
            limits=(
                "It has VGG16's shapes but is not Keras's official file. Nobody has measured how often it is right, "
                "and its 1000 outputs mean ImageNet's words only if it was trained on them in Keras's order."
            ),
        )


def keras_cache_file() -> Path:
    """Where Keras keeps the official file: below KERAS_HOME if that is set, else below ``~/.keras``."""
    home = os.environ.get("KERAS_HOME")  # keras/src/backend/config.py reads the same variable
    folder = Path(home) if home else Path.home() / ".keras"
    return folder / "models" / OFFICIAL_NAME


def choose_weights(setting: str) -> Weights:
    """Which weights shall answer, after their files were checked.

    Args:
        setting: ``auto`` (the official file if Keras's cache holds it, else compact), ``compact``, ``imagenet``
            (the official file, which must be in Keras's cache) or the path of an HDF5 file.

    Raises:
        WeightsError: what was asked for is missing, damaged or not VGG16. Other weights never step in for it.
    """
    if setting == "imagenet":
        return _check_cached()
    if setting == "auto" and os.path.lexists(keras_cache_file()):
        return _check_cached()
    if setting in ("auto", "compact"):
        check_compact_files()
        return CompactWeights()
    return weights_in_file(Path(setting).expanduser())


def weights_in_file(path: Path) -> FullWeights:
    """The weights in an HDF5 file: layout and shapes checked, hashed, compared with the official file's MD5.

    Raises:
        WeightsError: missing, no HDF5, damaged, without the classifier, or not VGG16's shapes.
    """
    check_layout(path)
    kind = OfficialWeights if is_official(path) else CustomWeights
    return _of_file(kind, path)


def is_official(path: Path) -> bool:
    """Whether the file is, byte for byte, the one that Keras publishes: it has the MD5 by which Keras knows it.

    Raises:
        WeightsError: it cannot be read.
    """
    return file_digest(path, "md5") == OFFICIAL_MD5


def file_digest(path: Path, algorithm: str) -> str:
    """The hash of a file, in hexadecimal.

    Raises:
        WeightsError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, algorithm).hexdigest()
    except OSError as error:
        raise WeightsError(
            f"The weights file {path} cannot be read.", "Check that it is a file that this user may read."
        ) from error


def _check_cached() -> Weights:
    path = keras_cache_file()
    if not os.path.lexists(path):
        raise WeightsError(f"Keras's official weights file is not in Keras's cache: {path}.", _FETCH_HINT)
    if not is_official(path):
        raise WeightsError(
            f"The file in Keras's cache is not the official one, perhaps half of it: {path} has another hash.",
            "Run `flask weights fetch` to replace it, or set VGGWEB_WEIGHTS to compact.",
        )
    check_layout(path)
    return _of_file(OfficialWeights, path)


def _of_file(kind: type[FullWeights], path: Path) -> FullWeights:
    return kind(sha256=file_digest(path, "sha256"), path=path, size_bytes=path.stat().st_size)
