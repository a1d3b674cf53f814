"""Photos are read in children that are bounded in memory and time, replaced, and gone with their server."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.decoding import hostile
from tests.decoding.children import peak_mebibytes, resident_mebibytes
from tests.photo_files import LIMITS, PLAIN_FILES, file_of, photo, sample_bytes, with_orientation
from vggweb.core.images import PhotoLimits
from vggweb.core.prepared_photo import prepare_photo
from vggweb.core.preprocessing import RESIZE_METHODS
from vggweb.decoding import PhotoReader
from vggweb.decoding.messages import Response, read_request, read_response, request_bytes, response_bytes
from vggweb.errors import BusyError, CorruptImageError, NoPhotoError, PhotoError, PhotoTooLargeError

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits a process's memory and shows it")
FIFTY_MEGAPIXELS = (8160, 6144)


@pytest.fixture(scope="module")
def reader() -> Iterator[PhotoReader]:
    reader = PhotoReader(LIMITS, children=1)
    reader.start()
    yield reader
    reader.close()


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "avif", "heic", "tiff"])
def test_a_child_gives_what_the_core_gives(reader: PhotoReader, kind: str) -> None:
    data = PLAIN_FILES[kind](photo(300, 200))
    there, here = reader.read(data), prepare_photo(data, LIMITS)
    assert there.facts == here.facts
    assert there.shown_jpeg == here.shown_jpeg
    for method in RESIZE_METHODS:
        np.testing.assert_array_equal(there.images[method], here.images[method])


@pytest.mark.parametrize(
    "data",
    [b"a text, and no photo", b"%PDF-1.7", sample_bytes("cat")[:5000], hostile.webp_that_declares(16_000, 16_000)],
    ids=["text", "pdf", "cut", "enormous"],
)
def test_a_child_says_the_same_of_a_bad_file_as_the_core(reader: PhotoReader, data: bytes) -> None:
    with pytest.raises(PhotoError) as there:
        reader.read(data)
    with pytest.raises(PhotoError) as here:
        prepare_photo(data, LIMITS)
    assert (type(there.value), str(there.value)) == (type(here.value), str(here.value))
    assert there.value.message_template == here.value.message_template  # so that it can be translated


def test_nothing_and_too_much_need_no_child() -> None:
    reader = PhotoReader(PhotoLimits(52_000_000, 10))
    with pytest.raises(NoPhotoError):
        reader.read(b"")
    with pytest.raises(PhotoTooLargeError):
        reader.read(b"eleven bytes")
    assert reader.pids() == []


TINY_AND_HUNGRY = {
    "webp of 46 bytes": hostile.webp_that_declares(7000, 7000),
    "deep png": hostile.deep_png(7000),
    "tiff with a large tile": hostile.tiff_with_a_tile_of(131_056),
    "tiff of two million strips": hostile.tiff_of_strips(2_000_000),
    "avif with a large frame": hostile.avif_that_holds(12_000, 12_000),
    "jpeg of twenty thousand scans": hostile.jpeg_of_empty_scans(20_000, side=4000),
}


@LINUX
@pytest.mark.parametrize("kind", TINY_AND_HUNGRY)
def test_a_tiny_file_takes_no_more_memory_than_a_photo_may(kind: str) -> None:
    reader = PhotoReader(LIMITS, children=1)
    reader.start()
    (pid,) = reader.pids()
    try:
        with peak_mebibytes(pid) as peak:
            if kind == "deep png":
                assert reader.read(TINY_AND_HUNGRY[kind]).facts.width == 7000
            else:
                with pytest.raises(PhotoTooLargeError):
                    reader.read(TINY_AND_HUNGRY[kind])
        assert peak() <= 400
    finally:
        reader.close()


def turned_jpeg(**options: object) -> bytes:
    picture = photo(2040, 1536).resize(FIFTY_MEGAPIXELS)
    return file_of(picture, "JPEG", exif=with_orientation(6), **options)


@LINUX
@pytest.mark.parametrize("options", [{}, {"progressive": True}], ids=["baseline", "progressive"])
def test_a_photo_of_50_megapixels_is_read_in_400_mebibytes_also_lying_on_its_side(options: dict[str, object]) -> None:
    data = turned_jpeg(**options)
    reader = PhotoReader(LIMITS, children=1)
    reader.start()
    (pid,) = reader.pids()
    try:
        with peak_mebibytes(pid) as peak:
            prepared = reader.read(data)
        assert (prepared.facts.width, prepared.facts.height) == FIFTY_MEGAPIXELS[::-1]
        assert peak() <= 400
    finally:
        reader.close()


@LINUX
def test_after_a_large_photo_its_memory_goes_back_and_the_next_is_read() -> None:
    large = file_of(hostile.noise(4000, 3000), "BMP")
    unbounded = PhotoReader(PhotoLimits(52_000_000, len(large)), children=1)
    unbounded.start()
    try:
        unbounded.read(sample_bytes("cat"))
        before = resident_mebibytes(*unbounded.pids())
        unbounded.read(large)
        time.sleep(0.5)  # a child that stands in for one that has grown has something to import
        assert resident_mebibytes(*unbounded.pids()) <= before + 50
        assert unbounded.counts().ended == {}
        assert unbounded.read(sample_bytes("cat")).facts.format == "JPEG"
    finally:
        unbounded.close()


@LINUX
def test_a_photo_that_computes_too_long_ends_its_child_and_nobody_elses() -> None:
    reader = PhotoReader(LIMITS, children=1, seconds=1)
    with pytest.raises(PhotoTooLargeError, match="longer than a photo may take"):
        reader.read(hostile.bmp_of_single_runs(4000, 1900))
    assert reader.counts().ended == {"time": 1}
    assert reader.read(sample_bytes("cat")).facts.format == "JPEG"
    reader.close()


@LINUX
def test_a_child_that_died_idle_is_replaced_and_costs_no_photo(reader: PhotoReader) -> None:
    (pid,) = reader.pids()
    ended = dict(reader.counts().ended)
    os.kill(pid, signal.SIGKILL)
    until_ended(pid)
    assert reader.read(sample_bytes("cat")).facts.format == "JPEG"
    assert reader.pids() != [pid]
    assert reader.counts().ended["crash"] == ended.get("crash", 0) + 1


@LINUX
def test_a_child_that_dies_at_work_costs_its_photo_and_no_other() -> None:
    reader = PhotoReader(LIMITS, children=1)
    reader.start()
    (pid,) = reader.pids()
    clock = threading.Timer(1, os.kill, (pid, signal.SIGSEGV))
    clock.start()
    with pytest.raises(CorruptImageError):
        reader.read(hostile.bmp_of_single_runs(4000, 1900))
    clock.join()
    assert reader.counts().ended == {"crash": 1}
    assert reader.read(sample_bytes("cat")).facts.format == "JPEG"
    reader.close()


def test_several_photos_share_the_children_and_all_are_read() -> None:
    reader = PhotoReader(LIMITS, children=2, line=64)
    found: list[int] = []

    def work() -> None:
        found.append(reader.read(sample_bytes("cat")).facts.width)

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 12
    assert len(reader.pids()) == 2
    reader.close()


@LINUX
def test_a_full_line_says_busy_at_once() -> None:
    reader = PhotoReader(LIMITS, children=1, line=1, seconds=1)
    slow = hostile.bmp_of_single_runs(4000, 1900)
    outcomes: list[str] = []

    def work() -> None:
        try:
            reader.read(slow)
        except (PhotoTooLargeError, BusyError) as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["busy", "busy", "photo_too_large", "photo_too_large"]
    reader.close()


def until_ended(pid: int) -> None:
    """Returns once the process runs no more; its parent may still have to fetch what it left."""
    status = Path(f"/proc/{pid}/status")
    deadline = time.monotonic() + 10
    while status.exists() and "State:\tZ" not in status.read_text() and time.monotonic() < deadline:
        time.sleep(0.01)


SERVER = """
import sys
from tests.photo_files import LIMITS, sample_bytes
from vggweb.decoding import PhotoReader
reader = PhotoReader(LIMITS, children=2)
reader.start()
reader.read(sample_bytes("cat"))
print(*reader.pids(), flush=True)
sys.stdin.read()
"""


@LINUX
def test_children_end_when_their_server_is_killed() -> None:
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root
    ) as server:
        assert server.stdout is not None
        pids = [int(pid) for pid in server.stdout.readline().split()]
        assert len(pids) == 2
        server.kill()
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}/stat").exists() for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(Path(f"/proc/{pid}/stat").exists() for pid in pids)


@LINUX
def test_a_child_has_neither_secrets_nor_tensorflow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VGGWEB_SECRET_KEY", "something that no decoder needs")
    reader = PhotoReader(LIMITS, children=1)
    reader.read(sample_bytes("cat"))
    (pid,) = reader.pids()
    assert b"no decoder needs" not in Path(f"/proc/{pid}/environ").read_bytes()
    libraries = Path(f"/proc/{pid}/maps").read_text()
    assert "tensorflow" not in libraries
    assert "_imaging" in libraries  # the decoders themselves are there
    reader.close()


@LINUX
def test_nothing_that_a_library_says_reaches_the_servers_output() -> None:
    broken = bytearray(file_of(hostile.noise(64, 64), "TIFF", compression="tiff_lzw"))
    middle = len(broken) // 2
    broken[middle : middle + 300] = bytes(300)  # libtiff prints "Not enough data at scanline 0"
    code = (
        "import sys\n"
        "from tests.photo_files import LIMITS\n"
        "from vggweb.decoding import PhotoReader\n"
        "from vggweb.errors import CorruptImageError\n"
        "reader = PhotoReader(LIMITS, children=1)\n"
        "try:\n"
        "    reader.read(sys.stdin.buffer.read())\n"
        "except CorruptImageError:\n"
        "    print('refused')\n"
        "reader.close()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=bytes(broken),
        capture_output=True,
        check=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert (done.stdout, done.stderr) == (b"refused\n", b"")


class Pipe:
    """Bytes that are read as from a pipe."""

    def __init__(self, data: bytes) -> None:
        self.rest = data

    def read(self, count: int) -> bytes:
        taken, self.rest = self.rest[:count], self.rest[count:]
        return taken


def test_messages_come_out_as_they_went_in() -> None:
    limits = PhotoLimits(5, 6, 7)
    assert read_request(Pipe(request_bytes(b"file", limits) + b"file").read) == (b"file", limits)
    assert read_request(Pipe(b"").read) is None
    problem = PhotoTooLargeError("It has %(count)s.", "Send less.", count="9")
    said = read_response(Pipe(response_bytes(Response(problem, retires=True))).read)
    assert said.retires
    assert isinstance(said.photo, PhotoTooLargeError)
    assert (said.photo.message, said.photo.message_template) == ("It has 9.", "It has %(count)s.")


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"\0\0\0\2\0\0\0\0{}",
        b"\xff" * 8,
        b"\0\0\0\7\0\0\0\0garbage",
        b'\0\0\0\x39\0\0\0\0{"error": {"name": "SystemExit", "message": "", "hint": ""}}',
    ],
    ids=["nothing", "no fields", "too long", "no json", "another exception"],
)
def test_what_is_no_response_is_not_believed(said: bytes) -> None:
    with pytest.raises(ValueError):
        read_response(Pipe(said).read)
