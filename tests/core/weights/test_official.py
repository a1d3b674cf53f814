"""Which weights answer under which setting, and a full-size file in VGG16."""

import ast
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from tests.core.weights.files import write_hollow
from vggweb.core.architecture import LAYERS
from vggweb.core.arrays import Batch
from vggweb.core.attribution.grad_cam import grad_cam, grad_cam_by_tape
from vggweb.core.engines.ncnn import NcnnEngine
from vggweb.core.model import Vgg16, load_model
from vggweb.core.weights import WeightsFile, official
from vggweb.core.weights.compact import CompactWeights
from vggweb.core.weights.layout import read_layers
from vggweb.core.weights.official import (
    OFFICIAL_MD5,
    OFFICIAL_NAME,
    OFFICIAL_URL,
    CustomWeights,
    FullWeights,
    OfficialWeights,
    choose_weights,
    file_digest,
    keras_cache_file,
)
from vggweb.errors import WeightsError


def cache(keras_home: Path) -> Path:
    """A small file of VGG16's shapes where the official one would be."""
    return write_hollow(keras_home / "models" / OFFICIAL_NAME)


def bless(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on this file counts as the official one, which is too large to have here."""
    monkeypatch.setattr(official, "OFFICIAL_MD5", file_digest(path, "md5"))


def weights_of(path: Path, kind: type[FullWeights]) -> FullWeights:
    content = path.read_bytes()
    return kind(hashlib.sha256(content).hexdigest(), path, len(content))


def random_batch() -> Batch:
    return np.random.default_rng(2).uniform(-120, 130, (1, 224, 224, 3)).astype(np.float32)


def test_name_address_and_hash_are_those_of_keras() -> None:
    source = Path(keras.__file__).parent / "src" / "applications" / "vgg16.py"
    tree = ast.parse(source.read_text(encoding="utf-8"))
    strings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    assert {OFFICIAL_NAME, OFFICIAL_MD5, OFFICIAL_URL} <= strings


def test_the_cache_is_where_keras_itself_looks(keras_home: Path) -> None:
    code = "from keras.src.backend.config import keras_home; print(keras_home())"
    found = subprocess.run(
        [sys.executable, "-c", code], env=dict(os.environ), capture_output=True, check=True, text=True
    )
    assert keras_cache_file() == Path(found.stdout.strip()) / "models" / OFFICIAL_NAME


def test_without_keras_home_the_cache_is_in_the_users_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KERAS_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert keras_cache_file() == tmp_path / ".keras" / "models" / OFFICIAL_NAME


@pytest.mark.parametrize("setting", ["auto", "compact"])
def test_with_an_empty_cache_the_embedded_weights_answer(setting: str, keras_home: Path) -> None:
    assert choose_weights(setting) == CompactWeights()


@pytest.mark.parametrize("setting", ["auto", "imagenet"])
def test_the_official_file_in_the_cache_answers(
    setting: str, keras_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = cache(keras_home)
    bless(path, monkeypatch)
    assert choose_weights(setting) == weights_of(path, OfficialWeights)


def test_compact_stays_compact_beside_an_official_file(keras_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bless(cache(keras_home), monkeypatch)
    assert choose_weights("compact") == CompactWeights()


def test_imagenet_with_an_empty_cache_says_how_to_fetch_it(keras_home: Path) -> None:
    with pytest.raises(WeightsError, match="not in Keras's cache") as caught:
        choose_weights("imagenet")
    assert "flask weights fetch" in caught.value.hint


@pytest.mark.parametrize("setting", ["auto", "imagenet"])
def test_a_cached_file_with_another_hash_stops_the_start_and_nothing_steps_in(setting: str, keras_home: Path) -> None:
    cache(keras_home)
    with pytest.raises(WeightsError, match="not the official one"):
        choose_weights(setting)


def test_a_dangling_link_in_the_cache_is_no_empty_cache(keras_home: Path) -> None:
    (keras_home / "models" / OFFICIAL_NAME).symlink_to(keras_home / "unmounted.h5")
    with pytest.raises(WeightsError, match="cannot be read"):
        choose_weights("auto")


def test_a_path_is_a_file_that_is_not_official(tmp_path: Path) -> None:
    path = write_hollow(tmp_path / "mine.h5")
    assert choose_weights(str(path)) == weights_of(path, CustomWeights)


def test_the_official_file_is_official_wherever_it_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_hollow(tmp_path / "renamed.h5")
    bless(path, monkeypatch)
    assert isinstance(choose_weights(str(path)), OfficialWeights)


def test_a_tilde_is_the_users_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    write_hollow(tmp_path / "mine.h5")
    assert choose_weights("~/mine.h5") == weights_of(tmp_path / "mine.h5", CustomWeights)


def test_a_misspelt_word_is_no_weights_file_and_the_hint_lists_the_words() -> None:
    with pytest.raises(WeightsError, match="no weights file compcat") as caught:
        choose_weights("compcat")
    assert "auto, compact, imagenet" in caught.value.hint


def test_choosing_starts_neither_tensorflow_nor_keras(tmp_path: Path) -> None:
    path = write_hollow(tmp_path / "mine.h5")
    code = (
        "import sys\nfrom vggweb.core.weights.official import choose_weights\n"
        f"choose_weights({str(path)!r}); choose_weights('compact')\n"
        "print([name for name in ('tensorflow', 'keras', 'requests') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert found.stdout.strip() == "[]"


def test_what_is_said_of_the_official_file_is_kerass_table() -> None:
    info = OfficialWeights("abc", Path("/x/official.h5"), 5).info
    assert (info.sha256, info.parameter_count) == ("abc", 138_357_544)
    assert info.files == (WeightsFile("official.h5", bytes=5, sha256="abc"),)
    assert "CC BY 4.0" in info.licence
    assert "Visual Geometry Group" in info.licence
    assert [(entry.top1, entry.top5) for entry in info.accuracy] == [(0.713, 0.901)]
    assert "Keras" in info.accuracy[0].source


def test_another_file_is_said_to_be_unmeasured_and_its_path_is_not_told() -> None:
    info = CustomWeights("abc", Path("/secret/mine.h5"), 5).info
    assert info.accuracy == ()
    assert "Nobody has measured" in info.limits
    assert "VGGWEB_WEIGHTS" in info.source
    assert info.files == (WeightsFile("mine.h5", bytes=5, sha256="abc"),)
    assert "/secret" not in repr(info)


def test_the_full_file_holds_138_357_544_numbers(full_file: Path) -> None:
    total = sum(kernel.size + bias.size for _, kernel, bias in read_layers(full_file))
    assert total == 138_357_544


@pytest.fixture(scope="module")
def oracle(full_file: Path) -> keras.Model:
    """Keras's VGG16, filled by Keras's own reader of the official layout."""
    network = keras.applications.VGG16(weights=None, classifier_activation=None)
    network.load_weights(full_file)
    return network


def test_a_full_file_answers_as_kerass_own_model_with_its_values(full_file: Path, oracle: keras.Model) -> None:
    model = load_model(choose_weights(str(full_file)))
    assert model.keras_model.count_params() == 138_357_544
    batch = random_batch()
    logits = model.logits(batch)
    assert logits.shape == (1, 1000)
    assert float(np.ptp(logits)) > 1.0  # not all the same: the values count
    np.testing.assert_allclose(logits, oracle(batch).numpy(), rtol=1e-3, atol=1e-5 * float(np.ptp(logits)))


def test_ncnn_gives_every_layer_of_the_full_network_as_keras_does(full_file: Path, oracle: keras.Model) -> None:
    engine = NcnnEngine(choose_weights(str(full_file)))
    names = [*(layer.name for layer in LAYERS), "fc1", "fc2", "predictions"]
    found = engine.activations(random_batch(), names)
    expected = keras.Model(oracle.input, [oracle.get_layer(name).output for name in names])(random_batch())
    for name, output in zip(names, expected, strict=True):
        correct = output[0].numpy()
        assert found[name].shape == correct.shape
        assert np.abs(found[name] - correct).max() < 1e-4 * np.abs(correct).max(), name


@pytest.mark.parametrize("class_index", [0, 999])
def test_grad_cam_through_fc1_and_fc2_by_hand_is_that_of_tensorflows_tape(full_file: Path, class_index: int) -> None:
    model, batch = load_model(choose_weights(str(full_file)), "ncnn"), random_batch()
    by_hand = grad_cam(model, batch, class_index=class_index)
    by_tape = grad_cam_by_tape(model, batch, class_index=class_index, layer_name="block5_conv3")
    assert by_tape.has_evidence
    np.testing.assert_allclose(by_hand.heatmap, by_tape.heatmap, atol=1e-4)
    assert by_hand.logit == pytest.approx(by_tape.logit, rel=1e-4)


@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning")
@pytest.mark.parametrize("name", ["whole_model.h5", "vgg.weights.h5"])
def test_what_keras_saves_today_is_read_value_for_value(name: str, tmp_path: Path, oracle: keras.Model) -> None:
    path = tmp_path / name
    save = oracle.save_weights if name.endswith(".weights.h5") else oracle.save
    save(path)
    for layer, kernel, bias in read_layers(path):
        expected = oracle.get_layer(layer)
        np.testing.assert_array_equal(kernel, expected.kernel.numpy())
        np.testing.assert_array_equal(bias, expected.bias.numpy())
    path.unlink()


def test_a_file_that_vanishes_between_the_choice_and_the_load_is_a_weights_error(tmp_path: Path) -> None:
    path = write_hollow(tmp_path / "mine.h5")
    choice = choose_weights(str(path))
    path.unlink()
    with pytest.raises(WeightsError, match="no weights file"):
        load_model(choice)


def test_the_compact_network_has_16_652_328_parameters_14_714_688_of_them_convolutions() -> None:
    model: Vgg16 = load_model(CompactWeights())
    assert model.keras_model.count_params() == 16_652_328
    blocks = [layer for layer in model.keras_model.layers if layer.name.startswith("block")]
    assert sum(layer.count_params() for layer in blocks) == 14_714_688
    assert CompactWeights().info == model.weights
