"""Case number n of a seed: a damaged file, a bomb, or an odd request; always the same one."""

import random
from dataclasses import dataclass

from tests.fuzz.bombs import BOMBS
from tests.fuzz.mutations import mutant
from tests.fuzz.odd_requests import OddRequest, odd_request
from tests.photo_files import PLAIN_FILES, photo

SHARES = (("mutant", 0.6), ("bomb", 0.1), ("request", 0.3))


@dataclass(frozen=True)
class Upload:
    """A file to be sent as a photo."""

    origin: str
    data: bytes


def case(seed: int, number: int, rules: list[str]) -> Upload | OddRequest:
    """The case of that number.

    Args:
        seed: of the whole run.
        number: counted from 0.
        rules: the server's addresses, as Flask writes them.
    """
    chance = random.Random(f"{seed}/{number}")
    kind = chance.choices([name for name, _ in SHARES], [share for _, share in SHARES])[0]
    if kind == "request":
        return odd_request(rules, chance)
    if kind == "bomb":
        bomb = chance.choice(BOMBS)
        return Upload(bomb.__name__, bomb(chance))
    name = chance.choice(sorted(PLAIN_FILES))
    size = chance.choice(((60, 40), (60, 40), (1, 1), (600, 400)))
    return Upload(name, mutant(PLAIN_FILES[name](photo(*size)), chance))
