"""Ways to damage a file: each takes bytes and a source of chance and gives other bytes."""

import random
import struct
from collections.abc import Callable

Mutation = Callable[[bytes, random.Random], bytes]

MOST_BYTES = 4 * 1024 * 1024  # no mutant grows beyond: the limit for uploads is tried elsewhere
HEADER_BYTES = 512  # most of what decides about memory stands in the first ones
EXTREMES = (0, 1, 2, 255, 256, 32767, 32768, 65535, 65536, 131056, 2**24, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1)
NUMBER_FORMATS = (">B", ">H", "<H", ">I", "<I", ">Q", "<Q")
FOREIGN = (
    b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\n",
    b"PK\x03\x04\x14\x00\x00\x00\x08\x00",
    b"<!doctype html><script>alert(1)</script>",
    b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
    b"GIF89a\xff\xff\xff\xff\x80\x00\x00",
    b"\xff\xd8\xff\xe1\xff\xffExif\x00\x00",
)


def cut(data: bytes, chance: random.Random) -> bytes:
    """It stops somewhere; half of the time in the header."""
    return data[: _place(data, chance)]


def flip_bits(data: bytes, chance: random.Random) -> bytes:
    """Up to 32 bits are the other way round."""
    damaged = bytearray(data)
    for _ in range(chance.randint(1, 32) if damaged else 0):
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def set_number(data: bytes, chance: random.Random) -> bytes:
    """Some bytes become an extreme number: a size, a count, a length, an offset."""
    form = chance.choice(NUMBER_FORMATS)
    width = struct.calcsize(form)
    number = struct.pack(form, chance.choice(EXTREMES) % 2 ** (8 * width))
    place = _place(data, chance)
    return data[:place] + number + data[place + width :]


def repeat(data: bytes, chance: random.Random) -> bytes:
    """A part of it stands there up to 300 times."""
    start, end = _span(data, chance)
    times = min(chance.randint(2, 300), max(1, MOST_BYTES // max(1, end - start)))
    return (data[:start] + data[start:end] * times + data[end:])[:MOST_BYTES]


def drop(data: bytes, chance: random.Random) -> bytes:
    """A part of it is missing."""
    start, end = _span(data, chance)
    return data[:start] + data[end:]


def insert_noise(data: bytes, chance: random.Random) -> bytes:
    """Up to 64 kB of anything stand in between."""
    place = _place(data, chance)
    return data[:place] + chance.randbytes(chance.choice((1, 16, 400, 65536))) + data[place:]


def put_before(data: bytes, chance: random.Random) -> bytes:
    """It begins like something else."""
    return chance.choice(FOREIGN) + data


def put_behind(data: bytes, chance: random.Random) -> bytes:
    """Something else follows."""
    return data + chance.choice(FOREIGN) * chance.randint(1, 1000)


def swap(data: bytes, chance: random.Random) -> bytes:
    """Two halves have changed places."""
    place = _place(data, chance)
    return data[place:] + data[:place]


MUTATIONS: tuple[Mutation, ...] = (
    cut,
    flip_bits,
    set_number,
    set_number,  # twice as often: what a header claims is what costs memory
    repeat,
    drop,
    insert_noise,
    put_before,
    put_behind,
    swap,
)


def mutant(data: bytes, chance: random.Random) -> bytes:
    """The file after one to four of the mutations."""
    for _ in range(chance.choice((1, 1, 2, 3, 4))):
        data = chance.choice(MUTATIONS)(data, chance)[:MOST_BYTES]
    return data


def _place(data: bytes, chance: random.Random) -> int:
    reach = len(data) if chance.random() < 0.5 else min(len(data), HEADER_BYTES)
    return chance.randint(0, reach)


def _span(data: bytes, chance: random.Random) -> tuple[int, int]:
    start = _place(data, chance)
    return start, min(len(data), start + chance.choice((1, 4, 12, 100, 4096)))
