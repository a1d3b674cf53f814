"""The results of the sample photos: kept like any other, under addresses of their own, made when first asked for."""

import threading
from collections.abc import Callable

from vggweb.core.preprocessing import ResizeMethod
from vggweb.errors import LookupFailedError
from vggweb.services.classify import Classification
from vggweb.services.open_result import OpenResult
from vggweb.services.result import ModelUsed
from vggweb.services.results import Results
from vggweb.services.samples import find_sample

HASH_LETTERS = 8  # of the weights' hash: other weights give other results
RESIZE: ResizeMethod = "keras"


class SampleResults:
    """Opens the result of a sample. Nobody owns it, so nobody can delete it; one that has expired is made again."""

    def __init__(
        self, results: Results, classify: Callable[[bytes], Classification], model_used: Callable[[], ModelUsed]
    ) -> None:
        self._results = results
        self._classify = classify
        self._model_used = model_used
        self._one_at_a_time = threading.Lock()

    def open(self, name: str) -> OpenResult:
        """The sample's result, with the weights that answer now.

        Raises:
            BadParameterError: there is no such sample.
            BusyError, NotReadyError: it is not made yet, and cannot be made now.
        """
        sample, model = find_sample(name), self._model_used()
        result_id = f"sample-{name}-{model.sha256[:HASH_LETTERS]}"
        with self._one_at_a_time:
            try:
                return self._results.open(result_id)
            except LookupFailedError:
                classification = self._classify(sample.read())
                return self._results.keep(classification, model=model, owner=None, result_id=result_id)
