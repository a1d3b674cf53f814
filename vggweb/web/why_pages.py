"""Why this word, and what other preparations would change."""

from dataclasses import dataclass

from flask import Blueprint, Response, render_template, url_for

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
from vggweb.web.answers import Choice, Text, WholeNumber, add_route, answers, json_answer, wants_json
from vggweb.web.context import services
from vggweb.web.job_pages import JobAnswer, job_answer, started
from vggweb.web.responses import picture, private_page, see_other

blueprint = Blueprint("why", __name__)
LAYER = Choice(
    "layer", tuple(layer.name for layer in CONVOLUTIONS), DEFAULT_LAYER, "The convolution that Grad-CAM looks at."
)
KIND = Choice("kind", ("overlay", "heatmap"), "overlay", "The heat over the photo, or the heat alone.")
AND = WholeNumber("and", 0, CLASS_COUNT - 1, -1, "A second class to set beside the first.", is_optional=True)
QUERY = Text("q", 100, "Words that the class's names must hold.")
CLASSES_OFFERED = 40
COLOUR_BAR_PX = (18, 448)


@dataclass(frozen=True)
class ExplanationAnswer:
    """Where the evidence for a class lies, 1 for the most."""

    method: MethodName
    class_index: int
    logit: float
    shape: tuple[int, int]
    heatmap: list[list[float]]


@dataclass(frozen=True)
class VariantAnswer:
    """One other preparation: its first predictions, and how far its probabilities are from the real ones, 0 to 1."""

    name: str
    predictions: tuple[Prediction, ...]
    distance: float


@dataclass(frozen=True)
class WhatIfAnswer:
    """The same photo prepared in other ways; the first is the real one."""

    variants: list[VariantAnswer]


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


@answers("Where the evidence for a class lies", ExplanationAnswer, errors=ERRORS, query=(LAYER, AND))
def why(result_id: str, method: str, class_index: int) -> Response:
    """The overlay, the heat map and its scale; two classes side by side."""
    name = _method(method)
    if wants_json():
        explanation = services().explain(result_id, name, class_index, LAYER.read())
        height, width = explanation.heatmap.shape
        rounded = [[round(float(value), 5) for value in row] for row in explanation.heatmap]
        return json_answer(ExplanationAnswer(name, class_index, explanation.logit, (height, width), rounded))
    result = services().results.show(result_id)
    wanted = [class_index] + ([AND.read()] if AND.read() >= 0 else [])
    visitors.remember_photo(result_id)
    return private_page(
        render_template(
            "pages/why.html",
            result=result,
            method=find_method(name),
            methods=METHODS.values(),
            columns=[_column(result_id, name, index) for index in wanted],
            class_index=class_index,
            layer_name=LAYER.read(),
            convolutions=CONVOLUTIONS,
            query=QUERY.read(),
            found=search_classes(QUERY.read(), limit=CLASSES_OFFERED) if QUERY.read() else [],
        )
    )


@dataclass(frozen=True)
class Column:
    """One class on the page: its explanation, or the job that computes it, or neither yet."""

    entry: object
    explanation: Explanation | None
    job: JobAnswer | None


def _column(result_id: str, method: MethodName, class_index: int) -> Column:
    try:
        return Column(find_class(class_index), services().explain(result_id, method, class_index, LAYER.read()), None)
    except NotDrawnError:
        job = services().occlusions.job(result_id, class_index)
        return Column(find_class(class_index), None, job_answer(job) if job else None)


@answers(
    "Start a slow method",
    {200: ExplanationAnswer, 202: JobAnswer},
    errors=(*ERRORS, RateLimitedError),
    query=(LAYER,),
    headers={"Location": "The job's address."},
)
def start(result_id: str, method: str, class_index: int) -> Response:
    """Starts a job for a slow method; a fast one has its answer already."""
    name = _method(method)
    find_class(class_index)
    page = url_for("why.why", result_id=result_id, method=name, class_index=class_index)
    try:
        services().explain(result_id, name, class_index, LAYER.read())
    except NotDrawnError:
        job = services().occlusions.start(result_id, class_index, owner=visitors.asker(), result_url=page)
        return started(job, page)
    return why(result_id, method, class_index) if wants_json() else see_other(page)


@blueprint.get("/r/<token:result_id>/why/<method>/<int:class_index>.png")
def why_png(result_id: str, method: str, class_index: int) -> Response:
    """The evidence as a picture."""
    explanation = services().explain(result_id, _method(method), class_index, LAYER.read())
    if KIND.read() == "heatmap":
        return picture(heatmap_png(explanation), "image/png")
    return picture(services().explainer.overlay_png(result_id, explanation), "image/png")


@blueprint.get("/heat.png")
def heat_png() -> Response:
    """The heat maps' colour bar, 0 at the left and 1 at the right."""
    return picture(encode_png(colour_bar(COLOUR_BAR_PX)), "image/png")


@answers(
    "The same photo prepared in other ways", WhatIfAnswer, errors=(NotFoundError, GoneError, BusyError, NotReadyError)
)
def whatif(result_id: str) -> Response:
    """The variants with their predictions, side by side."""
    found = services().explainer.what_if(result_id)
    if wants_json():
        variants = [
            VariantAnswer(one.variant.preparation.name, one.predictions, round(one.variant.distance, 6))
            for one in found
        ]
        return json_answer(WhatIfAnswer(variants))
    visitors.remember_photo(result_id)
    return private_page(render_template("pages/whatif.html", result=services().results.show(result_id), variants=found))


@blueprint.get("/r/<token:result_id>/whatif/<token:name>.png")
def variant_png(result_id: str, name: str) -> Response:
    """What the network takes the photo to be, in one of the preparations."""
    return picture(services().explainer.variant_png(result_id, name), "image/png")


def _method(name: str) -> MethodName:
    try:
        return find_method(name).name
    except BadParameterError as error:
        raise NotFoundError(error.message_template, "Use one of them in the address.", **error.values) from error


add_route(blueprint, "/r/<token:result_id>/why/<method>/<int:class_index>", why)
add_route(blueprint, "/r/<token:result_id>/why/<method>/<int:class_index>", start, methods=("POST",))
add_route(blueprint, "/r/<token:result_id>/whatif", whatif)
