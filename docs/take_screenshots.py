"""Takes the screenshots of docs/screenshots/ from a server of its own: ``python -m docs.take_screenshots``.

Draws a few filters first, so it takes some minutes. Needs the development requirements and Chromium.
"""

import io
import tempfile
import time
from pathlib import Path

import PIL.Image
import requests
from playwright.sync_api import sync_playwright

from tests.browser.conftest import CHROMIUM_OPTIONS, find_chromium
from tests.servers import running_server

TARGET = Path(__file__).parent / "screenshots"
SIZE_PX = (1440, 900)
QUALITY = 85
PATIENCE_SECONDS = 600
JSON = {"Accept": "application/json"}
DRAWN = (
    "/layers/block4_conv3/filters/3",
    "/layers/block5_conv3/filters/3",
    "/layers/block3_conv3/filters/10",
    "/classes/1",
    *(f"/layers/block2_conv1/filters/{index}" for index in range(128)),
)


def main() -> None:
    """Takes them all."""
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder), VGGWEB_JOB_QUEUE="1000") as server:
        result = requests.post(f"{server.url}/results.json", data={"sample": "cat"}, timeout=60).json()["id"]
        for address in DRAWN:
            _draw(server.url + address)
        maps = requests.get(f"{server.url}/r/{result}/layers/block5_conv3.json", timeout=60).json()["channels"]
        take(server.url, _pages(result, max(maps, key=lambda one: one["mean"])["index"]))


def _pages(result: str, strongest: int) -> dict[str, str]:
    """Name of the picture → address of the page."""
    return {
        "home": "/",
        "result": f"/r/{result}",
        "feature-maps": f"/r/{result}/layers/block3_conv3",
        "one-map": f"/r/{result}/layers/block5_conv3/{strongest}",
        "grad-cam": f"/r/{result}/why/grad_cam/285?and=281",
        "saliency": f"/r/{result}/why/saliency/285",
        "what-if": f"/r/{result}/whatif",
        "filter-block4": DRAWN[0],
        "filter-block5": DRAWN[1],
        "class-goldfish": "/classes/1",
        "layer-sheet": "/layers/block2_conv1",
        "model": "/model",
    }


def _draw(address: str) -> None:
    answer = requests.post(address, headers=JSON, timeout=60)
    answer.raise_for_status()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while requests.get(f"{address}.json", timeout=60).status_code != requests.codes.ok:
        if time.monotonic() > deadline:
            raise TimeoutError(address)
        time.sleep(0.2)


def take(url: str, pages: dict[str, str]) -> None:
    """Keeps what the pages look like, by the name of the picture."""
    TARGET.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_OPTIONS)
        page = browser.new_page(viewport={"width": SIZE_PX[0], "height": SIZE_PX[1]})
        for name, address in pages.items():
            page.goto(url + address)
            page.wait_for_load_state("networkidle")
            picture = PIL.Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            picture.save(TARGET / f"{name}.webp", quality=QUALITY)
        browser.close()


if __name__ == "__main__":
    main()
