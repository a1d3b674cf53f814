"""PNG: its chunks (PNG specification, third edition, section 5)."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from vggweb.core.photo_headers.header import BYTES_PER_PIXEL, UPRIGHT, PhotoHeader, Size, big, checked_orientation
from vggweb.core.photo_headers.tiff_tags import orientation_of_exif

SIGNATURE = b"\x89PNG\r\n\x1a\n"
HEADER_BYTES = 13
GREY, TRUE_COLOUR, PALETTE = 0, 2, 3
DEEP_BITS = 16
TRANSPARENT_BYTES = {GREY: (2,), TRUE_COLOUR: (6,), PALETTE: range(1, 257)}
CHUNK_FRAME_BYTES = 12  # length, name and checksum around a chunk's content


@dataclass(frozen=True)
class _Chunk:
    name: bytes
    content: bytes
    is_whole: bool  # the file holds all of it, and the checksum fits

    def to_bytes(self) -> bytes:
        return struct.pack(">I", len(self.content)) + self.name + self.content + self._checksum()

    def _checksum(self) -> bytes:
        return struct.pack(">I", zlib.crc32(self.name + self.content))


def read(data: bytes) -> PhotoHeader:
    """The header of a PNG; of its chunks those stay that make the pixels."""
    kept, orientation, colour_type, size, depth, ended = [SIGNATURE], UPRIGHT, GREY, None, 8, False
    for position, chunk in _chunks(data):
        if chunk.name == b"IHDR" and size is None:
            size, depth, colour_type = _first(chunk)
        if chunk.name == b"eXIf" and chunk.is_whole:
            orientation = checked_orientation(orientation_of_exif(chunk.content))
        if _is_needed(chunk, colour_type):
            kept.append(chunk.to_bytes() if chunk.is_whole else data[position:][: _declared_bytes(data, position)])
        ended = ended or chunk.name == b"IEND"
    if size is None:
        raise ValueError("no header")
    memory = size.pixels * _bytes_per_pixel(colour_type, depth)
    return PhotoHeader((size,), b"".join(kept), memory, orientation=orientation, whole=ended)


def _first(chunk: _Chunk) -> tuple[Size, int, int]:
    if not chunk.is_whole or len(chunk.content) != HEADER_BYTES:
        raise ValueError("the header is broken")
    width, height, depth, colour_type = struct.unpack(">IIBB", chunk.content[:10])
    if not width or not height:
        raise ValueError("a picture without pixels")
    return Size(width, height), depth, colour_type


def _chunks(data: bytes) -> Iterator[tuple[int, _Chunk]]:
    position = len(SIGNATURE)
    while position + 8 <= len(data):
        end = position + _declared_bytes(data, position)
        name, content = data[position + 4 : position + 8], data[position + 8 : end - 4]
        checked = end <= len(data) and zlib.crc32(name + content) == big(data[end - 4 : end])
        yield position, _Chunk(name, content, checked)
        if name == b"IEND":
            return
        position = end


def _declared_bytes(data: bytes, position: int) -> int:
    return big(data[position : position + 4]) + CHUNK_FRAME_BYTES


def _is_needed(chunk: _Chunk, colour_type: int) -> bool:
    if chunk.name == b"tRNS":
        return chunk.is_whole and len(chunk.content) in TRANSPARENT_BYTES.get(colour_type, ())
    return chunk.name in (b"IHDR", b"PLTE", b"IDAT", b"IEND")


def _bytes_per_pixel(colour_type: int, depth: int) -> int:
    if colour_type not in (GREY, PALETTE):
        return BYTES_PER_PIXEL
    return 2 if depth == DEEP_BITS else 1
