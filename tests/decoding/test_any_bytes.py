"""Whatever the bytes are, a decoder gives a photo or one of five errors; a header claims all there is."""

import random
from collections.abc import Iterator

import numpy as np
import PIL.Image
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.decoding import hostile
from tests.photo_files import LIMITS, PLAIN_FILES, file_of, photo
from vggweb.core.formats import format_of
from vggweb.core.images import PhotoLimits, read_photo
from vggweb.core.photo_headers import read_header
from vggweb.core.prepared_photo import PreparedPhoto, prepare_photo
from vggweb.core.preprocessing import RESIZE_METHODS
from vggweb.decoding import PhotoReader
from vggweb.decoding.messages import PROBLEMS
from vggweb.errors import NoPhotoError, PhotoError

SMALL = PhotoLimits(max_pixels=1_000_000, max_bytes=16 * 1024 * 1024, max_memory_bytes=64 * 1024 * 1024)
FILES = {kind: make(photo(48, 32)) for kind, make in PLAIN_FILES.items()}
CUTS = 24  # of each format, at the borders of its header's sections and through its pixels

pytestmark = pytest.mark.filterwarnings("ignore")
# Times differ between a quiet and a busy machine, and the files are the same every time.
bounded = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def outcome(data: bytes, limits: PhotoLimits = SMALL) -> PreparedPhoto | PhotoError | NoPhotoError:
    try:
        return prepare_photo(data, limits)
    except (PhotoError, NoPhotoError) as problem:
        return problem


def check(result: PreparedPhoto | PhotoError | NoPhotoError) -> None:
    """It is a photo with all of its parts, or an error that a visitor understands."""
    if isinstance(result, PreparedPhoto):
        assert {image.shape for image in result.images.values()} == {(224, 224, 3)}
        assert set(result.images) == set(RESIZE_METHODS)
        assert result.facts.width * result.facts.height <= SMALL.max_pixels
        return
    assert type(result).__name__ in PROBLEMS
    assert result.status in (400, 413, 415, 422)
    assert result.message.endswith(".")
    assert "Error" not in result.message


edits = st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=8), st.integers(0, 8)), min_size=1, max_size=6)


@bounded
@given(kind=st.sampled_from(sorted(FILES)), edits=edits, end=st.floats(0.3, 1))
def test_an_edited_file_is_a_photo_or_a_named_error(
    kind: str, edits: list[tuple[float, bytes, int]], end: float
) -> None:
    data = bytearray(FILES[kind])
    for place, new, dropped in edits:
        start = int(place**2 * len(data))  # headers, where lengths and offsets are, twice as often
        data[start : start + dropped] = new
    check(outcome(bytes(data[: int(end * len(data)) + 1])))


@bounded
@given(data=st.binary(max_size=400), kind=st.sampled_from(sorted(FILES)), kept=st.integers(2, 64))
def test_anything_behind_a_true_beginning_is_a_photo_or_a_named_error(data: bytes, kind: str, kept: int) -> None:
    check(outcome(FILES[kind][:kept] + data))


@bounded
@given(width=st.integers(1, 90), height=st.integers(1, 90), kind=st.sampled_from(sorted(FILES)))
def test_a_header_claims_all_that_is_there(width: int, height: int, kind: str) -> None:
    data = PLAIN_FILES[kind](photo(width, height))
    header = read_header(format_of(data) or "", data)
    read = read_photo(data, LIMITS)
    assert header.size.pixels >= read.width * read.height
    assert header.memory_bytes >= read.width * read.height // 8
    assert header.whole


@bounded
@given(values=st.lists(st.floats(width=32), min_size=6, max_size=6))
def test_any_floats_become_a_picture(values: list[float]) -> None:
    picture = PIL.Image.fromarray(np.array(values, np.float32).reshape(2, 3))
    shown = read_photo(file_of(picture, "TIFF"), SMALL).pixels
    assert shown.shape == (2, 3, 3)


@pytest.fixture(scope="module")
def reader() -> Iterator[PhotoReader]:
    reader = PhotoReader(LIMITS, children=1)
    reader.start()
    yield reader
    reader.close()


def cuts(data: bytes) -> list[int]:
    chance = random.Random(len(data))
    inside = {chance.randrange(1, len(data)) for _ in range(CUTS // 2)}
    return sorted(inside | {chance.randrange(1, min(len(data), 200)) for _ in range(CUTS // 2)})


@pytest.mark.parametrize("kind", PLAIN_FILES)
def test_a_child_survives_every_cut_of_every_format(reader: PhotoReader, kind: str) -> None:
    for end in cuts(FILES[kind]):
        try:
            reader.read(FILES[kind][:end])
        except PhotoError as problem:
            assert type(problem).__name__ in PROBLEMS
    assert reader.counts().ended == {}


POLYGLOTS = {
    "a page that begins like a GIF": b"GIF89a=1;//<html><script>alert(1)</script>",
    "a PDF behind a JPEG": FILES["jpeg"] + b"%PDF-1.7\n1 0 obj",
    "a ZIP behind a PNG": FILES["png"] + b"PK\3\4" + bytes(100),
    "a PNG inside a JPEG's comment": FILES["jpeg"][:2] + b"\xff\xfe\x00\x20" + FILES["png"][:30] + FILES["jpeg"][2:],
    "a GIF that says it is a PNG": b"\x89PNG\r\n\x1a\n" + FILES["gif"],
    "a JPEG in an AVIF's box": FILES["avif"][:40] + FILES["jpeg"],
}


@pytest.mark.parametrize("kind", POLYGLOTS)
def test_a_file_that_is_two_things_is_one_of_them(reader: PhotoReader, kind: str) -> None:
    try:
        assert reader.read(POLYGLOTS[kind]).facts.format in {"JPEG", "PNG"}
    except PhotoError as problem:
        assert type(problem).__name__ in PROBLEMS


@pytest.mark.parametrize(
    "data",
    [
        hostile.webp_that_declares(5000, 5000),
        hostile.tiff_of_strips(190_000),
        hostile.tiff_with_a_tile_of(4096),
        hostile.jpeg_of_empty_scans(50, side=200),
        hostile.avif_that_holds(128, 64),
    ],
    ids=["webp", "strips", "tile", "scans", "avif"],
)
def test_what_is_hungry_within_bounds_ends_no_child(reader: PhotoReader, data: bytes) -> None:
    try:
        reader.read(data)
    except PhotoError as problem:
        assert type(problem).__name__ in PROBLEMS
    assert reader.counts().ended == {}
