"""The size that a photo's first bytes declare, for the two formats whose decoders allocate on opening.

Pillow's other decoders read the size first and decode later. Its WebP decoder allocates the whole canvas when
it is created, and the JPEG XL plugin decodes everything: here the size is read before either of them runs.
"""

from collections.abc import Iterator
from dataclasses import dataclass

JXL_CODESTREAM = b"\xff\x0a"
JXL_CONTAINER = b"\x00\x00\x00\x0cJXL \r\n\x87\n"
JXL_HEADER_BYTES = 16  # signature, size and the start of the metadata take at most 100 bits
JXL_SIZE_BITS = (9, 13, 18, 30)  # ISO/IEC 18181-1, D.2 SizeHeader
JXL_RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))  # width : height, same table
WEBP_HEADER_BYTES = 30


@dataclass(frozen=True)
class DeclaredSize:
    """A picture's size as its header gives it.

    Attributes:
        width: pixels, before any rotation.
        height: pixels, before any rotation.
        orientation: 1-8 as in EXIF; the decoder itself turns the picture so.
    """

    width: int
    height: int
    orientation: int = 1


def declared_size(data: bytes) -> DeclaredSize | None:
    """The size of a WebP or JPEG XL file; None for every other file.

    Raises:
        ValueError: a JPEG XL file without the beginning of a picture.
    """
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp_size(data[:WEBP_HEADER_BYTES])
    if data.startswith(JXL_CODESTREAM):
        return _jxl_size(data[:JXL_HEADER_BYTES])
    if data.startswith(JXL_CONTAINER):
        return _jxl_size(_jxl_codestream_start(data))
    return None


def _webp_size(header: bytes) -> DeclaredSize | None:
    """The canvas: RFC 9649, sections 2.5 (lossy, RFC 6386 9.1), 2.6 (lossless) and 2.7 (extended)."""
    chunk = header[12:16]
    if chunk == b"VP8X":
        return DeclaredSize(_little(header[24:27]) + 1, _little(header[27:30]) + 1)
    if chunk == b"VP8L":
        bits = _little(header[21:25])
        return DeclaredSize((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if chunk == b"VP8 ":
        return DeclaredSize(_little(header[26:28]) & 0x3FFF, _little(header[28:30]) & 0x3FFF)
    return None


def _jxl_codestream_start(data: bytes) -> bytes:
    """The first bytes of the codestream, which a container may spread over several boxes."""
    start = b""
    for kind, content in _boxes(data):
        if kind == b"jxlc":
            start += content
        elif kind == b"jxlp":
            start += content[4:]  # after the part's number
        if len(start) >= JXL_HEADER_BYTES:
            break
    return start[:JXL_HEADER_BYTES]


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Each box's type and the first bytes of its content (ISO/IEC 14496-12, 4.2)."""
    position = 0
    while position + 8 <= len(data):
        length = int.from_bytes(data[position : position + 4], "big")
        kind, header = data[position + 4 : position + 8], 8
        if length == 1:
            length, header = int.from_bytes(data[position + 8 : position + 16], "big"), 16
        end = len(data) if length == 0 else position + max(length, header)
        begin = position + header
        yield kind, data[begin : min(end, begin + 4 + JXL_HEADER_BYTES)]
        position = end


def _jxl_size(header: bytes) -> DeclaredSize:
    """The size and the orientation (ISO/IEC 18181-1, D.2 SizeHeader and D.3 ImageMetadata)."""
    if not header.startswith(JXL_CODESTREAM):
        raise ValueError("no JPEG XL codestream")
    bits = _Bits(header[2:])
    small = bits.take(1) == 1
    height = _jxl_side(bits, small=small)
    ratio = bits.take(3)
    if ratio:
        across, down = JXL_RATIOS[ratio - 1]
        width = height * across // down
    else:
        width = _jxl_side(bits, small=small)
    all_default = bits.take(1) == 1
    orientation = 1 if all_default or not bits.take(1) else bits.take(3) + 1
    return DeclaredSize(width, height, orientation)


def _jxl_side(bits: "_Bits", *, small: bool) -> int:
    if small:
        return (bits.take(5) + 1) * 8
    return bits.take(JXL_SIZE_BITS[bits.take(2)]) + 1


class _Bits:
    """Bits read from the least significant end, as JPEG XL packs them."""

    def __init__(self, data: bytes) -> None:
        self._rest = _little(data)

    def take(self, count: int) -> int:
        value = self._rest & ((1 << count) - 1)
        self._rest >>= count
        return value


def _little(data: bytes) -> int:
    return int.from_bytes(data, "little")
