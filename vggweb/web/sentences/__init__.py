"""The sentences for people that no single template owns: a module a subject, every one of them translated.

`core` and `services` give names and numbers, such as ``grad_cam`` or ``no_mean``; what these are called on a page and
what is said of them stands here, by name. Constants are lazy: they speak the language of the page that shows them.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Titled:
    """What something is called, and a sentence on it.

    Attributes:
        name: as programs know it.
        title: for people, lazy.
        sentence: for people, lazy.
    """

    name: str
    title: Any
    sentence: Any


def by_name(*entries: Titled) -> dict[str, Titled]:
    """The entries, found by their names, in the order that was given."""
    return {entry.name: entry for entry in entries}
