"""A phone hangs its photo on the wall of a class: when the button is pressed, and by itself again when it must wait."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.browser.test_one_photo import give, say_busy
from tests.browser.test_upload import sample_as_text
from tests.conftest import SAMPLES
from tests.servers import Server

HANG = "Hang it on the wall"
ON_THE_WALL = "Your photo hangs on the wall."


@pytest.fixture
def room(page: Page, server: Server) -> Page:
    """The students' page of a fresh room."""
    made = requests.post(f"{server.url}/class", headers={"Accept": "application/json"}, timeout=60).json()
    page.goto(urlsplit(made["url"]).path)
    expect(page.locator("html")).to_have_class(re.compile("has-script"))
    return page


def test_a_chosen_photo_hangs_when_the_button_is_pressed_and_not_before(room: Page) -> None:
    sent: list[str] = []
    room.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    room.locator("#photo").set_input_files(SAMPLES / "cat.jpg")
    room.wait_for_timeout(500)
    assert sent == []
    room.get_by_role("button", name=HANG).click()
    expect(room.get_by_role("status").filter(has_text=ON_THE_WALL)).to_be_visible()
    expect(room.get_by_text("Egyptian cat").first).to_be_visible()


def test_a_busy_server_is_waited_for(room: Page) -> None:
    room.route("**/photos", say_busy, times=1)
    give(room, "drop", ("coffee.jpg", "image/jpeg", sample_as_text("coffee")))
    room.get_by_role("button", name=HANG).click()
    expect(room.get_by_text("Trying again in")).to_be_visible()
    expect(room.get_by_role("status").filter(has_text=ON_THE_WALL)).to_be_visible()


def test_what_goes_wrong_has_its_sentence(room: Page, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes((SAMPLES / "cat.jpg").read_bytes()[:9000])
    room.locator("#photo").set_input_files(broken)
    room.get_by_role("button", name=HANG).click()
    expect(room.get_by_role("alert")).to_contain_text("The file stops before the picture's end.")
