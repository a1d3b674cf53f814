"""Occlusion maps: 169 predictions each, so they are computed as jobs and kept with their result."""

import io

import numpy as np

from vggweb.core.arrays import HeatMap
from vggweb.core.attribution.methods import find_method
from vggweb.core.classes import find_class
from vggweb.core.preprocessing import to_batch
from vggweb.errors import NotDrawnError
from vggweb.jobs import Arguments, Job, JobContext, Jobs
from vggweb.services.explain import Explanation
from vggweb.services.model_host import ModelHost
from vggweb.services.results import Results

KIND = "occlusion"
HEATMAP = "heatmap"


class Occlusions:
    """Starts, finds and reads occlusion maps."""

    def __init__(self, results: Results, model_host: ModelHost, jobs: Jobs) -> None:
        self._results = results
        self._model_host = model_host
        self._jobs = jobs
        jobs.register(KIND, self._run)

    def find(self, result_id: str, class_index: int) -> Explanation:
        """The finished map.

        Raises:
            UnknownClassError: there is no such class.
            NotDrawnError: it has not been computed; looking starts no work.
        """
        entry = find_class(class_index)
        self._results.image(result_id)
        stored = self._jobs.store.product(key_of(result_id, class_index), HEATMAP)
        if stored is None:
            raise NotDrawnError
        logit, heatmap = _unpack(stored.data)
        return Explanation(find_method(KIND), entry, None, logit, heatmap)

    def job(self, result_id: str, class_index: int) -> Job | None:
        """The job that computes or computed the map."""
        return self._jobs.find_by_key(key_of(result_id, class_index))

    def start(self, result_id: str, class_index: int, *, owner: str | None, result_url: str) -> Job:
        """The job that computes the map: a new one, or the one that is at it.

        Raises:
            BusyError, RateLimitedError: too much work waits already.
        """
        find_class(class_index)
        arguments = {"result_id": result_id, "class_index": class_index}
        key = key_of(result_id, class_index)
        return self._jobs.submit(KIND, key, arguments, owner=owner, result_url=result_url, result_id=result_id)

    def _run(self, context: JobContext, arguments: Arguments) -> None:
        from vggweb.core.attribution.occlusion import occlusion

        class_index = int(arguments["class_index"])
        batch = to_batch(self._results.image(str(arguments["result_id"])))
        model = self._model_host.model()
        found = occlusion(model, batch, class_index=class_index, on_progress=context.report)
        context.save(HEATMAP, "application/x-npz", pack(found.logit, found.heatmap))


def key_of(result_id: str, class_index: int) -> str:
    """The name under which the map is kept."""
    return f"occlusion/{result_id}/{class_index}"


def pack(logit: float, heatmap: HeatMap) -> bytes:
    """A map as it is kept: half precision is finer than any colour scale."""
    packed = io.BytesIO()
    np.savez_compressed(packed, logit=np.float32(logit), heatmap=heatmap.astype(np.float16))
    return packed.getvalue()


def _unpack(data: bytes) -> tuple[float, HeatMap]:
    with np.load(io.BytesIO(data), allow_pickle=False) as packed:
        return float(packed["logit"]), packed["heatmap"].astype(np.float32)
