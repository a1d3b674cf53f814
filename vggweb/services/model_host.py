"""The host of the one model of this process: loads it in the background, and says whose turn it is."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from vggweb.core.engines import EngineName, choose_engine
from vggweb.core.weights import Weights, WeightsInfo
from vggweb.errors import BusyError, NotReadyError, TooSlowError
from vggweb.jobs import Gate
from vggweb.services.turns import Turns

if TYPE_CHECKING:
    from vggweb.core.model import Vgg16

logger = logging.getLogger(__name__)
# Says who waits for the page that this thread makes; asked only when the page really needs the model.
current_visitor: ContextVar[Callable[[], str]] = ContextVar("current_visitor", default=str)
# Says whether whoever asked this thread for something has left meanwhile.
nobody_waits: ContextVar[Callable[[], bool]] = ContextVar("nobody_waits", default=lambda: False)
PATIENCE_SECONDS = 20.0  # how long a visitor who comes during the start waits before 503 not_ready


class ModelHost:
    """Holds the model, says when it is ready, and lets only so many photos wait for it.

    The loading thread does it, so that the server answers while it starts; TensorFlow is not imported for it where
    another engine computes.
    """

    def __init__(self, choice: Weights, *, queue_limit: int, engine: str = "auto", gate: Gate | None = None) -> None:
        """Loads nothing yet.

        Raises:
            SettingError: the engine cannot be used here.
        """
        self.choice = choice
        self._engine = engine
        self._first_engine = choose_engine(engine)
        self.gate = gate or Gate()
        self._places = threading.BoundedSemaphore(max(1, queue_limit))
        self._turns = Turns(1)  # until the engine is there
        self._ready = threading.Event()
        self._model: Vgg16 | None = None

    def start(self, *, on_failure: Callable[[BaseException], None]) -> None:
        """Begins to load the weights in a thread of its own; `on_failure` hears of it if that fails."""
        threading.Thread(target=self._load, args=(on_failure,), name="load-model", daemon=True).start()

    def load(self) -> "Vgg16":
        """The model, loaded now, in this thread: for the command line and the tests."""
        from vggweb.core.model import load_model

        if self._model is None:
            model = load_model(self.choice, self._engine)
            model.warm_up()
            self._turns = Turns(model.engine.photos_at_once)
            self._model = model
            self._ready.set()
        return self._model

    @property
    def is_ready(self) -> bool:
        """Whether a photo could be classified now."""
        return self._ready.is_set()

    @property
    def engine_name(self) -> EngineName:
        """Which engine computes forward passes; does not wait for the model."""
        return self._model.engine.name if self._model else self._first_engine

    @property
    def weights(self) -> WeightsInfo:
        """What is known of the weights that answer; does not wait for the model."""
        return self.choice.info

    def model(self) -> "Vgg16":
        """The loaded model; waits a little while the server starts.

        Raises:
            NotReadyError: it is still loading.
        """
        if not self._ready.wait(PATIENCE_SECONDS) or self._model is None:
            raise NotReadyError
        return self._model

    @property
    def waiting_predictions(self) -> int:
        """How many photos wait for their turn."""
        return self._turns.waiting - self._turns.waiting_pages

    @property
    def waiting_pages(self) -> int:
        """How many slow pages wait for their turn."""
        return self._turns.waiting_pages

    @contextmanager
    def queue_slot(self) -> Iterator[None]:
        """A place among the uploads that are at work or wait; slow pages take none.

        Raises:
            BusyError: all places are taken.
        """
        if not self._places.acquire(blocking=False):
            raise BusyError
        try:
            yield
        finally:
            self._places.release()

    @contextmanager
    def for_prediction(self) -> Iterator["Vgg16"]:
        """The model for one photo: as many at once as the engine takes side by side, before all slow pages and jobs.

        Raises:
            NotReadyError: it is still loading.
            TooSlowError: whoever asked has left meanwhile.
        """
        model, turns = self.model(), self._turns
        with self.gate.prediction(), turns.for_prediction():
            _check_that_somebody_waits()
            yield model

    @contextmanager
    def for_page(self) -> Iterator["Vgg16"]:
        """The model for a slow page: after predictions, each visitor in turn, and before jobs.

        Raises:
            NotReadyError: it is still loading.
            BusyError: too many pages wait already.
            TooSlowError: whoever asked has left meanwhile.
        """
        model, turns = self.model(), self._turns
        with self.gate.prediction(), turns.for_page(current_visitor.get()()):
            _check_that_somebody_waits()
            yield model

    def _load(self, on_failure: Callable[[BaseException], None]) -> None:
        try:
            model = self.load()
        except BaseException as error:
            logger.exception("The weights could not be loaded.")
            on_failure(error)
        else:
            logger.info("Ready to predict.", extra={"variant": model.weights.variant})


def _check_that_somebody_waits() -> None:
    if nobody_waits.get()():
        raise TooSlowError("Whoever asked for this has left.")
