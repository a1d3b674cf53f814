"""Why a word: one door for all methods. A quick one answers at once; a slow one is a job whose map is kept."""

import io
from dataclasses import dataclass
from functools import partial

import numpy as np

from vggweb.core.architecture import find_convolution
from vggweb.core.attribution import METHODS, Attribution, Method, MethodName, find_method, grad_cam
from vggweb.core.classes import ImageNetClass, find_class
from vggweb.core.rendering import encode_png, enlarge, heatmap_picture, overlay
from vggweb.errors import NotDrawnError
from vggweb.jobs import Arguments, Asker, Job, JobContext, Jobs
from vggweb.services.cache import ComputeOnceCache
from vggweb.services.model_host import ModelHost
from vggweb.services.open_result import OpenResult
from vggweb.services.results import Results

EXPLANATIONS_REMEMBERED = 64
LARGE_MAP_PX = 448
OVERLAY_FACTOR = 2  # the model input, enlarged
DEFAULT_LAYER = "block5_conv3"  # the last convolution, as Selvaraju et al. choose it
HEATMAP = "heatmap"  # the name of a kept map among its job's products


@dataclass(frozen=True)
class Explanation:
    """Where the evidence for one class lies.

    Attributes:
        method: how it was found.
        entry: the class.
        layer_name: the convolution that was looked at; None for methods that look at none.
        found: the class's logit, and the map.
    """

    method: Method
    entry: ImageNetClass
    layer_name: str | None
    found: Attribution


class Explanations:
    """Finds, computes and keeps explanations of results."""

    def __init__(self, results: Results, model_host: ModelHost, jobs: Jobs) -> None:
        self._results = results
        self._model_host = model_host
        self._jobs = jobs
        self._remembered: ComputeOnceCache[Attribution] = ComputeOnceCache(EXPLANATIONS_REMEMBERED)
        for method in METHODS.values():
            if method.slow:
                jobs.register(method.name, partial(self._run, method))

    def find(
        self, result: OpenResult, method_name: MethodName, class_index: int, layer_name: str = DEFAULT_LAYER
    ) -> Explanation:
        """Where the evidence for a class lies: a quick method's is computed now, a slow one's was by its job.

        Args:
            layer_name: the convolution to look at, for a method that looks at one.

        Raises:
            UnknownClassError: there is no such class.
            UnknownLayerError: Grad-CAM was asked for a layer that is no convolution.
            NotDrawnError: the slow method's job has not been done; looking starts no work.
        """
        method, entry = find_method(method_name), find_class(class_index)
        if method.slow:
            return Explanation(method, entry, None, self._kept(result, method, class_index))
        layer = find_convolution(layer_name).name if method.takes_layer else None
        return Explanation(method, entry, layer, self._computed(result, method, class_index, layer))

    def job(self, result: OpenResult, method_name: MethodName, class_index: int) -> Job | None:
        """The job that computes or computed a slow method's map."""
        return self._jobs.find_by_key(key_of(result.id, method_name, class_index))

    def start(
        self, result: OpenResult, method_name: MethodName, class_index: int, *, owner: Asker | None, result_url: str
    ) -> Job:
        """The job that computes a slow method's map: a new one, or the one that is at it.

        Raises:
            UnknownClassError: there is no such class.
            BusyError, RateLimitedError: too much work waits already.
        """
        find_class(class_index)
        return self._jobs.submit(
            method_name,
            key_of(result.id, method_name, class_index),
            {"result_id": result.id, "class_index": class_index},
            owner=owner,
            result_url=result_url,
            result_id=result.id,
        )

    def _kept(self, result: OpenResult, method: Method, class_index: int) -> Attribution:
        stored = self._jobs.products.find(key_of(result.id, method.name, class_index), HEATMAP)
        if stored is None:
            raise NotDrawnError
        return unpack(stored.data)

    def _computed(self, result: OpenResult, method: Method, class_index: int, layer: str | None) -> Attribution:
        explain = partial(grad_cam, layer_name=layer) if layer else method.explain

        def compute() -> Attribution:
            with self._model_host.for_page() as model:
                return explain(model, result.batch, class_index=class_index)

        return self._remembered.get((result.id, method.name, class_index, layer), compute)

    def _run(self, method: Method, context: JobContext, arguments: Arguments) -> None:
        result = self._results.open(str(arguments["result_id"]))
        found = method.explain(
            self._model_host.model(),
            result.batch,
            class_index=int(arguments["class_index"]),
            on_progress=context.report,
        )
        context.save(HEATMAP, "application/x-npz", pack(found))


def overlay_png(result: OpenResult, explanation: Explanation) -> bytes:
    """The evidence as heat over the model input."""
    return encode_png(enlarge(overlay(result.image, explanation.found.heatmap), OVERLAY_FACTOR))


def heatmap_png(explanation: Explanation) -> bytes:
    """The evidence alone, in colour; Grad-CAM's 14 × 14 cells stay squares."""
    return encode_png(heatmap_picture(explanation.found.heatmap, (LARGE_MAP_PX, LARGE_MAP_PX), smooth=False))


def key_of(result_id: str, method_name: MethodName, class_index: int) -> str:
    """The name under which a slow method's map is kept."""
    return f"{method_name}/{result_id}/{class_index}"


def pack(found: Attribution) -> bytes:
    """An attribution as it is kept: half precision is finer than any colour scale."""
    packed = io.BytesIO()
    np.savez_compressed(packed, logit=np.float32(found.logit), heatmap=found.heatmap.astype(np.float16))
    return packed.getvalue()


def unpack(data: bytes) -> Attribution:
    """The attribution that `pack` kept."""
    with np.load(io.BytesIO(data), allow_pickle=False) as packed:
        return Attribution(float(packed["logit"]), packed["heatmap"].astype(np.float32))
