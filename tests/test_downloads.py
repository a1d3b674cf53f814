"""Downloads against a real server that breaks off, forgets ranges, changes its file or lies."""

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from tests.file_server import FileServer, serving
from vggweb.downloads import download
from vggweb.errors import WeightsError

MIB = 1024 * 1024
CONTENT = random.Random(0).randbytes(5 * MIB + 12345)
OTHER = random.Random(1).randbytes(len(CONTENT))
HALF = 3 * MIB


@pytest.fixture
def server() -> Iterator[FileServer]:
    with serving(FileServer(CONTENT)) as running:
        yield running


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "models" / "weights.h5"


def md5_of(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def fetch(server: FileServer, target: Path, *, content: bytes = CONTENT) -> list[tuple[int, int | None]]:
    seen: list[tuple[int, int | None]] = []
    download(
        server.url,
        target,
        md5=md5_of(content),
        on_progress=lambda there, total: seen.append((there, total)),
        timeout_seconds=10,
    )
    return seen


def break_off(server: FileServer, target: Path) -> WeightsError:
    """One download of which the server sends half."""
    server.break_after_bytes = HALF
    with pytest.raises(WeightsError) as caught:
        fetch(server, target)
    server.break_after_bytes = None
    return caught.value


def part_of(target: Path) -> Path:
    return target.with_name(f"{target.name}.part")


def files_beside(target: Path) -> set[str]:
    return {path.name for path in target.parent.iterdir()} - {f"{target.name}.lock"}


def test_the_file_arrives_whole_and_nothing_else_is_left(server: FileServer, target: Path) -> None:
    seen = fetch(server, target)
    assert target.read_bytes() == CONTENT
    assert files_beside(target) == {target.name}
    assert seen[0] == (0, len(CONTENT))
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert seen == sorted(seen)


def test_a_broken_connection_says_how_much_is_there_and_that_the_command_goes_on(
    server: FileServer, target: Path
) -> None:
    error = break_off(server, target)
    assert error.message == "The connection broke off; 3.1 MB are there."
    assert "Run the command again: it goes on from there" in error.hint
    assert not target.exists()
    assert part_of(target).read_bytes() == CONTENT[:HALF]


def test_the_second_run_asks_for_the_rest_and_only_then_the_file_has_its_name(server: FileServer, target: Path) -> None:
    break_off(server, target)
    seen = fetch(server, target)
    assert server.requests == [(None, None), (f"bytes={HALF}-", '"v1"')]
    assert server.sent_bytes == [HALF, len(CONTENT) - HALF]  # no byte was sent twice
    assert seen[0] == (HALF, len(CONTENT))
    assert target.read_bytes() == CONTENT
    assert files_beside(target) == {target.name}


def test_it_goes_on_after_any_number_of_breaks(server: FileServer, target: Path) -> None:
    server.break_after_bytes = 2 * MIB
    for _ in range(2):
        with pytest.raises(WeightsError, match="broke off"):
            fetch(server, target)
    fetch(server, target)
    assert target.read_bytes() == CONTENT
    assert sum(server.sent_bytes) == len(CONTENT)


def test_a_server_without_etag_is_asked_for_the_rest_without_if_range(server: FileServer, target: Path) -> None:
    server.etag = None
    break_off(server, target)
    fetch(server, target)
    assert server.requests[1] == (f"bytes={HALF}-", None)
    assert target.read_bytes() == CONTENT


def test_a_weak_etag_vouches_for_no_byte_range(server: FileServer, target: Path) -> None:
    server.etag = 'W/"v1"'
    break_off(server, target)
    fetch(server, target)
    assert server.requests[1] == (f"bytes={HALF}-", None)


def test_a_server_without_ranges_starts_again_from_the_first_byte(server: FileServer, target: Path) -> None:
    server.ranges = False
    break_off(server, target)
    seen = fetch(server, target)
    assert seen[0] == (0, len(CONTENT))
    assert server.sent_bytes == [HALF, len(CONTENT)]
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize("honours_if_range", [True, False])
def test_a_file_that_changed_meanwhile_is_fetched_anew(
    server: FileServer, target: Path, *, honours_if_range: bool
) -> None:
    break_off(server, target)
    server.content, server.etag, server.honours_if_range = OTHER, '"v2"', honours_if_range
    fetch(server, target, content=OTHER)
    assert target.read_bytes() == OTHER


def test_a_part_that_was_whole_already_costs_no_byte(server: FileServer, target: Path) -> None:
    target.parent.mkdir()
    part_of(target).write_bytes(CONTENT)
    seen = fetch(server, target)
    assert server.requests == [(f"bytes={len(CONTENT)}-", None)]
    assert server.sent_bytes == []
    assert seen == [(len(CONTENT), len(CONTENT))]
    assert target.read_bytes() == CONTENT


def test_a_part_that_is_longer_than_the_file_is_fetched_anew(server: FileServer, target: Path) -> None:
    target.parent.mkdir()
    part_of(target).write_bytes(CONTENT + b"too much")
    fetch(server, target)
    assert target.read_bytes() == CONTENT


def test_a_wrong_hash_removes_the_part_and_spares_what_was_there(server: FileServer, target: Path) -> None:
    target.parent.mkdir()
    target.write_bytes(b"the old file")
    server.content = OTHER
    with pytest.raises(WeightsError, match="not the file that was asked for") as caught:
        fetch(server, target)
    assert md5_of(OTHER) in caught.value.message
    assert md5_of(CONTENT) in caught.value.message
    assert target.read_bytes() == b"the old file"
    assert files_beside(target) == {target.name}


def test_a_damaged_part_is_found_out_by_the_hash_and_the_next_run_is_clean(server: FileServer, target: Path) -> None:
    break_off(server, target)
    part_of(target).write_bytes(bytes(HALF))
    with pytest.raises(WeightsError, match="not the file that was asked for"):
        fetch(server, target)
    fetch(server, target)
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize("status", [403, 404, 500, 503])
def test_a_refusal_says_its_status_and_keeps_the_part(server: FileServer, target: Path, status: int) -> None:
    break_off(server, target)
    server.status = status
    with pytest.raises(WeightsError, match=f"refused the download with status {status}"):
        fetch(server, target)
    server.status = None
    fetch(server, target)
    assert sum(server.sent_bytes) == len(CONTENT)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/weights.h5", "no address at all", "http://"])
def test_no_server_is_said_without_a_librarys_words(target: Path, url: str) -> None:
    with pytest.raises(WeightsError) as caught:
        fetch(FileServer(CONTENT, url=url), target)
    assert caught.value.message == "The server cannot be reached, or broke off before the first byte."
    assert caught.value.__cause__ is not None


def test_a_server_that_falls_silent_is_not_waited_for_longer_than_asked(target: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(WeightsError, match="cannot be reached"):
            download(url, target, md5="", on_progress=lambda there, total: None, timeout_seconds=0.2)


def test_two_downloads_never_write_one_part(server: FileServer, target: Path) -> None:
    target.parent.mkdir()
    with FileLock(f"{target}.lock"), pytest.raises(WeightsError, match="under way"):
        fetch(server, target)
    assert server.requests == []
    fetch(server, target)
    assert target.read_bytes() == CONTENT


def test_a_folder_that_cannot_be_made_is_said(server: FileServer, tmp_path: Path) -> None:
    (tmp_path / "models").write_bytes(b"a file where the folder should be")
    with pytest.raises(WeightsError, match="cannot be written"):
        fetch(server, tmp_path / "models" / "weights.h5")
