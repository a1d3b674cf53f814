"""A lesson from start to end: a teacher's wall and several phones, each a browser of its own."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, ViewportSize, expect

from tests.browser.conftest import NewContext
from tests.browser.test_looks import SIZES, complaints_of_axe
from tests.conftest import SAMPLES

PHONE: ViewportSize = {"width": 390, "height": 844}
LIVE_MS = 20_000  # a wall hears of a photo within a second; a busy test machine may take longer


@pytest.fixture
def teacher(new_context: NewContext) -> Page:
    """The teacher's wall of a fresh room."""
    page = new_context(viewport=SIZES["projector"]).new_page()
    page.goto("/class/new")
    page.get_by_label("Title").fill("Physics 9b")
    page.get_by_role("button", name="Make the room").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Physics 9b")
    return page


def code_of(page: Page) -> str:
    return page.locator(".room-code").inner_text()


def join(context: BrowserContext, code: str) -> Page:
    """A phone that types the code as it was read aloud."""
    page = context.new_page()
    page.goto("/class/new")
    page.get_by_label("Code").fill(f"{code[:3].upper()} {code[3:]}")
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_text(f"Room {code}")).to_be_visible()
    return page


def hang(page: Page, sample: str) -> None:
    page.set_input_files("#photo", SAMPLES / f"{sample}.jpg")
    page.get_by_role("button", name="Hang it on the wall").click()
    expect(page.get_by_role("status").filter(has_text="Your photo hangs on the wall.")).to_be_visible(timeout=LIVE_MS)


def test_a_lesson(teacher: Page, new_context: NewContext, screenshot: Callable[[Page], None]) -> None:
    code = code_of(teacher)
    first, second = (join(new_context(viewport=PHONE), code) for _ in range(2))
    hang(first, "cat")
    expect(teacher.locator(".wall-tile")).to_have_count(1, timeout=LIVE_MS)
    hang(second, "coffee")
    expect(teacher.locator(".wall-tile")).to_have_count(2, timeout=LIVE_MS)
    expect(first.locator(".wall-tile")).to_have_count(2, timeout=LIVE_MS)
    screenshot(teacher)

    teacher.locator(".wall-tile", has_text="Egyptian cat").get_by_role("button", name="Guess first").click()
    for phone, number in ((first, 0), (second, 0)):
        expect(phone.get_by_text("What will VGG16 say?")).to_be_visible(timeout=LIVE_MS)
        phone.locator(".choices button").nth(number).click()
        expect(phone.locator(".choices button[aria-pressed]")).to_have_count(1)
    expect(teacher.locator(".votes").first).to_have_text("2", timeout=LIVE_MS)
    teacher.get_by_role("button", name="Show VGG16’s answer").click()
    for page in (teacher, first, second):
        expect(page.get_by_text("VGG16 says: Egyptian cat")).to_be_visible(timeout=LIVE_MS)
    screenshot(first)

    teacher.get_by_role("link", name="Who wakes this filter?").click()
    teacher.get_by_label("Filter").fill("286")
    teacher.get_by_role("button", name="Sort the wall").click()
    expect(teacher.locator(".woken .wall-tile").first).to_contain_text("Egyptian cat")
    screenshot(teacher)

    teacher.get_by_role("link", name="The wall").click()
    teacher.locator(".wall-tile", has_text="espresso").get_by_role("button", name="Hide").click()
    expect(first.locator(".wall-tile")).to_have_count(1, timeout=LIVE_MS)
    teacher.get_by_role("button", name="Freeze").click()
    expect(second.get_by_text("The teacher has frozen the room")).to_be_visible(timeout=LIVE_MS)

    teacher.get_by_role("link", name="Summary").click()
    expect(teacher.get_by_text("1 photo, 1 word")).to_be_visible()
    teacher.go_back()
    teacher.get_by_text("Clear or close").click()
    teacher.get_by_role("button", name="Close: delete the room").click()
    expect(first.get_by_text("This room is closed.")).to_be_visible(timeout=LIVE_MS)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_in_a_room(
    teacher: Page, new_context: NewContext, size: str, scheme: str, screenshot: Callable[[Page], None]
) -> None:
    code = code_of(teacher)
    phone = join(new_context(viewport=SIZES[size], color_scheme=scheme), code)
    hang(phone, "flower")
    expect(phone.locator(".wall-tile")).to_have_count(1, timeout=LIVE_MS)
    for path in ("", "/wall", "/filter?n=5", "/summary"):
        phone.goto(f"/class/{code}{path}")
        assert complaints_of_axe(phone) == []
        assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        screenshot(phone)


def test_a_wall_without_event_streams_looks_now_and_then(teacher: Page, new_context: NewContext) -> None:
    code = code_of(teacher)
    context = new_context()
    context.route("**/events", lambda route: route.abort())
    wall = context.new_page()
    wall.goto(f"/class/{code}/wall")
    hang(join(new_context(viewport=PHONE), code), "cat")
    expect(wall.locator(".wall-tile")).to_have_count(1, timeout=60_000)


def test_a_phone_without_javascript_hangs_its_photo(teacher: Page, new_context: NewContext) -> None:
    phone = join(new_context(viewport=PHONE, java_script_enabled=False), code_of(teacher))
    phone.set_input_files("#photo", SAMPLES / "cat.jpg")
    phone.get_by_role("button", name="Hang it on the wall").click()
    expect(phone.get_by_text("Your photo hangs on the wall.")).to_be_visible()
    expect(teacher.locator(".wall-tile")).to_have_count(1, timeout=LIVE_MS)
