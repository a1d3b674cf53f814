"""Which weights answer: the model's page, and the embedded weights' files for whoever wants to compute along."""

from dataclasses import dataclass, fields

from flask import Response, make_response, render_template, send_from_directory, url_for

from vggweb.core.architecture import LAYERS
from vggweb.core.engines import EngineName
from vggweb.core.weights import WeightsInfo
from vggweb.core.weights.compact import FILES, FOLDER, CompactWeights
from vggweb.errors import NotFoundError
from vggweb.web.context import services
from vggweb.web.responses import YEAR_SECONDS, json_response, wants_json
from vggweb.web.routing import Area, Json
from vggweb.web.sentences.weights import official_note

blueprint = Area("model", __name__)


@dataclass(frozen=True)
class Download:
    """A file that can be had."""

    name: str
    url: str
    bytes: int


@dataclass(frozen=True)
class ModelInfo(WeightsInfo):
    """What is known of the weights that answer, and what computes with them.

    Attributes:
        engine: ``ncnn`` or ``tensorflow``; gradients are always TensorFlow's.
    """

    engine: EngineName


@blueprint.get("/model", json=Json("Which weights answer", ModelInfo))
def show() -> Response:
    """The model's page."""
    host = services().model_host
    known = {item.name: getattr(host.weights, item.name) for item in fields(WeightsInfo)}
    if wants_json():
        return json_response(ModelInfo(**known, engine=host.engine_name))
    compact = isinstance(host.choice, CompactWeights)
    downloads = [
        Download(name, url_for("model.weights_file", name=name), (FOLDER / name).stat().st_size)
        for name in FILES
        if compact
    ]
    page = render_template(
        "pages/model.html",
        official_note=official_note(),
        fetch_command="flask weights fetch",
        downloads=downloads,
        engine=host.engine_name,
        layers=LAYERS,
    )
    return make_response(page)


@blueprint.get("/model/weights/<name>")
def weights_file(name: str) -> Response:
    """One of the embedded weights' files."""
    if name not in FILES:
        raise NotFoundError
    response = send_from_directory(FOLDER, name, as_attachment=True, mimetype="application/octet-stream")
    response.headers["Cache-Control"] = f"public, max-age={YEAR_SECONDS}"
    return response
