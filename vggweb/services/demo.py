"""The demo's screens: one idea each, with the numbers of one photo that it is told by."""

from collections.abc import Callable, Mapping
from typing import Any

from vggweb.core.architecture import CONVOLUTIONS, FULL_PARAMETERS, IMAGE_SIZE_PX, LAYERS, find_layer
from vggweb.core.preprocessing import MEAN_BGR
from vggweb.core.softmax_table import softmax_table
from vggweb.errors import NotFoundError
from vggweb.services.cells import Cells
from vggweb.services.layer_maps import LayerMaps
from vggweb.services.open_result import OpenResult
from vggweb.services.whatif import WhatIf, best_of

Facts = Mapping[str, Any]
MAPS_SHOWN = 5
NEIGHBOURS = 2  # on each side of the pixel that is pointed at
BLOCK_STEPS = ("block1", "block2", "block3", "block4", "block5")
STEPS = (
    "photo",
    "resize",
    "numbers",
    "bgr",
    "mean",
    "batch",
    "input",
    "convolution",
    *BLOCK_STEPS,
    "filter",
    "classifier",
    "logits",
    "softmax",
    "words",
    "why",
    "whatif",
)


class Demo:
    """Gives each screen its numbers."""

    def __init__(self, layer_maps: LayerMaps, cells: Cells, what_if: WhatIf) -> None:
        self._layer_maps = layer_maps
        self._cells = cells
        self._what_if = what_if
        self._screens: dict[str, Callable[[OpenResult], Facts]] = {
            "convolution": self._convolution,
            "filter": self._filter,
            "classifier": self._classifier,
            "logits": _scores,
            "softmax": _scores,
            "why": _why,
            "whatif": self._whatif,
        }

    def facts(self, result: OpenResult, step: str, *, row: int, column: int) -> Facts:
        """What a screen shows besides the result itself.

        Args:
            step: a name in `STEPS`.
            row: of the pixel that is pointed at, 0-223.
            column: of the pixel that is pointed at, 0-223.

        Raises:
            NotFoundError: the demo has no such screen.
        """
        if step not in STEPS:
            raise NotFoundError
        if step in BLOCK_STEPS:
            return self._block(result, step)
        if step in self._screens:
            return self._screens[step](result)
        return _pixel(result, row, column)

    def _convolution(self, result: OpenResult) -> Facts:
        layer = CONVOLUTIONS[0]
        channel = self._layer_maps.of_layer(result, layer.name).strongest_first[0].index
        row, column = self._cells.strongest(result, layer.name, channel)
        return {"cell": self._cells.find(result, layer.name, channel, row, column)}

    def _block(self, result: OpenResult, step: str) -> Facts:
        layers = [layer for layer in LAYERS if layer.name.startswith(step)]
        last = next(layer for layer in reversed(layers) if layer.kind == "conv")
        maps = self._layer_maps.of_layer(result, last.name).strongest_first[:MAPS_SHOWN]
        return {"layers": layers, "layer": last, "pool": layers[-1], "maps": maps}

    def _filter(self, result: OpenResult) -> Facts:
        layer = CONVOLUTIONS[-1]
        strongest = self._layer_maps.of_layer(result, layer.name).strongest_first
        return {"layer": layer, "maps": strongest[:MAPS_SHOWN]}

    def _classifier(self, result: OpenResult) -> Facts:
        return {
            "is_compact": result.row.variant == "compact",
            "full_parameters": FULL_PARAMETERS,
            "pool": find_layer("block5_pool"),
        }

    def _whatif(self, result: OpenResult) -> Facts:
        variants = self._what_if.variants(result)
        return {"variants": [(one, best_of(one)) for one in variants]}


def _scores(result: OpenResult) -> Facts:
    return {"table": softmax_table(result.logits)}


def _why(result: OpenResult) -> Facts:
    return {"classes": softmax_table(result.logits, count=2).rows}


def _pixel(result: OpenResult, row: int, column: int) -> Facts:
    """The pixel that is pointed at on its way from RGB to the batch, and the pixels around it."""
    rows, columns = (
        range(max(0, place - NEIGHBOURS), min(IMAGE_SIZE_PX, place + NEIGHBOURS + 1)) for place in (row, column)
    )
    rgb = result.image[row, column].tolist()
    return {
        "row": row,
        "column": column,
        "rgb": rgb,
        "bgr": rgb[::-1],
        "mean": [round(float(value), 3) for value in MEAN_BGR],
        "value": [round(float(value), 3) for value in result.batch[0, row, column]],
        "neighbours": [[(y, x, result.image[y, x].tolist()) for x in columns] for y in rows],
    }
