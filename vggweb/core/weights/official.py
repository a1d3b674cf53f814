"""Keras's official ImageNet weights file, or another file of the same network: found, checked, loaded.

All checks are made with h5py, before TensorFlow starts; nothing here downloads.
"""

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import h5py

from vggweb.core.weights import Accuracy, WeightsChoice, WeightsInfo
from vggweb.core.weights.compact import check_compact_files, compact_choice
from vggweb.core.weights.layout import check_layout, read_layer
from vggweb.errors import WeightsError

if TYPE_CHECKING:
    import keras  # starting TensorFlow takes seconds, and choosing weights must not

# Name, hash and address as keras/src/applications/vgg16.py gives them to get_file.
OFFICIAL_NAME = "vgg16_weights_tf_dim_ordering_tf_kernels.h5"
OFFICIAL_MD5 = "64373286793e3c8b2b4e3219cbf3544b"
OFFICIAL_URL = f"https://storage.googleapis.com/tensorflow/keras-applications/vgg16/{OFFICIAL_NAME}"

_FETCH_HINT = "Run `flask weights fetch`, or set VGGWEB_WEIGHTS=compact to use the embedded weights."


def keras_cache_file() -> Path:
    """Where Keras keeps the official file: under KERAS_HOME, or ~/.keras."""
    home = os.environ.get("KERAS_HOME")
    return (Path(home) if home else Path.home() / ".keras") / "models" / OFFICIAL_NAME


def choose_weights(setting: str) -> WeightsChoice:
    """Which weights a value of VGGWEB_WEIGHTS means, after checking that they are whole.

    Args:
        setting: ``auto``, ``compact``, ``imagenet`` or the path of an ``.h5`` file.

    Raises:
        WeightsError: what was asked for is missing or not what it should be. There is no silent fallback.
    """
    if setting == "compact" or (setting == "auto" and not keras_cache_file().exists()):
        check_compact_files()
        return compact_choice()
    if setting in {"auto", "imagenet"}:
        return _official_choice(keras_cache_file())
    return file_choice(Path(setting).expanduser())


def file_choice(path: Path) -> WeightsChoice:
    """The choice of a file, official or not, whose layout fits VGG16.

    Raises:
        WeightsError: it is missing, cannot be read or does not fit.
    """
    if not path.is_file():
        raise WeightsError(f"There is no weights file {path}.", _FETCH_HINT)
    check_layout(path)
    return WeightsChoice(
        variant="imagenet", path=path, sha256=file_digest(path, "sha256"), official=is_official(path)
    )


def is_official(path: Path) -> bool:
    """Whether the file is, byte for byte, the one that Keras publishes."""
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
        raise WeightsError(f"The weights file {path} cannot be read.", "Check its permissions.") from error


def load_imagenet_weights(network: "keras.Model", choice: WeightsChoice) -> None:
    """Puts the file's values into Keras's full VGG16, layer by layer, so that no second copy is held.

    Raises:
        WeightsError: the file cannot be read any more, or does not fit.
    """
    if choice.path is None:
        raise WeightsError("The imagenet variant needs a weights file.", _FETCH_HINT)
    check_layout(choice.path)
    with h5py.File(choice.path) as file:
        for layer in network.layers:
            if layer.weights:
                layer.set_weights(read_layer(file, layer.name))


def imagenet_info(choice: WeightsChoice, parameter_count: int) -> WeightsInfo:
    """What is known of the official file, and how little of another one."""
    official = choice.official
    return WeightsInfo(
        variant="imagenet",
        sha256=choice.sha256,
        parameter_count=parameter_count,
        source=(
            "Keras's official ImageNet file for VGG16, with the weights of Simonyan and Zisserman (2014, arXiv:1409.1556)."
            if official
            else "A file that this server's operator gave. It has VGG16's layout, and it is not Keras's official file."
        ),
        licence=(
            "Released by the Visual Geometry Group, Oxford, under CC BY 4.0."
            if official
            else "Unknown: ask whoever runs this server."
        ),
        limits=(
            "Trained on photos of 1000 kinds of things. It has no word for a person, and it must always choose one of "
            "the 1000."
            if official
            else "Nobody has measured these weights, so nothing is known of how often they are right."
        ),
        accuracy=(
            (Accuracy("as Keras's table reports it", 0.713, 0.901, "Keras Applications, table of models"),)
            if official
            else ()
        ),
    )


def _official_choice(path: Path) -> WeightsChoice:
    if not path.is_file():
        raise WeightsError(f"Keras's official ImageNet file is not in Keras's cache ({path}).", _FETCH_HINT)
    if not is_official(path):
        raise WeightsError(
            f"The file {path} is not Keras's official one: its hash is another. It may be half a download.",
            f"Delete it. {_FETCH_HINT}",
        )
    return WeightsChoice(variant="imagenet", path=path, sha256=file_digest(path, "sha256"), official=True)
