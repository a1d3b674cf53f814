"""JPEG XL: the size and the rotation at the start of its codestream (ISO/IEC 18181-1, D.2 and D.3)."""

from collections.abc import Iterator

from vggweb.core.photo_headers.header import UPRIGHT, PhotoHeader, Size, little

CODESTREAM = b"\xff\x0a"
CONTAINER = b"\x00\x00\x00\x0cJXL \r\n\x87\n"
HEADER_BYTES = 16  # signature, size and the start of the metadata take at most 100 bits
SIZE_BITS = (9, 13, 18, 30)  # D.2 SizeHeader
RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))  # width : height, same table
BYTES_PER_PIXEL = 24  # three channels of 32 bits while it decodes, the result, and Pillow's copies of it


def read(data: bytes) -> PhotoHeader:
    """The header of a JPEG XL; the orientation is the codestream's own, which its decoder applies."""
    size, orientation = _size(_codestream_start(data))
    return PhotoHeader((size,), data, size.pixels * BYTES_PER_PIXEL, orientation=orientation)


def _codestream_start(data: bytes) -> bytes:
    """The first bytes of the codestream, which a container may spread over several boxes."""
    if data.startswith(CODESTREAM):
        return data[:HEADER_BYTES]
    start = b""
    for kind, content in _boxes(data):
        if kind == b"jxlc":
            start += content
        elif kind == b"jxlp":
            start += content[4:]  # after the part's number
        if len(start) >= HEADER_BYTES:
            break
    return start[:HEADER_BYTES]


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
        yield kind, data[begin : min(end, begin + 4 + HEADER_BYTES)]
        position = end


def _size(header: bytes) -> tuple[Size, int]:
    if not header.startswith(CODESTREAM):
        raise ValueError("no JPEG XL codestream")
    bits = _Bits(header[2:])
    small = bits.take(1) == 1
    height = _side(bits, small=small)
    ratio = bits.take(3)
    if ratio:
        across, down = RATIOS[ratio - 1]
        width = height * across // down
    else:
        width = _side(bits, small=small)
    all_default = bits.take(1) == 1
    orientation = UPRIGHT if all_default or not bits.take(1) else bits.take(3) + 1
    return Size(width, height), orientation


def _side(bits: "_Bits", *, small: bool) -> int:
    if small:
        return (bits.take(5) + 1) * 8
    return bits.take(SIZE_BITS[bits.take(2)]) + 1


class _Bits:
    """Bits read from the least significant end, as JPEG XL packs them."""

    def __init__(self, data: bytes) -> None:
        self._rest = little(data)

    def take(self, count: int) -> int:
        value = self._rest & ((1 << count) - 1)
        self._rest >>= count
        return value
