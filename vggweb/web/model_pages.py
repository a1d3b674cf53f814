"""Which weights answer: the model's page, and the embedded weights' files for whoever wants to compute along."""

from dataclasses import dataclass

from flask import Response, make_response, render_template, send_from_directory, url_for

from vggweb.core.architecture import LAYERS
from vggweb.core.weights import WeightsInfo
from vggweb.core.weights.compact import FILES, FOLDER
from vggweb.errors import NotFoundError
from vggweb.web.assets import YEAR_SECONDS
from vggweb.web.context import services
from vggweb.web.responses import json_response, wants_json
from vggweb.web.routing import Area, Json
from vggweb.web.sentences.weights import official_note

blueprint = Area("model", __name__)


@dataclass(frozen=True)
class Download:
    """A file that can be had."""

    name: str
    url: str
    bytes: int


@blueprint.get("/model", json=Json("Which weights answer", WeightsInfo))
def show() -> Response:
    """The model's page."""
    weights = services().model_host.weights
    if wants_json():
        return json_response(weights)
    compact = weights.variant == "compact"
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
