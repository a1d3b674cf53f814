"""The camera in a browser, with one that plays a known photo."""

from collections.abc import Callable, Iterator
from pathlib import Path

import PIL.Image
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import CHROMIUM_OPTIONS, WIDE, NewContext, find_chromium
from tests.browser.test_upload import RESULT
from tests.conftest import SAMPLES
from tests.servers import Server

Screenshot = Callable[[Page], None]
FAKE_CAMERA = "--use-fake-device-for-media-stream"
ALLOWED = "--use-fake-ui-for-media-stream"
START = "Start the camera"


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A camera's film, Motion JPEG: the cat, all the time."""
    file = tmp_path_factory.mktemp("film") / "cat.mjpeg"
    with PIL.Image.open(SAMPLES / "cat.jpg") as cat, file.open("wb") as film:
        for _ in range(2):
            cat.resize((640, 480)).save(film, "JPEG", quality=95)
    return file


def page_of(browser: Browser, server: Server, *options: str) -> Iterator[Page]:
    """A page of a Chromium of its own; it is closed at the end."""
    other = browser.browser_type.launch(executable_path=find_chromium(), args=[*CHROMIUM_OPTIONS, *options])
    yield other.new_context(base_url=server.url, viewport=WIDE).new_page()
    other.close()


@pytest.fixture
def camera(browser: Browser, server: Server, film: Path) -> Iterator[Page]:
    """A page whose camera plays the film."""
    yield from page_of(browser, server, FAKE_CAMERA, ALLOWED, f"--use-file-for-fake-video-capture={film}")


@pytest.fixture
def refusing(browser: Browser, server: Server) -> Iterator[Page]:
    """A page that may not use the camera."""
    yield from page_of(browser, server, FAKE_CAMERA)


@pytest.fixture
def insecure(browser: Browser, server: Server) -> Iterator[Page]:
    """A page that is neither on HTTPS nor on localhost."""
    yield from page_of(browser, server, FAKE_CAMERA, ALLOWED, "--host-resolver-rules=MAP class.test 127.0.0.1")


def test_the_words_for_what_the_camera_sees_move_and_frames_come_one_after_the_other(
    camera: Page, screenshot: Screenshot
) -> None:
    under_way: list[int] = [0]
    most: list[int] = [0]
    answered: list[int] = [0]

    def begin() -> None:
        under_way[0] += 1
        most[0] = max(most[0], under_way[0])

    def end() -> None:
        under_way[0] -= 1
        answered[0] += 1

    camera.on("request", lambda request: begin() if request.url.endswith("/live.json") else None)
    camera.on("requestfinished", lambda request: end() if request.url.endswith("/live.json") else None)
    camera.goto("/live")
    camera.get_by_role("button", name=START).click()
    expect(camera.locator("#live-words .live-word").first).to_have_text("Egyptian cat")
    expect(camera.locator("#live-groups")).to_contain_text("cat")
    expect(camera.locator("#live-milliseconds")).to_contain_text("ms for a frame")
    expect(camera.get_by_role("status").first).to_contain_text("The camera is on")
    camera.wait_for_timeout(2000)
    screenshot(camera)
    assert answered[0] > 2
    assert most[0] == 1


def test_one_feature_map_is_shown_on_demand(camera: Page, screenshot: Screenshot) -> None:
    camera.goto("/live")
    camera.get_by_role("button", name=START).click()
    camera.get_by_text("Watch one feature map, too").click()
    expect(camera.locator("#live-map-note")).to_contain_text("56 × 56 values")
    camera.get_by_label("Layer").select_option("block1_conv2")
    camera.get_by_label("Channel").fill("5")
    expect(camera.locator("#live-map-note")).to_contain_text("224 × 224 values")
    screenshot(camera)


def test_freezing_makes_a_result_of_the_frame(camera: Page) -> None:
    camera.goto("/live")
    camera.get_by_role("button", name=START).click()
    expect(camera.locator("#live-words .live-word").first).to_have_text("Egyptian cat")
    camera.get_by_role("button", name="Freeze").click()
    camera.wait_for_url(RESULT)
    expect(camera.get_by_role("heading", level=1)).to_have_text("Egyptian cat")
    expect(camera.get_by_text("Prepared as: Centre crop")).to_be_visible()


def test_the_camera_can_be_stopped_and_then_nothing_is_sent(camera: Page) -> None:
    camera.goto("/live")
    camera.get_by_role("button", name=START).click()
    expect(camera.locator("#live-words .live-word").first).to_have_text("Egyptian cat")
    camera.get_by_role("button", name="Stop the camera").click()
    sent: list[str] = []
    camera.on("request", lambda request: sent.append(request.url))
    expect(camera.get_by_role("status").first).to_have_text("The camera is off.")
    camera.wait_for_timeout(1000)
    assert sent == []


def test_a_refused_camera_has_its_sentence_and_a_photo_can_still_be_chosen(refusing: Page) -> None:
    refusing.goto("/live")
    refusing.get_by_role("button", name=START).click()
    expect(refusing.get_by_role("alert")).to_contain_text("The camera was not allowed for this page")
    refusing.get_by_label("Choose a photo").set_input_files(SAMPLES / "coffee.jpg")
    refusing.wait_for_url(RESULT)


def test_a_device_without_a_camera_has_its_sentence(page: Page) -> None:
    page.goto("/live")
    page.get_by_role("button", name=START).click()
    expect(page.get_by_role("alert")).to_contain_text("No camera was found on this device")


def test_a_page_that_is_not_secure_says_that_browsers_want_it_to_be(insecure: Page, server: Server) -> None:
    insecure.goto(server.url.replace("127.0.0.1", "class.test") + "/live")
    insecure.get_by_role("button", name=START).click()
    expect(insecure.get_by_role("alert")).to_contain_text("only over HTTPS")


def test_without_javascript_a_photo_can_be_chosen(new_context: NewContext) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto("/live")
    expect(page.get_by_text("The camera needs JavaScript.")).to_be_visible()
    page.get_by_label("Choose a photo").set_input_files(SAMPLES / "coffee.jpg")
    page.get_by_role("button", name="Show what VGG16 sees").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("espresso")


def test_without_javascript_nothing_offers_a_camera(new_context: NewContext) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto("/live")
    expect(page.get_by_text("The camera needs JavaScript.")).to_be_visible()
    expect(page.get_by_role("button", name="Start the camera")).to_have_count(0)
    expect(page.locator("[hidden] >> visible=true")).to_have_count(0)
