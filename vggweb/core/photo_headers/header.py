"""The header of a photo, whatever its format."""

from dataclasses import dataclass

from vggweb.errors import UnsupportedFormatError

UPRIGHT = 1
LARGEST_ORIENTATION = 8
BYTES_PER_PIXEL = 4  # Pillow keeps RGB, RGBA and CMYK in four bytes a pixel


@dataclass(frozen=True)
class Size:
    """Pixels across and down, as they lie in the file."""

    width: int
    height: int

    @property
    def pixels(self) -> int:
        """How many there are."""
        return self.width * self.height


@dataclass(frozen=True)
class PhotoHeader:
    """What a file says of itself.

    Attributes:
        sizes: the picture's own size first, then every other one that a decoder would allocate.
        data: the file without what stands beside its pixels.
        memory_bytes: what decoding it takes at most, beside the file.
        orientation: 1-8 as in EXIF (version 2.32, table 4); how the decoded picture is to be turned.
        whole: the file is as long as its own structure says.
    """

    sizes: tuple[Size, ...]
    data: bytes
    memory_bytes: int
    orientation: int = UPRIGHT
    whole: bool = True

    @property
    def size(self) -> Size:
        """The picture's own size, before any rotation."""
        return self.sizes[0]


def checked_orientation(value: int) -> int:
    """The orientation if it is one of the eight, else upright."""
    return value if UPRIGHT <= value <= LARGEST_ORIENTATION else UPRIGHT


def big(data: bytes) -> int:
    """An unsigned number, its most significant byte first."""
    return int.from_bytes(data, "big")


def little(data: bytes) -> int:
    """An unsigned number, its least significant byte first."""
    return int.from_bytes(data, "little")


def raw_picture() -> UnsupportedFormatError:
    """The error for what a camera's sensor saw, before it is a photo."""
    return UnsupportedFormatError("The file is a camera's raw picture, which is not read here.")
