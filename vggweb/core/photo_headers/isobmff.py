"""AVIF and HEIC: the sizes in their boxes (ISO/IEC 14496-12, 23008-12) and in the frames behind them."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from vggweb.core.photo_headers.coded_frames import av1_sizes, hevc_sizes
from vggweb.core.photo_headers.header import PhotoHeader, Size, big
from vggweb.errors import UnsupportedFormatError

MOST_BOXES = 4096
MOST_ITEMS = 4096
LOOK_BYTES = 512  # a sequence header lies at the start of its item
CONTAINERS = {b"meta": 4, b"iprp": 0, b"ipco": 0}  # box → bytes before the boxes in it
ALPHA = (b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", b"urn:mpeg:hevc:2015:auxid:1")
COLOUR_SAMPLES = 3
AVIF_COPIES, HEIC_COPIES = 2, 1  # of the result: AVIF's binding hands out one of its own
HIGH_DEPTH, GREY, HALF_WIDTH, HALF_HEIGHT = 0x40, 0x10, 0x08, 0x04  # bits in the third byte of av1C


@dataclass(frozen=True)
class _Box:
    kind: bytes
    content: bytes


def read_avif(data: bytes) -> PhotoHeader:
    """The header of an AVIF: what its boxes declare, and what its AV1 frames allow themselves."""
    boxes = _boxes(data)
    sizes = _declared(boxes)
    for box in boxes:
        if box.kind == b"av1C":
            sizes += _quietly(av1_sizes, box.content[4:])
    for item in _items(boxes, b"av01"):
        sizes += _quietly(av1_sizes, data[item : item + LOOK_BYTES])
    return _header(data, boxes, sizes, _av1_sample_bytes(boxes), AVIF_COPIES)


def read_heic(data: bytes) -> PhotoHeader:
    """The header of a HEIC: what its boxes declare, and what its HEVC parameter sets give their frames.

    Raises:
        UnsupportedFormatError: its pictures are coded in another way than HEVC.
    """
    boxes = _boxes(data)
    sizes = _declared(boxes)
    configurations = [box.content for box in boxes if box.kind == b"hvcC"]
    if not configurations:
        raise UnsupportedFormatError("The file is a kind of HEIF that is not read here.")
    for content in configurations:
        sizes += _quietly(hevc_sizes, content)
    return _header(data, boxes, sizes, _hevc_sample_bytes(boxes), HEIC_COPIES)


def _quietly(read: Callable[[bytes], list[Size]], content: bytes) -> list[Size]:
    """The sizes that a stream names; none where it is broken, which its decoder will say."""
    with suppress(ValueError):
        return read(content)
    return []


def _declared(boxes: list[_Box]) -> list[Size]:
    """What the boxes say: the largest picture first, which is the photo or the canvas that holds its tiles."""
    sizes = [Size(big(box.content[4:8]), big(box.content[8:12])) for box in boxes if box.kind == b"ispe"]
    if not sizes:
        raise ValueError("no size")
    return sorted(sizes, key=lambda size: size.pixels, reverse=True)


def _header(data: bytes, boxes: list[_Box], sizes: list[Size], sample_bytes: float, copies: int) -> PhotoHeader:
    has_alpha = any(box.kind == b"auxC" and box.content[4:].startswith(ALPHA) for box in boxes)
    per_pixel = copies * COLOUR_SAMPLES + sample_bytes + has_alpha * (copies + sample_bytes)
    largest = max(size.pixels for size in sizes)
    return PhotoHeader(tuple(sizes), data, int(largest * per_pixel), whole=_is_whole(data))


def _av1_sample_bytes(boxes: list[_Box]) -> float:
    """Bytes a pixel of the planes that the decoder fills, by the first ``av1C`` (AV1-ISOBMFF, 2.3.3)."""
    flags = next((big(box.content[2:3]) for box in boxes if box.kind == b"av1C"), HIGH_DEPTH)
    depth = 2 if flags & HIGH_DEPTH else 1
    if flags & GREY:
        return depth
    chroma = 2 / ((2 if flags & HALF_WIDTH else 1) * (2 if flags & HALF_HEIGHT else 1))
    return depth * (1 + chroma)


def _hevc_sample_bytes(boxes: list[_Box]) -> float:
    """The same by the first ``hvcC``: chroma format and depth (ISO/IEC 14496-15, 8.3.3.1.2)."""
    content = next((box.content for box in boxes if box.kind == b"hvcC"), b"")
    chroma = (0, 0.5, 1, 2)[big(content[16:17]) & 3] if content else 2
    depth = 2 if big(content[17:18]) & 7 else 1
    return depth * (1 + chroma)


def _boxes(data: bytes) -> list[_Box]:
    """The boxes of the file, and those inside the ones that hold a picture's properties."""
    found: list[_Box] = []
    waiting = [data]
    while waiting and len(found) < MOST_BOXES:
        for kind, content, _ in _inside(waiting.pop()):
            found.append(_Box(kind, content))
            if kind in CONTAINERS:
                waiting.append(content[CONTAINERS[kind] :])
            if len(found) == MOST_BOXES:
                break
    return found


def _inside(data: bytes) -> Iterator[tuple[bytes, bytes, int]]:
    """Each box's kind and content, and where it ends."""
    position = 0
    while position + 8 <= len(data):
        length, begin = big(data[position : position + 4]), position + 8
        if length == 1:
            length, begin = big(data[position + 8 : position + 16]), position + 16
        end = len(data) if length == 0 else position + max(length, begin - position)
        yield data[position + 4 : position + 8], data[begin:end], end
        position = end


def _is_whole(data: bytes) -> bool:
    return all(end <= len(data) for _, _, end in _inside(data))


def _items(boxes: list[_Box], kind: bytes) -> list[int]:
    """Where in the file the items of one kind begin (14496-12, 8.11.3 and 8.11.6)."""
    wanted = {item for box in boxes if box.kind == b"iinf" for item in _items_of_kind(box.content, kind)}
    with suppress(ValueError):
        return [place for box in boxes if box.kind == b"iloc" for item, place in _places(box.content) if item in wanted]
    return []


def _items_of_kind(content: bytes, kind: bytes) -> list[int]:
    entries = [entry for name, entry, _ in _inside(content[6 if content[:1] == b"\0" else 8 :]) if name == b"infe"]
    found = []
    for entry in entries[:MOST_ITEMS]:
        number = 4 if entry[:1] == b"\3" else 2
        if entry[4 + number + 2 : 4 + number + 6] == kind:
            found.append(big(entry[4 : 4 + number]))
    return found


def _places(content: bytes) -> Iterator[tuple[int, int]]:
    """Each item's number and where its first extent begins."""
    reader = _Reader(content)
    version = reader.take(1)
    reader.take(3)
    sizes = reader.take(2)
    offset_bytes, length_bytes = sizes >> 12, sizes >> 8 & 15
    base_bytes, index_bytes = sizes >> 4 & 15, sizes & 15 if version else 0
    wide = 4 if version == 2 else 2  # noqa: PLR2004 - the version that has long numbers
    for _ in range(min(reader.take(wide), MOST_ITEMS)):
        item = reader.take(wide)
        reader.take(4 if version else 2)  # how the offset is meant, and which file
        base, extents = reader.take(base_bytes), reader.take(2)
        for index in range(extents):
            reader.take(index_bytes)
            place = base + reader.take(offset_bytes)
            reader.take(length_bytes)
            if index == 0:
                yield item, place


class _Reader:
    """Unsigned numbers one after the other, most significant byte first."""

    def __init__(self, data: bytes) -> None:
        self._data, self._position = data, 0

    def take(self, count: int) -> int:
        if self._position + count > len(self._data):
            raise ValueError("the box stops")
        self._position += count
        return big(self._data[self._position - count : self._position])
