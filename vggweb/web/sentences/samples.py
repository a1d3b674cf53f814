"""What the sample photos are called, what they show, and what the network makes of them."""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext


@dataclass(frozen=True)
class Caption:
    """A sample photo in words, all lazy.

    Attributes:
        title: what it is.
        alt: what one would see.
        verdict: how the network does on it.
    """

    title: Any
    alt: Any
    verdict: Any


CAPTIONS = {
    "cat": Caption(
        lazy_gettext("Chelsea the cat"),
        lazy_gettext("A tabby cat looks into the camera"),
        lazy_gettext("an easy one"),
    ),
    "coffee": Caption(
        lazy_gettext("A cup of coffee"),
        lazy_gettext("A red cup of espresso on a wooden table"),
        lazy_gettext("an easy one"),
    ),
    "temple": Caption(
        lazy_gettext("A Chinese temple"),
        lazy_gettext("A temple with three curved roofs above a lake"),
        lazy_gettext("close enough"),
    ),
    "flower": Caption(
        lazy_gettext("A flower"),
        lazy_gettext("An orange dahlia before dark green leaves"),
        lazy_gettext("no word for it"),
    ),
    "rocket": Caption(
        lazy_gettext("A rocket"),
        lazy_gettext("A rocket on its launch pad"),
        lazy_gettext("wrong, and fairly sure"),
    ),
    "officer": Caption(
        lazy_gettext("Grace Hopper"),
        lazy_gettext("A woman in naval uniform"),
        lazy_gettext("sure, of a detail"),
    ),
    "astronaut": Caption(
        lazy_gettext("Eileen Collins"),
        lazy_gettext("An astronaut in an orange suit before a model of a space shuttle"),
        lazy_gettext("no word for a person"),
    ),
}
