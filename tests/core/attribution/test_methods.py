"""The table of the methods: one signature, maps in range, and no TensorFlow for those who only read it."""

import subprocess
import sys

import numpy as np
import pytest

from tests.core.attribution.networks import wrapped
from vggweb.core.attribution import METHODS, MethodName, find_method
from vggweb.core.model import Vgg16
from vggweb.errors import BadParameterError


@pytest.fixture(scope="module")
def model() -> Vgg16:
    """Random weights on 64 × 64 pixels: big enough for the default patches."""
    import keras

    keras.utils.set_random_seed(0)
    inputs = keras.Input((64, 64, 3))
    value = keras.layers.Conv2D(4, 3, strides=4, activation="relu", padding="same", name="block5_conv3")(inputs)
    network = keras.Model(inputs, keras.layers.Dense(5)(keras.layers.Flatten()(value)))
    return wrapped(network)


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("class_index", range(5))
def test_every_method_gives_the_logit_and_a_map_in_range_and_leaves_the_batch_alone(
    model: Vgg16, name: MethodName, class_index: int
) -> None:
    batch = np.random.default_rng(0).normal(0, 60, (1, 64, 64, 3)).astype(np.float32)
    before = batch.copy()
    found = METHODS[name].explain(model, batch, class_index=class_index)
    heatmap = found.heatmap
    assert found.logit == pytest.approx(float(model.keras_model(batch)[0, class_index]), rel=1e-5)
    assert heatmap.shape == ((16, 16) if name == "grad_cam" else (64, 64))
    assert heatmap.dtype == np.float32
    assert heatmap.min() >= 0
    assert heatmap.max() == 1
    np.testing.assert_array_equal(batch, before)


def test_each_method_is_found_by_its_own_name() -> None:
    assert [find_method(name).name for name in METHODS] == ["grad_cam", "saliency", "occlusion"]


def test_only_occlusion_is_slow() -> None:
    assert [name for name, method in METHODS.items() if method.slow] == ["occlusion"]


def test_an_unknown_method_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(BadParameterError, match="grad_cam, saliency, occlusion"):
        find_method("lime")


def test_reading_the_table_does_not_start_tensorflow() -> None:
    program = "import sys, vggweb.core.attribution; sys.exit('tensorflow' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)
