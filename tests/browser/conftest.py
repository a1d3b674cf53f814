"""A real browser (Debian's Chromium) and a real server for it."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from tests.servers import Server, running_server

ARTIFACTS = Path(__file__).resolve().parents[2] / "artifacts" / "screenshots"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
# Nothing that the browser would fetch for itself: the tests must not need a network.
CHROMIUM_OPTIONS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
WIDE: ViewportSize = {"width": 1280, "height": 800}
NewContext = Callable[..., BrowserContext]


def find_chromium() -> str:
    """The path of Chromium as Debian or another system installed it."""
    executable = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    assert executable, "Chromium is missing: tests/install_chromium.sh installs it"
    return executable


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("browser"), VGGWEB_RATE_LIMIT="1000/minute") as server:
        yield server


@pytest.fixture
def new_context(browser: Browser, server: Server) -> Iterator[NewContext]:
    """Makes browser contexts; a page error, or a request that leaves the site, fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def make(**options: object) -> BrowserContext:
        context = browser.new_context(base_url=server.url, **{"viewport": WIDE, **options})  # type: ignore[arg-type]
        context.on("request", lambda request: note_foreign(request.url))
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        context.on("console", lambda message: note_console(message.text))
        contexts.append(context)
        return context

    def note_foreign(url: str) -> None:
        if not url.startswith((server.url, "blob:", "data:")):
            complaints.append(f"a request left the site: {url}")

    def note_console(text: str) -> None:
        if "Content Security Policy" in text or "Uncaught" in text:
            complaints.append(text)

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(new_context: NewContext) -> Page:
    return new_context().new_page()


@pytest.fixture
def screenshot(request: pytest.FixtureRequest) -> Callable[[Page], None]:
    """Keeps what the page looks like, for people to see."""
    taken = 0

    def take(page: Page) -> None:
        nonlocal taken
        taken += 1
        ARTIFACTS.mkdir(parents=True, exist_ok=True)
        name = re.sub(r"\W+", "-", request.node.name).strip("-")
        page.screenshot(path=ARTIFACTS / f"{name}-{taken}.png", full_page=True)

    return take
