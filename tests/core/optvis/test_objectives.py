"""What is to be drawn is a value: it is checked, named and taken to a job and back."""

import pytest

from vggweb.core.optvis.drawing import DrawingRequest, request_from
from vggweb.core.optvis.objectives import Centre, Channel, ClassLogit, Diverse, Mix

LAYER = "block1_conv1"
REQUESTS = {
    "block1_conv1/5/natural/0/channel": DrawingRequest(Channel(LAYER, 5)),
    "block1_conv1/5/classic/7/channel": DrawingRequest(Channel(LAYER, 5), "classic", 7),
    "block1_conv1/5/natural/0/centre": DrawingRequest(Centre(LAYER, 5)),
    "block1_conv1/5/natural/0/diverse": DrawingRequest(Diverse(LAYER, 5)),
    "block1_conv1/5/natural/3/mix-6": DrawingRequest(Mix(LAYER, 5, 6), seed=3),
    "class/5/natural/1/class": DrawingRequest(ClassLogit(5), seed=1),
}


@pytest.mark.parametrize(("key", "request_"), REQUESTS.items())
def test_a_picture_keeps_the_name_that_earlier_versions_stored_it_under(key: str, request_: DrawingRequest) -> None:
    assert request_.key == key


@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS)
def test_a_request_is_the_same_after_its_way_through_a_job(request_: DrawingRequest) -> None:
    assert request_from(request_.arguments) == request_


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"layer_name": "", "index": 5, "aim": "class", "other": -1}, ClassLogit(5)),
        ({"layer_name": LAYER, "index": 5, "aim": "channel", "other": -1}, Channel(LAYER, 5)),
        ({"layer_name": LAYER, "index": 5, "aim": "mix", "other": 6}, Mix(LAYER, 5, 6)),
    ],
)
def test_a_job_that_an_earlier_version_left_is_still_understood(arguments: dict[str, object], expected: object) -> None:
    assert request_from({**arguments, "recipe": "natural", "seed": 2}) == DrawingRequest(expected, seed=2)  # type: ignore[arg-type]


def test_an_address_names_only_what_is_not_the_default() -> None:
    assert [request.query for request in REQUESTS.values()] == [
        {},
        {"recipe": "classic", "seed": 7},
        {"aim": "centre"},
        {"aim": "diverse"},
        {"aim": "mix", "other": 6, "seed": 3},
        {"seed": 1},
    ]
