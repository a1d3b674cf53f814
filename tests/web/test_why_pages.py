"""Why this word, and what if: the pages and their JSON, against the functions of the core on the same input."""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import PIL.Image
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.conftest import Looked
from tests.web.forms import press
from tests.web.pages import Page, get_page
from tests.web.uploads import JSON, make_result
from vggweb.core.attribution import Attribution, grad_cam, saliency
from vggweb.core.predictions import softmax
from vggweb.core.rendering import colour_bar
from vggweb.core.whatif import compare, prepare_variants
from vggweb.services.explanations import HEATMAP, key_of, pack
from vggweb.startup import Services
from vggweb.storage import StoredFile

CAT, TABBY, GOLDFISH = 285, 281, 1  # Egyptian cat, the sample's first word; tabby; nothing like it
VARIANTS = [
    "as_it_is",
    "no_swap",
    "no_mean",
    "zero_to_one",
    "grey",
    "mirrored",
    "upside_down",
    "crop",
    "squash",
    "blurred",
    "darker",
]


def answer_of(cat: Looked, method: str, class_index: int, query: str = "") -> dict[str, Any]:
    response = cat.client.get(f"/r/{cat.id}/why/{method}/{class_index}.json{query}")
    assert response.status_code == 200, response.text
    return response.get_json()


def error_of(response: Any) -> tuple[int, str]:
    return response.status_code, response.get_json()["error"]["code"]


def keep_occlusion(services: Services, result_id: str, class_index: int, heatmap: Any, logit: float = 1.5) -> None:
    """Puts an occlusion map into the store as if its job had computed it."""
    data = pack(Attribution(logit, heatmap.astype(np.float32)))
    key = key_of(result_id, "occlusion", class_index)
    services.jobs.products.save(key, StoredFile(HEATMAP, "application/x-npz", data), result_id=result_id)


def links(page: Page) -> set[str]:
    return {link.get("href") or "" for link in page.all("a")}


@pytest.mark.parametrize(("method", "compute", "side"), [("grad_cam", grad_cam, 14), ("saliency", saliency, 224)])
def test_the_json_holds_the_cores_map_and_the_logit(
    cat: Looked, method: str, compute: Callable[..., Any], side: int
) -> None:
    answer = answer_of(cat, method, CAT)
    assert set(answer) == {"method", "class_index", "logit", "shape", "heatmap"}
    assert (answer["method"], answer["class_index"], answer["shape"]) == (method, CAT, [side, side])
    model, batch = cat.services.model_host.model(), cat.services.results.open(cat.id).batch
    heatmap = np.array(answer["heatmap"])
    assert heatmap.shape == (side, side)
    assert (heatmap.min() >= 0, heatmap.max()) == (True, 1)
    np.testing.assert_allclose(heatmap, compute(model, batch, class_index=CAT).heatmap, atol=1e-4)
    assert answer["logit"] == pytest.approx(float(model.keras_model.predict(batch, verbose=0)[0, CAT]), abs=1e-4)


def test_the_logit_is_no_probability_and_softmax_makes_it_one(cat: Looked) -> None:
    scores = cat.client.get(f"/r/{cat.id}.json?top=1000").get_json()["predictions"]
    logits = {index: answer_of(cat, "grad_cam", index)["logit"] for index in (CAT, TABBY)}
    found = {one["class_index"]: one["score"] for one in scores}
    assert logits[CAT] > 1
    assert np.exp(logits[CAT] - logits[TABBY]) == pytest.approx(found[CAT] / found[TABBY], rel=1e-3)
    assert softmax(np.array([logits[CAT], logits[TABBY]], np.float32)).sum() == pytest.approx(1, abs=1e-6)


def test_any_convolution_can_be_chosen_for_grad_cam(cat: Looked) -> None:
    model, batch = cat.services.model_host.model(), cat.services.results.open(cat.id).batch
    answer = answer_of(cat, "grad_cam", CAT, "?layer=block4_conv2")
    assert answer["shape"] == [28, 28]
    expected = grad_cam(model, batch, class_index=CAT, layer_name="block4_conv2").heatmap
    np.testing.assert_allclose(answer["heatmap"], expected, atol=1e-4)


def test_the_page_of_a_word_is_right_and_all_that_it_names_answers(cat: Looked) -> None:
    page = get_page(cat.client, f"/r/{cat.id}/why/grad_cam/{CAT}")
    assert "Why “Egyptian cat”?" in page.text
    assert f"{answer_of(cat, 'grad_cam', CAT)['logit']:.2f}" in page.text
    pictures = {one.get("src") for one in page.all("img")}
    address = f"/r/{cat.id}/why/grad_cam/{CAT}.png?layer=block5_conv3"
    assert {address, f"{address}&kind=heatmap", "/heat.png"} <= pictures
    assert "The 14 × 14 values alone" in page.text
    assert [link.text for link in page.all("a") if link.get("aria-current") == "true"] == ["Grad-CAM"]
    assert {f"/r/{cat.id}/why/{method}/{CAT}" for method in ("grad_cam", "saliency", "occlusion")} <= links(page)


def test_the_pictures_are_the_overlay_the_map_alone_and_the_colour_bar(cat: Looked) -> None:
    def pixels(address: str) -> Any:
        response = cat.client.get(address)
        assert response.mimetype == "image/png"
        return np.asarray(PIL.Image.open(io.BytesIO(response.data)))

    address = f"/r/{cat.id}/why/grad_cam/{CAT}.png"
    overlay, alone = pixels(address), pixels(f"{address}?kind=heatmap")
    photo = np.kron(pixels(f"/r/{cat.id}/input.png"), np.ones((2, 2, 1), np.uint8))
    heatmap = np.array(answer_of(cat, "grad_cam", CAT)["heatmap"])
    assert overlay.shape == alone.shape == (448, 448, 3)
    cells = np.abs(overlay.astype(int) - photo).sum(axis=-1).reshape(14, 32, 14, 32).mean(axis=(1, 3))
    assert cells[heatmap > 0.5].mean() > 3 * cells[heatmap < 0.02].mean()
    bar = pixels("/heat.png")
    assert np.array_equal(bar, colour_bar((18, 448)))
    hottest = np.unravel_index(heatmap.argmax(), heatmap.shape)
    assert np.array_equal(alone[hottest[0] * 32, hottest[1] * 32], bar[0, -1])


def test_two_words_stand_side_by_side_and_keep_together(cat: Looked) -> None:
    page = get_page(cat.client, f"/r/{cat.id}/why/grad_cam/{CAT}?and={TABBY}", follow=False)
    assert "Why “Egyptian cat” or “tabby”?" in page.text
    sources = [one.get("src") or "" for one in page.all("img")]
    for class_index in (CAT, TABBY):
        assert any(f"/why/grad_cam/{class_index}.png" in one for one in sources)
    assert f"/r/{cat.id}/why/occlusion/{CAT}?and={TABBY}" in links(page)
    hidden = [one.get("value") for one in page.all("input") if one.get("name") == "and"]
    assert hidden == [str(TABBY)]


@pytest.mark.parametrize("query", ["and=1000", "and=-1", "and=x", "layer=block1_pool", "layer=fc1", f"q={'x' * 101}"])
def test_a_parameter_outside_its_values_is_refused(cat: Looked, query: str) -> None:
    get_page(cat.client, f"/r/{cat.id}/why/grad_cam/{CAT}?{query}", status=400)


def test_a_class_is_found_by_name_alone_or_beside_the_first(cat: Looked) -> None:
    address = f"/r/{cat.id}/why/grad_cam/{CAT}"
    page = get_page(cat.client, f"{address}?q=goldfish", follow=False)
    assert {f"/r/{cat.id}/why/grad_cam/{GOLDFISH}", f"{address}?and={GOLDFISH}"} <= links(page)
    assert "None of the 1000 words holds “giraffe”." in get_page(cat.client, f"{address}?q=giraffe", follow=False).text


def test_the_result_leads_to_the_reasons_of_each_prediction(cat: Looked) -> None:
    made = cat.client.get(f"/r/{cat.id}.json").get_json()
    page = get_page(cat.client, f"/r/{cat.id}", follow=False)
    assert {f"/r/{cat.id}/why/grad_cam/{one['class_index']}" for one in made["predictions"]} <= links(page)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        (f"why/grad_cam/{1000}", "unknown_class"),
        (f"why/occlusion/{1000}", "unknown_class"),
        (f"why/lime/{CAT}", "not_found"),
        ("why/grad_cam/-1", "not_found"),
        (f"why/occlusion/{CAT}", "not_drawn"),
        ("whatif/sepia.png", "not_found"),
    ],
)
def test_what_is_not_there_has_its_code(cat: Looked, address: str, code: str) -> None:
    assert error_of(cat.client.get(f"/r/{cat.id}/{address}", headers=JSON)) == (404, code)


@pytest.mark.parametrize("address", [f"why/lime/{CAT}", f"why/grad_cam/{1000}", f"why/occlusion/{1000}"])
def test_what_is_not_there_cannot_be_started(cat: Looked, address: str) -> None:
    assert cat.program.post(f"/r/{cat.id}/{address}", headers=JSON).status_code == 404


def test_a_fast_method_needs_no_start(cat: Looked) -> None:
    address = f"/r/{cat.id}/why/grad_cam/{CAT}"
    posted = cat.program.post(address, headers=JSON)
    assert (posted.status_code, posted.get_json()) == (200, answer_of(cat, "grad_cam", CAT))


def test_reasons_of_a_result_that_never_was_or_was_deleted_are_refused(app: Flask) -> None:
    client = app.test_client()
    made = make_result(client)
    asked: tuple[Callable[[str], TestResponse], ...] = (
        lambda result_id: client.get(f"/r/{result_id}/why/grad_cam/{CAT}", headers=JSON),
        lambda result_id: client.get(f"/r/{result_id}/why/occlusion/{CAT}", headers=JSON),
        lambda result_id: client.get(f"/r/{result_id}/why/grad_cam/{CAT}.png", headers=JSON),
        lambda result_id: client.post(f"/r/{result_id}/why/occlusion/{CAT}", headers=JSON),
        lambda result_id: client.get(f"/r/{result_id}/whatif", headers=JSON),
        lambda result_id: client.get(f"/r/{result_id}/whatif/grey.png", headers=JSON),
    )
    for ask in asked:
        assert error_of(ask("A" * 22)) == (404, "not_found")
    client.post(f"/r/{made['id']}/delete", data={"delete_token": made["delete_token"]}, headers=JSON)
    for ask in asked:
        assert error_of(ask(made["id"])) == (410, "gone")


def services_of(client: FlaskClient) -> Services:
    return client.application.extensions["vggweb"]


def test_occlusion_starts_by_post_only_and_its_page_refreshes_itself_while_it_waits(client: FlaskClient) -> None:
    address = f"/r/{make_result(client)['id']}/why/occlusion/{CAT}"
    page = get_page(client, address, follow=False)
    assert "This takes 169 predictions" in page.text
    assert page.root.find("head/noscript") is None
    pressed = press(client, address, address)
    assert (pressed.status_code, pressed.headers["Location"]) == (303, address)
    page = get_page(client, address, follow=False)
    assert "Waiting, number 1 in the queue" in page.text
    assert page.root.find("head/noscript/meta") is not None
    started = client.application.test_client().post(address, headers=JSON)
    job = started.get_json()
    assert (started.status_code, started.headers["Location"]) == (202, f"/jobs/{job['id']}")
    assert (job["state"], job["result_url"]) == ("queued", address)
    left = client.application.test_client().post(f"/jobs/{job['id']}/cancel", headers=JSON)
    assert left.get_json()["state"] == "queued"  # the browser still waits for it
    press(client, address, f"/jobs/{job['id']}/cancel")
    page = get_page(client, address, follow=False)
    assert page.root.find("head/noscript") is None
    assert "Compute it" in page.text


def test_two_occlusions_can_wait_on_one_page(client: FlaskClient) -> None:
    address = f"/r/{make_result(client)['id']}/why/occlusion"
    for class_index in (CAT, TABBY):
        press(client, f"{address}/{class_index}", f"{address}/{class_index}")
    page = get_page(client, f"{address}/{CAT}?and={TABBY}", follow=False)
    assert len(page.all("progress")) == 2


def test_a_finished_occlusion_is_shown_and_is_wiped_with_its_result(client: FlaskClient) -> None:
    made = make_result(client)
    heatmap = np.zeros((224, 224), np.float32)
    heatmap[60:120, 60:120] = 1
    keep_occlusion(services_of(client), made["id"], CAT, heatmap)
    address = f"/r/{made['id']}/why/occlusion/{CAT}"
    answer = client.get(f"{address}.json").get_json()
    assert (answer["method"], answer["logit"], answer["shape"]) == ("occlusion", 1.5, [224, 224])
    assert np.array_equal(np.array(answer["heatmap"]), heatmap)
    assert client.get(f"{address}.png").mimetype == "image/png"
    assert "No positive evidence" not in get_page(client, address, follow=False).text
    assert client.post(address, headers=JSON).get_json() == answer
    client.post(f"/r/{made['id']}/delete", data={"delete_token": made["delete_token"]}, headers=JSON)
    assert services_of(client).jobs.products.keys_beginning("occlusion/") == set()
    assert error_of(client.get(f"{address}.json")) == (410, "gone")


def test_a_photo_in_which_nothing_speaks_for_a_word_is_said_to_hold_no_evidence(client: FlaskClient) -> None:
    made = make_result(client)
    keep_occlusion(services_of(client), made["id"], GOLDFISH, np.zeros((224, 224)), logit=-3.25)
    page = get_page(client, f"/r/{made['id']}/why/occlusion/{GOLDFISH}", follow=False)
    assert "No positive evidence: nothing in this photo speaks for “goldfish”." in page.text
    assert "−3.25" in page.text
    assert client.get(f"/r/{made['id']}/why/occlusion/{GOLDFISH}.png").status_code == 200


def test_what_if_names_eleven_variants_with_their_distance_from_the_first(cat: Looked) -> None:
    answer = cat.client.get(f"/r/{cat.id}/whatif.json").get_json()
    variants = answer["variants"]
    assert set(answer) == {"variants"}
    assert [one["name"] for one in variants] == VARIANTS
    assert variants[0]["distance"] == 0
    assert all(0 <= one["distance"] <= 1 for one in variants)
    assert all(one["distance"] > 0 for one in variants[1:] if one["name"] != "squash")
    assert [len(one["predictions"]) for one in variants] == [3] * 11
    first = cat.client.get(f"/r/{cat.id}.json").get_json()["predictions"][0]
    assert variants[0]["predictions"][0]["class_index"] == first["class_index"]
    assert variants[0]["predictions"][0]["score"] == pytest.approx(first["score"], abs=1e-4)
    result, model = cat.services.results.open(cat.id), cat.services.model_host.model()
    crop, squash = result.image_resized("crop"), result.image_resized("bilinear")
    expected = compare(model, prepare_variants(result.image, crop=crop, squash=squash))
    assert [one["distance"] for one in variants] == pytest.approx([one.distance for one in expected], abs=1e-4)


def test_the_page_of_variants_is_right_and_shows_each_with_its_sentence(cat: Looked) -> None:
    page = get_page(cat.client, f"/r/{cat.id}/whatif")
    rows = page.all("tbody")[0].findall("tr")
    assert len(rows) == len(VARIANTS)
    for row, name in zip(rows, VARIANTS, strict=True):
        picture = row.find("td/img")
        assert picture is not None
        assert (picture.get("src") or "").endswith(f"/whatif/{name}.png")
        assert len(row.findall("td/ol/li")) == 3
        assert len("".join(next(row.iter("span")).itertext()).split()) > 5


def test_reasons_and_variants_are_private_and_not_indexed(cat: Looked) -> None:
    for part in (f"why/grad_cam/{CAT}", f"why/grad_cam/{CAT}.png", "whatif", "whatif/grey.png"):
        headers = cat.client.get(f"/r/{cat.id}/{part}").headers
        assert "private" in headers["Cache-Control"]
        assert headers["X-Robots-Tag"] == "noindex"
