"""The demo: each screen has its own address, for samples and results, and shows the photo's own numbers."""

import numpy as np
import pytest
from flask.testing import FlaskClient

from tests.web.conftest import Looked
from tests.web.pages import get_page
from vggweb.core.predictions import softmax
from vggweb.services.demo import STEPS


def test_the_steps_are_listed_in_their_order_with_their_addresses(cat: Looked) -> None:
    steps = cat.client.get("/demo.json").get_json()["steps"]
    assert [step["name"] for step in steps] == list(STEPS)
    assert len(steps) >= 12
    assert all(step["title"] and step["url"].startswith("http") for step in steps)
    for_result = cat.client.get(f"/demo.json?result={cat.id}").get_json()["steps"]
    assert all(f"result={cat.id}" in step["url"] for step in for_result)


@pytest.mark.parametrize("step", STEPS)
def test_every_screen_is_a_good_page_for_a_sample(cat: Looked, step: str) -> None:
    page = get_page(cat.client, f"/demo/{step}", follow=False)
    assert len(page.all("h1")) == 1
    links = {link.get("rel"): link.get("href") for link in page.all("a") if link.get("rel")}
    number = STEPS.index(step)
    assert ("prev" in links) == (number > 0)
    assert ("next" in links) == (number + 1 < len(STEPS))
    assert f"{number + 1} / {len(STEPS)}" in page.text


def test_a_result_can_be_told_and_stays_out_of_search_engines(cat: Looked) -> None:
    page = get_page(cat.client, f"/demo/words?result={cat.id}", follow=False)
    assert 'content="noindex"' in page.html
    assert "Egyptian cat" in page.text
    assert f"result={cat.id}" in next(link.get("href", "") for link in page.all("a") if link.get("rel") == "prev")


def test_the_pixel_that_is_pointed_at_has_the_inputs_numbers(cat: Looked) -> None:
    image = cat.services.results.open(cat.id).image
    page = get_page(cat.client, f"/demo/numbers?result={cat.id}&row=3&column=200", follow=False)
    red, green, blue = image[3, 200].tolist()
    assert f"red {red} · green {green} · blue {blue}" in page.text


def test_the_mean_screen_does_the_subtraction_of_the_batch(cat: Looked) -> None:
    batch = cat.services.results.open(cat.id).batch
    page = get_page(cat.client, f"/demo/mean?result={cat.id}&row=3&column=200", follow=False)
    for value in batch[0, 3, 200]:
        assert f"{value:.3f}" in page.text


def test_the_softmax_screen_shows_the_real_sum(cat: Looked) -> None:
    logits = cat.services.results.open(cat.id).logits
    page = get_page(cat.client, f"/demo/softmax?result={cat.id}", follow=False)
    total = np.exp(logits.astype(np.float64) - logits.max()).sum()
    assert f"{total:.4f}" in page.text
    assert "1.000000" in page.text
    assert f"{softmax(logits).max() * 100:.1f} %" in page.text


def test_unknown_screens_samples_and_results_are_errors(cat: Looked) -> None:
    assert cat.client.get("/demo/nowhere").status_code == 404
    assert cat.client.get("/demo?sample=nobody").status_code in {303, 400}
    assert cat.client.get("/demo/photo?sample=nobody").status_code == 400
    assert cat.client.get("/demo.json?result=nothing").status_code == 404
    assert cat.client.get("/demo/numbers?row=224").status_code == 400


def test_the_samples_results_belong_to_nobody_and_are_made_once(cat: Looked) -> None:
    first = cat.services.sample_results.open("cat")
    assert first.row.owner is None
    assert cat.services.sample_results.open("cat").row.created_at == first.row.created_at
    refused = cat.program.post(f"/r/{first.id}/delete", headers={"Accept": "application/json"})
    assert refused.get_json()["error"]["code"] == "not_yours"


def test_a_sample_whose_result_has_gone_is_made_again(cat: Looked) -> None:
    gone = cat.services.sample_results.open("coffee")
    cat.services.results.delete(gone)
    again = cat.services.sample_results.open("coffee")
    assert again.id == gone.id
    assert again.describe().predictions[0].label == "espresso"


def test_the_questions_are_answered_with_live_numbers(cat: Looked, client: FlaskClient) -> None:
    page = get_page(client, "/questions", follow=False)
    for question in ("What is model.input?", "Why is a person a “wig”?", "Why 1000 words?"):
        assert question in page.text
    batch = cat.services.sample_results.open("cat").batch
    assert f"{batch[0, 0, 0, 0]:.3f}".rstrip("0") in page.text
