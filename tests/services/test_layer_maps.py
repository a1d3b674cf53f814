"""Feature maps of a result, against the core's functions on the same input."""

import pytest

from tests.services.lines import full_line
from tests.web.uploads import sample_bytes
from vggweb.core.architecture import LAYERS
from vggweb.core.feature_maps import describe_maps
from vggweb.errors import BusyError, UnknownFilterError, UnknownLayerError
from vggweb.services.open_result import OpenResult
from vggweb.startup import Services

NAMES = [layer.name for layer in LAYERS]


def test_the_maps_are_those_of_the_stored_input(services: Services, result: OpenResult) -> None:
    activations = services.model_host.model().activations(result.batch, NAMES)
    for name in NAMES:
        assert services.layer_maps.of_layer(result, name).channels == describe_maps(activations[name]), name


def test_one_forward_pass_serves_all_layers_of_a_photo(services: Services, result: OpenResult) -> None:
    other = services.make_result(sample_bytes("coffee"), resize="keras", owner=None)
    services.layer_maps.of_layer(result, "block1_conv1")
    with full_line(services.model_host):
        for name in NAMES:  # no place is left in the line, and none is asked for
            assert services.layer_maps.of_layer(result, name).layer.name == name
        with pytest.raises(BusyError):
            services.layer_maps.of_layer(other, "block1_conv1")


def test_layers_and_channels_that_are_not_there_are_refused(services: Services, result: OpenResult) -> None:
    with pytest.raises(UnknownLayerError):
        services.layer_maps.of_layer(result, "block6_conv1")
    with pytest.raises(UnknownFilterError):
        services.layer_maps.map_png(result, "block1_conv1", 64, scale="own", over_photo=False)
