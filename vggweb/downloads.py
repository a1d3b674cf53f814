"""A large file from the network to disk: resumed after an interruption, checked before it gets its name."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import requests
from filelock import FileLock, Timeout

from vggweb.errors import WeightsError

CHUNK_BYTES = 1024 * 1024
PARTIAL_CONTENT, RANGE_NOT_SATISFIABLE = 206, 416
Progress = Callable[[int, int | None], None]  # (bytes there, bytes in all if the server says)


def download(url: str, target: Path, *, md5: str, on_progress: Progress, timeout_seconds: float = 30) -> None:
    """Afterwards the file is there, whole and with the right hash.

    The bytes are gathered in ``<target>.part``. If one is there from an interrupted run, the download goes on
    where it stopped; if the server cannot do that, or its file has changed, it starts again. Only a file with the
    right hash gets its name.

    Args:
        url: where it is.
        target: its name in the end; the folder is made.
        md5: the hash that it must have, in hexadecimal.
        on_progress: hears how many bytes are there.
        timeout_seconds: longest silence of the server.

    Raises:
        WeightsError: the connection broke (running it again goes on from there), the server refused, another
            download of the file is under way, or the hash is wrong (the part is then deleted).
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{target}.lock", timeout=0):
            part = target.with_name(f"{target.name}.part")
            _fetch(url, part, on_progress, timeout_seconds)
            _check(part, md5)
            part.replace(target)
    except Timeout as error:
        raise WeightsError("Another download of this file is under way.", "Wait until it is done.") from error
    except OSError as error:
        raise WeightsError(f"The file {target} cannot be written.", "Check the folder and the free space.") from error


def _fetch(url: str, part: Path, on_progress: Progress, timeout_seconds: float) -> None:
    """Appends to the part what it lacks."""
    there = part.stat().st_size if part.exists() else 0
    tag_file = part.with_name(f"{part.name}.etag")
    headers = {"Accept-Encoding": "identity"}
    if there:
        headers["Range"] = f"bytes={there}-"
        if tag_file.exists():
            headers["If-Range"] = tag_file.read_text(encoding="utf-8")
    try:
        with requests.get(url, headers=headers, stream=True, timeout=timeout_seconds) as response:
            if response.status_code == RANGE_NOT_SATISFIABLE:
                return  # nothing is missing: the hash will tell whether it is the right file
            if not response.ok:
                raise WeightsError(
                    f"The server refused the download with status {response.status_code}.",
                    "Check the address, or try again later.",
                )
            resumed = response.status_code == PARTIAL_CONTENT
            _remember_tag(tag_file, response.headers.get("ETag"))
            _append(response, part, there if resumed else 0, on_progress)
    except requests.RequestException as error:
        raise _interrupted(part) from error


def _append(response: requests.Response, part: Path, there: int, on_progress: Progress) -> None:
    length = response.headers.get("Content-Length")
    total = there + int(length) if length and length.isdigit() else None
    with part.open("ab" if there else "wb") as file:
        for chunk in response.iter_content(CHUNK_BYTES):
            file.write(chunk)
            there += len(chunk)
            on_progress(there, total)
    if total is not None and there < total:
        raise _interrupted(part)


def _check(part: Path, md5: str) -> None:
    with part.open("rb") as file:
        actual = hashlib.file_digest(file, "md5").hexdigest()
    part.with_name(f"{part.name}.etag").unlink(missing_ok=True)
    if actual != md5:
        part.unlink()
        raise WeightsError(
            "The downloaded file is not the one that was expected: its hash is another. It has been deleted.",
            "Run the command again; if that does not help, the server has another file.",
        )


def _remember_tag(file: Path, tag: str | None) -> None:
    """Keeps the server's name for this version of the file; weak ones do not vouch for single bytes."""
    if tag and not tag.startswith("W/"):
        file.write_text(tag, encoding="utf-8")
    else:
        file.unlink(missing_ok=True)


def _interrupted(part: Path) -> WeightsError:
    there = part.stat().st_size if part.exists() else 0
    return WeightsError(
        f"The connection broke off; {there / 1024**2:.1f} MiB are there.",
        "Run the command again, and it goes on from there.",
    )
