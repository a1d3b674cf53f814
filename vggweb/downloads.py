"""A large file from the network to disk: resumed after an interruption, checked before it gets its name."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from filelock import FileLock, Timeout

from vggweb.errors import WeightsError

Progress = Callable[[int, int | None], None]  # (bytes there, bytes in all if the server says)

CHUNK_BYTES = 64 * 1024  # what a broken connection can lose at most of what had arrived
MEGABYTE = 1_000_000  # the unit in which Keras and file managers give such sizes
PARTIAL_CONTENT, RANGE_NOT_SATISFIABLE = 206, 416  # RFC 9110, 15.3.7 and 15.5.17


def download(url: str, target: Path, *, md5: str, on_progress: Progress, timeout_seconds: float = 30) -> None:
    """Afterwards the file is there, whole and with the right hash.

    The bytes gather in ``<target>.part``. If an earlier run left one, the server is asked for the rest
    (RFC 9110, Range with If-Range); if it cannot do that, or has another file by now, the download starts
    again from the first byte. Only a file with the right hash gets its name.

    Args:
        url: where it is, http or https.
        target: its name in the end; the folder is made.
        md5: the hash that it must have, in hexadecimal.
        on_progress: hears how many bytes are there and how many there will be, if the server says.
        timeout_seconds: longest silence of the server.

    Raises:
        WeightsError: the connection broke (running it again goes on from there), the server refused, another
            download of the file is under way, it cannot be written, or its hash is wrong (then it is removed).
    """
    part = _Part(target)
    with _sole_writer(target):
        try:
            with _open_response(url, part, timeout_seconds) as response:
                _receive(response, part, on_progress)
        except requests.RequestException as error:
            raise _interrupted(part) from error
        part.check(md5)
        part.file.replace(target)


class _Part:
    """The bytes that are there so far, and the ETag of the version that they belong to."""

    def __init__(self, target: Path) -> None:
        self.file = target.with_name(f"{target.name}.part")
        self._tag_file = target.with_name(f"{target.name}.part.etag")

    @property
    def size_bytes(self) -> int:
        return self.file.stat().st_size if self.file.exists() else 0

    @property
    def tag(self) -> str | None:
        return self._tag_file.read_text(encoding="latin-1") if self._tag_file.exists() else None

    def start_again(self, tag: str | None) -> None:
        """Empties the part. Only a strong tag vouches for single bytes, a weak one is not kept."""
        self.remove()
        if tag and not tag.startswith("W/"):
            self._tag_file.write_text(tag, encoding="latin-1")

    def remove(self) -> None:
        self.file.unlink(missing_ok=True)
        self._tag_file.unlink(missing_ok=True)

    def check(self, md5: str) -> None:
        with self.file.open("rb") as file:
            actual = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
        if actual != md5:
            self.remove()
            raise WeightsError(
                f"What arrived is not the file that was asked for: its MD5 is {actual}, not {md5}. It was removed.",
                "Run the command again; if that does not help, the address has another file.",
            )
        self._tag_file.unlink(missing_ok=True)


@contextmanager
def _sole_writer(target: Path) -> Iterator[None]:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{target}.lock", timeout=0):
            yield
    except Timeout as error:
        raise WeightsError(
            "Another download of this file is under way.", "Wait until it is done, or stop it."
        ) from error
    except OSError as error:
        raise WeightsError(
            f"The file {target} cannot be written.", "Check the folder's permissions and the free space."
        ) from error


def _open_response(url: str, part: _Part, timeout_seconds: float) -> requests.Response:
    """The answer whose body goes on from the part's end; the part is emptied where it starts again."""
    response = _ask(url, part, timeout_seconds)
    if response.status_code == RANGE_NOT_SATISFIABLE and not _is_all_there(response, part):
        response.close()
        part.start_again(None)
        response = _ask(url, part, timeout_seconds)
    if response.status_code == PARTIAL_CONTENT and not _fits(response, part):
        response.close()
        part.start_again(None)
        response = _ask(url, part, timeout_seconds)
    if not response.ok and response.status_code != RANGE_NOT_SATISFIABLE:
        response.close()
        raise WeightsError(
            f"The server refused the download with status {response.status_code}.",
            "Check the address, or try again later.",
        )
    if response.ok and response.status_code != PARTIAL_CONTENT:
        part.start_again(response.headers.get("ETag"))
    return response


def _ask(url: str, part: _Part, timeout_seconds: float) -> requests.Response:
    headers = {"Accept-Encoding": "identity"}  # a byte range of a compressed body would fit nothing
    if part.size_bytes:
        headers["Range"] = f"bytes={part.size_bytes}-"
        if part.tag:
            headers["If-Range"] = part.tag
    return requests.get(url, headers=headers, stream=True, timeout=timeout_seconds)


def _is_all_there(response: requests.Response, part: _Part) -> bool:
    """Whether a refused range means that no byte is missing: Content-Range is then ``bytes */<size>``."""
    return response.headers.get("Content-Range") == f"bytes */{part.size_bytes}"


def _fits(response: requests.Response, part: _Part) -> bool:
    """Whether these bytes follow the part's last one and belong to the same version of the file."""
    follows = response.headers.get("Content-Range", "").startswith(f"bytes {part.size_bytes}-")
    return follows and part.tag in (None, response.headers.get("ETag", part.tag))


def _receive(response: requests.Response, part: _Part, on_progress: Progress) -> None:
    there = part.size_bytes
    if response.status_code == RANGE_NOT_SATISFIABLE:
        on_progress(there, there)
        return
    length = response.headers.get("Content-Length", "")
    total = there + int(length) if length.isdigit() else None
    with part.file.open("ab") as file:
        on_progress(there, total)
        for chunk in response.iter_content(CHUNK_BYTES):
            file.write(chunk)
            there += len(chunk)
            on_progress(there, total)
    if total is not None and there != total:
        raise _interrupted(part)


def _interrupted(part: _Part) -> WeightsError:
    if not part.size_bytes:
        return WeightsError(
            "The server cannot be reached, or broke off before the first byte.",
            "Check the connection and the address, and run the command again.",
        )
    return WeightsError(
        f"The connection broke off; {part.size_bytes / MEGABYTE:.1f} MB are there.",
        "Run the command again: it goes on from there, or from the start if the server cannot.",
    )
