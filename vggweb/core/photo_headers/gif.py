"""GIF: the screen and the first frame in it (GIF89a specification, sections 18-24)."""

from vggweb.core.photo_headers.header import BYTES_PER_PIXEL, PhotoHeader, Size, little

SCREEN_BYTES = 13
EXTENSION, FRAME, END = 0x21, 0x2C, 0x3B
FRAME_HEADER_BYTES = 10


def read(data: bytes) -> PhotoHeader:
    """The header of a GIF: the canvas that its screen and its first frame need together."""
    if len(data) < SCREEN_BYTES:
        raise ValueError("the file stops inside the screen's description")
    screen = Size(little(data[6:8]), little(data[8:10]))
    frame = _first_frame(data)
    canvas = Size(max(screen.width, frame.width), max(screen.height, frame.height))
    if not canvas.pixels:
        raise ValueError("a picture without pixels")
    whole = data.rstrip(b"\0").endswith(bytes([END]))
    return PhotoHeader((canvas,), data, canvas.pixels * (BYTES_PER_PIXEL + 1), whole=whole)


def _first_frame(data: bytes) -> Size:
    """How far the first frame reaches, right and down."""
    position = SCREEN_BYTES + _palette_bytes(data[10])
    while data[position : position + 1] == bytes([EXTENSION]):
        position = _after_blocks(data, position + 2)
    header = data[position : position + FRAME_HEADER_BYTES]
    if len(header) < FRAME_HEADER_BYTES or header[0] != FRAME:
        raise ValueError("no frame")
    return Size(little(header[1:3]) + little(header[5:7]), little(header[3:5]) + little(header[7:9]))


def _palette_bytes(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _after_blocks(data: bytes, position: int) -> int:
    while length := little(data[position : position + 1]):
        position += 1 + length
    return position + 1
