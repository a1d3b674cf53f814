"""Results as programs see them."""

import base64
import io
import re
from datetime import UTC, datetime, timedelta

import keras
import numpy as np
import PIL.Image
import pytest
from flask.testing import FlaskClient
from sqlalchemy import text, update

from tests.conftest import SAMPLES, MakeApp
from tests.web.uploads import JSON, make_result, sample_bytes, upload
from vggweb.storage.tables import ResultRow

# What vggweb/core/weights/MODEL_CARD.md says of the samples with resize=keras.
KNOWN_FIRST = {"cat": "Egyptian_cat", "coffee": "espresso", "temple": "bell_cote", "rocket": "crane", "flower": "daisy"}
KNOWN_SCORES = {"cat": 0.795, "coffee": 0.990, "temple": 0.4, "rocket": 0.613, "flower": 0.175, "officer": 0.927}
EARLIER_WEIGHTS = "8a0ce61fc169d52ec6924bbddd8c1a63d5a92c2a38442499319cf74c2c963d4a"  # those that answered before


@pytest.mark.parametrize(("sample", "label"), KNOWN_FIRST.items())
def test_the_samples_get_their_known_first_words(client: FlaskClient, sample: str, label: str) -> None:
    assert make_result(client, sample)["predictions"][0]["label"] == label


@pytest.mark.parametrize(("sample", "score"), KNOWN_SCORES.items())
def test_the_samples_get_their_known_scores(client: FlaskClient, sample: str, score: float) -> None:
    assert make_result(client, sample)["predictions"][0]["score"] == pytest.approx(score, abs=0.001)


def test_a_uniform_is_among_the_first_three_words_for_the_officer(client: FlaskClient) -> None:
    first = make_result(client, "officer")["predictions"][:3]
    assert "military_uniform" in [prediction["label"] for prediction in first]


def test_no_word_gets_more_than_nine_percent_for_the_astronaut_and_the_result_says_unsure(client: FlaskClient) -> None:
    result = make_result(client, "astronaut")
    assert result["predictions"][0]["score"] < 0.09
    assert result["certainty"] == "unsure"


def test_a_result_made_with_earlier_weights_keeps_naming_them(client: FlaskClient, make_app: MakeApp) -> None:
    made = make_result(client)
    store = make_app().extensions["vggweb"].store  # another app on the same file
    with store.engine.begin() as connection:
        connection.execute(update(ResultRow).values(weights_sha256=EARLIER_WEIGHTS))
    found = client.get(f"/r/{made['id']}.json").get_json()
    assert found["model"] == {"variant": "compact", "sha256": EARLIER_WEIGHTS} != made["model"]
    assert found["predictions"] == made["predictions"]
    assert "earlier compact weights" in client.get(f"/r/{made['id']}").text


def test_an_upload_answers_201_with_location_id_url_and_a_delete_token(client: FlaskClient) -> None:
    response = upload(client, sample_bytes("cat"))
    body = response.get_json()
    assert response.status_code == 201
    assert response.headers["Location"] == body["url"] == f"http://localhost/r/{body['id']}"
    assert body["delete_token"]
    assert len(base64.urlsafe_b64decode(body["id"] + "==")) * 8 >= 128


def test_the_scores_are_those_of_keras_on_the_same_file(client: FlaskClient, make_app: MakeApp) -> None:
    model = make_app().extensions["vggweb"].model_host.model().keras_model
    picture = keras.utils.load_img(SAMPLES / "temple.jpg", target_size=(224, 224))
    batch = keras.applications.vgg16.preprocess_input(keras.utils.img_to_array(picture)[np.newaxis])
    expected = keras.ops.convert_to_numpy(keras.ops.softmax(model.predict(batch, verbose=0)))[0]
    found = make_result(client, "temple")["id"]
    for prediction in client.get(f"/r/{found}.json?top=1000").get_json()["predictions"]:
        assert prediction["score"] == pytest.approx(expected[prediction["class_index"]], abs=1e-5)


def test_the_steps_hold_the_values_of_this_photo(client: FlaskClient) -> None:
    steps = {step["name"]: step for step in make_result(client, "flower")["steps"]}
    picture = keras.utils.load_img(SAMPLES / "flower.jpg", target_size=(224, 224))
    batch = keras.applications.vgg16.preprocess_input(keras.utils.img_to_array(picture)[np.newaxis])
    assert list(steps) == [
        "load_img",
        "img_to_array",
        "expand_dims",
        "preprocess_input",
        "predict",
        "decode_predictions",
    ]
    assert steps["load_img"]["first_pixel"] == list(picture.getpixel((0, 0)))
    assert steps["img_to_array"]["shape"] == [224, 224, 3]
    assert steps["expand_dims"]["shape"] == [1, 224, 224, 3]
    assert steps["preprocess_input"]["first_pixel"] == pytest.approx(batch[0, 0, 0].tolist(), abs=1e-3)
    assert steps["predict"]["shape"] == [1, 1000]


def test_the_model_input_is_what_keras_loads(client: FlaskClient) -> None:
    found = make_result(client, "rocket")["id"]
    png = PIL.Image.open(io.BytesIO(client.get(f"/r/{found}/input.png").data))
    expected = keras.utils.load_img(SAMPLES / "rocket.jpg", target_size=(224, 224))
    assert png.format == "PNG"
    assert np.array_equal(np.asarray(png), np.asarray(expected))


@pytest.mark.parametrize(("channel", "index", "mean"), [("b", 2, 103.939), ("g", 1, 116.779), ("r", 0, 123.68)])
def test_a_channel_picture_is_mid_grey_where_the_colour_is_average(
    client: FlaskClient, channel: str, index: int, mean: float
) -> None:
    found = make_result(client, "coffee")["id"]
    grey = np.asarray(PIL.Image.open(io.BytesIO(client.get(f"/r/{found}/channels/{channel}.png").data)))
    colour = np.asarray(PIL.Image.open(io.BytesIO(client.get(f"/r/{found}/input.png").data)))[..., index]
    assert grey.shape == (224, 224)
    assert (grey[colour < mean - 2] < 128).all()
    assert (grey[colour > mean + 2] > 128).all()


def test_a_result_is_the_same_by_suffix_and_by_accept_header(client: FlaskClient) -> None:
    found = make_result(client)["id"]
    assert client.get(f"/r/{found}", headers=JSON).get_json() == client.get(f"/r/{found}.json").get_json()


@pytest.mark.parametrize("resize", ["keras", "bilinear", "crop"])
def test_each_way_of_resizing_is_used_and_named(client: FlaskClient, resize: str) -> None:
    assert make_result(client, resize=resize)["resize"] == resize


@pytest.mark.parametrize("top", ["0", "1001", "-1", "x", "", "1.5", "9" * 5000])
def test_a_top_outside_1_to_1000_is_refused_with_the_limits(client: FlaskClient, top: str) -> None:
    found = make_result(client)["id"]
    response = client.get(f"/r/{found}.json?top={top}")
    assert response.status_code == 400
    assert response.get_json()["error"]["code"] == "bad_parameter"
    assert "1 to 1000" in response.get_json()["error"]["message"]


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ({}, 400, "no_photo"),
        ({"sample": "dog"}, 400, "bad_parameter"),
        ({"sample": "cat", "resize": "stretch"}, 400, "bad_parameter"),
        ({"data": b""}, 400, "no_photo"),
        ({"data": b"just words"}, 415, "not_an_image"),
        ({"data": b"%PDF-1.7 ..."}, 415, "unsupported_format"),
    ],
)
def test_what_cannot_be_classified_is_refused_with_the_contracts_codes(
    client: FlaskClient, form: dict[str, object], status: int, code: str
) -> None:
    response = upload(client, **form)  # type: ignore[arg-type]
    assert response.status_code == status
    error = response.get_json()["error"]
    assert error["code"] == code
    assert error["message"]
    assert error["hint"]


def test_half_a_photo_is_refused_as_corrupt(client: FlaskClient) -> None:
    whole = sample_bytes("cat")
    response = upload(client, whole[: len(whole) // 2])
    assert (response.status_code, response.get_json()["error"]["code"]) == (422, "corrupt_image")


def test_a_body_over_the_limit_gets_413_that_says_both_limits(make_app: MakeApp) -> None:
    client = make_app(max_upload_bytes=100_000).test_client()
    response = upload(client, b"x" * 200_000)
    assert response.status_code == 413
    assert response.get_json()["error"]["code"] == "photo_too_large"
    assert "MiB" in response.get_json()["error"]["message"]
    assert "million pixels" in response.get_json()["error"]["message"]


def test_a_picture_over_the_pixel_limit_gets_413(make_app: MakeApp) -> None:
    response = upload(make_app(max_pixels=1000).test_client(), sample="cat")
    assert (response.status_code, response.get_json()["error"]["code"]) == (413, "photo_too_large")


def test_a_program_deletes_with_its_token_and_the_address_is_gone_from_then_on(make_app: MakeApp) -> None:
    app = make_app()
    made = make_result(app.test_client())
    stranger = app.test_client()
    refused = stranger.post(f"/r/{made['id']}/delete", data={"delete_token": "x"}, headers=JSON)
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (403, "not_yours")
    token = {"delete_token": made["delete_token"]}
    assert stranger.post(f"/r/{made['id']}/delete", data=token, headers=JSON).status_code == 200
    for address in (
        "",
        "/input.png",
        "/channels/b.png",
        "/photo.jpg",
        "/preview.jpg",
        "/preview.png",
        "/qr.svg",
        "/keras.py",
    ):
        assert stranger.get(f"/r/{made['id']}{address}", headers=JSON).status_code == 410, address
    assert stranger.post(f"/r/{made['id']}/delete", data=token, headers=JSON).status_code == 410


def test_one_results_token_does_not_delete_another(make_app: MakeApp) -> None:
    client = make_app().test_client()
    first, second = make_result(client), make_result(client)
    response = client.post(f"/r/{second['id']}/delete", data={"delete_token": first["delete_token"]}, headers=JSON)
    assert response.status_code == 403


def test_deleting_leaves_nothing_of_the_photo_in_the_store(make_app: MakeApp) -> None:
    app = make_app()
    made = make_result(app.test_client())
    app.test_client().post(f"/r/{made['id']}/delete", data={"delete_token": made["delete_token"]})
    with app.extensions["vggweb"].store.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM pictures")).scalar() == 0
        assert connection.execute(text("SELECT length(logits) FROM results")).scalar() == 0


def test_a_result_survives_a_restart(make_app: MakeApp) -> None:
    made = make_result(make_app().test_client())
    again = make_app().test_client().get(f"/r/{made['id']}.json").get_json()
    assert again == {key: value for key, value in made.items() if key != "delete_token"}


def test_a_result_expires_after_its_days(make_app: MakeApp) -> None:
    app = make_app(result_days=2)
    client = app.test_client()
    made = make_result(client)
    expires_at = datetime.fromisoformat(made["expires_at"])
    assert expires_at - datetime.fromisoformat(made["created_at"]) == timedelta(days=2)
    with app.extensions["vggweb"].store.engine.begin() as connection:
        connection.execute(update(ResultRow).values(created_at=datetime.now(UTC) - timedelta(days=3)))
    assert client.get(f"/r/{made['id']}.json").status_code == 410


def test_an_unknown_result_was_never_there(client: FlaskClient) -> None:
    response = client.get("/r/" + "A" * 22, headers=JSON)
    assert (response.status_code, response.get_json()["error"]["code"]) == (404, "not_found")


def test_no_metadata_of_the_photo_is_kept(client: FlaskClient) -> None:
    exif = PIL.Image.Exif()
    exif[0x010E] = "a secret place"
    sent = io.BytesIO()
    PIL.Image.open(SAMPLES / "cat.jpg").save(sent, "JPEG", exif=exif)
    assert b"a secret place" in sent.getvalue()
    found = upload(client, sent.getvalue()).get_json()["id"]
    for address in ("photo.jpg", "input.png", "preview.jpg"):
        data = client.get(f"/r/{found}/{address}").data
        assert b"a secret place" not in data
        assert not PIL.Image.open(io.BytesIO(data)).getexif()


@pytest.mark.parametrize("address", ["input.png", "photo.jpg", "channels/b.png"])
def test_a_picture_that_never_changes_is_kept_by_the_browser_and_by_nobody_else(
    client: FlaskClient, address: str
) -> None:
    found = make_result(client)["id"]
    first = client.get(f"/r/{found}/{address}")
    assert first.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    again = client.get(f"/r/{found}/{address}", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_picture_that_may_change_is_asked_for_again(client: FlaskClient) -> None:
    found = make_result(client)["id"]
    first = client.get(f"/r/{found}/preview.jpg")
    assert "no-cache" in first.headers["Cache-Control"]
    again = client.get(f"/r/{found}/preview.jpg", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_an_unknown_channel_is_not_found(client: FlaskClient) -> None:
    found = make_result(client)["id"]
    assert client.get(f"/r/{found}/channels/a.png").status_code == 404


def test_ids_do_not_repeat_and_use_url_safe_letters(client: FlaskClient) -> None:
    ids = [make_result(client)["id"] for _ in range(5)]
    assert len(set(ids)) == 5
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22,}", one) for one in ids)


def test_the_preview_card_is_a_jpeg_under_its_earlier_address_too(client: FlaskClient) -> None:
    address = f"/r/{make_result(client)['id']}"
    cards = [client.get(f"{address}/preview.{ending}") for ending in ("jpg", "png")]
    assert [card.mimetype for card in cards] == ["image/jpeg", "image/jpeg"]
    assert cards[0].data == cards[1].data
    assert PIL.Image.open(io.BytesIO(cards[0].data)).size == (1200, 630)


def test_the_preview_card_is_drawn_once(client: FlaskClient) -> None:
    results = client.application.extensions["vggweb"].results
    result = results.open(make_result(client)["id"])
    assert results.card_jpg(result) is results.card_jpg(result)
