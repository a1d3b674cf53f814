"""A decoded picture as its decoder left it, of which parts become RGB: 50 million pixels are never copied whole."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from vggweb.core.deep_values import Scale, Values

Box = tuple[int, int, int, int]  # left, top, right, bottom, as Pillow has it


class StoredPixels(Protocol):
    """All pixels of a picture, not yet turned, in whatever way they are kept."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height as stored."""
        ...

    def part(self, box: Box) -> PIL.Image.Image:
        """A copy of the pixels in the box, in one of the modes that `colours.to_rgb` takes."""
        ...


@dataclass(frozen=True)
class PillowPixels:
    """What one of Pillow's own decoders made.

    Attributes:
        picture: loaded.
        opaque: what stands in the alpha channel is not meant as transparency.
    """

    picture: PIL.Image.Image
    opaque: bool = False

    @property
    def size(self) -> tuple[int, int]:
        """Width and height as stored."""
        return self.picture.size

    def part(self, box: Box) -> PIL.Image.Image:
        """The pixels in the box."""
        cut = self.picture.crop(box)
        return cut.convert("RGB") if self.opaque else cut


@dataclass(frozen=True)
class BytePixels:
    """What a decoder handed over as bytes.

    Attributes:
        values: uint8 (h, w, channels), or a view of wider rows.
        mode: Pillow's name for a pixel.
        raw_mode: Pillow's name for how it lies in the bytes.
        owner: what keeps the memory under the values, if they do not.
    """

    values: NDArray[np.uint8]
    mode: str
    raw_mode: str
    owner: object = None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height as stored."""
        return self.values.shape[1], self.values.shape[0]

    def part(self, box: Box) -> PIL.Image.Image:
        """The pixels in the box."""
        left, top, right, bottom = box
        data = self.values[top:bottom, left:right].tobytes()
        return PIL.Image.frombytes(self.mode, (right - left, bottom - top), data, "raw", self.raw_mode)


@dataclass(frozen=True)
class DeepPixels:
    """Numbers of any type.

    Attributes:
        values: (h, w, channels): grey, RGB or CMYK, and perhaps alpha behind them.
        scale: which of them are black and white.
        mode: Pillow's name for what the channels are, once they have 8 bits.
        white_is_zero: the scale runs the other way.
        alpha_white: the value at which a pixel is opaque; alpha is never stretched.
    """

    values: Values
    scale: Scale
    mode: str
    white_is_zero: bool = False
    alpha_white: float = 1.0

    @property
    def size(self) -> tuple[int, int]:
        """Width and height as stored."""
        return self.values.shape[1], self.values.shape[0]

    def part(self, box: Box) -> PIL.Image.Image:
        """The pixels in the box, with 8 bits a channel."""
        left, top, right, bottom = box
        cut = self.values[top:bottom, left:right]
        shown = self.scale.to_8_bit(cut)
        if self.white_is_zero:
            shown = 255 - shown
        if self.mode[-1] in "Aa":
            shown[..., -1] = Scale(0, self.alpha_white).to_8_bit(cut[..., -1])
        return PIL.Image.frombytes(self.mode, (right - left, bottom - top), np.ascontiguousarray(shown).tobytes())
