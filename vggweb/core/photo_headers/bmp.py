"""BMP: the sizes in its header (Microsoft, BITMAPFILEHEADER and BITMAPINFOHEADER)."""

from vggweb.core.photo_headers.header import BYTES_PER_PIXEL, PhotoHeader, Size, little
from vggweb.errors import UnsupportedFormatError

FILE_HEADER_BYTES = 14
OLD_HEADER_BYTES = 12
RUN_LENGTHS = (1, 2)  # BI_RLE8, BI_RLE4
UNCOMPRESSED = (0, 3, 6)  # BI_RGB, BI_BITFIELDS, BI_ALPHABITFIELDS


def read(data: bytes) -> PhotoHeader:
    """The header of a BMP; a negative height means that its rows begin at the top.

    Raises:
        UnsupportedFormatError: it holds a JPEG or PNG, or something newer.
    """
    header = data[FILE_HEADER_BYTES:]
    old = little(header[:4]) == OLD_HEADER_BYTES
    size = _old_size(header) if old else _size(header)
    if not size.pixels:
        raise ValueError("a picture without pixels")
    bits = little(header[10:12]) if old else little(header[14:16])
    compression = 0 if old else little(header[16:20])
    if compression not in (*UNCOMPRESSED, *RUN_LENGTHS):
        raise UnsupportedFormatError("The file is a kind of BMP that is not read here.")
    row_bytes = (size.width * bits + 31) // 32 * 4
    whole = compression in RUN_LENGTHS or len(data) >= little(data[10:14]) + row_bytes * size.height
    return PhotoHeader((size,), data, size.pixels * BYTES_PER_PIXEL, whole=whole)


def _old_size(header: bytes) -> Size:
    return Size(little(header[4:6]), little(header[6:8]))


def _size(header: bytes) -> Size:
    height = int.from_bytes(header[8:12], "little", signed=True)
    return Size(little(header[4:8]), abs(height))
