"""A result to take home: a notebook, a zip, a picture for slides, the page as one file."""

import base64

from flask import Response, render_template, url_for
from pydantic import TypeAdapter

from vggweb.core.notebook import notebook
from vggweb.core.rendering import decode_picture, encode_png
from vggweb.core.slide import draw_slide
from vggweb.services.explanations import overlay_png
from vggweb.services.open_result import OpenResult
from vggweb.services.take_home import archive
from vggweb.web.context import open_result, services
from vggweb.web.responses import picture
from vggweb.web.result_pages import SharedResult, with_address
from vggweb.web.routing import Area
from vggweb.web.sentences.weights import variant_note

blueprint = Area("take_home", __name__)


@blueprint.get("/r/<token:result_id>/notebook.ipynb")
def notebook_ipynb(result_id: str) -> Response:
    """A Jupyter notebook that computes the page's numbers again."""
    return _download(_notebook(open_result(result_id)), "application/x-ipynb+json", f"{_stem(result_id)}.ipynb")


@blueprint.get("/r/<token:result_id>/download.zip")
def download_zip(result_id: str) -> Response:
    """Everything of a result in one file."""
    result = open_result(result_id)
    made = {"result.json": _json(result), "notebook.ipynb": _notebook(result), "slide.png": _slide(result)}
    data = archive(result, services().explanations, made)
    return _download(data, "application/zip", f"{_stem(result_id)}.zip")


@blueprint.get("/r/<token:result_id>/card.png")
def card_png(result_id: str) -> Response:
    """The answer as a picture for slides, 1920 × 1080."""
    return picture(_slide(open_result(result_id)), "image/png")


@blueprint.get("/r/<token:result_id>/page.html")
def page_html(result_id: str) -> Response:
    """The page as one file that needs no server: pictures and style are inside it."""
    result = open_result(result_id)
    described = result.describe()
    best = described.predictions[0]
    explanation = services().explanations.find(result, "grad_cam", best.class_index)
    html = render_template(
        "pages/standalone.html",
        result=described,
        photo=_inside(result.photo_jpg(), "image/jpeg"),
        input=_inside(result.input_png(), "image/png"),
        channels=[(one, _inside(result.channel_png(one.name), "image/png")) for one in described.channels],
        heat=_inside(overlay_png(result, explanation), "image/png"),
        url=_address(result),
        answered_by=variant_note(described.model, services().model_host.choice),
    )
    return _download(html.encode(), "text/html", f"{_stem(result_id)}.html")


def _notebook(result: OpenResult) -> bytes:
    return notebook(
        result.input_png(),
        url=_address(result),
        weights_url=url_for("model.weights_file", name="-", _external=True).removesuffix("/-"),
        is_compact=result.row.variant == "compact",
        predictions=result.describe().predictions,
    )


def _slide(result: OpenResult) -> bytes:
    described = result.describe()
    note = f"VGG16, {described.model.variant} weights"
    address = _address(result).split("://", 1)[-1]
    return encode_png(draw_slide(decode_picture(result.photo_jpg()), described.predictions, note=note, address=address))


def _json(result: OpenResult) -> bytes:
    return TypeAdapter(SharedResult).dump_json(with_address(SharedResult, result.describe()), indent=1)


def _address(result: OpenResult) -> str:
    return url_for("results.show", result_id=result.id, _external=True)


def _stem(result_id: str) -> str:
    return f"vggweb-{result_id[:6]}"


def _inside(data: bytes, media_type: str) -> str:
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"


def _download(data: bytes, media_type: str, name: str) -> Response:
    response = picture(data, media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
