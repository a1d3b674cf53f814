"""The layer table against Keras's own model."""

import keras
import pytest

from vggweb.core.architecture import (
    CONVOLUTION_PARAMETERS,
    CONVOLUTIONS,
    FULL_PARAMETERS,
    LAYERS,
    check_channel,
    find_convolution,
    find_layer,
)
from vggweb.errors import UnknownFilterError, UnknownLayerError


@pytest.fixture(scope="module")
def keras_model() -> keras.Model:
    return keras.applications.VGG16(include_top=False, weights=None, input_shape=(224, 224, 3))


def test_names_shapes_and_parameters_are_those_of_keras(keras_model: keras.Model) -> None:
    expected = [(layer.name, tuple(layer.output.shape[1:]), layer.count_params()) for layer in keras_model.layers[1:]]
    assert [(layer.name, layer.shape, layer.parameters) for layer in LAYERS] == expected


def test_there_are_13_convolutions_with_4224_filters() -> None:
    assert len(CONVOLUTIONS) == 13
    assert sum(layer.channels for layer in CONVOLUTIONS) == 4224


def test_the_parameter_counts_are_the_published_ones(keras_model: keras.Model) -> None:
    assert CONVOLUTION_PARAMETERS == keras_model.count_params() == 14_714_688
    assert FULL_PARAMETERS == 138_357_544


@pytest.mark.parametrize(
    ("name", "field_px"),
    [("block1_conv1", 3), ("block2_conv2", 14), ("block3_conv3", 40), ("block4_conv3", 92), ("block5_conv3", 196)],
)
def test_receptive_fields_are_as_worked_out_by_hand(name: str, field_px: int) -> None:
    assert find_layer(name).receptive_field_px == field_px


def test_unknown_layers_poolings_and_channels_are_named_errors() -> None:
    with pytest.raises(UnknownLayerError):
        find_layer("block6_conv1")
    with pytest.raises(UnknownLayerError, match="pooling"):
        find_convolution("block1_pool")
    with pytest.raises(UnknownFilterError, match="0 to 63"):
        check_channel(find_layer("block1_conv1"), 64)
