"""The layouts in which a file of VGG16's weights may come, all HDF5.

- The official one and Keras's older whole-model files: a group for each layer, perhaps below ``model_weights``,
  that names its arrays in the attribute ``weight_names``.
- Keras 3's ``.weights.h5``: ``layers/<name>/vars/0`` and ``1``, named by the layers' kinds in the order of the
  network (``conv2d``, ``conv2d_1``, … ``dense``, …) or by the layers' own names.
"""

from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from vggweb.core.architecture import CONVOLUTIONS
from vggweb.errors import WeightsError

_CLASSIFIER_SHAPES = {"fc1": (7 * 7 * 512, 4096), "fc2": (4096, 4096), "predictions": (4096, 1000)}
KERNEL_SHAPES: dict[str, tuple[int, ...]] = {
    layer.name: (3, 3, layer.in_channels, layer.channels) for layer in CONVOLUTIONS
} | _CLASSIFIER_SHAPES

# Keras 3 numbers the layers of a kind in the order of the network.
_BY_KIND = {
    **{layer.name: "conv2d" + (f"_{index}" if index else "") for index, layer in enumerate(CONVOLUTIONS)},
    **{name: "dense" + (f"_{index}" if index else "") for index, name in enumerate(_CLASSIFIER_SHAPES)},
}
_HINT = "Give a file of Keras's full VGG16, with fc1, fc2 and predictions, or run `flask weights fetch`."


def check_layout(path: Path) -> None:
    """Nothing, if every layer of VGG16 is in the file with its right shape.

    Raises:
        WeightsError: it is no HDF5 file, is damaged, or does not fit; the message names the first such layer.
    """
    try:
        with h5py.File(path) as file:
            for name, shape in KERNEL_SHAPES.items():
                _check_layer(file, name, shape, path)
    except (OSError, RuntimeError, KeyError) as error:  # what h5py raises on damaged files
        raise WeightsError(f"The file {path} is no whole HDF5 weights file.", _HINT) from error


def read_layer(file: h5py.File, name: str) -> list[NDArray[np.float32]]:
    """A layer's [kernel, bias], float32.

    Raises:
        WeightsError: the values cannot be read, though their shapes could.
    """
    try:
        return [np.asarray(array, np.float32) for array in _arrays(file, name)]
    except (OSError, RuntimeError, KeyError) as error:
        raise WeightsError(f"The weights of {name} cannot be read: the file is damaged.", _HINT) from error


def _check_layer(file: h5py.File, name: str, shape: tuple[int, ...], path: Path) -> None:
    arrays = _arrays(file, name)
    if not arrays:
        raise WeightsError(f"The file {path} has no weights for the layer {name}.", _HINT)
    found = [tuple(array.shape) for array in arrays]
    if found != [shape, shape[-1:]]:
        raise WeightsError(
            f"In the file {path} the layer {name} has the shapes {found}, and VGG16 needs {[shape, shape[-1:]]}.", _HINT
        )


def _arrays(file: h5py.File, name: str) -> list[h5py.Dataset]:
    """The layer's arrays as they lie in the file, not read yet; none if the layer is not there."""
    root = file["model_weights"] if "model_weights" in file else file
    if name in root and "weight_names" in root[name].attrs:
        group = root[name]
        return [group[_text(key)] for key in group.attrs["weight_names"]]
    for key in (f"layers/{name}/vars", f"layers/{_BY_KIND[name]}/vars"):
        if key in file:
            return [file[key][index] for index in sorted(file[key], key=int)]
    return []


def _text(name: bytes | str) -> str:
    return name.decode() if isinstance(name, bytes) else name
