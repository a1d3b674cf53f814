"""A frame gets the words that a photo of it gets, and nothing of it is kept."""

import base64
import io

import numpy as np
import PIL.Image
import pytest

from tests.web.uploads import sample_bytes
from vggweb.errors import CorruptImageError, UnknownFilterError, UnknownLayerError
from vggweb.services.result import Result
from vggweb.startup import Services


@pytest.fixture
def crop(services: Services) -> Result:
    return services.make_result(sample_bytes("cat"), resize="crop", owner=None).describe()


def test_a_frame_is_told_in_the_words_of_the_result_of_the_same_photo(services: Services, crop: Result) -> None:
    answer = services.live.look(sample_bytes("cat"), resize="crop")
    assert answer.predictions == crop.predictions
    assert answer.groups == crop.groups
    assert answer.map is None
    assert answer.milliseconds > 0


@pytest.mark.parametrize(("layer", "channel"), [("block1_conv1", 3), ("block5_pool", 511)])
def test_a_live_map_is_the_map_of_the_result_of_the_same_photo(
    services: Services, crop: Result, layer: str, channel: int
) -> None:
    answer = services.live.look(sample_bytes("cat"), resize="crop", layer_name=layer, channel=channel)
    facts = services.layer_maps.of_layer(services.results.open(crop.id), layer).channels[channel]
    assert answer.map is not None
    assert answer.map.max == pytest.approx(facts.max, rel=1e-4)
    kind, data = answer.map.picture.split(",")
    assert kind == "data:image/png;base64"
    values = np.asarray(PIL.Image.open(io.BytesIO(base64.b64decode(data))))
    assert values.shape == answer.map.shape
    assert values.max() == (255 if facts.max > 0 else 0)
    assert [one.label for one in answer.predictions] == [one.label for one in crop.predictions]


@pytest.mark.parametrize(
    ("layer", "channel", "error"),
    [("block9_conv9", 0, UnknownLayerError), ("block1_conv1", 64, UnknownFilterError)],
)
def test_a_map_that_there_is_not_is_refused_before_the_frame_is_looked_at(
    services: Services, layer: str, channel: int, error: type[Exception]
) -> None:
    with pytest.raises(error):
        services.live.look(b"no picture", resize="crop", layer_name=layer, channel=channel)


def test_a_broken_frame_has_its_error(services: Services) -> None:
    with pytest.raises(CorruptImageError):
        services.live.look(sample_bytes("cat")[:9000], resize="crop")
