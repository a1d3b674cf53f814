"""Which weights answered, in a sentence; numbers as people read them."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from tests.conftest import MakeApp
from tests.web.pages import get_page
from tests.web.uploads import make_result
from vggweb.core.weights import Weights
from vggweb.core.weights.compact import CompactWeights
from vggweb.core.weights.official import CustomWeights, OfficialWeights
from vggweb.services.result import ModelUsed
from vggweb.storage.tables import ResultRow
from vggweb.web.formatters import curve_points, filesize, percent, shape
from vggweb.web.sentences.weights import variant_note

FULL = ModelUsed("imagenet", "a" * 64)
NOW = OfficialWeights("a" * 64, Path("official.h5"), 5)


@pytest.mark.parametrize(
    ("model", "choice", "words"),
    [
        (ModelUsed("compact", CompactWeights().sha256), CompactWeights(), "the compact weights"),
        (ModelUsed("compact", CompactWeights().sha256), NOW, "the compact weights"),
        (FULL, NOW, "the full VGG16 with its ImageNet weights"),
        (FULL, CustomWeights("a" * 64, Path("mine.h5"), 5), "weights that this server’s operator gave"),
        (FULL, CompactWeights(), "other weights than this server has now"),
    ],
)
def test_the_sentence_names_the_weights_that_answered(model: ModelUsed, choice: Weights, words: str) -> None:
    assert words in variant_note(model, choice)


def test_a_result_of_earlier_weights_is_not_put_down_to_the_present_ones(make_app: MakeApp) -> None:
    app = make_app()
    client: FlaskClient = app.test_client()
    made = make_result(client)
    with app.extensions["vggweb"].store.engine.begin() as connection:
        connection.execute(update(ResultRow).values(variant="imagenet", weights_sha256="b" * 64))
    text = get_page(client, f"/r/{made['id']}").text
    assert "with other weights than this server has now" in text
    assert "Answered by the compact weights" not in text


@pytest.mark.parametrize(
    ("score", "text"),
    [(0.4831, "48.3 %"), (0.0001, "< 0.1 %"), (0.99999, "> 99.9 %"), (1.0, "100.0 %"), (0.0, "0.0 %")],
)
def test_a_share_is_never_rounded_to_all_or_nothing(score: float, text: str) -> None:
    assert percent(score) == text


def test_sizes_and_shapes_are_written_as_people_and_numpy_do() -> None:
    assert filesize(16 * 1024**2) == "16 MiB"
    assert shape((1, 224, 224, 3)) == "(1, 224, 224, 3)"
    assert shape((7,)) == "(7,)"


def test_a_curve_runs_from_the_left_to_the_right_and_from_the_lowest_to_the_highest() -> None:
    assert curve_points([0.0, 1.0, 0.5]) == "0.00,48.00 50.00,2.00 100.00,25.00"
    assert curve_points([3.0, 3.0]) == "0.00,48.00 100.00,48.00"
    assert curve_points([3.0]) == "0.00,48.00"
