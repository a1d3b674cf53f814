"""The 1000 words that the network can say, with a search."""

from dataclasses import dataclass

from flask import Response, make_response, render_template
from pydantic import Field

from vggweb.core.classes import CLASS_COUNT, ImageNetClass, all_classes, search_classes
from vggweb.errors import BadParameterError
from vggweb.web.responses import json_response, wants_json
from vggweb.web.routing import Area, Json, Parameters, Text

blueprint = Area("words", __name__)


class Search(Parameters):
    """A search among the classes."""

    q: Text = Field("", max_length=100, description="Words that the class's names must hold.")


@dataclass(frozen=True)
class FoundClasses:
    """The classes that a search found."""

    query: str
    classes: list[ImageNetClass]


@blueprint.get(
    "/classes",
    reads=Search,
    json=Json("Search the 1000 classes by name", FoundClasses, errors=(BadParameterError,)),
)
def show(asked: Search) -> Response:
    """The words' page."""
    found = search_classes(asked.q)
    if wants_json():
        return json_response(FoundClasses(asked.q, found))
    return make_response(
        render_template("pages/words.html", query=asked.q, classes=found, total=CLASS_COUNT, dogs=_dogs())
    )


def _dogs() -> int:
    return sum("dog" in entry.hypernyms for entry in all_classes())
