"""Small files that claim or ask for a lot: sizes, tiles, scans, frames and metadata out of all proportion."""

import io
import random
import struct
import zlib
from collections.abc import Callable

import numpy as np
import PIL.Image

from tests.photo_files import file_of, photo

Bomb = Callable[[random.Random], bytes]

SIDES = (1, 2, 7_000, 16_383, 16_384, 30_000, 65_535, 100_000, 2**24, 2**31 - 1)
COUNTS = (10, 100, 600, 2_000)
SIZES_BYTES = (1_000, 70_000, 1_100_000, 4_000_000)


def png_chunk(kind: bytes, content: bytes) -> bytes:
    """A chunk with its length and its right checksum."""
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def png(*chunks: bytes) -> bytes:
    """The signature, the chunks and the end."""
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks) + png_chunk(b"IEND", b"")


def png_header(width: int, height: int, *, bits: int = 8, colour: int = 2) -> bytes:
    return png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0))


def png_of_any_size(chance: random.Random) -> bytes:
    """Sides up to 2³¹, 1 to 16 bits, with next to no pixels behind them."""
    bits, colour = chance.choice(((8, 2), (16, 2), (16, 6), (8, 0), (1, 0), (8, 3), (16, 4)))
    pixels = zlib.compress(bytes(chance.choice((10, 100_000, 5_000_000))), 9)
    palette = png_chunk(b"PLTE", bytes(768)) if colour == 3 else b""
    header = png_header(chance.choice(SIDES), chance.choice(SIDES), bits=bits, colour=colour)
    return png(header, palette, png_chunk(b"IDAT", pixels))


def png_with_metadata(chance: random.Random) -> bytes:
    """Texts and profiles that unpack to megabytes beside a few pixels."""
    content = zlib.compress(bytes(chance.choice(SIZES_BYTES)), 9)
    kind, head = chance.choice(((b"zTXt", b"a\0\0"), (b"iCCP", b"a\0\0"), (b"iTXt", b"a\0\1\0\0\0"), (b"eXIf", b"")))
    file = file_of(photo(), "PNG")
    return file[:33] + png_chunk(kind, head + content) * chance.choice((1, 3, 30)) + file[33:]


def webp_of_any_size(chance: random.Random) -> bytes:
    """The extended header's canvas: up to 2²⁴ a side, in 30 bytes."""
    width, height = (min(chance.choice(SIDES), 2**24) - 1 for _ in range(2))
    canvas = bytes([chance.randrange(256), 0, 0, 0]) + width.to_bytes(3, "little") + height.to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + canvas
    lossless = b"VP8L" + struct.pack("<I", 5) + b"\x2f" + struct.pack("<I", chance.getrandbits(32))
    body += chance.choice((b"", lossless))
    return b"RIFF" + struct.pack("<I", len(body)) + body


def gif_of_any_size(chance: random.Random) -> bytes:
    """A screen and frames that have little to do with each other."""
    width, height = (min(chance.choice(SIDES), 65_535) for _ in range(2))
    frame = b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x02\x44\x01\x00"
    screen = struct.pack("<HHBBB", chance.choice((1, width)), chance.choice((1, height)), 0x80, 0, 0)
    return b"GIF89a" + screen + bytes(6) + frame * chance.choice(COUNTS) + b";"


def tiff(entries: list[tuple[int, int, int, int]], tail: bytes = b"") -> bytes:
    """A little-endian TIFF of one directory: (tag, type, count, value or offset), then the tail."""
    body = b"".join(struct.pack("<HHII", *entry) for entry in sorted(entries))
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + body + bytes(4) + tail


def tiff_with_claims(chance: random.Random) -> bytes:
    """Tiles, strips, samples and bits of any number, over some zeros."""
    width, height = (min(chance.choice(SIDES), 2**31) for _ in range(2))
    bits, form = chance.choice(((8, 1), (16, 1), (32, 3), (64, 3), (32, 1), (1, 1), (8, 2)))
    entries = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, bits), (339, 3, 1, form)]
    entries += [(259, 3, 1, chance.choice((1, 5, 7, 8, 32773))), (262, 3, 1, chance.randrange(9))]
    entries.append((277, 3, 1, chance.choice((1, 3, 4, 200))))
    place = 8 + 2 + 12 * (len(entries) + 4) + 4
    if chance.random() < 0.5:
        tile = chance.choice((16, 4_096, 131_056, 2**30))
        entries += [(322, 4, 1, tile), (323, 4, 1, tile), (324, 4, 1, place), (325, 4, 1, chance.choice((10, 2**31)))]
    else:
        count = chance.choice((1, 1_000, 200_000))
        entries += [(278, 4, 1, chance.choice((1, 2**32 - 1))), (273, 4, count, place), (279, 4, count, place)]
        entries.append((284, 3, 1, chance.choice((1, 2))))
    return tiff(entries, bytes(chance.choice((100, 100_000, 1_600_000))))


def jpeg_with_scans(chance: random.Random) -> bytes:
    """A progressive JPEG whose last scan is there hundreds of times."""
    file = file_of(photo(*chance.choice(((60, 40), (2_000, 1_500)))), "JPEG", progressive=True)
    last = file.rindex(b"\xff\xda")
    scan = file[last:-2]
    return file[:last] + scan[:20] * chance.choice(COUNTS) + scan + file[-2:]


def jpeg_with_segments(chance: random.Random) -> bytes:
    """Profiles, comments and thumbnails by the hundred in front of the pixels."""
    file = file_of(photo(), "JPEG")
    marker = chance.choice((b"\xff\xe1", b"\xff\xe2", b"\xff\xed", b"\xff\xee", b"\xff\xfe"))
    head = chance.choice((b"Exif\0\0II*\0\x08\0\0\0", b"ICC_PROFILE\0\x01\xff", b"Adobe", b""))
    content = head + bytes(chance.choice((0, 10, 65_000)))
    return file[:2] + (marker + struct.pack(">H", len(content) + 2) + content) * chance.choice((1, 30)) + file[2:]


def frames(chance: random.Random) -> bytes:
    """An animation with many frames of one colour each."""
    count = chance.choice((2, 30, 120))
    name = chance.choice(("GIF", "PNG", "WEBP", "TIFF"))
    pictures = [PIL.Image.new("RGB", (400, 300), (number % 256, 0, 0)) for number in range(count)]
    return file_of(pictures[0], name, save_all=True, append_images=pictures[1:])


def plain_but_large(chance: random.Random) -> bytes:
    """Sound, and near the limits on pixels or over them."""
    side = chance.choice((4_000, 7_000, 7_400, 9_000))
    buffer = io.BytesIO()
    PIL.Image.fromarray(np.zeros((side, side), np.uint8)).save(buffer, chance.choice(("PNG", "JPEG", "GIF")))
    return buffer.getvalue()


BOMBS: tuple[Bomb, ...] = (
    png_of_any_size,
    png_with_metadata,
    webp_of_any_size,
    gif_of_any_size,
    tiff_with_claims,
    tiff_with_claims,
    jpeg_with_scans,
    jpeg_with_segments,
    frames,
    plain_but_large,
)
