"""What a filter or a class likes: its page, its picture, the order to draw it."""

from dataclasses import dataclass
from typing import Any, Literal

from flask import Response, render_template, url_for
from pydantic import Field

from vggweb.core.architecture import Layer, find_convolution
from vggweb.core.classes import find_class
from vggweb.core.gallery import gallery_sheet, gallery_tile
from vggweb.core.kernels import convolution_before
from vggweb.core.optvis.drawing import DrawingRequest, request_from
from vggweb.core.optvis.objectives import Aim, ClassLogit
from vggweb.core.optvis.recipes import DEFAULT_RECIPE, LARGEST_SEED, RecipeName
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
from vggweb.services.drawings import DrawnFacts
from vggweb.web import visitors
from vggweb.web.context import services
from vggweb.web.job_pages import JobBody, job_body, kept_address, started
from vggweb.web.responses import json_response, picture, private_page, see_other, wants_json
from vggweb.web.routing import Area, Json, Parameters, WholeNumber
from vggweb.web.sentences import drawings

blueprint = Area("filters", __name__)
FilterAim = Literal["channel", "centre", "diverse", "mix"]
UNKNOWN = (UnknownLayerError, UnknownFilterError, BadParameterError)
GALLERY_KEPT_SECONDS = 24 * 3600
JOB_HEADERS = {"Location": "The job's address."}


class SheetRecipe(Parameters):
    """Which pictures a contact sheet collects."""

    recipe: RecipeName = Field(DEFAULT_RECIPE, description="How the picture is drawn.")


class Seed(Parameters):
    """Where a drawing starts."""

    seed: WholeNumber = Field(
        0, ge=0, le=LARGEST_SEED, description="Where the noise starts; another seed gives another picture."
    )


class Wanted(SheetRecipe, Seed):
    """Which picture of a filter."""

    aim: FilterAim = Field("channel", description="The whole channel, its centre, four different pictures, or a mix.")
    other: WholeNumber = Field(0, ge=0, le=511, description="The other filter of a mix.")


@dataclass(frozen=True)
class DrawnBody:
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
class DrawnClassBody:
    """A picture of a class that has been drawn."""

    class_index: int
    label: str
    seed: int
    curve: tuple[float, ...]
    picture_url: str


@blueprint.get(
    "/layers/<token:layer_name>/filters/<int:filter_index>",
    reads=Wanted,
    json=Json("What a filter likes", DrawnBody, errors=(*UNKNOWN, NotDrawnError)),
)
def show(layer_name: str, filter_index: int, asked: Wanted) -> Response:
    """One filter: what excites it."""
    wanted = _filter_request(layer_name, filter_index, asked)
    job = _open_job(wanted)  # before the facts: a job that ends in between has left them
    facts = services().drawings.facts(wanted)
    if wants_json():
        return json_response(_drawn_body(layer_name, filter_index, wanted, facts))
    layer = find_convolution(layer_name)
    return private_page(
        render_template(
            "pages/filter.html",
            layer=layer,
            sheet=gallery_sheet(layer),
            index=filter_index,
            wanted=wanted,
            other=asked.other if asked.aim == "mix" else (filter_index + 1) % layer.channels,
            recipes=drawings.RECIPES.values(),
            aims=drawings.AIM_TITLES.items(),
            **_filter_parts(layer, filter_index),
            **_drawing_parts(wanted, facts, job),
        )
    )


@blueprint.post(
    "/layers/<token:layer_name>/filters/<int:filter_index>",
    reads=Wanted,
    json=Json(
        "Draw what a filter likes",
        {200: DrawnBody, 202: JobBody},
        errors=(*UNKNOWN, BusyError, RateLimitedError),
        headers=JOB_HEADERS,
    ),
)
def draw(layer_name: str, filter_index: int, asked: Wanted) -> Response:
    """Starts the job that draws it, unless it is drawn already."""
    wanted = _filter_request(layer_name, filter_index, asked)
    facts = services().drawings.facts(wanted)
    return _ordered(wanted) if facts is None else _found(wanted, _drawn_body(layer_name, filter_index, wanted, facts))


@blueprint.get("/layers/<token:layer_name>/filters/<int:filter_index>.png", reads=Wanted)
def filter_png(layer_name: str, filter_index: int, asked: Wanted) -> Response:
    """The picture, once it has been drawn."""
    return picture(services().drawings.picture(_filter_request(layer_name, filter_index, asked)), "image/png")


@blueprint.get("/layers/<token:layer_name>/filters.webp", reads=SheetRecipe)
def sheet_webp(layer_name: str, asked: SheetRecipe) -> Response:
    """The layer's contact sheet."""
    return picture(services().drawings.sheet_webp(find_convolution(layer_name), asked.recipe), "image/webp")


@blueprint.get("/layers/<token:layer_name>/gallery.webp")
def gallery_webp(layer_name: str) -> Response:
    """What all filters of a layer like, drawn beforehand."""
    sheet = gallery_sheet(find_convolution(layer_name))
    if sheet is None:
        raise NotDrawnError
    return _kept(picture(sheet.file.read_bytes(), "image/webp"))


@blueprint.get("/layers/<token:layer_name>/gallery/<int:filter_index>.png")
def gallery_tile_png(layer_name: str, filter_index: int) -> Response:
    """One filter's tile of it."""
    layer = find_convolution(layer_name)
    if gallery_sheet(layer) is None:
        raise NotDrawnError
    return _kept(picture(encode_png(gallery_tile(layer, filter_index)), "image/png"))


@blueprint.get(
    "/classes/<int:class_index>",
    reads=Seed,
    json=Json(
        "What a class looks like to the network",
        DrawnClassBody,
        errors=(UnknownClassError, BadParameterError, NotDrawnError),
    ),
)
def show_class(class_index: int, asked: Seed) -> Response:
    """One class: what looks most like it to the network."""
    wanted = _class_request(class_index, asked)
    job = _open_job(wanted)  # before the facts: a job that ends in between has left them
    facts = services().drawings.facts(wanted)
    if wants_json():
        return json_response(_class_body(class_index, wanted, facts))
    return private_page(
        render_template(
            "pages/class.html",
            entry=find_class(class_index),
            nearest=services().filters.nearest_classes(class_index),
            last_photo=visitors.last_photo(),
            **_drawing_parts(wanted, facts, job),
        )
    )


@blueprint.post(
    "/classes/<int:class_index>",
    reads=Seed,
    json=Json(
        "Draw what a class looks like to the network",
        {200: DrawnClassBody, 202: JobBody},
        errors=(UnknownClassError, BadParameterError, BusyError, RateLimitedError),
        headers=JOB_HEADERS,
    ),
)
def draw_class(class_index: int, asked: Seed) -> Response:
    """Starts the job that draws it, unless it is drawn already."""
    wanted = _class_request(class_index, asked)
    facts = services().drawings.facts(wanted)
    return _ordered(wanted) if facts is None else _found(wanted, _class_body(class_index, wanted, facts))


@blueprint.get("/classes/<int:class_index>.png", reads=Seed)
def class_png(class_index: int, asked: Seed) -> Response:
    """The picture, once it has been drawn."""
    return picture(services().drawings.picture(_class_request(class_index, asked)), "image/png")


def _kept(response: Response) -> Response:
    """What ships with the project and is the same for everybody: browsers and proxies need not ask again for a day."""
    response.headers["Cache-Control"] = f"public, max-age={GALLERY_KEPT_SECONDS}"
    return response


def _filter_request(layer_name: str, filter_index: int, asked: Wanted) -> DrawingRequest:
    wanted = request_from({"layer_name": layer_name, "index": filter_index, **asked.model_dump()})
    wanted.check()
    return wanted


def _class_request(class_index: int, asked: Seed) -> DrawingRequest:
    wanted = DrawingRequest(ClassLogit(class_index), seed=asked.seed)
    wanted.check()
    return wanted


def _filter_parts(layer: Layer, index: int) -> dict[str, Any]:
    """What the page says of a filter beside its drawing: what it listens to, and where it answered most."""
    before, last_photo = convolution_before(layer), visitors.last_photo()
    return {
        "inputs": services().filters.inputs(layer, index),
        "before": before,
        "sheet_before": gallery_sheet(before) if before else None,
        "last_photo": last_photo,
        "cells": last_photo and services().filters.strongest_cells(services().results.open(last_photo), layer, index),
    }


def _drawing_parts(wanted: DrawingRequest, facts: DrawnFacts | None, job: JobBody | None) -> dict[str, Any]:
    """What the partial of a drawing shows: the picture, or how far it is, or the form that orders it."""
    return {
        "facts": facts,
        "job": job,
        "picture_url": _address(wanted, picture=True),
        "picture_px": wanted.picture_px,
        "order_url": _address(wanted, with_query=False),
        "order_fields": wanted.query,
    }


def _ordered(wanted: DrawingRequest) -> Response:
    page = _address(wanted)
    return started(services().drawings.order(wanted, owner=visitors.asker(), result_url=kept_address(page)), page)


def _found(wanted: DrawingRequest, answer: DrawnBody | DrawnClassBody) -> Response:
    return json_response(answer) if wants_json() else see_other(_address(wanted))


def _address(wanted: DrawingRequest, *, picture: bool = False, with_query: bool = True) -> str:
    """Where the page, or the picture alone, of what is wanted stands."""
    query, objective = wanted.query if with_query else {}, wanted.objective
    if isinstance(objective, ClassLogit):
        endpoint = "filters.class_png" if picture else "filters.show_class"
        return url_for(endpoint, class_index=objective.index, **query)
    endpoint = "filters.filter_png" if picture else "filters.show"
    return url_for(endpoint, layer_name=objective.layer_name, filter_index=objective.index, **query)


def _drawn_body(layer_name: str, filter_index: int, wanted: DrawingRequest, facts: DrawnFacts | None) -> DrawnBody:
    if facts is None:
        raise NotDrawnError
    return DrawnBody(
        layer=layer_name,
        filter=filter_index,
        recipe=wanted.recipe,
        seed=wanted.seed,
        aim=wanted.objective.aim,
        dark=facts.dark,
        seed_used=facts.seed_used,
        curve=facts.curve,
        picture_url=_address(wanted, picture=True),
    )


def _class_body(class_index: int, wanted: DrawingRequest, facts: DrawnFacts | None) -> DrawnClassBody:
    if facts is None:
        raise NotDrawnError
    label = find_class(class_index).label
    return DrawnClassBody(class_index, label, wanted.seed, facts.curve, _address(wanted, picture=True))


def _open_job(wanted: DrawingRequest) -> JobBody | None:
    job = services().drawings.job(wanted)
    return job_body(job) if job and job.state != "done" else None
