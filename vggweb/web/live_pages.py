"""The camera: a page that shows what VGG16 sees now, and the address that it sends its frames to."""

from typing import Any

from flask import Response, make_response, render_template
from pydantic import Field

from vggweb.core.architecture import LAYERS
from vggweb.core.classes import all_classes, chinese_hypernyms
from vggweb.core.preprocessing import ResizeMethod
from vggweb.errors import (
    BadParameterError,
    BusyError,
    CorruptImageError,
    NoPhotoError,
    NotAnImageError,
    NotReadyError,
    PhotoTooLargeError,
    RateLimitedError,
    UnknownFilterError,
    UnknownLayerError,
    UnsupportedFormatError,
)
from vggweb.services.live import WORDS, LiveAnswer
from vggweb.web.context import services
from vggweb.web.formatters import category, class_words
from vggweb.web.home import upload_form
from vggweb.web.languages import current_language
from vggweb.web.responses import json_response
from vggweb.web.routing import Area, Json, Parameters, Text, WholeNumber
from vggweb.web.security import limiter
from vggweb.web.sent_photo import sent_photo

blueprint = Area("live", __name__)
FRAMES_LIMIT = "40/second"  # one page sends no second frame while the first is under way
MOST_CHANNELS = max(layer.channels for layer in LAYERS)


class Frame(Parameters):
    """What comes with a frame."""

    resize: ResizeMethod = Field("crop", description="How the frame is brought to 224 × 224.")
    layer: Text = Field("", max_length=32, description="The layer whose feature map is wanted, too; empty: none.")
    channel: WholeNumber = Field(0, ge=0, lt=MOST_CHANNELS, description="Which of its maps.")


@blueprint.get("/live")
def show() -> Response:
    """The page; without a camera, a photo can be chosen on it."""
    return make_response(
        render_template("pages/live.html", layers=LAYERS, rows=WORDS, **_names(), **upload_form(resize="crop"))
    )


@blueprint.post(
    "/live.json",
    reads=Frame,
    guard=limiter.limit(FRAMES_LIMIT),
    json=Json(
        "What VGG16 sees in one frame; nothing is stored",
        LiveAnswer,
        errors=(
            NoPhotoError,
            BadParameterError,
            UnknownLayerError,
            UnknownFilterError,
            PhotoTooLargeError,
            NotAnImageError,
            UnsupportedFormatError,
            CorruptImageError,
            RateLimitedError,
            BusyError,
            NotReadyError,
        ),
        files={"photo": "The frame's file."},
    ),
)
def look(asked: Frame) -> Response:
    """The words for a frame."""
    answer = services().live.look(sent_photo(), resize=asked.resize, layer_name=asked.layer, channel=asked.channel)
    response = json_response(answer)
    response.headers["Cache-Control"] = "no-store"
    return response


def _names() -> dict[str, Any]:
    """What the page calls classes and categories, where that is not what JSON calls them."""
    if current_language() == "en":
        return {"names": None}
    names = [class_words(entry.class_index) for entry in all_classes()]
    return {"names": names, "categories": {name: category(name) for name in chinese_hypernyms()}}
