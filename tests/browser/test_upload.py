"""Uploading as people do it: choose, drop, paste, without JavaScript; then share and delete."""

import base64
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewContext
from tests.conftest import SAMPLES

RESULT = re.compile(r"/r/[A-Za-z0-9_-]{22}$")
Screenshot = Callable[[Page], None]

# Makes files in the page and hands them to a drop or a paste, as the browser's own events do.
SEND_FILES = """
([kind, files]) => {
  const transfer = new DataTransfer();
  for (const [name, type, data] of files) {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    transfer.items.add(new File([bytes], name, { type }));
  }
  const event = kind === "drop"
    ? new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true })
    : new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true });
  document.body.dispatchEvent(event);
}
"""


def sample_as_text(name: str) -> str:
    return base64.b64encode((SAMPLES / f"{name}.jpg").read_bytes()).decode()


def test_a_chosen_photo_becomes_a_result(page: Page, screenshot: Screenshot) -> None:
    page.goto("/")
    screenshot(page)
    page.get_by_label("Choose a photo").set_input_files(SAMPLES / "cat.jpg")
    page.wait_for_url(RESULT)
    expect(page.get_by_role("heading", level=1)).to_have_text("Egyptian cat")
    screenshot(page)


@pytest.mark.parametrize(
    ("kind", "sample", "words"), [("drop", "coffee", "espresso"), ("paste", "temple", "bell cote")]
)
def test_a_dropped_or_pasted_photo_becomes_a_result(page: Page, kind: str, sample: str, words: str) -> None:
    page.goto("/")
    expect(page.locator("html")).to_have_class(re.compile("has-script"))
    page.evaluate(SEND_FILES, [kind, [["photo.jpg", "image/jpeg", sample_as_text(sample)]]])
    page.wait_for_url(RESULT)
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def test_the_chosen_way_of_resizing_is_used(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Centre crop").check()
    page.get_by_label("Choose a photo").set_input_files(SAMPLES / "cat.jpg")
    page.wait_for_url(RESULT)
    expect(page.get_by_text("Prepared as: Centre crop")).to_be_visible()


def test_a_broken_photo_gets_its_sentence_in_place_and_the_form_stays(
    page: Page, tmp_path: Path, screenshot: Screenshot
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes((SAMPLES / "cat.jpg").read_bytes()[:9000])
    page.goto("/")
    page.get_by_label("Squashed smoothly").check()
    page.get_by_label("Choose a photo").set_input_files(broken)
    expect(page.get_by_role("alert")).to_contain_text("The file stops before the picture")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("Squashed smoothly")).to_be_checked()
    screenshot(page)
    page.get_by_label("Choose a photo").set_input_files(SAMPLES / "cat.jpg")
    page.wait_for_url(RESULT)


def test_a_file_over_the_limit_is_refused_before_it_is_sent(page: Page, tmp_path: Path) -> None:
    large = tmp_path / "large.jpg"
    large.write_bytes(b"\xff\xd8\xff" + bytes(17 * 1024 * 1024))
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.goto("/")
    page.get_by_label("Choose a photo").set_input_files(large)
    expect(page.get_by_role("alert")).to_contain_text("The file has 17.0 MiB")
    assert "POST" not in sent


def test_a_file_over_the_limit_gets_its_sentence_without_javascript_too(
    new_context: NewContext, tmp_path: Path
) -> None:
    large = tmp_path / "large.jpg"
    large.write_bytes(b"\xff\xd8\xff" + bytes(40 * 1024 * 1024))
    page = new_context(java_script_enabled=False).new_page()
    page.goto("/")
    page.get_by_label("Choose a photo").set_input_files(large)
    page.get_by_role("button", name="Show what VGG16 sees").click()
    expect(page.get_by_role("alert")).to_contain_text("million pixels at most")


def test_all_of_it_works_without_javascript(new_context: NewContext, screenshot: Screenshot) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto("/")
    page.get_by_label("Choose a photo").set_input_files(SAMPLES / "temple.jpg")
    page.get_by_role("button", name="Show what VGG16 sees").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("bell cote")
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)
    screenshot(page)
    page.get_by_text("Delete this result").click()
    page.get_by_role("button", name="Delete it for good").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("What does a neural network see")


def test_a_sample_is_one_click(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="A cup of coffee").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("espresso")


@pytest.mark.parametrize("has_script", [True, False])
def test_a_sample_is_prepared_as_chosen_in_the_form(new_context: NewContext, has_script: bool) -> None:
    page = new_context(java_script_enabled=has_script).new_page()
    page.goto("/")
    page.get_by_label("Centre crop").check()
    page.get_by_role("button", name="A cup of coffee").click()
    expect(page.get_by_text("Prepared as: Centre crop")).to_be_visible()


def test_a_file_over_the_limit_is_refused_again_by_the_button(page: Page, tmp_path: Path) -> None:
    large = tmp_path / "large.jpg"
    large.write_bytes(b"\xff\xd8\xff" + bytes(17 * 1024 * 1024))
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.goto("/")
    page.get_by_label("Choose a photo").set_input_files(large)
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("button", name="Show what VGG16 sees").click()
    expect(page.get_by_role("alert")).to_be_focused()
    assert "POST" not in sent


def test_the_address_opens_for_others_until_its_maker_deletes_it(
    new_context: NewContext, screenshot: Screenshot
) -> None:
    maker = new_context(permissions=["clipboard-read", "clipboard-write"]).new_page()
    maker.goto("/")
    maker.get_by_role("button", name="Chelsea the cat").click()
    maker.wait_for_url(RESULT)
    maker.get_by_role("button", name="Copy the address").click()
    expect(maker.get_by_role("button", name="Copied")).to_be_visible()
    address = maker.evaluate("navigator.clipboard.readText()")
    assert address == maker.url

    other = new_context().new_page()
    other.goto(address)
    expect(other.get_by_role("heading", level=1)).to_have_text("Egyptian cat")
    expect(other.get_by_text("Delete this result")).to_have_count(0)

    maker.get_by_text("Delete this result").click()
    maker.get_by_role("button", name="Delete it for good").click()
    maker.wait_for_url("**/")
    other.reload()
    expect(other.get_by_role("heading", level=1)).to_contain_text("was deleted or has expired")
    screenshot(other)


def test_the_copied_keras_code_is_the_script_of_the_page(new_context: NewContext) -> None:
    page = new_context(permissions=["clipboard-read", "clipboard-write"]).new_page()
    page.goto("/")
    page.get_by_role("button", name="Chelsea the cat").click()
    page.get_by_role("button", name="Copy as Keras code").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.replace("\r\n", "\n") == page.request.get(f"{page.url}/keras.py").text()
