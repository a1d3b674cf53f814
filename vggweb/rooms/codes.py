"""Codes of rooms: short enough to read aloud, many enough that nobody meets one by chance."""

import secrets

# No letter or digit that another one looks or sounds like: no 0 and o, 1 and l and i, u and v, b and p and d …
ALPHABET = "acefghjkmnrtwxy3479"
CODE_LENGTH = 7  # 19 ** 7 = 893,871,739 codes; attempts at them are limited


def make_code() -> str:
    """A new code, such as ``k7mw4ra``, at random."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def read_code(text: str) -> str:
    """The code that somebody has typed: in any case, with spaces or dashes between."""
    return "".join(letter for letter in text.casefold() if letter not in " -–_.")
