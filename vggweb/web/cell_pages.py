"""Where one number of a feature map comes from: the page, the table, the JSON."""

from dataclasses import dataclass

from flask import Response, redirect, render_template, url_for
from pydantic import Field, RootModel

from vggweb.core.architecture import IMAGE_SIZE_PX, find_layer
from vggweb.core.patches import ConvolutionCell, check_cell
from vggweb.errors import BusyError, GoneError, NotFoundError, NotReadyError, UnknownFilterError, UnknownLayerError
from vggweb.services.cells import Cell
from vggweb.web.context import open_result, services
from vggweb.web.responses import json_response, private_page, wants_json
from vggweb.web.routing import Area, Json, Parameters, WholeNumber

blueprint = Area("cells", __name__)
STRONGEST_SHOWN = 24
CHANNELS_SHOWN = 8
NEIGHBOURS = {"up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}


class CellPlace(Parameters):
    """A cell that a form names."""

    row: WholeNumber = Field(0, ge=0, le=IMAGE_SIZE_PX - 1, description="From the top, counted from 0.")
    column: WholeNumber = Field(0, ge=0, le=IMAGE_SIZE_PX - 1, description="From the left, counted from 0.")


@dataclass(frozen=True)
class ConvolutionCellInJson:
    """One number of a convolution's map and what it is made of."""

    layer: str
    channel: int
    row: int
    column: int
    input: list[list[list[float]]]
    kernel: list[list[list[float]]]
    bias: float
    sum: float
    output: float


@dataclass(frozen=True)
class PoolingCellInJson:
    """One number of a pooling's map and the four that it is the largest of."""

    layer: str
    channel: int
    row: int
    column: int
    input: list[list[float]]
    output: float


class CellInJson(RootModel[ConvolutionCellInJson | PoolingCellInJson]):
    """A cell of either kind of layer."""


@blueprint.get(
    "/r/<token:result_id>/layers/<token:layer_name>/<int:channel>/<int:row>/<int:column>",
    json=Json(
        "Where one number of a feature map comes from",
        CellInJson,
        errors=(NotFoundError, GoneError, UnknownLayerError, UnknownFilterError, BusyError, NotReadyError),
    ),
)
def show(result_id: str, layer_name: str, channel: int, row: int, column: int) -> Response:
    """One cell."""
    cell = services().cells.find(open_result(result_id), layer_name, channel, row, column)
    if wants_json():
        return json_response(_in_json(cell))
    return private_page(render_template("pages/cell.html", result_id=result_id, **_shown(result_id, cell)))


@blueprint.get("/r/<token:result_id>/layers/<token:layer_name>/<int:channel>/cell", reads=CellPlace)
def find(result_id: str, layer_name: str, channel: int, asked: CellPlace) -> Response:
    """Leads to the cell that a form names."""
    check_cell(find_layer(layer_name), channel, asked.row, asked.column)
    address = url_for(
        "cells.show", result_id=result_id, layer_name=layer_name, channel=channel, row=asked.row, column=asked.column
    )
    return redirect(address, 303)  # type: ignore[return-value]


def _shown(result_id: str, cell: Cell) -> dict[str, object]:
    """What the page needs besides the cell's address."""
    convolution = cell.parts if isinstance(cell.parts, ConvolutionCell) else None
    size = cell.layer.shape[0]
    neighbours = {
        name: _address(result_id, cell, cell.row + down, cell.column + right)
        for name, (down, right) in NEIGHBOURS.items()
        if 0 <= cell.row + down < size and 0 <= cell.column + right < size
    }
    return {
        "cell": cell,
        "size": size,
        "is_first": cell.before is None,
        "strongest": convolution.strongest(STRONGEST_SHOWN) if convolution else (),
        "by_channel": convolution.by_channel(CHANNELS_SHOWN) if convolution else (),
        "neighbours": neighbours,
    }


def _address(result_id: str, cell: Cell, row: int, column: int) -> str:
    return url_for(
        "cells.show",
        result_id=result_id,
        layer_name=cell.layer.name,
        channel=cell.channel,
        row=row,
        column=column,
    )


def _in_json(cell: Cell) -> ConvolutionCellInJson | PoolingCellInJson:
    place = (cell.layer.name, cell.channel, cell.row, cell.column)
    parts = cell.parts
    if isinstance(parts, ConvolutionCell):
        kernel = parts.kernel.tolist()
        return ConvolutionCellInJson(*place, parts.input.tolist(), kernel, parts.bias, parts.sum, parts.output)
    return PoolingCellInJson(*place, parts.input.tolist(), parts.output)
