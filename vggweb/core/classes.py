"""ImageNet's 1000 classes with WordNet's words for them, from the embedded table.

``classes.tsv`` holds for each class its index, WordNet id, Keras's label, all lemmas of the synset, the chain
of its hypernyms from the nearest to the most general (WordNet 3.0), and its Chinese name.
``hypernyms_chinese.tsv`` holds the Chinese names of the hypernyms. The Chinese names were written for this project.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from vggweb.errors import UnknownClassError

CLASS_COUNT = 1000
_TABLE = Path(__file__).with_name("classes.tsv")
_CHINESE_HYPERNYMS = Path(__file__).with_name("hypernyms_chinese.tsv")


@dataclass(frozen=True)
class ImageNetClass:
    """One of the 1000 words that the network can say.

    Attributes:
        class_index: 0-999, the position in the network's answer.
        wnid: WordNet id such as ``n02504458``; unique.
        label: Keras's name; not unique (``crane`` and ``maillot`` each name two classes).
        lemmas: every name that WordNet has for it.
        hypernyms: ever wider categories, nearest first.
        chinese: the name in Simplified Chinese, another common one in brackets behind it.
    """

    class_index: int
    wnid: str
    label: str
    lemmas: tuple[str, ...]
    hypernyms: tuple[str, ...]
    chinese: str

    @property
    def words(self) -> str:
        """The label as people write it: ``Indian elephant``."""
        return self.label.replace("_", " ")


@cache
def all_classes() -> tuple[ImageNetClass, ...]:
    """The 1000 classes in the order of their indices."""
    return tuple(
        ImageNetClass(
            class_index=int(row["class_index"]),
            wnid=row["wnid"],
            label=row["label"],
            lemmas=tuple(row["lemmas"].split("|")),
            hypernyms=tuple(row["hypernyms"].split("|")),
            chinese=row["chinese"],
        )
        for row in _rows(_TABLE)
    )


@cache
def chinese_hypernyms() -> dict[str, str]:
    """The name in Simplified Chinese of every hypernym, such as ``elephant`` 大象."""
    return {row["hypernym"]: row["chinese"] for row in _rows(_CHINESE_HYPERNYMS)}


def find_class(class_index: int) -> ImageNetClass:
    """The class of that index.

    Raises:
        UnknownClassError: the index is outside 0-999.
    """
    if not 0 <= class_index < CLASS_COUNT:
        raise UnknownClassError
    return all_classes()[class_index]


def search_classes(query: str, *, limit: int = CLASS_COUNT) -> list[ImageNetClass]:
    """The classes whose English or Chinese names hold every word of the query, names that begin with it first.

    Args:
        query: words, in any case; an empty query finds every class.
        limit: at most so many.
    """
    words = query.casefold().replace("_", " ").split()
    found = [entry for entry in all_classes() if all(word in _haystack(entry) for word in words)]
    start = " ".join(words)
    found.sort(key=lambda entry: not (entry.words.casefold().startswith(start) or entry.chinese.startswith(start)))
    return found[:limit]


def _haystack(entry: ImageNetClass) -> str:
    return " ".join((*entry.lemmas, entry.chinese)).replace("_", " ").casefold()


def _rows(table: Path) -> tuple[dict[str, str], ...]:
    with table.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
