"""Why this word, and what other preparations would change."""

from dataclasses import dataclass
from typing import Annotated, Literal

from flask import Response, render_template, url_for
from pydantic import Field

from vggweb.core.architecture import CONVOLUTIONS
from vggweb.core.attribution.methods import METHODS, MethodName, find_method
from vggweb.core.attribution.occlusion import PREDICTIONS_NEEDED
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
    StillComputingError,
    UnknownClassError,
    UnknownLayerError,
)
from vggweb.services.explanations import DEFAULT_LAYER, Explanation, heatmap_png, overlay_png
from vggweb.services.open_result import OpenResult
from vggweb.web import visitors
from vggweb.web.context import open_result, services
from vggweb.web.job_pages import JobBody, accepted, job_body, kept_address, started
from vggweb.web.responses import json_response, picture, private_page, see_other, wants_json
from vggweb.web.routing import Area, DecimalDigits, Json, OneOf, Parameters, Text
from vggweb.web.sentences import why as sentences
from vggweb.web.sentences.whatif import PREPARATIONS

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
    json=Json(
        "Where the evidence for a class lies; 202 while a worker computes a quick method's",
        {200: ExplanationBody, 202: JobBody},
        errors=ERRORS,
        headers={"Location": "The job's address, with 202."},
    ),
)
def why(result_id: str, method: str, class_index: int, asked: Question) -> Response:
    """The overlay, the heat map and its scale; two classes side by side."""
    name, result = _method(method), open_result(result_id)
    if wants_json():
        return _numbers_or_job(result, name, class_index, asked.layer)
    wanted = [class_index] if asked.other_class is None else [class_index, asked.other_class]
    found = search_classes(asked.q, limit=CLASSES_OFFERED) if asked.q else []
    shown = result.describe()
    visitors.remember_photo(result_id)
    return private_page(
        render_template(
            "pages/why.html",
            result=shown,
            method=find_method(name),
            methods=METHODS.values(),
            columns=[_column(result, name, index, asked.layer) for index in wanted],
            class_index=class_index,
            layer_name=asked.layer,
            titles=sentences.METHODS,
            convolutions=CONVOLUTIONS,
            occlusion_predictions=PREDICTIONS_NEEDED,
            query=asked.q,
            found=found,
            choices=found if asked.q else shown.predictions,
        )
    )


@dataclass(frozen=True)
class Column:
    """One class on the page: its explanation, or the job that computes it, or neither yet."""

    entry: object
    explanation: Explanation | None
    job: JobBody | None


def _column(result: OpenResult, method: MethodName, class_index: int, layer: str) -> Column:
    try:
        return Column(find_class(class_index), _explanation(result, method, class_index, layer), None)
    except NotDrawnError:
        job = services().explanations.job(result, method, class_index)
        return Column(find_class(class_index), None, job_body(job) if job else None)
    except StillComputingError as error:
        return Column(find_class(class_index), None, job_body(services().jobs.find(error.job_id)))


@blueprint.post(
    "/r/<token:result_id>/why/<method>/<int:class_index>",
    reads=Where,
    json=Json(
        "Start a slow method",
        {200: ExplanationBody, 202: JobBody},
        errors=(*ERRORS, RateLimitedError),
        headers={"Location": "The job's address."},
    ),
)
def start(result_id: str, method: str, class_index: int, asked: Where) -> Response:
    """Starts a job for a slow method; a fast one has its answer already."""
    name, result = _method(method), open_result(result_id)
    page = url_for("why.why", result_id=result_id, method=name, class_index=class_index)
    if not find_method(name).slow:
        return _numbers_or_job(result, name, class_index, asked.layer) if wants_json() else see_other(page)
    try:
        explanation = _explanation(result, name, class_index, asked.layer)
    except NotDrawnError:
        job = services().explanations.start(
            result, name, class_index, owner=visitors.asker(), result_url=kept_address(page)
        )
        return started(job, page)
    return json_response(_in_numbers(explanation)) if wants_json() else see_other(page)


@blueprint.get("/r/<token:result_id>/why/<method>/<int:class_index>.png", reads=HeatPicture)
def why_png(result_id: str, method: str, class_index: int, asked: HeatPicture) -> Response:
    """The evidence as a picture."""
    result = open_result(result_id)
    explanation = _explanation(result, _method(method), class_index, asked.layer)
    if asked.kind == "heatmap":
        return picture(heatmap_png(explanation), "image/png")
    return picture(overlay_png(result, explanation), "image/png")


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
    result = open_result(result_id)
    found = services().what_if.variants(result)
    if wants_json():
        variants = [VariantBody(one.preparation.name, one.predictions, round(one.distance, 6)) for one in found]
        return json_response(WhatIfBody(variants))
    visitors.remember_photo(result_id)
    return private_page(
        render_template(
            "pages/whatif.html",
            result=result,
            variants=found,
            preparations=PREPARATIONS,
        )
    )


@blueprint.get("/r/<token:result_id>/whatif/<token:name>.png")
def variant_png(result_id: str, name: str) -> Response:
    """What the network takes the photo to be, in one of the preparations."""
    return picture(services().what_if.variant_png(open_result(result_id), name), "image/png")


def _explanation(result: OpenResult, method: MethodName, class_index: int, layer: str) -> Explanation:
    return services().explanations.find(result, method, class_index, layer)


def _numbers_or_job(result: OpenResult, method: MethodName, class_index: int, layer: str) -> Response:
    """A quick method's map in JSON, or 202 with the job of the worker that is at it."""
    try:
        return json_response(_in_numbers(_explanation(result, method, class_index, layer)))
    except StillComputingError as error:
        return accepted(services().jobs.find(error.job_id))


def _in_numbers(explanation: Explanation) -> ExplanationBody:
    found = explanation.found
    height, width = found.heatmap.shape
    rounded = [[round(float(value), 5) for value in row] for row in found.heatmap]
    return ExplanationBody(
        explanation.method.name, explanation.entry.class_index, found.logit, (height, width), rounded
    )


def _method(name: str) -> MethodName:
    try:
        return find_method(name).name
    except BadParameterError as error:
        raise NotFoundError(error.message_template, "Use one of them in the address.", **error.values) from error
