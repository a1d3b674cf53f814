"""How numbers, times and names are written on the pages: Jinja's filters."""

from collections.abc import Sequence
from datetime import datetime

from flask import Flask
from flask_babel import format_datetime
from flask_babel import gettext as _
from jinja2 import StrictUndefined

from vggweb.core.classes import chinese_hypernyms, find_class
from vggweb.web.languages import current_language

KIB = 1024
SMALLEST_SPAN = 1e-6  # a curve that stays where it is is a flat line


def init_app(app: Flask) -> None:
    """Registers the filters; a name that a template does not know is an error."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        percent=percent,
        words=words,
        class_words=class_words,
        category=category,
        number=number,
        decimal=decimal,
        significant=significant,
        filesize=filesize,
        datetime=date_and_time,
        shape=shape,
        curve_points=curve_points,
    )


def percent(score: float, digits: int = 1) -> str:
    """A share as people read it, never rounded to nothing or all: ``48.3 %``, ``< 0.1 %``, ``> 99.9 %``."""
    smallest = 0.1**digits  # of what is written, in percent
    text = f"{score * 100:.{digits}f}"
    if 0 < score * 100 < smallest / 2:
        text = f"< {smallest:.{digits}f}"
    if 100 - smallest / 2 <= score * 100 < 100:  # noqa: PLR2004 - percent
        text = f"> {100 - smallest:.{digits}f}"
    return str(_("%(number)s %%", number=text))


def words(label: str) -> str:
    """A label as people write it: ``Indian_elephant`` → ``Indian elephant``."""
    return label.replace("_", " ")


def class_words(class_index: int) -> str:
    """A class's name in the page's language, the English one always beside it: ``印度象 (Indian elephant)``."""
    entry = find_class(class_index)
    return f"{entry.chinese} ({entry.words})" if current_language() == "zh" else entry.words


def category(hypernym: str) -> str:
    """A WordNet category in the page's language, the English one always beside it: ``大象 (elephant)``."""
    chinese = chinese_hypernyms().get(hypernym)
    return f"{chinese} ({words(hypernym)})" if chinese and current_language() == "zh" else words(hypernym)


def number(value: int) -> str:
    """A whole number in groups of three: ``138,357,544``."""
    return f"{value:,}"


def decimal(value: float, digits: int = 2) -> str:
    """A number with so many digits behind the point and a true minus sign: ``−0.25``."""
    return f"{value:.{digits}f}".replace("-", "−")


def significant(value: float, digits: int = 4) -> str:
    """A number with so many significant digits and a true minus sign: ``−1.234e+05``."""
    return f"{value:.{digits}g}".replace("-", "−")


def filesize(size_bytes: int) -> str:
    """A number of bytes in the unit that suits it: ``16 MiB``."""
    value = float(size_bytes)
    for unit in ("bytes", "KiB", "MiB"):
        if value < KIB:
            return f"{value:.4g} {unit}"
        value /= KIB
    return f"{value:.4g} GiB"


def date_and_time(moment: datetime) -> str:
    """``24 November 2026, 12:00 UTC``, or as the page's language writes it."""
    return str(format_datetime(moment, _("d MMMM yyyy, HH:mm 'UTC'"), rebase=False))


def shape(sizes: Sequence[int]) -> str:
    """A shape as NumPy prints it: ``(1, 224, 224, 3)``."""
    inside = ", ".join(str(size) for size in sizes)
    return f"({inside},)" if len(sizes) == 1 else f"({inside})"


def curve_points(values: Sequence[float]) -> str:
    """A line through values as SVG's ``points``, in a box of 100 × 50 with a margin of 2 above and below."""
    lowest, highest = min(values), max(values)
    span, last = max(highest - lowest, SMALLEST_SPAN), max(len(values) - 1, 1)
    places = ((place * 100 / last, 48 - 46 * (value - lowest) / span) for place, value in enumerate(values))
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in places)
