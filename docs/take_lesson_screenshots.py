"""Takes the screenshots of docs/lesson.md from a server of its own: ``python -m docs.take_lesson_screenshots``."""

import tempfile
from pathlib import Path

import requests

from docs.take_screenshots import JSON, take
from tests.conftest import SAMPLES
from tests.servers import running_server

HUNG = ("cat", "coffee", "temple", "flower", "rocket", "officer", "astronaut")
GUESSED = "astronaut"
VOTES = (0, 0, 1, 2, 0)  # which of the four words each phone chose


def main() -> None:
    """Plays a short lesson and takes a picture of each part."""
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder)) as server:
        room = requests.post(f"{server.url}/class", data={"title": "Physics 9b"}, headers=JSON, timeout=60).json()
        address, token = f"{server.url}/class/{room['code']}", room["teacher_token"]
        tiles = {name: _hang(address, name) for name in HUNG}
        form = {"teacher_token": token, "result_id": tiles[GUESSED]}
        guess = requests.post(f"{address}/guess", data=form, headers=JSON, timeout=60).json()["guess"]
        for vote in VOTES:
            chosen = {"choice": guess["choices"][vote]["class_index"]}
            requests.post(f"{address}/vote", data=chosen, headers=JSON, timeout=60).raise_for_status()
        path = f"/class/{room['code']}"
        take(server.url, _pages(path, token))


def _hang(address: str, name: str) -> str:
    photo = (SAMPLES / f"{name}.jpg").read_bytes()
    response = requests.post(f"{address}/photos", files={"photo": ("photo.jpg", photo)}, headers=JSON, timeout=60)
    response.raise_for_status()
    return str(response.json()["id"])


def _pages(path: str, token: str) -> dict[str, str]:
    """Name of the picture → address of the page."""
    return {
        "lesson-numbers": "/demo/numbers?row=104&column=86",
        "lesson-convolution": "/demo/convolution",
        "lesson-block4": "/demo/block4",
        "lesson-filter": "/demo/filter",
        "lesson-words": "/demo/words?lang=en",
        "lesson-guess": f"{path}/wall?token={token}",
        "lesson-who-wakes": f"{path}/filter?layer=block5_conv3&n=286",
        "lesson-summary": f"{path}/summary",
        "lesson-demo-chinese": "/demo/words?lang=zh",
    }


if __name__ == "__main__":
    main()
