"""``flask weights`` with a file of the official size and layout, and a server that breaks off half-way."""

import mmap
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.core.weights.files import write_hollow
from tests.file_server import FileServer, serving
from vggweb.commands.weights import weights
from vggweb.core.weights.official import OFFICIAL_NAME, file_digest

FULL_SIZE_BYTES = 138_357_544 * 4  # the numbers alone
HALF_BYTES = 264 * 1024 * 1024


@pytest.fixture
def server(full_file: Path) -> Iterator[FileServer]:
    with (
        full_file.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
        serving(FileServer(content)) as running,
    ):
        yield running


def run(*arguments: str) -> Result:
    return CliRunner().invoke(weights, arguments)


def test_fetch_goes_on_after_half_a_file_and_the_whole_one_can_answer(
    server: FileServer, full_file: Path, keras_home: Path
) -> None:
    md5, size = file_digest(full_file, "md5"), full_file.stat().st_size
    target = keras_home / "models" / OFFICIAL_NAME
    arguments = ("fetch", "--url", server.url, "--md5", md5)
    assert size > FULL_SIZE_BYTES

    server.break_after_bytes = HALF_BYTES
    broken = run(*arguments)
    assert broken.exit_code == 2
    assert f"The connection broke off; {HALF_BYTES / 1e6:.1f} MB are there." in broken.stderr
    assert "\r" not in broken.stderr  # no progress bar where there is no terminal
    assert not target.exists()

    server.break_after_bytes = None
    whole = run(*arguments)
    assert whole.exit_code == 0, whole.stderr
    assert server.requests[1][0] == f"bytes={HALF_BYTES}-"
    assert sum(server.sent_bytes) == size
    assert file_digest(target, "md5") == md5

    verified = run("verify", str(target))
    assert verified.exit_code == 0
    assert "It is not Keras's official file" in verified.stdout
    assert file_digest(full_file, "sha256") in verified.stdout

    assert "already there" in run(*arguments).stdout
    assert len(server.requests) == 2
    target.unlink()


def test_a_whole_file_of_another_content_never_gets_the_name(server: FileServer, keras_home: Path) -> None:
    server.content = b"another file"
    refused = run("fetch", "--url", server.url)  # with the official file's own hash
    assert refused.exit_code == 2
    assert "not the file that was asked for" in refused.stderr
    assert list((keras_home / "models").glob("*.h5*")) in ([], [keras_home / "models" / f"{OFFICIAL_NAME}.lock"])


def test_status_says_which_weights_answer_and_where_the_official_file_would_be(
    keras_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VGGWEB_WEIGHTS", "auto")
    result = run("status")
    assert result.exit_code == 0
    assert "compact" in result.stdout
    assert f"{keras_home / 'models' / OFFICIAL_NAME} (not there" in result.stdout


def test_status_of_weights_that_cannot_answer_is_two_sentences_and_exit_code_2(
    keras_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VGGWEB_WEIGHTS", "imagenet")
    result = run("status")
    assert result.exit_code == 2
    assert "not in Keras's cache" in result.stderr
    assert "flask weights fetch" in result.stderr


def test_verify_of_a_broken_file_is_exit_code_2(tmp_path: Path) -> None:
    path = write_hollow(tmp_path / "mine.h5")
    path.write_bytes(path.read_bytes()[:-100])
    result = run("verify", str(path))
    assert result.exit_code == 2
    assert "damaged or incomplete" in result.stderr
    assert result.stdout == ""


def test_verify_without_a_path_checks_the_embedded_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VGGWEB_WEIGHTS", "compact")
    result = run("verify")
    assert result.exit_code == 0
    assert "both hashes are those of the model card" in result.stdout
