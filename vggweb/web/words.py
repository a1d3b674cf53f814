"""The 1000 words that the network can say, with a search."""

from dataclasses import dataclass

from flask import Blueprint, Response, make_response, render_template

from vggweb.core.classes import CLASS_COUNT, ImageNetClass, all_classes, search_classes
from vggweb.errors import BadParameterError
from vggweb.web.answers import Text, add_route, answers, json_answer, wants_json

blueprint = Blueprint("words", __name__)
QUERY = Text("q", 100, "Words that the class's names must hold.")


@dataclass(frozen=True)
class FoundClasses:
    """The classes that a search found."""

    query: str
    classes: list[ImageNetClass]


@answers("Search the 1000 classes by name", FoundClasses, errors=(BadParameterError,), query=(QUERY,))
def show() -> Response:
    """The words' page."""
    query = QUERY.read()
    found = search_classes(query)
    if wants_json():
        return json_answer(FoundClasses(query, found))
    return make_response(
        render_template("pages/words.html", query=query, classes=found, total=CLASS_COUNT, dogs=_dogs())
    )


def _dogs() -> int:
    return sum("dog" in entry.hypernyms for entry in all_classes())


add_route(blueprint, "/classes", show)
