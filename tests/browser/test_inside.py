"""Looking inside, as people do it: from a result to its maps, to a filter, to the reasons."""

import re
from collections.abc import Callable

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewContext
from tests.browser.test_looks import SIZES, complaints_of_axe
from tests.servers import Server

Screenshot = Callable[[Page], None]
PATIENCE_MS = 60_000
FILTER = "/layers/block1_conv1/filters"
DEEP_FILTER = "/layers/block5_conv3/filters/7"  # more than a minute of work: long enough to be cancelled


@pytest.fixture(scope="module")
def result(server: Server) -> str:
    """The address of a result, without the host."""
    answer = requests.post(f"{server.url}/results.json", data={"sample": "cat"}, timeout=60)
    return str(answer.json()["url"]).removeprefix(server.url)


def is_loaded(page: Page, picture: str) -> bool:
    """Whether a picture, by its alternative text, really shows something."""
    shown = page.get_by_alt_text(picture)
    expect(shown).to_be_visible()
    return bool(shown.evaluate("async (image) => { await image.decode(); return image.naturalWidth > 1; }"))


def test_from_a_result_to_its_maps_to_one_map_to_its_filter_and_back(page: Page, screenshot: Screenshot) -> None:
    page.goto("/")
    page.get_by_role("button", name="Chelsea the cat").click()
    page.wait_for_url(re.compile(r"/r/[\w-]{22}$"))
    page.goto(f"{page.url}/layers/block1_conv1")
    expect(page.get_by_role("heading", level=1)).to_have_text("What block1_conv1 saw")
    screenshot(page)
    page.get_by_role("navigation", name="Layers").get_by_role("link", name="block1_conv2").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What block1_conv2 saw")
    page.get_by_role("link", name="One scale for the layer").click()
    expect(page.get_by_role("link", name="One scale for the layer")).to_have_attribute("aria-current", "true")
    page.locator(".tiles a").first.click()
    assert is_loaded(page, "The map as heat over the photo")
    assert is_loaded(page, "The map alone, in grey")
    screenshot(page)
    heading = page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("link", name="What this filter likes").click()
    expect(page.get_by_text("This picture has not been drawn yet.")).to_be_visible()
    page.get_by_role("link", name="Where it found that in your last photo").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)


def test_all_maps_of_a_layer_arrive_in_one_request(page: Page, result: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{result}/layers/block5_conv3")
    page.wait_for_load_state("networkidle")
    assert page.locator(".tiles .tile").count() == 512
    assert len([one for one in asked if "/layers/" in one and not one.endswith("block5_conv3")]) == 1


def test_a_filter_is_drawn_while_one_watches(page: Page, screenshot: Screenshot) -> None:
    page.goto(f"{FILTER}/11")
    page.get_by_role("button", name="Draw it").click()
    expect(page.get_by_text("Made from noise")).to_be_visible(timeout=PATIENCE_MS)
    assert is_loaded(page, "A picture that excites filter 11 of block1_conv1")
    expect(page.get_by_role("progressbar")).to_have_count(0)
    screenshot(page)


def test_a_filter_is_drawn_without_javascript_too(new_context: NewContext) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{FILTER}/12")
    page.get_by_role("button", name="Draw it").click()
    expect(page.get_by_text("Made from noise")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_role("button", name="Draw it")).to_have_count(0)


def test_a_long_drawing_moves_on_keeps_the_focus_and_can_be_cancelled_and_asked_for_again(
    page: Page, screenshot: Screenshot
) -> None:
    page.goto(DEEP_FILTER)
    page.get_by_role("button", name="Draw it").click()
    expect(page.get_by_text(re.compile(r"Step \d+ of 128"))).to_be_visible(timeout=PATIENCE_MS)
    cancel = page.get_by_role("button", name="Cancel")
    cancel.focus()
    first = page.get_by_role("progressbar").get_attribute("value")
    expect(page.get_by_role("progressbar")).not_to_have_attribute("value", first or "", timeout=PATIENCE_MS)
    expect(cancel).to_be_focused()  # what moves on leaves the button where it is
    page.wait_for_function("() => document.querySelector('.job-picture img').naturalWidth > 1")
    assert complaints_of_axe(page) == []
    cancel.focus()
    screenshot(page)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Cancelled")
    page.get_by_role("link", name="What it is for").click()
    expect(page.get_by_text("The computation was cancelled.")).to_be_visible()
    expect(page.get_by_role("button", name="Draw it")).to_be_visible()


def test_the_page_of_a_job_that_somebody_else_cancels_says_so(
    new_context: NewContext, server: Server, result: str
) -> None:
    job = requests.post(f"{server.url}{result}/why/occlusion/281.json", timeout=60).json()
    page = new_context().new_page()
    page.goto(f"{result}/why/occlusion/281")
    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(page.get_by_role("button", name="Wait for it, too")).to_be_visible()
    requests.post(f"{server.url}/jobs/{job['id']}/cancel.json", timeout=60)
    expect(page.get_by_text("The computation was cancelled.")).to_be_visible()
    expect(page.get_by_role("button", name="Compute it")).to_be_visible()


def test_two_words_are_compared_side_by_side(page: Page, result: str, screenshot: Screenshot) -> None:
    page.goto(result)
    page.get_by_role("table").first.get_by_role("link", name="Egyptian cat").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Why “Egyptian cat”?")
    page.get_by_label("Search a class by name").fill("tabby")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name=re.compile("beside.*, tabby, class 281")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Why “Egyptian cat” or “tabby”?")
    assert is_loaded(page, "The evidence for Egyptian cat, as heat over the photo")
    assert is_loaded(page, "The evidence for tabby, as heat over the photo")
    screenshot(page)


@pytest.mark.parametrize("look", [("light", "phone"), ("dark", "laptop")])
def test_axe_finds_nothing_and_nothing_runs_over_the_edge(
    new_context: NewContext, server: Server, result: str, look: tuple[str, str]
) -> None:
    scheme, size = look
    page = new_context(viewport=SIZES[size], color_scheme=scheme).new_page()
    job = requests.post(f"{server.url}{DEEP_FILTER}.json", data={"seed": 9}, timeout=60).json()
    requests.post(f"{server.url}/jobs/{job['id']}/cancel.json", timeout=60)
    for address in (
        "/layers",
        "/layers/block1_conv1",
        f"{FILTER}/11",
        f"{FILTER}/13",
        f"{DEEP_FILTER}?seed=9",
        "/classes/1",
        f"/jobs/{job['id']}",
        f"{result}/layers/block5_pool",
        f"{result}/layers/block5_pool/3",
        f"{result}/why/grad_cam/285?and=281",
        f"{result}/why/occlusion/285?q=cat",
        f"{result}/whatif",
    ):
        page.goto(address)
        assert complaints_of_axe(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
