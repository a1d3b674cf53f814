"""What a photo's file says of itself before anything is decoded: sizes, rotation, and which bytes are pixels.

One module a family of formats. Decoders allocate what a header declares, so every size that one of them will
believe is found here first; and what stands beside the pixels (texts, profiles, previews) is left out, since a
decoder that stumbles over it costs the whole photo.
"""

from collections.abc import Callable

from vggweb.core.photo_headers import bmp, gif, isobmff, jpeg, jpeg_xl, png, tiff, webp
from vggweb.core.photo_headers.header import UPRIGHT, PhotoHeader, Size, raw_picture

__all__ = ["UPRIGHT", "PhotoHeader", "Size", "raw_picture", "read_header"]

_READERS: dict[str, Callable[[bytes], PhotoHeader]] = {
    "JPEG": jpeg.read,
    "PNG": png.read,
    "WebP": webp.read,
    "GIF": gif.read,
    "BMP": bmp.read,
    "TIFF": tiff.read,
    "AVIF": isobmff.read_avif,
    "HEIC": isobmff.read_heic,
    "JPEG XL": jpeg_xl.read,
}


def read_header(format_name: str, data: bytes) -> PhotoHeader:
    """The header of a file of that format.

    Args:
        format_name: one of `formats.FORMAT_NAMES`.
        data: the whole file.

    Raises:
        ValueError: the header itself is broken or stops.
        UnsupportedFormatError: a variant of the format that is not read.
    """
    return _READERS[format_name](data)
