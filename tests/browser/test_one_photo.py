"""There is one photo, the one that was given last; and whatever goes wrong with it has a sentence of its own."""

import base64
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import NewContext
from tests.browser.test_upload import RESULT, SEND_FILES, sample_as_text
from tests.conftest import SAMPLES

Screenshot = Callable[[Page], None]
PDF = base64.b64encode(b"%PDF-1.7 no photo").decode()
PRESS = "Show what VGG16 sees"
BUSY = {"error": {"code": "busy", "message": "The server is working on other photos.", "hint": "Try again."}}


def open_home(page: Page) -> None:
    page.goto("/")
    expect(page.locator("html")).to_have_class(re.compile("has-script"))


def give(page: Page, kind: str, *files: tuple[str, str, str]) -> None:
    page.evaluate(SEND_FILES, [kind, [list(file) for file in files]])


def choose(page: Page, file: Path) -> None:
    page.get_by_label("Choose a photo").set_input_files(file)


def held(page: Page) -> list[str]:
    """The names of the files that the form holds."""
    return page.evaluate("[...document.getElementById('photo').files].map((file) => file.name)")


def drop_entry(page: Page, setup: str) -> None:
    """Drops what only a real drag can hold: the transfer is made by `setup`."""
    page.evaluate(
        """(setup) => {
          const event = new DragEvent("drop", { bubbles: true, cancelable: true });
          Object.defineProperty(event, "dataTransfer", { value: new Function(`return ${setup}`)() });
          document.body.dispatchEvent(event);
        }""",
        setup,
    )


def say_busy(route: Route) -> None:
    headers = {"Retry-After": "1", "Content-Type": "application/json"}
    route.fulfill(status=503, body=json.dumps(BUSY), headers=headers)


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    file = tmp_path / "broken.jpg"
    file.write_bytes((SAMPLES / "cat.jpg").read_bytes()[:9000])
    return file


@pytest.mark.parametrize("kind", ["drop", "paste"])
def test_a_refused_photo_takes_the_earlier_ones_place(page: Page, broken: Path, kind: str) -> None:
    open_home(page)
    choose(page, broken)
    expect(page.get_by_role("alert")).to_contain_text("before the picture's end")
    give(page, kind, ("letter.pdf", "image/png", PDF))
    expect(page.get_by_role("alert")).to_contain_text("PDF document")
    assert held(page) == ["letter.pdf"]
    page.get_by_role("button", name=PRESS).click()
    expect(page.get_by_role("alert")).to_contain_text("PDF document")


def test_a_dropped_photo_can_be_sent_again_with_another_preparation(page: Page) -> None:
    open_home(page)
    give(page, "drop", ("coffee.jpg", "image/jpeg", sample_as_text("coffee")))
    page.wait_for_url(RESULT)
    page.go_back()
    open_home(page)
    page.route("**/results", lambda route: route.abort())
    give(page, "drop", ("coffee.jpg", "image/jpeg", sample_as_text("coffee")))
    expect(page.get_by_role("alert")).to_be_visible()
    page.unroute("**/results")
    page.get_by_label("Centre crop").check()
    page.get_by_role("button", name=PRESS).click()
    page.wait_for_url(RESULT)
    expect(page.get_by_text("Prepared as: Centre crop")).to_be_visible()


def test_the_cameras_picture_is_the_forms_photo(new_context: NewContext, broken: Path) -> None:
    page = new_context(has_touch=True, is_mobile=True, viewport={"width": 360, "height": 740}).new_page()
    open_home(page)
    page.locator("#camera").set_input_files(broken)
    expect(page.get_by_role("alert")).to_contain_text("before the picture's end")
    assert held(page) == ["broken.jpg"]


def test_of_two_dropped_files_the_page_says_which_is_taken(page: Page) -> None:
    open_home(page)
    page.route("**/results", lambda route: None)
    letter, photo = ("letter.pdf", "application/pdf", PDF), ("coffee.jpg", "image/jpeg", sample_as_text("coffee"))
    give(page, "drop", letter, photo)
    expect(page.get_by_role("status")).to_contain_text("Of the 2 files, coffee.jpg is taken.")
    assert held(page) == ["coffee.jpg"]


def test_a_pasted_file_without_a_type_is_taken(page: Page) -> None:
    open_home(page)
    give(page, "paste", ("IMG_0001.HEIC", "", sample_as_text("coffee")))
    page.wait_for_url(RESULT)


def test_a_picture_of_another_page_gets_a_sentence_and_leaves_no_photo(page: Page, broken: Path) -> None:
    open_home(page)
    choose(page, broken)
    expect(page.get_by_role("alert")).to_be_visible()
    drop_entry(page, "{ types: ['text/uri-list', 'text/html'], items: [{ kind: 'string' }] }")
    expect(page.get_by_role("alert")).to_contain_text("Only the address of the picture came along")
    assert held(page) == []


def test_a_dropped_folder_gets_a_sentence_and_leaves_no_photo(page: Page, broken: Path) -> None:
    open_home(page)
    choose(page, broken)
    expect(page.get_by_role("alert")).to_be_visible()
    folder = (
        "{ kind: 'file', getAsFile: () => new File([], 'holiday'), webkitGetAsEntry: () => ({ isDirectory: true }) }"
    )
    drop_entry(page, f"{{ types: ['Files'], items: [{folder}] }}")
    expect(page.get_by_role("alert")).to_contain_text("That is a folder")
    assert held(page) == []


def test_a_second_choice_while_sending_replaces_the_first(page: Page) -> None:
    open_home(page)
    page.route("**/results", lambda route: None, times=1)  # the first is never answered
    choose(page, SAMPLES / "cat.jpg")
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    choose(page, SAMPLES / "coffee.jpg")
    page.wait_for_url(RESULT)
    expect(page.get_by_role("heading", level=1)).to_have_text("espresso")


def test_sending_can_be_cancelled_and_the_photo_stays(page: Page, screenshot: Screenshot) -> None:
    open_home(page)
    page.route("**/results", lambda route: None, times=1)
    choose(page, SAMPLES / "cat.jpg")
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    screenshot(page)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("status")).to_have_text("Cancelled. The photo is still chosen.")
    expect(page.get_by_role("button", name="Cancel")).to_be_hidden()
    page.get_by_role("button", name=PRESS).click()
    page.wait_for_url(RESULT)


def test_a_page_that_is_told_503_shows_that_it_waits_and_tries_again_by_itself(
    page: Page, screenshot: Screenshot
) -> None:
    open_home(page)
    busy = json.dumps(BUSY)
    page.route(
        "**/results",
        lambda route: route.fulfill(
            status=503, body=busy, headers={"Retry-After": "1"}, content_type="application/json"
        ),
        times=2,
    )
    choose(page, SAMPLES / "cat.jpg")
    expect(page.get_by_role("status")).to_contain_text(re.compile(r"working on other photos\. Trying again in \d s\."))
    screenshot(page)
    page.wait_for_url(RESULT)


def test_waiting_can_be_cancelled(page: Page) -> None:
    open_home(page)
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.method)
        route.fulfill(status=503, body=json.dumps(BUSY), headers={"Retry-After": "1"}, content_type="application/json")

    page.route("**/results", refuse)
    choose(page, SAMPLES / "cat.jpg")
    expect(page.get_by_role("status")).to_contain_text("Trying again")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("status")).to_contain_text("Cancelled")
    tries = len(asked)
    page.wait_for_timeout(4000)
    assert len(asked) == tries


def test_a_sample_waits_in_the_same_way(page: Page) -> None:
    open_home(page)
    page.route("**/results", say_busy, times=1)
    page.get_by_role("button", name="A cup of coffee").click()
    page.wait_for_url(RESULT)
    expect(page.get_by_role("heading", level=1)).to_have_text("espresso")


def test_a_dead_token_is_renewed_once_with_the_chosen_photo_kept(page: Page) -> None:
    open_home(page)
    page.context.clear_cookies()
    page.evaluate("fetch('/')")  # another tab, say, got a cookie of its own
    page.wait_for_timeout(500)
    choose(page, SAMPLES / "coffee.jpg")
    page.wait_for_url(RESULT)
    expect(page.get_by_role("heading", level=1)).to_have_text("espresso")


def test_a_token_that_stays_dead_is_not_renewed_for_ever(page: Page) -> None:
    open_home(page)
    asked: list[str] = []
    dead = {"error": {"code": "bad_csrf", "message": "This form has expired.", "hint": "Reload the page."}}

    def refuse(route: Route) -> None:
        asked.append(route.request.method)
        route.fulfill(status=403, body=json.dumps(dead), content_type="application/json")

    page.route("**/results", refuse)
    choose(page, SAMPLES / "coffee.jpg")
    expect(page.get_by_role("alert")).to_contain_text("This form has expired.")
    assert asked == ["POST", "POST"]


def test_a_file_that_changed_on_disk_is_not_the_connections_fault(page: Page, broken: Path) -> None:
    open_home(page)
    choose(page, broken)
    expect(page.get_by_role("alert")).to_contain_text("before the picture's end")
    broken.write_bytes(b"another picture, saved under the same name")
    page.get_by_role("button", name=PRESS).click()
    expect(page.get_by_role("alert")).to_contain_text("changed, moved or deleted since it was chosen")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (413, "takes no files of this size"),
        (502, "The server does not answer at the moment"),
        (503, "The server does not answer at the moment"),
        (200, "the sign-in page of a network"),
    ],
)
def test_a_page_of_a_server_in_between_gets_its_own_sentence(page: Page, status: int, words: str) -> None:
    open_home(page)
    page.route(
        "**/results",
        lambda route: route.fulfill(status=status, body="<html><h1>nginx</h1></html>", content_type="text/html"),
    )
    choose(page, SAMPLES / "cat.jpg")
    expect(page.get_by_role("alert")).to_contain_text(words)


def test_a_server_that_is_away_is_told_from_a_device_that_is_offline(page: Page) -> None:
    open_home(page)
    page.route("**/results", lambda route: route.abort())
    choose(page, SAMPLES / "cat.jpg")
    expect(page.get_by_role("alert")).to_contain_text("The server does not answer at the moment")
    page.context.set_offline(True)
    page.get_by_role("button", name=PRESS).click()
    expect(page.get_by_role("alert")).to_contain_text("This device is not connected to a network")
    page.context.set_offline(False)
