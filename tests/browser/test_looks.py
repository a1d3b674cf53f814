"""How the pages look and who can use them: phone to projector, light and dark, axe, keyboard."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.conftest import NewContext

SIZES: dict[str, ViewportSize] = {
    "phone": {"width": 360, "height": 740},
    "laptop": {"width": 1280, "height": 800},
    "projector": {"width": 1920, "height": 1080},
}
ADDRESSES = ("/", "/live", "/model", "/classes?q=cat", "/nothing-here")


@pytest.fixture(scope="module")
def result_address(browser: object, server: object) -> str:
    import requests

    answer = requests.post(f"{server.url}/results.json", data={"sample": "cat"}, timeout=60)  # type: ignore[attr-defined]
    return str(answer.json()["url"]).removeprefix(server.url)  # type: ignore[attr-defined]


def complaints_of_axe(page: Page) -> list[str]:
    violations = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['target']} {node['failureSummary']}" for one in violations for node in one["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_and_nothing_runs_over_the_edge(
    new_context: NewContext, result_address: str, size: str, scheme: str, screenshot: Callable[[Page], None]
) -> None:
    page = new_context(viewport=SIZES[size], color_scheme=scheme).new_page()
    for address in (*ADDRESSES, result_address):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert complaints_of_axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        screenshot(page)


def test_light_and_dark_differ(new_context: NewContext) -> None:
    grounds = set()
    for scheme in ("light", "dark"):
        page = new_context(color_scheme=scheme).new_page()
        page.goto("/")
        grounds.add(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))
    assert len(grounds) == 2


def test_the_answer_fills_a_projectors_first_screen(new_context: NewContext, result_address: str) -> None:
    page = new_context(viewport=SIZES["projector"]).new_page()
    page.goto(result_address)
    for part in (
        page.get_by_role("heading", level=1),
        page.get_by_role("table"),
        page.get_by_alt_text("The photo that was sent"),
    ):
        box = part.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < 1080


def test_the_form_can_be_reached_with_the_keyboard_alone(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    links_before = page.get_by_role("banner").get_by_role("link").count()
    for _ in range(links_before + 1):
        page.keyboard.press("Tab")
    expect(page.get_by_label("Choose a photo")).to_be_focused()


def test_pictures_keep_their_place_while_they_load(new_context: NewContext, result_address: str) -> None:
    page = new_context().new_page()
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver((list) => { for (const entry of list.getEntries()) "
        "window.shift += entry.value; }).observe({ type: 'layout-shift', buffered: true });"
    )
    page.goto(result_address)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.shift") < 0.1
