"""Both engines give the same numbers; where they would not, Keras's are taken."""

import logging
import subprocess
import sys
import threading
from collections.abc import Iterator

import keras
import numpy as np
import pytest

from tests.conftest import SAMPLES
from tests.photo_files import LIMITS
from vggweb.core.architecture import LAYERS
from vggweb.core.arrays import Batch
from vggweb.core.engines import disagreement
from vggweb.core.engines.keras import KerasEngine
from vggweb.core.engines.ncnn import NcnnEngine
from vggweb.core.images import read_photo
from vggweb.core.keras_vgg16 import build_keras_model
from vggweb.core.model import Vgg16, load_model, probe_batch
from vggweb.core.preprocessing import prepare_image, to_batch
from vggweb.core.weights import LayerValues
from vggweb.core.weights.compact import CompactWeights

HEAD = ("head_conv", "head_relu6", "head_mean", "predictions")


@pytest.fixture(scope="module")
def keras_model() -> keras.Model:
    return build_keras_model(CompactWeights())


@pytest.fixture(scope="module")
def engine() -> NcnnEngine:
    return NcnnEngine(CompactWeights())


def sample_batch(name: str) -> Batch:
    data = (SAMPLES / f"{name}.jpg").read_bytes()
    return to_batch(prepare_image(read_photo(data, LIMITS).pixels, "keras"))


@pytest.mark.parametrize("batch", [sample_batch("cat"), probe_batch()], ids=["cat", "noise"])
def test_every_layer_differs_by_less_than_a_ten_thousandth_of_its_maximum(
    engine: NcnnEngine, keras_model: keras.Model, batch: Batch
) -> None:
    names = [layer.name for layer in LAYERS] + list(HEAD)
    expected = KerasEngine(keras_model).activations(batch, names)
    found = engine.activations(batch, names)
    for name in names:
        assert found[name].shape == expected[name].shape
        assert np.abs(found[name] - expected[name]).max() < 1e-4 * np.abs(expected[name]).max(), name


def test_layers_come_in_the_order_in_which_they_were_asked_for(engine: NcnnEngine) -> None:
    names = ("predictions", "block5_pool", "block1_conv1")
    batch = sample_batch("cat")
    found = engine.activations(batch, names)
    assert tuple(found) == names
    for name in names:  # a layer alone is the layer among others
        np.testing.assert_array_equal(found[name], engine.activations(batch, [name])[name])


def test_a_batch_is_its_photos_and_stays_as_it_was(engine: NcnnEngine) -> None:
    batch = np.concatenate([sample_batch("cat"), sample_batch("coffee")])
    before = batch.copy()
    logits = engine.logits(batch)
    assert logits.shape == (2, 1000)
    np.testing.assert_array_equal(batch, before)
    for photo, expected in zip(batch, logits, strict=True):
        np.testing.assert_allclose(engine.logits(photo[np.newaxis])[0], expected, rtol=1e-4, atol=1e-4)


def test_photos_side_by_side_get_the_answers_that_they_get_alone(engine: NcnnEngine) -> None:
    batches = [sample_batch(name) for name in ("cat", "coffee", "temple", "rocket")]
    alone = [engine.logits(batch) for batch in batches]
    together: list[object] = [None] * len(batches)

    def ask(number: int) -> None:
        together[number] = [engine.logits(batches[number]) for _ in range(3)]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(len(batches))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for expected, answers in zip(alone, together, strict=True):
        for answer in answers:  # type: ignore[attr-defined]
            np.testing.assert_allclose(answer, expected, rtol=1e-4, atol=1e-4)


def vgg16(engine: NcnnEngine, keras_model: keras.Model, *, may_change_engine: bool) -> Vgg16:
    def values(name: str) -> LayerValues:
        return next(CompactWeights().layers(name))

    return Vgg16(
        engine,
        CompactWeights().info,
        read_values=values,
        build_keras=lambda: keras_model,
        may_change_engine=may_change_engine,
    )


@pytest.fixture
def changed_keras_model(keras_model: keras.Model) -> Iterator[keras.Model]:
    """A Keras model whose logits differ from ncnn's by five thousandths of their spread, in one class."""
    spread = float(np.ptp(KerasEngine(keras_model).logits(probe_batch())))
    layer = keras_model.get_layer("predictions")
    kernel, bias = layer.get_weights()
    change = np.zeros_like(bias)
    change[7] = 5e-3 * spread
    layer.set_weights([kernel, bias + change])
    yield keras_model
    layer.set_weights([kernel, bias])


def test_engines_that_agree_both_stay(engine: NcnnEngine, keras_model: keras.Model) -> None:
    assert disagreement(engine, KerasEngine(keras_model), probe_batch()) < 1e-5
    model = vgg16(engine, keras_model, may_change_engine=True)
    assert model.keras_model is keras_model
    assert model.engine is engine


def test_an_engine_that_disagrees_with_keras_answers_no_more_and_the_log_says_why(
    engine: NcnnEngine, changed_keras_model: keras.Model, caplog: pytest.LogCaptureFixture
) -> None:
    model = vgg16(engine, changed_keras_model, may_change_engine=True)
    with caplog.at_level(logging.ERROR):
        assert model.keras_model is changed_keras_model
    assert model.engine.name == "tensorflow"
    record = caplog.records[0]
    assert record.getMessage() == "The engines disagree on a probe."
    assert vars(record)["difference"] == pytest.approx(5e-3, rel=0.01)
    np.testing.assert_allclose(model.logits(probe_batch()), changed_keras_model(probe_batch()), rtol=1e-4, atol=1e-3)


def test_an_engine_that_was_ordered_by_name_goes_on_answering(
    engine: NcnnEngine, changed_keras_model: keras.Model, caplog: pytest.LogCaptureFixture
) -> None:
    model = vgg16(engine, changed_keras_model, may_change_engine=False)
    with caplog.at_level(logging.ERROR):
        assert model.keras_model is changed_keras_model
    assert model.engine is engine
    assert vars(caplog.records[0])["answers"] == "ncnn"


def test_the_setting_chooses_the_engine() -> None:
    assert load_model(CompactWeights(), "tensorflow").engine.name == "tensorflow"
    assert load_model(CompactWeights(), "ncnn").engine.name == "ncnn"


WITHOUT_NCNN = """
import sys
sys.modules["ncnn"] = None  # importing it fails
from vggweb.core.engines import choose_engine
print(choose_engine("auto"))
choose_engine("ncnn")
"""


def test_without_ncnn_auto_takes_tensorflow_and_ncnn_is_an_error_with_a_sentence() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_NCNN], capture_output=True, text=True, check=False)
    assert done.stdout == "tensorflow\n"
    assert "VGGWEB_ENGINE is ncnn, and it cannot be imported." in done.stderr


WITHOUT_GRADIENTS = """
import sys
from vggweb.core.attribution import grad_cam
from vggweb.core.model import load_model, probe_batch
from vggweb.core.weights.compact import CompactWeights
model = load_model(CompactWeights(), "ncnn")
model.warm_up()
model.activations(probe_batch(), ["block3_conv2"])
model.kernel("block1_conv1")
grad_cam(model, probe_batch(), class_index=3)
print("tensorflow" in sys.modules or "keras" in sys.modules)
model.keras_model
print("tensorflow" in sys.modules)
"""


def test_tensorflow_is_imported_for_gradients_and_for_nothing_else() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_GRADIENTS], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["False", "True"], done.stderr


RESIDENT_MIB = """
import time
from pathlib import Path
from vggweb.core.engines.ncnn import NcnnEngine
from vggweb.core.model import probe_batch
from vggweb.core.weights.compact import CompactWeights

def resident_mib():
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmRSS"))) // 1024

engine = NcnnEngine(CompactWeights())
engine.logits(probe_batch())
print(resident_mib())
time.sleep(3)
print(resident_mib())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_second_after_the_last_photo_its_memory_is_given_back() -> None:
    done = subprocess.run([sys.executable, "-c", RESIDENT_MIB], capture_output=True, text=True, check=True)
    at_work, at_rest = map(int, done.stdout.split())
    assert at_rest < at_work - 60
    assert at_rest < 400
