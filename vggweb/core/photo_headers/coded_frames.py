"""The size of the frames inside AVIF and HEIC, which their decoders believe whatever the container says."""

from collections.abc import Iterator

from vggweb.core.photo_headers.bits import Bits
from vggweb.core.photo_headers.header import Size, big

SEQUENCE_HEADER = 1  # AV1 Bitstream & Decoding Process Specification, 6.2.2
LONGEST_AV1_HEADER_BYTES = 256
MOST_UNITS = 8  # a sequence header comes first, or after a delimiter
SEQUENCE_PARAMETERS = 33  # ITU-T H.265, table 7-1
LONGEST_PARAMETERS_BYTES = 256
PROFILE_BITS = 88  # H.265, 7.3.3: everything of a profile before its level
LEVEL_BITS = 8
SUB_LAYERS = 8
SEPARATE_PLANES = 3


def av1_sizes(data: bytes) -> list[Size]:
    """What the sequence headers at the start of an AV1 stream allow its frames (specification, 5.3 and 5.5)."""
    return [_av1_size(content) for content in _av1_headers(data)]


def hevc_sizes(configuration: bytes) -> list[Size]:
    """What the parameter sets of an ``hvcC`` box give its frames (ISO/IEC 14496-15, 8.3.3.1; H.265, 7.3.2.2)."""
    return [_hevc_size(unit) for unit in _units(configuration)]


def _av1_headers(data: bytes) -> Iterator[bytes]:
    position = 0
    for _ in range(MOST_UNITS):
        if position + 2 > len(data):
            return
        header = data[position]
        position += 2 if header & 4 else 1
        length, position = _leb128(data, position) if header & 2 else (len(data) - position, position)
        if header >> 3 & 15 == SEQUENCE_HEADER:
            yield data[position : position + min(length, LONGEST_AV1_HEADER_BYTES)]
        position += length


def _leb128(data: bytes, position: int) -> tuple[int, int]:
    value = 0
    for index, byte in enumerate(data[position : position + 8]):
        value |= (byte & 127) << index * 7
        if not byte & 128:
            return value, position + index + 1
    raise ValueError("a length without an end")


def _av1_size(content: bytes) -> Size:
    bits = Bits(content)
    bits.take(4)  # profile, still picture
    if bits.take(1):  # the short header of a still picture
        bits.take(5)  # level
    else:
        _skip_operating_points(bits)
    width_bits, height_bits = bits.take(4) + 1, bits.take(4) + 1
    return Size(bits.take(width_bits) + 1, bits.take(height_bits) + 1)


def _skip_operating_points(bits: Bits) -> None:
    model_bits = _skip_timing(bits) if bits.take(1) else 0
    has_delays = bits.take(1)
    for _ in range(bits.take(5) + 1):
        bits.take(12)
        if bits.take(5) > 7:  # noqa: PLR2004 - a level over 7 is followed by its tier
            bits.take(1)
        if model_bits and bits.take(1):
            bits.take(2 * model_bits + 1)
        if has_delays and bits.take(1):
            bits.take(4)


def _skip_timing(bits: Bits) -> int:
    """Leaves the timing behind; the length of a delay if a model of the decoder is described, else 0."""
    bits.take(64)
    if bits.take(1):
        bits.take_exponential()
    if not bits.take(1):
        return 0
    model_bits = bits.take(5) + 1
    bits.take(42)
    return model_bits


def _units(configuration: bytes) -> Iterator[bytes]:
    position = 23
    for _ in range(big(configuration[22:23])):
        kind, count = big(configuration[position : position + 1]) & 63, big(configuration[position + 1 : position + 3])
        position += 3
        for _ in range(count):
            length = big(configuration[position : position + 2])
            if kind == SEQUENCE_PARAMETERS:
                yield configuration[position + 2 : position + 2 + min(length, LONGEST_PARAMETERS_BYTES)]
            position += 2 + length
            if position > len(configuration):
                return


def _hevc_size(unit: bytes) -> Size:
    bits = Bits(unit[2:].replace(b"\0\0\3", b"\0\0"))  # without the bytes that keep start codes apart
    bits.take(4)
    sub_layers = bits.take(3)
    bits.take(1 + PROFILE_BITS + LEVEL_BITS)
    present = [(bits.take(1), bits.take(1)) for _ in range(sub_layers)]
    if sub_layers:
        bits.take(2 * (SUB_LAYERS - sub_layers))
    for profile, level in present:
        bits.take(PROFILE_BITS * profile + LEVEL_BITS * level)
    bits.take_exponential()
    if bits.take_exponential() == SEPARATE_PLANES:
        bits.take(1)
    return Size(bits.take_exponential(), bits.take_exponential())
