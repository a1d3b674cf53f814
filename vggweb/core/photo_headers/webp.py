"""WebP: its chunks and the sizes in them (RFC 9649, section 2)."""

import struct
from collections.abc import Iterator

from vggweb.core.photo_headers.header import UPRIGHT, PhotoHeader, Size, checked_orientation, little
from vggweb.core.photo_headers.tiff_tags import orientation_of_exif

FILE_HEADER_BYTES = 12
CHUNK_HEADER_BYTES = 8
FRAME_HEADER_BYTES = 16
NEEDED = (b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF")
BYTES_PER_PIXEL = 12  # libwebp's animation decoder keeps two canvases in RGBA, and hands out a copy


def read(data: bytes) -> PhotoHeader:
    """The header of a WebP; of its chunks those stay that make the pixels."""
    kept, sizes, orientation = [], [], UPRIGHT
    for name, content, chunk in _chunks(data, FILE_HEADER_BYTES):
        sizes += _sizes(name, content)
        if name == b"EXIF":
            orientation = checked_orientation(orientation_of_exif(content))
        if name in NEEDED:
            kept.append(chunk)
    if not sizes:
        raise ValueError("no picture in the file")
    body = b"".join(kept)
    whole = len(data) >= little(data[4:8]) + 8
    # A cut file keeps its length, so that the decoder sees that it was cut.
    length = len(body) + 4 if whole else little(data[4:8])
    return PhotoHeader(
        sizes=tuple(sizes),
        data=b"RIFF" + struct.pack("<I", length) + b"WEBP" + body,
        memory_bytes=max(size.pixels for size in sizes) * BYTES_PER_PIXEL,
        orientation=orientation,
        whole=whole,
    )


def _chunks(data: bytes, start: int) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Each chunk's name, its content, and both together with the length."""
    position = start
    while position + CHUNK_HEADER_BYTES <= len(data):
        length = little(data[position + 4 : position + 8])
        begin = position + CHUNK_HEADER_BYTES
        end = begin + length + length % 2
        yield data[position : position + 4], data[begin : begin + length], data[position:end]
        position = end


def _sizes(name: bytes, content: bytes) -> list[Size]:
    if name == b"VP8X":
        return [Size(little(content[4:7]) + 1, little(content[7:10]) + 1)]
    if name == b"VP8L":
        bits = little(content[1:5])
        return [Size((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)]
    if name == b"VP8 ":
        return [Size(little(content[6:8]) & 0x3FFF, little(content[8:10]) & 0x3FFF)]
    if name == b"ANMF":
        inner = _chunks(content, FRAME_HEADER_BYTES)
        return [size for inner_name, inner_content, _ in inner for size in _sizes(inner_name, inner_content)]
    return []
