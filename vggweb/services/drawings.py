"""Pictures of what filters and classes like: asked for, drawn once as jobs, kept for ever, collected on sheets."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import PIL.Image

from vggweb.core.architecture import Layer
from vggweb.core.arrays import Picture
from vggweb.core.optvis.drawing import Drawing, DrawingRequest, OnStep, request_from
from vggweb.core.optvis.objectives import Channel
from vggweb.core.optvis.recipes import DEFAULT_RECIPE, RecipeName
from vggweb.core.rendering import decode_picture, encode_png, encode_webp
from vggweb.core.sheets import Sheet
from vggweb.errors import NotDrawnError
from vggweb.jobs import Arguments, Asker, Job, JobContext, Jobs
from vggweb.services.model_host import ModelHost
from vggweb.storage import StoredFile

if TYPE_CHECKING:
    from vggweb.core.model import Vgg16

KIND = "draw"
PICTURE, FACTS = "picture", "facts"
SHEET_TILE_PX = 96
WEIGHTS_KEY_LENGTH = 16  # of the SHA-256's 64 digits: enough to tell weights apart


@dataclass(frozen=True)
class DrawnFacts:
    """What is known of a finished drawing.

    Attributes:
        dark: the filter stayed asleep for every seed that was tried.
        seed_used: the seed that is shown.
        curve: the objective after each step.
    """

    dark: bool
    seed_used: int
    curve: tuple[float, ...] = field(default=())


UNDRAWN_GREY = 128


@dataclass(frozen=True)
class ContactSheet:
    """Which filters of a layer have been drawn, and how their sheet is laid out.

    Attributes:
        drawn: the filters that are on the sheet.
        tiles: where they lie; every filter has its own tile, drawn or not.
    """

    drawn: frozenset[int]
    tiles: Sheet


class Drawings:
    """Finds, draws and collects pictures."""

    def __init__(self, model_host: ModelHost, jobs: Jobs) -> None:
        self._products = jobs.products
        self._model_host = model_host
        self._jobs = jobs
        jobs.register(KIND, self._run)

    def picture(self, request: DrawingRequest) -> bytes:
        """The picture as PNG.

        Raises:
            NotDrawnError: it has never been drawn; looking starts no work.
        """
        request.check()
        found = self._products.find(self.key(request), PICTURE)
        if found is None:
            raise NotDrawnError
        return found.data

    def facts(self, request: DrawingRequest) -> DrawnFacts | None:
        """What is known of the picture; None if it has not been drawn."""
        request.check()
        found = self._products.find(self.key(request), FACTS)
        if found is None:
            return None
        facts = json.loads(found.data)
        return DrawnFacts(facts["dark"], facts["seed_used"], tuple(facts["curve"]))

    def job(self, request: DrawingRequest) -> Job | None:
        """The job that draws or drew the picture."""
        return self._jobs.find_by_key(self.key(request))

    def order(self, request: DrawingRequest, *, owner: Asker | None, result_url: str) -> Job:
        """The job that draws the picture: a new one, or the one that is at it.

        Raises:
            BusyError, RateLimitedError: too much work waits already.
        """
        request.check()
        return self._jobs.submit(KIND, self.key(request), request.arguments, owner=owner, result_url=result_url)

    def draw_now(self, request: DrawingRequest, model: "Vgg16", *, on_step: OnStep | None = None) -> bytes:
        """The picture as PNG, drawn in this thread and kept; at once if it is there already."""
        from vggweb.core.optvis.render import draw

        request.check()
        if self._products.find(self.key(request), PICTURE) is None:
            self._save(request, draw(model, request, on_step=on_step))
        return self.picture(request)

    def draw_several_now(self, layer: Layer, indices: list[int], recipe: RecipeName, model: "Vgg16") -> None:
        """Pictures of several filters of one layer (seed 0, whole channel), drawn in one batch and kept."""
        from vggweb.core.optvis.render import draw_together

        requests = [DrawingRequest(Channel(layer.name, index), recipe) for index in indices]
        for request, drawing in zip(requests, draw_together(model, requests), strict=True):
            self._save(request, [drawing])

    def missing(self, layer: Layer, recipe: RecipeName) -> list[int]:
        """The filters of a layer whose picture (seed 0, whole channel) has not been drawn."""
        drawn = self._drawn(layer, recipe)
        return [index for index in range(layer.channels) if index not in drawn]

    def sheet(self, layer: Layer, recipe: RecipeName = DEFAULT_RECIPE) -> ContactSheet:
        """How far the layer's contact sheet has got."""
        return ContactSheet(frozenset(self._drawn(layer, recipe)), Sheet.square(layer.channels, SHEET_TILE_PX))

    def sheet_webp(self, layer: Layer, recipe: RecipeName = DEFAULT_RECIPE) -> bytes:
        """All drawn filters of a layer on one sheet; undrawn tiles stay grey."""
        sheet = self.sheet(layer, recipe)
        tiles = {index: self._tile(layer, index, recipe) for index in sheet.drawn}
        return encode_webp(sheet.tiles.arranged(tiles, ground=UNDRAWN_GREY))

    def key(self, request: DrawingRequest) -> str:
        """The name under which the picture is kept: weights, what, recipe, seed, which of its pictures."""
        return self._prefix() + request.key

    def _prefix(self) -> str:
        return f"draw/{self._model_host.choice.sha256[:WEIGHTS_KEY_LENGTH]}/"

    def _drawn(self, layer: Layer, recipe: RecipeName) -> set[int]:
        keys = self._products.keys_beginning(f"{self._prefix()}{layer.name}/")
        ending = f"/{recipe}/0/channel"
        return {int(key.removesuffix(ending).rsplit("/", 1)[1]) for key in keys if key.endswith(ending)}

    def _tile(self, layer: Layer, index: int, recipe: RecipeName) -> Picture:
        drawn = PIL.Image.fromarray(decode_picture(self.picture(DrawingRequest(Channel(layer.name, index), recipe))))
        return np.asarray(drawn.resize((SHEET_TILE_PX, SHEET_TILE_PX), PIL.Image.Resampling.LANCZOS))

    def _save(self, request: DrawingRequest, drawings: list[Drawing]) -> None:
        self._products.save(self.key(request), *_products(drawings))

    def _run(self, context: JobContext, arguments: Arguments) -> None:
        from vggweb.core.optvis.render import draw  # TensorFlow: not before something is drawn

        request = request_from(arguments)
        if self.facts(request) is not None:  # the command line drew it while the job waited
            return

        def report(step: int, steps: int, value: float, picture: Callable[[], Picture]) -> None:
            context.report(
                step / steps, step=step, steps=steps, value=value, picture=lambda: encode_png(_squared(picture()))
            )

        for product in _products(draw(self._model_host.model(), request, on_step=report)):
            context.save(product.name, product.media_type, product.data)


def _products(drawings: list[Drawing]) -> tuple[StoredFile, StoredFile]:
    first = drawings[0]
    facts = DrawnFacts(first.dark, first.seed_used, tuple(round(value, 4) for value in first.curve))
    return (
        StoredFile(FACTS, "application/json", json.dumps(asdict(facts)).encode()),
        StoredFile(PICTURE, "image/png", encode_png(_arranged(drawings))),
    )


def _arranged(drawings: list[Drawing]) -> Picture:
    """One picture alone; four two by two."""
    return _squared(np.concatenate([one.picture for one in drawings], axis=1))


def _squared(strip: Picture) -> Picture:
    """Pictures (h, n × h, 3) that stand side by side: one as it is, four two by two."""
    height, width = strip.shape[:2]
    return strip if width == height else np.concatenate(np.hsplit(strip, 2))
