"""The three ways in which Keras lays out VGG16's numbers in an HDF5 file: found, checked and read.

``official``  a group for each layer at the root, its attribute ``weight_names`` naming kernel and bias: the file
              that Keras publishes, and what Keras 2's ``save_weights("….h5")`` wrote.
``model``     the same below a group ``model_weights``: a whole model saved as ``….h5``.
``keras3``    ``layers/<group>/vars/0`` and ``/1``: Keras 3's ``save_weights("….weights.h5")``.

keras/src/legacy/saving/legacy_h5_format.py and keras/src/saving/saving_lib.py (Keras 3.15) write them. Nothing
here starts TensorFlow, so that a wrong file stops the start at once.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import h5py
import numpy as np
from numpy.typing import NDArray

from vggweb.core.architecture import CONVOLUTIONS, KERNEL_SIZE
from vggweb.core.classes import CLASS_COUNT
from vggweb.errors import WeightsError

Layout = Literal["official", "model", "keras3"]
Shape = tuple[int, ...]
Datasets = dict[str, tuple[h5py.Dataset, ...]]  # by layer name: kernel, bias

FULLY_CONNECTED_SHAPES: dict[str, Shape] = {  # Simonyan and Zisserman 2014, table 1, with Keras's names
    "fc1": (7 * 7 * 512, 4096),
    "fc2": (4096, 4096),
    "predictions": (4096, CLASS_COUNT),
}
KERNEL_SHAPES: dict[str, Shape] = {
    layer.name: (KERNEL_SIZE, KERNEL_SIZE, layer.in_channels, layer.channels) for layer in CONVOLUTIONS
} | FULLY_CONNECTED_SHAPES

_SIGNATURE = b"\x89HDF\r\n\x1a\n"  # the first eight bytes of every HDF5 file that Keras writes
# What h5py raises on files that are cut off, damaged, or built in another way than Keras builds them.
_UNREADABLE = (OSError, RuntimeError, KeyError, ValueError, TypeError, AttributeError)
_FRESH_COPY = "Copy or download the file again."
_FULL_FILE = "VGGWEB_WEIGHTS needs the file of the whole VGG16, which `flask weights fetch` downloads."


def check_layout(path: Path) -> Layout:
    """Which layout the file has, once all 16 layers are in it with VGG16's shapes.

    Reads names and shapes only; `read_layers` reads the values.

    Raises:
        WeightsError: missing, no HDF5, broken, without the classifier, or the first layer that does not fit.
    """
    _check_signature(path)
    try:
        with h5py.File(path, "r") as file:
            layout, datasets = _find_datasets(file, path)
            _check_shapes(datasets, path)
    except _UNREADABLE as error:
        raise _broken(path) from error
    return layout


def read_layers(path: Path, *names: str) -> Iterator[tuple[str, NDArray[np.float32], NDArray[np.float32]]]:
    """Name, kernel and bias of the named layers, or of all 16, one layer in memory at a time.

    Yields:
        Keras's layer name; kernel float32 (3, 3, in, out) or (in, out); bias float32 (out,).

    Raises:
        WeightsError: as `check_layout`, or a value cannot be read or is not a finite number.
    """
    _check_signature(path)
    try:
        with h5py.File(path, "r") as file:
            _, datasets = _find_datasets(file, path)
            _check_shapes(datasets, path)
            for name in names or KERNEL_SHAPES:
                kernel, bias = datasets[name]
                yield name, _read(kernel, name, path), _read(bias, name, path)
    except _UNREADABLE as error:
        raise _broken(path) from error


def read_rows(path: Path, name: str, count: int) -> Iterator[NDArray[np.float32]]:
    """A dense layer's kernel, so many rows at a time: float32 (count, out); fc1 as a whole would take 411 MB.

    Raises:
        WeightsError: as `check_layout`, or a value cannot be read.
    """
    try:
        with h5py.File(path, "r") as file:
            _, datasets = _find_datasets(file, path)
            kernel = datasets[name][0]
            for start in range(0, kernel.shape[0], count):
                yield kernel[start : start + count].astype(np.float32, copy=False)
    except _UNREADABLE as error:
        raise _broken(path) from error


def _check_signature(path: Path) -> None:
    try:
        with path.open("rb") as file:
            start = file.read(len(_SIGNATURE))
    except FileNotFoundError as error:
        raise WeightsError(
            f"There is no weights file {path}.",
            "Set VGGWEB_WEIGHTS to auto, compact, imagenet or the path of an HDF5 file that is there.",
        ) from error
    except IsADirectoryError as error:
        raise WeightsError(f"{path} is a folder, not a weights file.", "Name the .h5 file inside it.") from error
    except OSError as error:
        raise WeightsError(f"The weights file {path} cannot be opened.", "Check that this user may read it.") from error
    if start != _SIGNATURE:
        raise WeightsError(f"The file {path} is not an HDF5 file, so it holds no Keras weights.", _FULL_FILE)


def _find_datasets(file: h5py.File, path: Path) -> tuple[Layout, Datasets]:
    if "layers" in file:
        return "keras3", _keras3_datasets(file["layers"])
    if "model_weights" in file:
        return "model", _named_datasets(file["model_weights"])
    datasets = _named_datasets(file)
    if not datasets:
        raise WeightsError(f"The HDF5 file {path} holds no weights as Keras lays them out.", _FULL_FILE)
    return "official", datasets


def _named_datasets(root: h5py.Group) -> Datasets:
    """Kernel and bias of each layer group that has a ``weight_names`` attribute with names in it."""
    groups = {name: root[name] for name in root if "weight_names" in root[name].attrs}
    found = {
        name: tuple(group[_text(weight)] for weight in group.attrs["weight_names"]) for name, group in groups.items()
    }
    return {name: weights for name, weights in found.items() if weights}


def _keras3_datasets(layers: h5py.Group) -> Datasets:
    """Kernel and bias of each layer; files older than the ``name`` attribute count the layers of each class."""
    found: Datasets = {}
    for group_name in layers:
        variables = layers[group_name]["vars"]
        name = variables.attrs.get("name") or _counted_names().get(group_name, group_name)
        if len(variables):
            found[_text(name)] = tuple(variables[number] for number in sorted(variables, key=int))
    return found


def _counted_names() -> dict[str, str]:
    """``conv2d`` → ``block1_conv1``, ``conv2d_1`` → ``block1_conv2``, …, ``dense_2`` → ``predictions``."""
    kinds = {"conv2d": [layer.name for layer in CONVOLUTIONS], "dense": list(FULLY_CONNECTED_SHAPES)}
    return {
        kind if number == 0 else f"{kind}_{number}": name
        for kind, names in kinds.items()
        for number, name in enumerate(names)
    }


def _check_shapes(datasets: Datasets, path: Path) -> None:
    if not FULLY_CONNECTED_SHAPES.keys() & datasets.keys() and "block5_conv3" in datasets:
        raise WeightsError(
            f"The weights file {path} holds VGG16's convolutions without fc1, fc2 and predictions (a no-top file).",
            _FULL_FILE,
        )
    for name, kernel_shape in KERNEL_SHAPES.items():
        if name not in datasets:
            raise WeightsError(f"The weights file {path} has no layer {name}.", _FULL_FILE)
        expected = (kernel_shape, kernel_shape[-1:])
        actual = tuple(dataset.shape for dataset in datasets[name])
        if actual != expected:
            raise WeightsError(
                f"Layer {name} in the weights file {path} does not fit VGG16: "
                f"its shapes are {_shapes(actual)}, VGG16's are {_shapes(expected)}.",
                _FULL_FILE,
            )
        if any(dataset.dtype.kind != "f" for dataset in datasets[name]):
            raise WeightsError(f"Layer {name} in the weights file {path} holds no float numbers.", _FULL_FILE)


def _read(dataset: h5py.Dataset, name: str, path: Path) -> NDArray[np.float32]:
    values: NDArray[np.float32] = np.empty(dataset.shape, np.float32)
    dataset.read_direct(values)
    if not np.isfinite(values).all():
        raise WeightsError(
            f"Layer {name} in the weights file {path} holds values that are not finite numbers.", _FRESH_COPY
        )
    return values


def _broken(path: Path) -> WeightsError:
    return WeightsError(f"The weights file {path} is damaged or incomplete.", _FRESH_COPY)


def _shapes(shapes: tuple[Shape, ...]) -> str:
    return " and ".join(str(shape) for shape in shapes) or "none"


def _text(name: str | bytes) -> str:
    return name.decode() if isinstance(name, bytes) else str(name)
