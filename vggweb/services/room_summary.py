"""What a class has seen: words by count, the surest and the least sure photo, the widest guesses."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vggweb.core.arrays import Probabilities
from vggweb.core.predictions import softmax
from vggweb.rooms import Tile
from vggweb.storage import Store

MOST_OF_THE_PROBABILITY = 0.9
SHOWN_WIDEST = 3


@dataclass(frozen=True)
class CountedWord:
    """A word and how many photos it came first for."""

    class_index: int
    count: int


@dataclass(frozen=True)
class WideGuess:
    """A photo whose probability is spread over many words.

    Attributes:
        tile: of the photo.
        words: how many words share nine tenths of the probability.
    """

    tile: Tile
    words: int


@dataclass(frozen=True)
class RoomSummary:
    """A lesson at a glance.

    Attributes:
        tiles: all of them, oldest first.
        words: the most frequent first.
        surest: the tile with the highest score; None if nothing hangs there.
        least_sure: the one with the lowest.
        widest: the photos whose probability is spread widest.
    """

    tiles: tuple[Tile, ...]
    words: tuple[CountedWord, ...]
    surest: Tile | None
    least_sure: Tile | None
    widest: tuple[WideGuess, ...]


def summarise(tiles: Sequence[Tile], store: Store) -> RoomSummary:
    """The summary of these tiles; one query reads all their results."""
    counts = Counter(tile.class_index for tile in tiles)
    words = tuple(CountedWord(*pair) for pair in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
    by_score = sorted(tiles, key=lambda tile: tile.score)
    logits = {one.id: one.logits for one in store.find_results([tile.result_id for tile in tiles])}
    wide = [WideGuess(tile, words_for_most(softmax(logits[tile.result_id]))) for tile in tiles]
    return RoomSummary(
        tiles=tuple(tiles),
        words=words,
        surest=by_score[-1] if by_score else None,
        least_sure=by_score[0] if by_score else None,
        widest=tuple(sorted(wide, key=lambda one: -one.words)[:SHOWN_WIDEST]),
    )


def words_for_most(probabilities: Probabilities) -> int:
    """How many words, the likeliest first, share nine tenths of the probability."""
    shares = np.cumsum(np.sort(probabilities)[::-1])
    return int(np.searchsorted(shares, MOST_OF_THE_PROBABILITY)) + 1
