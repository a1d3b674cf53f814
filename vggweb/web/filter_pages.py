"""What a filter or a class likes: its page, its picture, the order to draw it."""

from dataclasses import dataclass
from typing import Any, cast

from flask import Blueprint, Response, render_template, url_for

from vggweb.core.architecture import Layer, check_channel, find_convolution
from vggweb.core.classes import find_class
from vggweb.core.gallery import gallery_sheet, gallery_tile
from vggweb.core.optvis.recipes import LARGEST_SEED, RECIPES, RecipeName, canvas_px
from vggweb.core.rendering import encode_png
from vggweb.errors import (
    BadParameterError,
    BusyError,
    NotDrawnError,
    RateLimitedError,
    UnknownClassError,
    UnknownFilterError,
    UnknownLayerError,
)
from vggweb.services.gallery import AIMS, DEFAULT_RECIPE, Aim, DrawnFacts, Wish
from vggweb.web import visitors
from vggweb.web.answers import Choice, FormField, WholeNumber, add_route, answers, json_answer, wants_json
from vggweb.web.context import services
from vggweb.web.job_pages import JobAnswer, job_answer, started
from vggweb.web.responses import picture, private_page, see_other
from vggweb.web.sentences import drawings

blueprint = Blueprint("filters", __name__)
RECIPE = Choice("recipe", tuple(RECIPES), DEFAULT_RECIPE, "How the picture is drawn.")
SEED = WholeNumber("seed", 0, LARGEST_SEED, 0, "Where the noise starts; another seed gives another picture.")
AIM = Choice("aim", AIMS, "channel", "The whole channel, its centre, four different pictures, or a mix.")
OTHER = WholeNumber("other", 0, 511, 0, "The other filter of a mix.")
QUERY = (RECIPE, SEED, AIM, OTHER)
FORM = tuple(FormField(one.name, one.schema(), one.description) for one in QUERY)
UNKNOWN = (UnknownLayerError, UnknownFilterError, BadParameterError)


@dataclass(frozen=True)
class DrawnAnswer:
    """A picture that has been drawn."""

    layer: str
    filter: int
    recipe: RecipeName
    seed: int
    aim: Aim
    dark: bool
    seed_used: int
    curve: tuple[float, ...]
    picture_url: str


@dataclass(frozen=True)
class DrawnClassAnswer:
    """A picture of a class that has been drawn."""

    class_index: int
    label: str
    seed: int
    curve: tuple[float, ...]
    picture_url: str


@answers("What a filter likes", DrawnAnswer, errors=(*UNKNOWN, NotDrawnError), query=QUERY)
def show(layer_name: str, filter_index: int) -> Response:
    """One filter: what excites it."""
    wish = _wish(layer_name, filter_index)
    job = _open_job(wish)  # before the facts: a job that ends in between has left them
    facts = services().gallery.facts(wish)
    if wants_json():
        return json_answer(_drawn_answer(wish, facts))
    layer = find_convolution(layer_name)
    return private_page(
        render_template(
            "pages/filter.html",
            layer=layer,
            sheet=gallery_sheet(layer),
            index=filter_index,
            wish=wish,
            facts=facts,
            job=job,
            recipes=RECIPES.values(),
            titles=drawings.RECIPES,
            aims=drawings.AIM_TITLES.items(),
            canvas_px=canvas_px(layer_name, wish.recipe),
            picture_url=_picture_url(wish),
            last_photo=visitors.last_photo(),
        )
    )


@answers(
    "Draw what a filter likes",
    {200: DrawnAnswer, 202: JobAnswer},
    errors=(*UNKNOWN, BusyError, RateLimitedError),
    form=FORM,
    headers={"Location": "The job's address."},
)
def draw(layer_name: str, filter_index: int) -> Response:
    """Starts the job that draws it, unless it is drawn already."""
    wish = _wish(layer_name, filter_index)
    page = url_for("filters.show", layer_name=layer_name, filter_index=filter_index, **_parameters(wish))
    facts = services().gallery.facts(wish)
    if facts is not None:
        return json_answer(_drawn_answer(wish, facts)) if wants_json() else see_other(page)
    return started(services().gallery.draw(wish, owner=visitors.asker(), result_url=page), page)


@blueprint.get("/layers/<token:layer_name>/filters/<int:filter_index>.png")
def filter_png(layer_name: str, filter_index: int) -> Response:
    """The picture, once it has been drawn."""
    return picture(services().gallery.picture(_wish(layer_name, filter_index)), "image/png")


@blueprint.get("/layers/<token:layer_name>/filters.webp")
def sheet_webp(layer_name: str) -> Response:
    """The layer's contact sheet."""
    recipe = cast(RecipeName, RECIPE.read())
    return picture(services().gallery.sheet_webp(find_convolution(layer_name), recipe), "image/webp")


@blueprint.get("/layers/<token:layer_name>/gallery.webp")
def gallery_webp(layer_name: str) -> Response:
    """What all filters of a layer like, drawn beforehand."""
    sheet = gallery_sheet(find_convolution(layer_name))
    if sheet is None:
        raise NotDrawnError
    return picture(sheet.file.read_bytes(), "image/webp")


@blueprint.get("/layers/<token:layer_name>/gallery/<int:filter_index>.png")
def gallery_tile_png(layer_name: str, filter_index: int) -> Response:
    """One filter's tile of it."""
    layer = find_convolution(layer_name)
    if gallery_sheet(layer) is None:
        raise NotDrawnError
    return picture(encode_png(gallery_tile(layer, filter_index)), "image/png")


@answers(
    "What a class looks like to the network",
    DrawnClassAnswer,
    errors=(UnknownClassError, BadParameterError, NotDrawnError),
    query=(SEED,),
)
def show_class(class_index: int) -> Response:
    """One class: what looks most like it to the network."""
    wish = _class_wish(class_index)
    job = _open_job(wish)  # before the facts: a job that ends in between has left them
    facts = services().gallery.facts(wish)
    if wants_json():
        return json_answer(_class_answer(wish, facts))
    return private_page(
        render_template(
            "pages/class.html",
            entry=find_class(class_index),
            wish=wish,
            facts=facts,
            job=job,
            picture_url=_picture_url(wish),
        )
    )


@answers(
    "Draw what a class looks like to the network",
    {200: DrawnClassAnswer, 202: JobAnswer},
    errors=(UnknownClassError, BadParameterError, BusyError, RateLimitedError),
    form=(FormField("seed", SEED.schema(), SEED.description),),
    headers={"Location": "The job's address."},
)
def draw_class(class_index: int) -> Response:
    """Starts the job that draws it, unless it is drawn already."""
    wish = _class_wish(class_index)
    page = url_for("filters.show_class", class_index=class_index, **_parameters(wish))
    facts = services().gallery.facts(wish)
    if facts is not None:
        return json_answer(_class_answer(wish, facts)) if wants_json() else see_other(page)
    return started(services().gallery.draw(wish, owner=visitors.asker(), result_url=page), page)


@blueprint.get("/classes/<int:class_index>.png")
def class_png(class_index: int) -> Response:
    """The picture, once it has been drawn."""
    return picture(services().gallery.picture(_class_wish(class_index)), "image/png")


def _wish(layer_name: str, filter_index: int) -> Wish:
    layer: Layer = find_convolution(layer_name)
    check_channel(layer, filter_index)
    aim = cast(Aim, AIM.read())
    wish = Wish(
        layer_name,
        filter_index,
        cast(RecipeName, RECIPE.read()),
        SEED.read(),
        aim,
        OTHER.read() if aim == "mix" else -1,
    )
    wish.check()
    return wish


def _class_wish(class_index: int) -> Wish:
    wish = Wish("", class_index, seed=SEED.read(), aim="class")
    wish.check()
    return wish


def _parameters(wish: Wish) -> dict[str, Any]:
    """The query that names this picture; what is the default is left out."""
    named = {"recipe": wish.recipe, "seed": wish.seed, "aim": wish.aim, "other": wish.other}
    defaults = {"recipe": DEFAULT_RECIPE, "seed": 0, "aim": "channel", "other": -1}
    if wish.aim == "class":
        defaults["aim"] = "class"
    return {name: value for name, value in named.items() if value != defaults[name]}


def _picture_url(wish: Wish) -> str:
    if wish.aim == "class":
        return url_for("filters.class_png", class_index=wish.index, **_parameters(wish))
    return url_for("filters.filter_png", layer_name=wish.layer_name, filter_index=wish.index, **_parameters(wish))


def _drawn_answer(wish: Wish, facts: DrawnFacts | None) -> DrawnAnswer:
    if facts is None:
        raise NotDrawnError
    return DrawnAnswer(
        layer=wish.layer_name,
        filter=wish.index,
        recipe=wish.recipe,
        seed=wish.seed,
        aim=wish.aim,
        dark=facts.dark,
        seed_used=facts.seed_used,
        curve=facts.curve,
        picture_url=_picture_url(wish),
    )


def _class_answer(wish: Wish, facts: DrawnFacts | None) -> DrawnClassAnswer:
    if facts is None:
        raise NotDrawnError
    label = find_class(wish.index).label
    return DrawnClassAnswer(wish.index, label, wish.seed, facts.curve, _picture_url(wish))


def _open_job(wish: Wish) -> JobAnswer | None:
    job = services().gallery.job(wish)
    return job_answer(job) if job and job.state != "done" else None


add_route(blueprint, "/layers/<token:layer_name>/filters/<int:filter_index>", show)
add_route(blueprint, "/layers/<token:layer_name>/filters/<int:filter_index>", draw, methods=("POST",))
add_route(blueprint, "/classes/<int:class_index>", show_class)
add_route(blueprint, "/classes/<int:class_index>", draw_class, methods=("POST",))
