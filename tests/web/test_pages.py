"""The pages, as they come from the server: complete without JavaScript."""

import io
import json
import re

import PIL.Image
import pytest
from flask.testing import FlaskClient

from tests.conftest import MakeApp
from tests.web.pages import Page, check_page, get_page
from tests.web.uploads import make_result, sample_bytes
from vggweb.services.samples import SAMPLES

SAMPLE_NAMES = sorted(sample.name for sample in SAMPLES)


def post_form(client: FlaskClient, address: str, **fields: object) -> tuple[int, str, str]:
    """Sends a form as a browser does, with the token of the home page; (status, HTML, Location)."""
    token = re.findall(r'name="csrf_token" value="([^"]+)"', client.get("/").text)[0]
    response = client.post(address, data={"csrf_token": token, **fields}, content_type="multipart/form-data")
    return response.status_code, response.text, response.headers.get("Location", "")


@pytest.fixture
def result_page(client: FlaskClient) -> Page:
    status, _, location = post_form(client, "/results", sample="cat")
    assert status == 303
    return get_page(client, location.removeprefix("http://localhost"))


def test_the_home_page_offers_every_sample_with_its_credit(client: FlaskClient) -> None:
    page = get_page(client, "/")
    offered = [button.get("value") for button in page.all("button") if button.get("name") == "sample"]
    assert sorted(name for name in offered if name) == SAMPLE_NAMES
    for credit in ("Stéfan van der Walt, CC0", "danielbuechele, CC BY 2.0", "NASA, public domain"):
        assert credit in page.text


def test_the_home_page_says_what_happens_to_a_photo_and_the_limits(client: FlaskClient) -> None:
    text = get_page(client, "/").text
    assert "without any EXIF data" in text
    assert "16 MiB and 52 million pixels" in text


@pytest.mark.parametrize("sample", SAMPLE_NAMES)
def test_every_samples_page_is_complete(client: FlaskClient, sample: str) -> None:
    made = make_result(client, sample)
    page = get_page(client, f"/r/{made['id']}")
    for prediction in made["predictions"]:
        assert prediction["label"].replace("_", " ") in page.text
        assert prediction["wnid"] in page.text
    for step in made["steps"]:
        assert step["value"] in page.text
    assert "compact weights" in page.text


def test_the_sections_stand_in_the_order_of_the_data(result_page: Page) -> None:
    titles = ["".join(heading.itertext()) for heading in result_page.all("h2")]
    assert titles == [
        "What the network is given",
        "The three channels, in the order blue, green, red",
        "Six lines of Keras, step by step",
        "Compute it yourself",
        "Share it",
    ]


def test_the_walk_explains_the_leading_1_and_what_model_input_is(result_page: Page) -> None:
    assert "a batch that holds one photo" in result_page.text
    assert "a symbolic tensor of shape (None, 224, 224, 3)" in result_page.text
    assert "it is no picture of ImageNet" in result_page.text


def test_the_two_questions_that_everybody_asks_have_addresses_of_their_own(result_page: Page) -> None:
    answers = {part.get("id"): "".join(part.itertext()) for part in result_page.all("div") if part.get("id")}
    assert "holds no numbers at all" in answers["model-input"]
    assert "The number of photos in the batch" in answers["leading-1"]


def test_a_pressed_sample_counts_also_when_a_photo_was_chosen(client: FlaskClient) -> None:
    photo = (io.BytesIO(sample_bytes("cat")), "x.jpg")
    _, _, location = post_form(client, "/results", photo=photo, sample="coffee", resize="crop")
    page = get_page(client, location.removeprefix("http://localhost"))
    assert "".join(page.all("h1")[0].itertext()) == "espresso"
    assert "Prepared as: Centre crop" in page.text


def test_the_apps_icons_are_there_in_the_sizes_that_the_manifest_says(client: FlaskClient) -> None:
    links = {link.get("rel"): link.get("href") or "" for link in get_page(client, "/").all("link")}
    with client.get(links["manifest"]) as manifest:
        assert manifest.mimetype == "application/manifest+json"
        icons = [icon for icon in json.loads(manifest.data)["icons"] if icon["type"] == "image/png"]
    assert icons
    for icon in icons:
        with client.get(f"/static/icons/{icon['src']}") as file:
            picture = PIL.Image.open(io.BytesIO(file.data))
        assert icon["sizes"] == f"{picture.width}x{picture.height}"


def test_the_channels_come_as_b_g_r_with_minimum_mean_and_maximum(client: FlaskClient) -> None:
    made = make_result(client)
    page = get_page(client, f"/r/{made['id']}")
    pictures = [picture.get("src") or "" for picture in page.all("img") if "/channels/" in (picture.get("src") or "")]
    assert [address[-5] for address in pictures] == ["b", "g", "r"]
    for channel in made["channels"]:
        for value in ("minimum", "mean", "maximum"):
            assert f"{channel[value]:.2f}".replace("-", "−") in page.text


def test_the_page_carries_what_a_link_preview_needs(client: FlaskClient) -> None:
    made = make_result(client)
    page = get_page(client, f"/r/{made['id']}")
    tags = {meta.get("property") or meta.get("name"): meta.get("content") for meta in page.all("meta")}
    assert tags["og:title"] == "VGG16 sees: Egyptian cat, 79.5 %"
    assert tags["og:url"] == made["url"]
    assert tags["og:image"] == tags["twitter:image"] == f"{made['url']}/preview.jpg"
    assert tags["twitter:card"] == "summary_large_image"
    assert tags["robots"] == "noindex"


@pytest.mark.parametrize(
    ("sample", "words"), [("astronaut", "The network is unsure"), ("coffee", "The network is sure")]
)
def test_the_page_says_how_sure_the_choice_is_and_that_it_must_choose(
    client: FlaskClient, sample: str, words: str
) -> None:
    text = get_page(client, f"/r/{make_result(client, sample)['id']}").text
    assert words in text
    assert "It must choose among 1000 words" in text


def test_only_the_browser_that_made_a_result_is_offered_to_delete_it(make_app: MakeApp) -> None:
    app = make_app()
    maker, stranger = app.test_client(), app.test_client()
    address = post_form(maker, "/results", sample="cat")[2].removeprefix("http://localhost")
    assert "Delete it for good" in get_page(maker, address).text
    assert "Delete it for good" not in get_page(stranger, address).text
    assert post_form(stranger, f"{address}/delete")[0] == 403
    assert post_form(maker, f"{address}/delete")[0] == 303
    assert "was deleted or has expired" in get_page(stranger, address, status=410).text


def test_the_home_page_lists_the_visitors_own_results_only(make_app: MakeApp) -> None:
    app = make_app()
    maker, stranger = app.test_client(), app.test_client()
    post_form(maker, "/results", sample="cat")
    assert "Egyptian cat, 79.5 %" in get_page(maker, "/").text
    assert "Your last results" not in get_page(stranger, "/").text


@pytest.mark.parametrize(
    ("data", "status", "sentence"),
    [
        (b"no picture", 415, "The file is not a picture."),
        (b"", 400, "No photo arrived."),
        (b"%PDF-1.7", 415, "The file is a PDF document"),
    ],
)
def test_an_error_stands_on_the_page_it_came_from_with_what_was_entered(
    client: FlaskClient, data: bytes, status: int, sentence: str
) -> None:
    answered, html, _ = post_form(client, "/results", photo=(io.BytesIO(data), "x.jpg"), resize="crop")
    assert answered == status
    page = check_page(client, html)
    assert sentence in page.text
    chosen = [field.get("value") for field in page.all("input") if field.get("checked") is not None]
    assert chosen == ["crop"]


def test_a_file_over_the_limit_gets_the_home_page_with_the_sentence(make_app: MakeApp) -> None:
    client = make_app(max_upload_bytes=1000).test_client()
    response = client.post("/results", data={"photo": (io.BytesIO(sample_bytes("cat")), "x.jpg")})
    assert response.status_code == 413
    assert "million pixels at most" in check_page(client, response.text, follow=False).text


def test_the_models_page_says_which_weights_answer_and_how_good_they_are(client: FlaskClient) -> None:
    text = get_page(client, "/model").text
    model = client.get("/model.json").get_json()
    for words in ("52.1 %", "78.8 %", "16,652,328", "CC BY 4.0", model["sha256"], "flask weights fetch"):
        assert words in text


def test_the_words_can_be_searched_and_an_error_in_the_search_is_a_page(client: FlaskClient) -> None:
    assert "2 of 1000 hold" in get_page(client, "/classes?q=crane").text
    assert "Indian elephant" in get_page(client, "/classes?q=elephant").text
    assert "0 of 1000 hold" in get_page(client, "/classes?q=giraffe").text
    assert "characters at most" in get_page(client, f"/classes?q={'x' * 101}", status=400).text


def test_a_page_that_never_was_says_so(client: FlaskClient) -> None:
    assert "There is nothing at this address" in get_page(client, "/nothing", status=404).text
