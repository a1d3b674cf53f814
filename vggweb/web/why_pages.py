"""Why this word, and what other preparations would change."""

from dataclasses import dataclass
from typing import Annotated, Literal

from flask import Response, render_template, url_for
from pydantic import Field

from vggweb.core.architecture import CONVOLUTIONS
from vggweb.core.attribution.methods import METHODS, MethodName, find_method
from vggweb.core.classes import CLASS_COUNT, find_class, search_classes
from vggweb.core.predictions import Prediction
from vggweb.core.rendering import colour_bar, encode_png
from vggweb.errors import (
    BadParameterError,
    BusyError,
    GoneError,
    NotDrawnError,
    NotFoundError,
    NotReadyError,
    RateLimitedError,
    UnknownClassError,
    UnknownLayerError,
)
from vggweb.services.explain import DEFAULT_LAYER, Explanation, heatmap_png
from vggweb.web import visitors
from vggweb.web.context import services
from vggweb.web.job_pages import JobAnswer, job_answer, started
from vggweb.web.responses import json_response, picture, private_page, see_other, wants_json
from vggweb.web.routing import Area, DecimalDigits, Json, OneOf, Parameters, Text

blueprint = Area("why", __name__)
CLASSES_OFFERED = 40
COLOUR_BAR_PX = (18, 448)
ClassIndex = Annotated[int, Field(ge=0, le=CLASS_COUNT - 1), DecimalDigits]
ConvolutionName = Annotated[str, OneOf(tuple(layer.name for layer in CONVOLUTIONS))]


class Where(Parameters):
    """Where the evidence is looked for."""

    layer: ConvolutionName = Field(DEFAULT_LAYER, description="The convolution that Grad-CAM looks at.")


class Question(Where):
    """What the page of a word is asked."""

    other_class: ClassIndex | None = Field(None, alias="and", description="A second class to set beside the first.")
    q: Text = Field("", max_length=100, description="Words that the names of the classes to choose from must hold.")


class HeatPicture(Where):
    """How the evidence is shown."""

    kind: Literal["overlay", "heatmap"] = Field("overlay", description="The heat over the photo, or the heat alone.")


@dataclass(frozen=True)
class ExplanationBody:
    """Where the evidence for a class lies, 1 for the most."""

    method: MethodName
    class_index: int
    logit: float
    shape: tuple[int, int]
    heatmap: list[list[float]]


@dataclass(frozen=True)
class VariantBody:
    """One other preparation: its first predictions, and how far its probabilities are from the real ones, 0 to 1."""

    name: str
    predictions: tuple[Prediction, ...]
    distance: float


@dataclass(frozen=True)
class WhatIfBody:
    """The same photo prepared in other ways; the first is the real one."""

    variants: list[VariantBody]


ERRORS = (
    NotFoundError,
    GoneError,
    NotDrawnError,
    UnknownClassError,
    UnknownLayerError,
    BadParameterError,
    BusyError,
    NotReadyError,
)


@blueprint.get(
    "/r/<token:result_id>/why/<method>/<int:class_index>",
    reads=Question,
    json=Json("Where the evidence for a class lies", ExplanationBody, errors=ERRORS),
)
def why(result_id: str, method: str, class_index: int, asked: Question) -> Response:
    """The overlay, the heat map and its scale; two classes side by side."""
    name = _method(method)
    if wants_json():
        return _explanation_response(result_id, name, class_index, asked.layer)
    result = services().results.show(result_id)
    wanted = [class_index] if asked.other_class is None else [class_index, asked.other_class]
    visitors.remember_photo(result_id)
    return private_page(
        render_template(
            "pages/why.html",
            result=result,
            method=find_method(name),
            methods=METHODS.values(),
            columns=[_column(result_id, name, index, asked.layer) for index in wanted],
            class_index=class_index,
            layer_name=asked.layer,
            convolutions=CONVOLUTIONS,
            query=asked.q,
            found=search_classes(asked.q, limit=CLASSES_OFFERED) if asked.q else [],
        )
    )


@dataclass(frozen=True)
class Column:
    """One class on the page: its explanation, or the job that computes it, or neither yet."""

    entry: object
    explanation: Explanation | None
    job: JobAnswer | None


def _column(result_id: str, method: MethodName, class_index: int, layer: str) -> Column:
    try:
        return Column(find_class(class_index), services().explain(result_id, method, class_index, layer), None)
    except NotDrawnError:
        job = services().occlusions.job(result_id, class_index)
        return Column(find_class(class_index), None, job_answer(job) if job else None)


@blueprint.post(
    "/r/<token:result_id>/why/<method>/<int:class_index>",
    reads=Where,
    json=Json(
        "Start a slow method",
        {200: ExplanationBody, 202: JobAnswer},
        errors=(*ERRORS, RateLimitedError),
        headers={"Location": "The job's address."},
    ),
)
def start(result_id: str, method: str, class_index: int, asked: Where) -> Response:
    """Starts a job for a slow method; a fast one has its answer already."""
    name = _method(method)
    find_class(class_index)
    page = url_for("why.why", result_id=result_id, method=name, class_index=class_index)
    try:
        services().explain(result_id, name, class_index, asked.layer)
    except NotDrawnError:
        job = services().occlusions.start(result_id, class_index, owner=visitors.asker(), result_url=page)
        return started(job, page)
    return _explanation_response(result_id, name, class_index, asked.layer) if wants_json() else see_other(page)


@blueprint.get("/r/<token:result_id>/why/<method>/<int:class_index>.png", reads=HeatPicture)
def why_png(result_id: str, method: str, class_index: int, asked: HeatPicture) -> Response:
    """The evidence as a picture."""
    explanation = services().explain(result_id, _method(method), class_index, asked.layer)
    if asked.kind == "heatmap":
        return picture(heatmap_png(explanation), "image/png")
    return picture(services().explainer.overlay_png(result_id, explanation), "image/png")


@blueprint.get("/heat.png")
def heat_png() -> Response:
    """The heat maps' colour bar, 0 at the left and 1 at the right."""
    return picture(encode_png(colour_bar(COLOUR_BAR_PX)), "image/png")


@blueprint.get(
    "/r/<token:result_id>/whatif",
    json=Json(
        "The same photo prepared in other ways",
        WhatIfBody,
        errors=(NotFoundError, GoneError, BusyError, NotReadyError),
    ),
)
def whatif(result_id: str) -> Response:
    """The variants with their predictions, side by side."""
    found = services().explainer.what_if(result_id)
    if wants_json():
        variants = [
            VariantBody(one.variant.preparation.name, one.predictions, round(one.variant.distance, 6)) for one in found
        ]
        return json_response(WhatIfBody(variants))
    visitors.remember_photo(result_id)
    return private_page(render_template("pages/whatif.html", result=services().results.show(result_id), variants=found))


@blueprint.get("/r/<token:result_id>/whatif/<token:name>.png")
def variant_png(result_id: str, name: str) -> Response:
    """What the network takes the photo to be, in one of the preparations."""
    return picture(services().explainer.variant_png(result_id, name), "image/png")


def _explanation_response(result_id: str, method: MethodName, class_index: int, layer: str) -> Response:
    explanation = services().explain(result_id, method, class_index, layer)
    height, width = explanation.heatmap.shape
    rounded = [[round(float(value), 5) for value in row] for row in explanation.heatmap]
    return json_response(ExplanationBody(method, class_index, explanation.logit, (height, width), rounded))


def _method(name: str) -> MethodName:
    try:
        return find_method(name).name
    except BadParameterError as error:
        raise NotFoundError(error.message_template, "Use one of them in the address.", **error.values) from error
