"""``flask weights`` in processes of their own: stopped half-way, run again, and quick because TensorFlow stays out."""

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.weights.files import write_hollow
from tests.file_server import CHUNK_BYTES, FileServer, serving
from tests.test_cli import FLASK, ROOT, run
from vggweb.core.weights.official import OFFICIAL_NAME

CONTENT = random.Random(0).randbytes(5 * 1024 * 1024 + 321)
MD5 = hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()
HALF_BYTES = 3 * 1024 * 1024

# Starts a command as a terminal does: what a shell starts in the background is deaf to SIGINT, and hands that on.
HEAR_INTERRUPTS = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])
"""


@pytest.fixture
def server() -> Iterator[FileServer]:
    with serving(FileServer(CONTENT)) as running:
        yield running
        running.let_go.set()


def stop_half_way(server: FileServer, folder: Path, part: Path, number: signal.Signals) -> tuple[int, str]:
    """Ends a fetch by a signal once half has reached the disk; its exit code and what it wrote on stderr."""
    server.break_after_bytes, server.hold = HALF_BYTES, True
    command = [*FLASK, "weights", "fetch", "--url", server.url, "--md5", MD5]
    environ = os.environ | {"KERAS_HOME": str(folder), "VGGWEB_DATA": str(folder / "data")}
    command = [sys.executable, "-c", HEAR_INTERRUPTS, *command]
    with subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.PIPE, text=True) as process:
        while not part.exists() or part.stat().st_size < HALF_BYTES - 2 * CHUNK_BYTES:
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(number)
        _, errors = process.communicate(timeout=30)
    server.break_after_bytes, server.hold = None, False
    server.let_go.set()
    return process.returncode, errors


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 1), (signal.SIGTERM, -signal.SIGTERM), (signal.SIGKILL, -signal.SIGKILL)],
)
def test_a_fetch_that_is_stopped_half_way_goes_on_from_there(
    server: FileServer, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    target = tmp_path / "models" / OFFICIAL_NAME
    part = target.with_name(f"{target.name}.part")
    stopped, errors = stop_half_way(server, tmp_path, part, number)
    assert stopped == code
    assert errors in ("", "\nAborted!\n")
    assert not target.exists()
    kept = part.stat().st_size
    assert part.read_bytes() == CONTENT[:kept]

    again = run("weights", "fetch", "--url", server.url, "--md5", MD5, data=tmp_path / "data", KERAS_HOME=str(tmp_path))
    assert again.returncode == 0, again.stderr
    assert server.requests[1] == (f"bytes={kept}-", '"v1"')
    assert server.sent_bytes[1] == len(CONTENT) - kept
    assert target.read_bytes() == CONTENT
    assert not part.exists()


def test_a_hash_may_be_written_in_capitals(server: FileServer, tmp_path: Path) -> None:
    arguments = ("weights", "fetch", "--url", server.url, "--md5", f" {MD5.upper()}")
    for words in ("is there, with", "already there, with"):
        done = run(*arguments, data=tmp_path / "data", KERAS_HOME=str(tmp_path))
        assert done.returncode == 0, done.stderr
        assert words in done.stdout
    assert len(server.requests) == 1


def test_the_weights_can_be_fetched_when_the_app_could_not_start_without_them(
    server: FileServer, tmp_path: Path
) -> None:
    settings = {"VGGWEB_WEIGHTS": "imagenet", "KERAS_HOME": str(tmp_path)}
    status = run("weights", "status", data=tmp_path / "data", **settings)
    assert status.returncode == 2
    assert "Run `flask weights fetch`" in status.stderr
    fetch = run("weights", "fetch", "--url", server.url, "--md5", MD5, data=tmp_path / "data", **settings)
    assert fetch.returncode == 0, fetch.stderr


def test_a_file_in_the_cache_that_is_not_the_official_one_is_said_and_answers_nothing(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    write_hollow(tmp_path / "models" / OFFICIAL_NAME)
    for command in ("status", "verify"):
        done = run("weights", command, data=tmp_path / "data", VGGWEB_WEIGHTS="auto", KERAS_HOME=str(tmp_path))
        assert done.returncode == 2
        assert "is not the official one" in done.stderr
        assert "answers" not in done.stdout


@pytest.mark.parametrize("command", ["status", "verify"])
def test_looking_at_the_weights_does_not_start_tensorflow(command: str, tmp_path: Path) -> None:
    done = run("weights", command, data=tmp_path / "data", KERAS_HOME=str(tmp_path), PYTHONPROFILEIMPORTTIME="1")
    assert done.returncode == 0, done.stderr
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}
    assert {"vggweb.core.weights.official", "h5py"} <= imported
    assert not {"tensorflow", "keras"} & imported


def test_verify_of_a_file_that_fits_says_so_with_its_hash(tmp_path: Path) -> None:
    path = write_hollow(tmp_path / "mine.h5")
    done = run("weights", "verify", str(path), data=tmp_path / "data")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "The layout fits VGG16. It is not Keras's official file.",
        f"SHA-256 {hashlib.sha256(path.read_bytes()).hexdigest()}",
    ]
