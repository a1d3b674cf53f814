"""The architecture, and what its layers saw in a photo."""

from dataclasses import dataclass
from typing import Literal

from flask import Response, make_response, render_template, url_for
from pydantic import Field

from vggweb.core.architecture import LAYERS, Layer, find_layer, layer_after, layer_before
from vggweb.core.architecture_drawing import draw_architecture
from vggweb.core.feature_maps import MapFacts, Scale
from vggweb.core.gallery import gallery_sheet
from vggweb.core.rendering import KERNEL_SHEET
from vggweb.errors import (
    BadParameterError,
    BusyError,
    GoneError,
    NotFoundError,
    NotReadyError,
    UnknownLayerError,
)
from vggweb.web import visitors
from vggweb.web.context import open_result, services
from vggweb.web.responses import json_response, picture, private_page, wants_json
from vggweb.web.routing import Area, Json, Parameters

blueprint = Area("layers", __name__)
PHOTO_BEHIND_FIELDS = "samples/cat.jpg"


class MapScale(Parameters):
    """How feature maps are shown."""

    scale: Scale = Field("own", description="Each map on its own scale, or one scale for the layer.")


class MapPicture(MapScale):
    """How one feature map is shown."""

    over: Literal["nothing", "photo"] = Field(
        "nothing", description="The map alone in grey, or as heat over the photo."
    )


@dataclass(frozen=True)
class LayerMapsBody:
    """What a layer gave for a photo, each channel in numbers, in channel order."""

    layer: str
    shape: tuple[int, int, int]
    channels: tuple[MapFacts, ...]


@blueprint.get(
    "/r/<token:result_id>/layers/<token:layer_name>",
    reads=MapScale,
    json=Json(
        "What a layer saw in a photo",
        LayerMapsBody,
        errors=(NotFoundError, GoneError, UnknownLayerError, BadParameterError, BusyError, NotReadyError),
    ),
)
def maps(result_id: str, layer_name: str, asked: MapScale) -> Response:
    """All feature maps of a layer, strongest first."""
    scale, result = asked.scale, open_result(result_id)
    found = services().layer_maps.of_layer(result, layer_name)
    if wants_json():
        return json_response(LayerMapsBody(layer_name, found.layer.shape, found.channels))
    visitors.remember_photo(result_id)
    return private_page(
        render_template(
            "pages/maps.html",
            result_id=result_id,
            layer=found.layer,
            layers=LAYERS,
            maps=found.strongest_first,
            silent=found.silent_count,
            sheet=found.sheet,
            scale=scale,
        )
    )


@blueprint.get("/r/<token:result_id>/layers/<token:layer_name>/<int:channel>")
def one_map(result_id: str, layer_name: str, channel: int) -> Response:
    """One feature map, large over the photo."""
    result = open_result(result_id)
    found = services().layer_maps.of_layer(result, layer_name)
    standing = found.standing(channel)
    strongest_row, strongest_column = services().cells.strongest(result, layer_name, channel)
    visitors.remember_photo(result_id)
    return private_page(
        render_template(
            "pages/map.html",
            result_id=result_id,
            layer=found.layer,
            facts=standing.facts,
            standing=standing,
            strongest_row=strongest_row,
            strongest_column=strongest_column,
        )
    )


@blueprint.get("/r/<token:result_id>/layers/<token:layer_name>/sheet.webp", reads=MapScale)
def sheet(result_id: str, layer_name: str, asked: MapScale) -> Response:
    """All feature maps of a layer in one picture."""
    data = services().layer_maps.sheet_webp(open_result(result_id), layer_name, asked.scale)
    return picture(data, "image/webp")


@blueprint.get("/r/<token:result_id>/layers/<token:layer_name>/<int:channel>.png", reads=MapPicture)
def map_png(result_id: str, layer_name: str, channel: int, asked: MapPicture) -> Response:
    """One feature map as a picture."""
    data = services().layer_maps.map_png(
        open_result(result_id), layer_name, channel, scale=asked.scale, over_photo=asked.over == "photo"
    )
    return picture(data, "image/png")


@blueprint.get("/layers", json=Json("The layers of VGG16", list[Layer]))
def index() -> Response:
    """The architecture."""
    if wants_json():
        return json_response(list(LAYERS), as_type=list[Layer])
    return make_response(
        render_template(
            "pages/layers.html",
            drawing=draw_architecture(),
            address_of=lambda name: url_for("layers.show", layer_name=name),
            photo=PHOTO_BEHIND_FIELDS,
        )
    )


@blueprint.get("/layers/<token:layer_name>", json=Json("One layer of VGG16", Layer, errors=(UnknownLayerError,)))
def show(layer_name: str) -> Response:
    """One layer with its filters."""
    layer = find_layer(layer_name)
    if wants_json():
        return json_response(layer)
    return make_response(
        render_template(
            "pages/layer.html",
            layer=layer,
            before=layer_before(layer),
            after=layer_after(layer),
            kernels=KERNEL_SHEET,
            sheet=gallery_sheet(layer),
            last_photo=visitors.last_photo(),
        )
    )


@blueprint.get("/layers/block1_conv1/kernels/<int:channel>.png")
def kernel_png(channel: int) -> Response:
    """One kernel of block1_conv1 in colour, 3 × 3 weights."""
    return picture(services().layer_maps.kernel_png(channel), "image/png")


@blueprint.get("/layers/block1_conv1/kernels.png")
def kernels_png() -> Response:
    """All 64 kernels of block1_conv1 in colour, eight in a row."""
    return picture(services().layer_maps.kernels_png(), "image/png")
