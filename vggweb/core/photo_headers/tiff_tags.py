"""A TIFF's directories of tags, read without decoding a pixel (TIFF 6.0, section 2; BigTIFF; EXIF's block, too)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

ORIENTATION: Final = 274
SUB_DIRECTORIES: Final = 330

LARGEST_DIRECTORY = 4096  # entries; what cameras write has under a hundred
MOST_DIRECTORIES = 32
MOST_VALUES = 1024  # of one tag; longer lists (the places of strips) are counted and never read
_BYTE_ORDERS = {b"II": "<", b"MM": ">"}
_CLASSIC, _BIG = 42, 43
# TIFF's field types that hold whole numbers → how struct reads one: BYTE, SHORT, LONG, IFD, LONG8, IFD8 and the signed.
_WHOLE_NUMBERS = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 13: "I", 16: "Q", 17: "q", 18: "Q"}
_TYPE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}


@dataclass(frozen=True)
class Tag:
    """One entry of a directory.

    Attributes:
        count: how many values it declares.
        values: the first of them; empty if they are no whole numbers, or lie outside the file.
        position: where the values begin in the file.
        format: how struct reads one value, byte order first; empty if they are no whole numbers.
    """

    count: int
    values: tuple[int, ...]
    position: int
    format: str


Directory = dict[int, Tag]


@dataclass(frozen=True)
class _Layout:
    """How the two kinds of TIFF lay out a directory: order of bytes, width of an offset, of a count."""

    order: str
    offset: str
    count: str

    def number(self, data: bytes, position: int, kind: str) -> int:
        try:
            return int(struct.unpack_from(self.order + kind, data, position)[0])
        except struct.error as error:
            raise ValueError("the file stops inside a directory") from error


def directories(data: bytes) -> list[Directory]:
    """Every directory: the first, those chained behind it, and those inside them.

    Raises:
        ValueError: there is no first directory, or the file stops inside it.
    """
    layout, first = _start(data)
    found = [_directory(data, first, layout)]
    places = [*_places_after(data, first, layout), *_places_inside(found[0])]
    seen = {first}
    while places and len(found) < MOST_DIRECTORIES:
        place = places.pop(0)
        if place in seen:
            continue
        seen.add(place)
        try:
            found.append(_directory(data, place, layout))
            places += [*_places_after(data, place, layout), *_places_inside(found[-1])]
        except ValueError:  # only the first directory is the photo
            continue
    return found


def first_values(directory: Directory, code: int, default: tuple[int, ...]) -> tuple[int, ...]:
    """A tag's values, or the default where it is missing or empty."""
    tag = directory.get(code)
    return tag.values if tag and tag.values else default


def first_value(directory: Directory, code: int, default: int) -> int:
    """A tag's first value, or the default."""
    return first_values(directory, code, (default,))[0]


def orientation_of_exif(block: bytes) -> int:
    """The orientation that an EXIF block names; 1 where it names none, or is broken.

    Args:
        block: the TIFF structure, with or without ``Exif`` and two zeros before it.
    """
    try:
        return first_value(directories(block.removeprefix(b"Exif\0\0"))[0], ORIENTATION, 1)
    except ValueError:
        return 1


def _start(data: bytes) -> tuple[_Layout, int]:
    order = _BYTE_ORDERS.get(data[:2])
    if order is None:
        raise ValueError("no order of bytes")
    classic, big = _Layout(order, "I", "H"), _Layout(order, "Q", "Q")
    version = classic.number(data, 2, "H")
    if version == _BIG:
        return big, big.number(data, 8, "Q")
    if version != _CLASSIC:
        raise ValueError("no TIFF")
    return classic, classic.number(data, 4, "I")


def _directory(data: bytes, place: int, layout: _Layout) -> Directory:
    return dict(_tags(data, place, layout))


def _tags(data: bytes, place: int, layout: _Layout) -> Iterator[tuple[int, Tag]]:
    count = layout.number(data, place, layout.count)
    if not 0 < count <= LARGEST_DIRECTORY:
        raise ValueError("no directory")
    for entry in range(_entries_begin(place, layout), _entries_end(place, count, layout), _entry_bytes(layout)):
        yield layout.number(data, entry, "H"), _tag(data, entry, layout)


def _tag(data: bytes, entry: int, layout: _Layout) -> Tag:
    kind = layout.number(data, entry + 2, "H")
    count = layout.number(data, entry + 4, layout.offset)
    position = entry + 4 + struct.calcsize(layout.offset)
    if count * _TYPE_BYTES.get(kind, 1) > struct.calcsize(layout.offset):
        position = layout.number(data, position, layout.offset)
    one = _WHOLE_NUMBERS.get(kind, "")
    return Tag(count, _values(data, position, count, layout.order, one), position, layout.order + one if one else "")


def _values(data: bytes, position: int, count: int, order: str, one: str) -> tuple[int, ...]:
    if not one or not count:
        return ()
    try:
        return struct.unpack_from(f"{order}{min(count, MOST_VALUES)}{one}", data, position)
    except struct.error:
        return ()


def _entry_bytes(layout: _Layout) -> int:
    return 4 + 2 * struct.calcsize(layout.offset)


def _entries_begin(place: int, layout: _Layout) -> int:
    return place + struct.calcsize(layout.order + layout.count)


def _entries_end(place: int, count: int, layout: _Layout) -> int:
    return _entries_begin(place, layout) + count * _entry_bytes(layout)


def _places_after(data: bytes, place: int, layout: _Layout) -> list[int]:
    count = layout.number(data, place, layout.count)
    try:
        following = layout.number(data, _entries_end(place, count, layout), layout.offset)
    except ValueError:  # cut behind the directory: there is none after it
        return []
    return [following] if following else []


def _places_inside(directory: Directory) -> list[int]:
    return list(first_values(directory, SUB_DIRECTORIES, ()))[:MOST_DIRECTORIES]
