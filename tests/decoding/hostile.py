"""Small files that ask a decoder for far more memory or time than they look like."""

import struct
import zlib

import numpy as np
import PIL.Image

from tests.photo_files import file_of, photo, png_chunk

MIB = 1024 * 1024


def webp_that_declares(width: int, height: int) -> bytes:
    """46 bytes: a canvas, and next to nothing in it."""
    canvas = struct.pack("<I", 0x10) + struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    body = b"VP8X" + struct.pack("<I", 10) + canvas + b"VP8L" + struct.pack("<I", 8) + b"\x2f" + bytes(7)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def deep_png(side: int) -> bytes:
    """A square of 16-bit grey that is black throughout, deflated to almost nothing."""
    rows = zlib.compressobj(9)
    row = bytes(1 + 2 * side)
    data = b"".join(rows.compress(row) for _ in range(side)) + rows.flush()
    header = struct.pack(">IIBBBBB", side, side, 16, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", data) + png_chunk(b"IEND", b"")


def tiff(tags: dict[int, tuple[int, int, int]], behind: bytes = b"") -> bytes:
    """A little-endian TIFF of one directory: number → type, count and value."""
    entries = b"".join(struct.pack("<HHII", code, *entry) for code, entry in sorted(tags.items()))
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(tags)) + entries + bytes(4) + behind


def tiff_with_a_tile_of(side: int) -> bytes:
    """128 × 128 pixels in one tile that is very much larger."""
    tile = zlib.compress(bytes(16 * MIB))
    place = 8 + 2 + 9 * 12 + 4
    tags = {
        256: (4, 1, 128),
        257: (4, 1, 128),
        258: (3, 1, 8),
        259: (3, 1, 8),
        262: (3, 1, 1),
        322: (4, 1, side),
        323: (4, 1, side),
        324: (4, 1, place),
        325: (4, 1, len(tile)),
    }
    return tiff(tags, tile)


def tiff_of_strips(count: int) -> bytes:
    """A picture of one column, each of whose pixels is a strip of its own."""
    place = 8 + 2 + 8 * 12 + 4
    lengths = struct.pack("<I", 1) * count
    tags = {
        256: (4, 1, 1),
        257: (4, 1, count),
        258: (3, 1, 8),
        259: (3, 1, 5),
        262: (3, 1, 1),
        273: (4, count, place),
        278: (4, 1, 1),
        279: (4, count, place + 4 * count),
    }
    return tiff(tags, struct.pack("<I", 8) * count + lengths)


def jpeg_of_empty_scans(scans: int, side: int = 2000) -> bytes:
    """A progressive JPEG whose scans, but for the first, hold nothing and are gone through all the same."""
    plain = file_of(PIL.Image.new("L", (side, side), 90), "JPEG", progressive=True)
    end = plain.rindex(b"\xff\xd9")
    refinement = b"\xff\xda" + struct.pack(">HB", 8, 1) + bytes([1, 0x00, 1, 5, 0x00])
    table = b"\xff\xc4" + struct.pack(">HB", 20, 0x10) + bytes([1] + [0] * 15) + b"\x00"
    return plain[:end] + (table + refinement + b"\x00" * 4) * scans + plain[end:]


def avif_that_holds(width: int, height: int) -> bytes:
    """An AVIF of 96 × 64 by its boxes, whose AV1 frame is larger."""
    small, large = file_of(photo(96, 64), "AVIF"), file_of(PIL.Image.new("RGB", (width, height)), "AVIF", speed=10)
    declared, coded = struct.pack(">II", 96, 64), struct.pack(">II", width, height)
    assert declared in small
    return large.replace(coded, declared)


def noise(width: int, height: int) -> PIL.Image.Image:
    """A picture that no encoder makes small."""
    return PIL.Image.fromarray(np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8))


def bmp_of_single_runs(width: int, height: int) -> bytes:
    """A run-length coded BMP whose every run is one pixel long, which takes a decoder some steps for each."""
    runs = (b"\1\7" * width + b"\0\0") * height + b"\0\1"
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 1, len(runs), 0, 0, 256, 0)
    offset = 14 + 40 + 1024
    return b"BM" + struct.pack("<IHHI", offset + len(runs), 0, 0, offset) + header + bytes(1024) + runs
