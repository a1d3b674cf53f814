"""The demo by keyboard, by clicker and by thumb, from the back of a room and on a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewContext
from tests.browser.test_looks import SIZES, complaints_of_axe
from vggweb.services.demo import STEPS


@pytest.mark.parametrize(
    ("key", "back"), [("ArrowRight", "ArrowLeft"), ("PageDown", "PageUp"), ("Space", "Shift+Space")]
)
def test_keys_go_on_and_back(page: Page, key: str, back: str) -> None:
    page.goto("/demo")
    page.keyboard.press(key)
    page.wait_for_url(f"**/demo/{STEPS[1]}")
    page.keyboard.press(key)
    page.wait_for_url(f"**/demo/{STEPS[2]}")
    page.keyboard.press(back)
    page.wait_for_url(f"**/demo/{STEPS[1]}")


def test_n_shows_the_notes_and_they_stay(page: Page) -> None:
    page.goto("/demo/photo")
    notes = page.locator("#notes p")
    expect(notes).to_be_hidden()
    page.keyboard.press("n")
    expect(notes).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**/demo/resize")
    expect(page.locator("#notes p")).to_be_visible()


def test_a_thumb_swipes(new_context: NewContext) -> None:
    page = new_context(viewport=SIZES["phone"], has_touch=True).new_page()
    page.goto("/demo/photo")
    page.evaluate("""() => {
        const at = (x) => new Touch({ identifier: 1, target: document.body, clientX: x, clientY: 300 });
        const send = (name, x) => document.body.dispatchEvent(new TouchEvent(name, {
            bubbles: true, touches: name === 'touchend' ? [] : [at(x)], changedTouches: [at(x)] }));
        send('touchstart', 300); send('touchend', 80);
    }""")
    page.wait_for_url("**/demo/resize")


def test_a_pixel_is_read_by_pointing(page: Page) -> None:
    page.goto("/demo/numbers")
    picture = page.locator("[data-pixels] img")
    before = page.locator("[data-pixel-values]").inner_text()
    box = picture.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + 5)
    expect(page.locator("[data-column]")).to_have_text("201")
    expect(page.locator("[data-pixel-values]")).not_to_have_text(before)
    shown = [int(number) for number in page.locator("[data-pixel-values] b").all_inner_texts()]
    page.mouse.click(box["x"] + box["width"] * 0.9, box["y"] + 5)
    page.wait_for_url(lambda url: "column=201" in url)
    assert [int(number) for number in page.locator("[data-pixel-values] b").all_inner_texts()] == shown


def test_a_cell_is_opened_by_pointing_and_left_by_keyboard(page: Page) -> None:
    page.goto("/demo/convolution")
    page.locator(".demo-cell a").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Where the number")
    address = page.url
    page.keyboard.press("ArrowDown")
    page.wait_for_url(lambda url: url != address)
    row = int(address.split("/")[-2])
    assert int(page.url.split("/")[-2]) == row + 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["phone", "projector"])
def test_axe_finds_nothing_on_any_screen(
    new_context: NewContext, size: str, scheme: str, screenshot: Callable[[Page], None]
) -> None:
    page = new_context(viewport=SIZES[size], color_scheme=scheme).new_page()
    for address in (*(f"/demo/{step}" for step in STEPS), "/questions", "/layers"):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert complaints_of_axe(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        screenshot(page)


def test_on_a_projector_a_screen_needs_no_scrolling(new_context: NewContext) -> None:
    page = new_context(viewport=SIZES["projector"]).new_page()
    for step in STEPS:
        page.goto(f"/demo/{step}")
        page.wait_for_load_state("networkidle")
        bottom = page.locator(".demo-stage").evaluate("stage => stage.getBoundingClientRect().bottom")
        assert bottom <= SIZES["projector"]["height"], step
