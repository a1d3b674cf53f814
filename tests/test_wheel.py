"""The wheel holds all that the site needs: it is built, unpacked and served from a folder of its own."""

import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.servers import ROOT, Server, free_port, wait_until_ready


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this tree."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("vggweb-*.whl")
    return built


@pytest.fixture(scope="module")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the installed wheel and nothing else; its dependencies are those of the tests."""
    folder = tmp_path_factory.mktemp("site")
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-deps",
        "--no-index",
        "--target",
        str(folder),
        str(wheel),
    ]
    subprocess.run(command, check=True)
    return folder


def environ(site: Path, data: Path) -> dict[str, str]:
    settings = {"PYTHONPATH": str(site), "VGGWEB_DATA": str(data), "VGGWEB_WEIGHTS": "compact"}
    return os.environ | settings


@contextmanager
def installed_server(site: Path, folder: Path, *worker: str) -> Iterator[Server]:
    """gunicorn with the installed package, started where no clone is."""
    port = free_port()
    log = folder / "log"
    options = ["-b", f"127.0.0.1:{port}", *worker]
    command = [sys.executable, "-m", "gunicorn", *options, "vggweb.web:create_app()"]
    with log.open("wb") as errors:
        process = subprocess.Popen(command, cwd=folder, env=environ(site, folder / "data"), stderr=errors)
    try:
        server = Server(f"http://127.0.0.1:{port}", process, log)
        wait_until_ready(server)
        yield server
    finally:
        process.terminate()
        process.wait(30)


@pytest.mark.parametrize("worker", [(), ("-k", "vggweb.server.worker.Worker")], ids=["bare", "as in the README"])
def test_the_wheel_serves_pages_with_their_files_and_answers(
    worker: tuple[str, ...], site: Path, tmp_path: Path
) -> None:
    with installed_server(site, tmp_path, *worker) as server:
        page = requests.get(f"{server.url}/", timeout=30)
        linked = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
        statuses = {address: requests.get(server.url + address, timeout=30).status_code for address in linked}
        made = requests.post(f"{server.url}/results.json", data={"sample": "cat"}, timeout=120)
    assert page.status_code == 200
    assert linked
    assert set(statuses.values()) == {200}, statuses
    assert made.json()["predictions"][0]["label"] == "Egyptian_cat"


def test_flask_finds_the_installed_app_by_its_packages_name(site: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "flask", "--app", "vggweb", "weights", "status"]
    done = subprocess.run(
        command, cwd=tmp_path, env=environ(site, tmp_path), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "compact" in done.stdout


def test_the_wheel_holds_every_file_of_the_package_and_the_licences(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    belongs = {name for name in tracked if name.startswith("vggweb/")}
    belongs |= {f"vggweb/{name}" for name in tracked if name.startswith(("templates/", "static/"))}
    assert belongs <= held, belongs - held
    assert {Path(name).name for name in held if ".dist-info/licenses/" in name} >= {"LICENSE", "NOTICE", "CREDITS.md"}
