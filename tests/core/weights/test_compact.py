"""The embedded weights are the ones that the model card describes."""

import hashlib
import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from vggweb.core.weights import compact
from vggweb.core.weights.compact import (
    FILES,
    FOLDER,
    HEAD_PARAMETERS,
    CompactWeights,
    check_compact_files,
)
from vggweb.errors import WeightsError

# Name, position and value in Keras's VGG16(weights="imagenet"), before rounding to float16: MODEL_CARD.md.
PROBES = [
    ("block1_conv1/kernel", (0, 0, 0, 0), 0.42947057),
    ("block1_conv1/bias", (25,), 0.7446502),
    ("block1_conv2/kernel", (2, 2, 63, 63), 0.016082443),
    ("block2_conv1/bias", (1,), 0.06440781),
    ("block5_conv1/kernel", (1, 0, 63, 269), -0.011236359),
    ("block5_conv2/bias", (510,), 0.23517226),
    ("block5_conv3/kernel", (0, 2, 0, 400), -0.008714244),
]


def values_by_name() -> dict[str, NDArray[np.float32]]:
    layers = tuple(CompactWeights().layers())
    kernels = {f"{name}/kernel": kernel for name, kernel, _ in layers}
    return kernels | {f"{name}/bias": bias for name, _, bias in layers}


def test_the_seven_probes_hold_to_float16() -> None:
    values = values_by_name()
    found = [values[name][position] for name, position, _ in PROBES]
    expected = [np.float32(np.float16(value)) for _, _, value in PROBES]
    assert found == expected


def test_the_convolutions_have_14_714_688_parameters_in_float32() -> None:
    values = {name: value for name, value in values_by_name().items() if name.startswith("block")}
    assert sum(value.size for value in values.values()) == 14_714_688
    assert {value.dtype for value in values.values()} == {np.dtype(np.float32)}


def test_with_the_classifier_there_are_16_652_328() -> None:
    head = sum(value.size for name, value in values_by_name().items() if not name.startswith("block"))
    assert head == HEAD_PARAMETERS == 16_652_328 - 14_714_688


def test_the_files_are_listed_with_their_sizes_and_hashes() -> None:
    listed = CompactWeights().info.files
    assert [file.name for file in listed] == ["vgg16_conv.safetensors", "compact_head.safetensors"]
    for file in listed:
        content = (FOLDER / file.name).read_bytes()
        assert (file.bytes, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())


def test_the_pair_is_named_by_the_hash_over_its_hashes() -> None:
    info = CompactWeights().info
    hashes = "\n".join(file.sha256 for file in info.files)
    assert info.sha256 == hashlib.sha256(hashes.encode()).hexdigest() == CompactWeights().sha256


def test_the_files_have_the_hashes_of_the_model_card() -> None:
    check_compact_files()
    card = (FOLDER / "MODEL_CARD.md").read_text(encoding="utf-8")
    for file in CompactWeights().info.files:
        assert file.sha256 in card
        assert f"{file.bytes:,}" in card
    assert CompactWeights().sha256 in card


def test_the_model_card_has_the_probes_and_every_measured_accuracy() -> None:
    card = (FOLDER / "MODEL_CARD.md").read_text(encoding="utf-8")
    for _, _, value in PROBES:
        assert str(abs(value)) in card
    for accuracy in CompactWeights().info.accuracy:
        assert f"{accuracy.top1:.1%} | {accuracy.top5:.1%}" in card.replace(" %", "%")


def test_one_changed_byte_stops_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in FILES:
        shutil.copy(FOLDER / name, tmp_path)
    with (tmp_path / "compact_head.safetensors").open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\x7f")
    monkeypatch.setattr(compact, "FOLDER", tmp_path)
    with pytest.raises(WeightsError, match=r"compact_head\.safetensors is damaged"):
        check_compact_files()


def test_a_missing_embedded_file_stops_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compact, "FOLDER", tmp_path)
    with pytest.raises(WeightsError, match=r"vgg16_conv\.safetensors cannot be read"):
        check_compact_files()
