"""Photo files of every format, made by Pillow when a test asks for them."""

import io
import struct
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pillow_heif
import pillow_jxl  # noqa: F401 - importing it registers the JPEG XL encoder

from vggweb.core.arrays import Photo
from vggweb.core.images import PhotoLimits

LIMITS = PhotoLimits(max_pixels=52_000_000, max_bytes=16 * 1024 * 1024)
SAMPLES = Path(__file__).parents[1] / "static" / "samples"
SAMPLE_NAMES = ("astronaut", "cat", "coffee", "flower", "officer", "rocket", "temple")


@cache
def sample_bytes(name: str) -> bytes:
    """The file of one of the seven sample photos."""
    return (SAMPLES / f"{name}.jpg").read_bytes()


def photo(width: int = 60, height: int = 40, *, name: str = "cat") -> PIL.Image.Image:
    """A real photo at that size, RGB."""
    with PIL.Image.open(io.BytesIO(sample_bytes(name))) as picture:
        return picture.convert("RGB").resize((width, height))


def file_of(picture: PIL.Image.Image, format_name: str, **options: Any) -> bytes:
    """The bytes that Pillow writes."""
    buffer = io.BytesIO()
    if format_name == "HEIF":  # the encoder is not registered with Pillow: its decoder would be, too
        pillow_heif.from_pillow(picture).save(buffer, **options)
    else:
        picture.save(buffer, format_name, **options)
    return buffer.getvalue()


def png_chunk(name: bytes, content: bytes, *, checksum: int | None = None) -> bytes:
    """A chunk of a PNG, with the right checksum or another one."""
    right = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", right if checksum is None else checksum)


def quadrants(width: int = 48, height: int = 32) -> PIL.Image.Image:
    """Red, green above blue, yellow: no two of the eight orientations look the same."""
    pixels: Photo = np.zeros((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2] = (255, 0, 0)
    pixels[: height // 2, width // 2 :] = (0, 255, 0)
    pixels[height // 2 :, : width // 2] = (0, 0, 255)
    pixels[height // 2 :, width // 2 :] = (255, 255, 0)
    return PIL.Image.fromarray(pixels)


def with_orientation(orientation: int) -> bytes:
    """An EXIF block that says how to turn the picture."""
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    return exif.tobytes()


def _frames(picture: PIL.Image.Image) -> dict[str, Any]:
    return {"save_all": True, "append_images": [picture.transpose(PIL.Image.Transpose.ROTATE_180)]}


Maker = Callable[[PIL.Image.Image], bytes]

# 8 bits a channel, upright, without transparency: what Keras's load_img reads exactly as we do.
PLAIN_FILES: dict[str, Maker] = {
    "jpeg": lambda p: file_of(p, "JPEG"),
    "jpeg 4:4:4": lambda p: file_of(p, "JPEG", quality=95, subsampling=0),
    "jpeg progressive": lambda p: file_of(p, "JPEG", progressive=True),
    "jpeg grey": lambda p: file_of(p.convert("L"), "JPEG"),
    "jpeg cmyk": lambda p: file_of(p.convert("CMYK"), "JPEG"),
    "mpo": lambda p: file_of(p, "MPO", **_frames(p)),
    "png": lambda p: file_of(p, "PNG"),
    "png grey": lambda p: file_of(p.convert("L"), "PNG"),
    "png palette": lambda p: file_of(p.quantize(64), "PNG"),
    "png 1-bit": lambda p: file_of(p.convert("1"), "PNG"),
    "apng": lambda p: file_of(p, "PNG", **_frames(p)),
    "gif": lambda p: file_of(p.quantize(64), "GIF"),
    "gif grey": lambda p: file_of(p.convert("L"), "GIF"),
    "gif interlaced": lambda p: file_of(p.quantize(64), "GIF", interlace=1),
    "gif animated": lambda p: file_of(p, "GIF", **_frames(p)),
    "bmp": lambda p: file_of(p, "BMP"),
    "bmp palette": lambda p: file_of(p.quantize(64), "BMP"),
    "bmp 1-bit": lambda p: file_of(p.convert("1"), "BMP"),
    "tiff": lambda p: file_of(p, "TIFF"),
    "tiff lzw": lambda p: file_of(p, "TIFF", compression="tiff_lzw"),
    "tiff deflate": lambda p: file_of(p, "TIFF", compression="tiff_deflate"),
    "tiff packbits": lambda p: file_of(p, "TIFF", compression="packbits"),
    "tiff jpeg": lambda p: file_of(p, "TIFF", compression="jpeg"),
    "tiff fax": lambda p: file_of(p.convert("1"), "TIFF", compression="group4"),
    "tiff cmyk": lambda p: file_of(p.convert("CMYK"), "TIFF"),
    "tiff palette": lambda p: file_of(p.quantize(64), "TIFF"),
    "webp": lambda p: file_of(p, "WEBP"),
    "webp lossless": lambda p: file_of(p, "WEBP", lossless=True),
    "webp animated": lambda p: file_of(p, "WEBP", **_frames(p)),
    "avif": lambda p: file_of(p, "AVIF"),
    "heic": lambda p: file_of(p, "HEIF"),
    "jpeg xl": lambda p: file_of(p, "JXL"),
    "jpeg xl lossless": lambda p: file_of(p, "JXL", lossless=True),
    "jpeg xl container": lambda p: file_of(p, "JXL", use_container=True),
}
