"""Keras's official ImageNet weights, or an HDF5 file of the operator's own: chosen, checked and loaded.

Choosing and checking never starts TensorFlow and never uses the network: a wrong setting stops the start within
seconds, and only ``flask weights fetch`` downloads.
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vggweb.core.weights import Accuracy, WeightsChoice, WeightsFile, WeightsInfo
from vggweb.core.weights.compact import check_compact_files, compact_choice
from vggweb.core.weights.layout import check_layout, read_layers
from vggweb.errors import WeightsError

# Name, address and MD5 as keras/src/applications/vgg16.py (Keras 3.15) has them.
OFFICIAL_NAME = "vgg16_weights_tf_dim_ordering_tf_kernels.h5"
OFFICIAL_URL = f"https://storage.googleapis.com/tensorflow/keras-applications/vgg16/{OFFICIAL_NAME}"
OFFICIAL_MD5 = "64373286793e3c8b2b4e3219cbf3544b"

_FETCH_HINT = "Run `flask weights fetch` to download it, or set VGGWEB_WEIGHTS to auto or compact."


def keras_cache_file() -> Path:
    """Where Keras keeps the official file: below KERAS_HOME if that is set, else below ``~/.keras``."""
    home = os.environ.get("KERAS_HOME")  # keras/src/backend/config.py reads the same variable
    folder = Path(home) if home else Path.home() / ".keras"
    return folder / "models" / OFFICIAL_NAME


def choose_weights(setting: str) -> WeightsChoice:
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
        return compact_choice()
    return file_choice(Path(setting).expanduser())


def file_choice(path: Path) -> WeightsChoice:
    """The choice of that HDF5 file: layout and shapes checked, hashed, compared with the official file's MD5.

    Raises:
        WeightsError: missing, no HDF5, damaged, without the classifier, or not VGG16's shapes.
    """
    check_layout(path)
    return _choice(path, official=is_official(path))


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


def _check_cached() -> WeightsChoice:
    path = keras_cache_file()
    if not os.path.lexists(path):
        raise WeightsError(f"Keras's official weights file is not in Keras's cache: {path}.", _FETCH_HINT)
    if not is_official(path):
        raise WeightsError(
            f"The file in Keras's cache is not the official one, perhaps half of it: {path} has another hash.",
            "Run `flask weights fetch` to replace it, or set VGGWEB_WEIGHTS to compact.",
        )
    check_layout(path)
    return _choice(path, official=True)


def _choice(path: Path, *, official: bool) -> WeightsChoice:
    sha256 = file_digest(path, "sha256")
    return WeightsChoice("imagenet", path, sha256, size_bytes=path.stat().st_size, official=official)


def imagenet_info(choice: WeightsChoice, parameter_count: int) -> WeightsInfo:
    """What is known of the file that answers: much of the official one, next to nothing of any other."""
    return _official_info(choice, parameter_count) if choice.official else _custom_info(choice, parameter_count)


def _files(choice: WeightsChoice) -> tuple[WeightsFile, ...]:
    return (WeightsFile(choice.path.name, choice.size_bytes, choice.sha256),) if choice.path else ()


def _official_info(choice: WeightsChoice, parameter_count: int) -> WeightsInfo:
    return WeightsInfo(
        variant="imagenet",
        sha256=choice.sha256,
        files=_files(choice),
        parameter_count=parameter_count,
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


def _custom_info(choice: WeightsChoice, parameter_count: int) -> WeightsInfo:
    return WeightsInfo(
        variant="imagenet",
        sha256=choice.sha256,
        files=_files(choice),
        parameter_count=parameter_count,
        source="A file given by VGGWEB_WEIGHTS.",
        licence="Not known to this program: ask whoever made the file.",
        limits=(
            "It has VGG16's shapes but is not Keras's official file. Nobody has measured how often it is right, "
            "and its 1000 outputs mean ImageNet's words only if it was trained on them in Keras's order."
        ),
        accuracy=(),
    )


def imagenet_layers(
    choice: WeightsChoice, *names: str
) -> Iterator[tuple[str, NDArray[np.float32], NDArray[np.float32]]]:
    """Name, kernel and bias of the named layers, or of all 16, one in memory at a time, as `read_layers` gives them.

    Args:
        choice: of variant ``imagenet``, as `choose_weights` gives it.

    Raises:
        WeightsError: the file was removed, changed or damaged since it was chosen, or holds no finite numbers.
    """
    return read_layers(imagenet_path(choice), *names)


def imagenet_path(choice: WeightsChoice) -> Path:
    """The HDF5 file of the choice.

    Raises:
        WeightsError: the choice names none.
    """
    if choice.path is None:
        raise WeightsError("The chosen weights name no file.", "Set VGGWEB_WEIGHTS to imagenet or to a path.")
    return choice.path
