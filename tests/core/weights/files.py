"""HDF5 files of VGG16's shapes in Keras's layouts, made with h5py alone, small on disk where values do not matter."""

from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

# The paper's table 1, configuration D, written out once more: an oracle for the code that works it out.
SHAPES: dict[str, tuple[int, ...]] = {
    "block1_conv1": (3, 3, 3, 64),
    "block1_conv2": (3, 3, 64, 64),
    "block2_conv1": (3, 3, 64, 128),
    "block2_conv2": (3, 3, 128, 128),
    "block3_conv1": (3, 3, 128, 256),
    "block3_conv2": (3, 3, 256, 256),
    "block3_conv3": (3, 3, 256, 256),
    "block4_conv1": (3, 3, 256, 512),
    "block4_conv2": (3, 3, 512, 512),
    "block4_conv3": (3, 3, 512, 512),
    "block5_conv1": (3, 3, 512, 512),
    "block5_conv2": (3, 3, 512, 512),
    "block5_conv3": (3, 3, 512, 512),
    "fc1": (25088, 4096),
    "fc2": (4096, 4096),
    "predictions": (4096, 1000),
}
WITHOUT_WEIGHTS = ("input_1", "block1_pool", "flatten")


def random_values(seed: int) -> Iterator[tuple[str, NDArray[np.float32], NDArray[np.float32]]]:
    """Each layer's kernel and bias, uniform, scaled so that activations neither vanish nor explode (He et al. 2015)."""
    generator = np.random.default_rng(seed)
    for name, shape in SHAPES.items():
        scale = np.float32(np.sqrt(24.0 / np.prod(shape[:-1])))
        kernel = generator.random(shape, dtype=np.float32)
        kernel -= np.float32(0.5)
        kernel *= scale
        yield name, kernel, generator.random(shape[-1:], dtype=np.float32)


def write_official(path: Path, *, seed: int) -> None:
    """A full file in the official layout, with random values: 138,357,544 numbers, 553 MB."""
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = np.array([name.encode() for name in (*WITHOUT_WEIGHTS, *SHAPES)])
        for name in WITHOUT_WEIGHTS:
            file.create_group(name).attrs["weight_names"] = np.array([], dtype="S1")
        for name, kernel, bias in random_values(seed):
            _write_layer(file, name, {"W": kernel, "b": bias})


def _write_layer(root: h5py.Group, name: str, values: dict[str, NDArray[np.float32]]) -> None:
    group = root.create_group(name)
    names = [f"{name}_{key}_1:0" for key in values]  # as in Keras's own file
    group.attrs["weight_names"] = np.array([weight.encode() for weight in names])
    for weight, value in zip(names, values.values(), strict=True):
        group.create_dataset(weight, data=value)


def write_hollow(
    path: Path, *, shapes: dict[str, tuple[int, ...]] = SHAPES, dtype: str = "f4", below: str = "/"
) -> Path:
    """A file of those shapes whose values were never written: a few kilobytes, and zeros when read."""
    with h5py.File(path, "w") as file:
        root = file.require_group(below)
        for name, shape in shapes.items():
            group = root.create_group(name)
            group.attrs["weight_names"] = np.array([b"kernel", b"bias"])
            group.create_dataset("kernel", shape=shape, dtype=dtype, chunks=True)
            group.create_dataset("bias", shape=shape[-1:], dtype=dtype)
    return path


def write_hollow_keras3(path: Path, *, with_names: bool) -> Path:
    """The same in Keras 3's ``.weights.h5`` layout, with or without the attribute that newer versions write."""
    counts = {"conv2d": 0, "dense": 0}
    with h5py.File(path, "w") as file:
        for name, shape in SHAPES.items():
            kind = "conv2d" if len(shape) == 4 else "dense"
            group_name = kind if counts[kind] == 0 else f"{kind}_{counts[kind]}"
            counts[kind] += 1
            group = file.create_group(f"layers/{group_name}/vars")
            if with_names:
                group.attrs["name"] = name
            group.create_dataset("0", shape=shape, dtype="f4", chunks=True)
            group.create_dataset("1", shape=shape[-1:], dtype="f4")
        file.create_group("layers/flatten/vars")
    return path
