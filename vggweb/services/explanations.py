"""Why a word: one door for all methods. A quick one answers at once; a slow one is a job whose map is kept.

What needs TensorFlow's gradients is a job, too, where Celery workers run the jobs: this process then needs none.
"""

import io
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import numpy as np

from vggweb.core.architecture import find_convolution
from vggweb.core.attribution import METHODS, Attribution, Method, MethodName, find_method, grad_cam
from vggweb.core.attribution.methods import Explain
from vggweb.core.classes import ImageNetClass, find_class
from vggweb.core.rendering import encode_png, enlarge, heatmap_picture, overlay
from vggweb.errors import JobBrokenError, NotDrawnError, StillComputingError
from vggweb.jobs import QUICK_PREFIX, Arguments, Asker, Job, JobContext, Jobs
from vggweb.services.cache import ComputeOnceCache
from vggweb.services.model_host import ModelHost
from vggweb.services.open_result import OpenResult
from vggweb.services.results import Results

EXPLANATIONS_REMEMBERED = 64
PATIENCE_SECONDS = 2.0  # how long a page waits for a worker before it shows the job instead
SECONDS_UNTIL_TRIED_AGAIN = 60.0  # by itself, after it has failed: pages look again and again
LARGE_MAP_PX = 448
OVERLAY_FACTOR = 2  # the model input, enlarged
DEFAULT_LAYER = "block5_conv3"  # the last convolution, as Selvaraju et al. choose it
MOST_STEPS = 65535  # of a kept map
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
            elif jobs.are_elsewhere:
                jobs.register(QUICK_PREFIX + method.name, partial(self._run, method))

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
            StillComputingError: a worker is at a quick method's map, and is not done within two seconds.
            JobBrokenError: a worker has failed at it just now.
        """
        method, entry = find_method(method_name), find_class(class_index)
        if method.slow:
            return Explanation(method, entry, None, self._kept(result, method, class_index))
        layer = find_convolution(layer_name).name if method.takes_layer else None
        is_elsewhere = self._jobs.are_elsewhere and layer != DEFAULT_LAYER  # whose gradient needs no TensorFlow
        find = self._from_worker if is_elsewhere else self._computed
        found = self._remembered.get(
            (result.id, method.name, class_index, layer), partial(find, result, method, class_index, layer)
        )
        return Explanation(method, entry, layer, found)

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
        with self._model_host.for_page() as model:
            return _explain(method, layer)(model, result.batch, class_index=class_index)

    def _from_worker(self, result: OpenResult, method: Method, class_index: int, layer: str | None) -> Attribution:
        key = key_of(result.id, method.name, class_index, layer)
        kept = self._jobs.products.find(key, HEATMAP)
        if kept is None:
            self._wait_for_worker(result, method, class_index, layer)
            kept = self._jobs.products.find(key, HEATMAP)
        if kept is None:
            raise JobBrokenError
        return unpack(kept.data)

    def _wait_for_worker(self, result: OpenResult, method: Method, class_index: int, layer: str | None) -> None:
        key = key_of(result.id, method.name, class_index, layer)
        job = self._jobs.find_by_key(key)
        if job is None or not _has_just_failed(job):
            job = self._jobs.submit(
                QUICK_PREFIX + method.name,
                key,
                {"result_id": result.id, "class_index": class_index, "layer": layer},
                owner=None,
                result_url=f"/r/{result.id}/why/{method.name}/{class_index}" + (f"?layer={layer}" if layer else ""),
                result_id=result.id,
            )
        job = self._jobs.wait(job.id, PATIENCE_SECONDS)
        if job.state in ("queued", "running"):
            raise StillComputingError(job.id)

    def _run(self, method: Method, context: JobContext, arguments: Arguments) -> None:
        result = self._results.open(str(arguments["result_id"]))
        found = _explain(method, arguments.get("layer"))(
            self._model_host.model(),
            result.batch,
            class_index=int(arguments["class_index"]),
            on_progress=context.report,
        )
        context.save(HEATMAP, "application/x-npz", pack(found))


def _explain(method: Method, layer: str | None) -> Explain:
    return partial(grad_cam, layer_name=layer) if layer else method.explain


def _has_just_failed(job: Job) -> bool:
    if job.state != "failed" or job.finished_at is None:
        return False
    return (datetime.now(UTC) - job.finished_at).total_seconds() < SECONDS_UNTIL_TRIED_AGAIN


def overlay_png(result: OpenResult, explanation: Explanation) -> bytes:
    """The evidence as heat over the model input."""
    return encode_png(enlarge(overlay(result.image, explanation.found.heatmap), OVERLAY_FACTOR))


def heatmap_png(explanation: Explanation) -> bytes:
    """The evidence alone, in colour; Grad-CAM's 14 × 14 cells stay squares."""
    return encode_png(heatmap_picture(explanation.found.heatmap, (LARGE_MAP_PX, LARGE_MAP_PX), smooth=False))


def key_of(result_id: str, method_name: MethodName, class_index: int, layer_name: str | None = None) -> str:
    """The name under which a map is kept that a job computes."""
    return f"{method_name}/{result_id}/{class_index}" + (f"/{layer_name}" if layer_name else "")


def pack(found: Attribution) -> bytes:
    """An attribution as it is kept: the map in 65536 steps, as fine as the JSON shows it."""
    packed = io.BytesIO()
    steps = np.rint(found.heatmap * MOST_STEPS).astype(np.uint16)
    np.savez_compressed(packed, logit=np.float32(found.logit), heatmap=steps)
    return packed.getvalue()


def unpack(data: bytes) -> Attribution:
    """The attribution that `pack` kept."""
    with np.load(io.BytesIO(data), allow_pickle=False) as packed:
        heatmap = packed["heatmap"]
        largest = MOST_STEPS if heatmap.dtype == np.uint16 else 1  # half precision: as it was kept until version 0.1
        return Attribution(float(packed["logit"]), heatmap.astype(np.float32) / np.float32(largest))
