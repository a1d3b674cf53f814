"""The layouts in which Keras writes VGG16's numbers, and what is said of files that are broken or do not fit."""

from pathlib import Path

import h5py
import numpy as np
import pytest

from tests.core.weights.files import SHAPES, write_hollow, write_hollow_keras3
from vggweb.core.weights.layout import KERNEL_SHAPES, check_layout, read_layers
from vggweb.errors import WeightsError

CONVOLUTION_SHAPES = {name: shape for name, shape in SHAPES.items() if name.startswith("block")}


def refusal(path: Path) -> WeightsError:
    with pytest.raises(WeightsError) as caught:
        check_layout(path)
    return caught.value


def test_the_16_shapes_are_those_of_the_papers_table() -> None:
    assert SHAPES == KERNEL_SHAPES
    assert list(SHAPES) == list(KERNEL_SHAPES)


def test_a_group_for_each_layer_is_the_official_layout(tmp_path: Path) -> None:
    assert check_layout(write_hollow(tmp_path / "weights.h5")) == "official"


def test_groups_below_model_weights_are_a_whole_saved_model(tmp_path: Path) -> None:
    assert check_layout(write_hollow(tmp_path / "weights.h5", below="model_weights")) == "model"


@pytest.mark.parametrize("with_names", [True, False])
def test_keras_3s_counted_groups_are_found_by_name_or_by_count(tmp_path: Path, *, with_names: bool) -> None:
    path = write_hollow_keras3(tmp_path / "vgg.weights.h5", with_names=with_names)
    assert check_layout(path) == "keras3"


def test_float16_values_are_read_as_float32(tmp_path: Path) -> None:
    path = write_hollow(tmp_path / "half.h5", dtype="f2")
    with h5py.File(path, "a") as file:
        file["block1_conv1/bias"][...] = 0.5
    name, kernel, bias = next(iter(read_layers(path)))
    assert (name, kernel.shape) == ("block1_conv1", (3, 3, 3, 64))
    assert kernel.dtype == bias.dtype == np.float32
    np.testing.assert_array_equal(bias, np.full(64, 0.5, np.float32))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "nowhere.h5"
    assert f"There is no weights file {path}." == refusal(path).message


def test_a_folder_is_no_weights_file(tmp_path: Path) -> None:
    assert "is a folder" in refusal(tmp_path).message


@pytest.mark.parametrize("content", [b"", b"<html>404</html>", b"PK\x03\x04 a .keras archive"])
def test_other_bytes_are_no_hdf5_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "weights.h5"
    path.write_bytes(content)
    error = refusal(path)
    assert "is not an HDF5 file" in error.message
    assert "flask weights fetch" in error.hint


def test_a_truncated_file_is_damaged_or_incomplete(tmp_path: Path) -> None:
    path = write_hollow(tmp_path / "weights.h5")
    path.write_bytes(path.read_bytes()[:-500])
    error = refusal(path)
    assert error.message == f"The weights file {path} is damaged or incomplete."
    assert isinstance(error.__cause__, OSError)


def test_a_file_whose_inner_structure_is_overwritten_is_damaged(tmp_path: Path) -> None:
    path = write_hollow(tmp_path / "weights.h5")
    content = bytearray(path.read_bytes())
    content[64 : len(content) // 2] = b"\xff" * (len(content) // 2 - 64)
    path.write_bytes(content)
    assert "is damaged or incomplete" in refusal(path).message


def test_a_no_top_file_is_called_one(tmp_path: Path) -> None:
    error = refusal(write_hollow(tmp_path / "notop.h5", shapes=CONVOLUTION_SHAPES))
    assert "without fc1, fc2 and predictions (a no-top file)" in error.message
    assert "the whole VGG16" in error.hint


def test_an_hdf5_file_of_something_else_holds_no_keras_weights(tmp_path: Path) -> None:
    path = tmp_path / "other.h5"
    with h5py.File(path, "w") as file:
        file["temperatures"] = np.arange(3)
    assert "holds no weights as Keras lays them out" in refusal(path).message


def test_the_first_layer_that_is_not_there_is_named(tmp_path: Path) -> None:
    shapes = {name: shape for name, shape in SHAPES.items() if name not in ("block3_conv3", "fc2")}
    assert "has no layer block3_conv3" in refusal(write_hollow(tmp_path / "weights.h5", shapes=shapes)).message


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("block1_conv1", (3, 3, 1, 64)),  # a grey network
        ("block4_conv2", (512, 512, 3, 3)),  # PyTorch's order of the axes
        ("fc1", (512, 4096)),  # a network without flatten
        ("predictions", (4096, 10)),  # ten classes
    ],
)
def test_the_layer_that_does_not_fit_is_named_with_both_shapes(
    tmp_path: Path, name: str, shape: tuple[int, ...]
) -> None:
    message = refusal(write_hollow(tmp_path / "weights.h5", shapes=SHAPES | {name: shape})).message
    assert f"Layer {name} " in message
    assert str(shape) in message
    assert str(SHAPES[name]) in message


def test_of_two_layers_that_do_not_fit_the_first_is_named(tmp_path: Path) -> None:
    wrong = SHAPES | {"fc2": (8, 8), "block2_conv1": (5, 5, 64, 128)}
    assert "Layer block2_conv1 " in refusal(write_hollow(tmp_path / "weights.h5", shapes=wrong)).message


def test_a_layer_without_its_bias_does_not_fit(tmp_path: Path) -> None:
    path = write_hollow(tmp_path / "weights.h5")
    with h5py.File(path, "a") as file:
        file["block2_conv2"].attrs["weight_names"] = np.array([b"kernel"])
    assert "Layer block2_conv2 " in refusal(path).message


def test_whole_numbers_are_no_weights(tmp_path: Path) -> None:
    assert "holds no float numbers" in refusal(write_hollow(tmp_path / "weights.h5", dtype="i4")).message


def test_a_value_that_is_no_number_is_refused_with_its_layer(tmp_path: Path) -> None:
    path = write_hollow(tmp_path / "weights.h5")
    with h5py.File(path, "a") as file:
        file["block1_conv2/bias"][7] = np.nan
    with pytest.raises(WeightsError, match=r"Layer block1_conv2 .* not finite numbers"):
        list(read_layers(path))
