"""Numbers of more than 8 bits, with a sign or a point → 0-255, as the file's own type means them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WHITE = 255
LARGEST_16_BIT = 65535
SAMPLED_VALUES = 1_000_000  # enough to tell the range of a picture's values
TAILS_PERCENT = (2, 98)  # single hot or dead pixels do not say what white is
NEARLY_BLACK, NEARLY_WHITE = -0.1, 1.1  # what ringing and highlights add to floats between 0 and 1

Values = NDArray[np.generic]


@dataclass(frozen=True)
class Scale:
    """Which values are black and white; what lies beyond them is clipped."""

    black: float
    white: float

    def to_8_bit(self, values: Values) -> NDArray[np.uint8]:
        """The values as 0-255; what is no number counts as black."""
        if values.dtype in (np.uint16, np.int16):  # a table has the same numbers, and is ten times as fast
            everything = np.arange(2**16, dtype=np.uint16).view(values.dtype.newbyteorder("="))
            return self._computed(everything)[values.astype(values.dtype.newbyteorder("=")).view(np.uint16)]
        return self._computed(values)

    def _computed(self, values: Values) -> NDArray[np.uint8]:
        numbers = values.astype(np.float64)
        with np.errstate(over="ignore", invalid="ignore"):
            shares = (numbers - self.black) * (WHITE / ((self.white - self.black) or 1))
        np.nan_to_num(shares, copy=False, nan=0.0, posinf=WHITE, neginf=0.0)
        return np.rint(shares.clip(0, WHITE)).astype(np.uint8)


def scale_of(values: Values, *, bits: int | None = None) -> Scale:
    """What black and white are in a picture of these values.

    Whole numbers of up to 16 bits have the range of their type. Those of 32 bits and more do if they fill more than
    half of it; up to 255 or 65535 they count as 8 or 16 bits. Floating-point values around 0 to 1 are shares of
    white, and values up to 255 are taken as they are. Anything else is stretched from its least to its greatest
    value, since no format says what white is.

    Args:
        values: of any shape; several channels have one scale.
        bits: how many each value has in the file, if fewer than in the array.
    """
    if values.dtype.kind == "f":
        return _scale_of_floats(values)
    low, high = float(values.min()), float(values.max())
    width = bits or values.dtype.itemsize * 8
    if values.dtype.kind == "i" and low < 0:
        return _scale_of_signed(low, high, width)
    largest = float(2 ** (width - (values.dtype.kind == "i")) - 1)
    if width <= 16:  # noqa: PLR2004 - bits
        return Scale(0, largest)
    if high > largest / 2:
        return Scale(0, largest)
    return next((Scale(0, white) for white in (WHITE, LARGEST_16_BIT) if high <= white), Scale(low, high))


def _scale_of_signed(low: float, high: float, bits: int) -> Scale:
    """All of the type's range for 8 bits, or where the values fill more than half of it; else from end to end."""
    half = float(2 ** (bits - 1))
    fills = high - low > half
    return Scale(-half, half - 1) if bits == 8 or fills else Scale(low, high)  # noqa: PLR2004 - bits


def _scale_of_floats(values: Values) -> Scale:
    step = max(1, round((values.size / SAMPLED_VALUES) ** 0.5))
    some = values[::step, ::step]
    finite = some[np.isfinite(some)].astype(np.float64)
    if not finite.size:
        return Scale(0, 1)
    dark, light = np.percentile(finite, TAILS_PERCENT)
    low, high = float(finite.min()), float(finite.max())
    if dark >= NEARLY_BLACK and light <= NEARLY_WHITE:
        return Scale(0, 1)
    return Scale(0, WHITE) if low >= 0 and high <= WHITE else Scale(low, high)
