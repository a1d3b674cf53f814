"""From the settings to a process that works: its services, built once, and what serving needs besides."""

import atexit
import logging.config
import os
import threading
from dataclasses import dataclass
from functools import partial

from sqlalchemy.orm import Session

from vggweb.config import Settings
from vggweb.core.images import PhotoLimits
from vggweb.core.weights.official import choose_weights
from vggweb.decoding import PhotoReader
from vggweb.exits import EXIT_CODE_STOPS_GUNICORN
from vggweb.jobs import Jobs, forget_results
from vggweb.logs import logging_config
from vggweb.rooms import forget_tiles
from vggweb.services.cells import Cells
from vggweb.services.classify import Classification, check_resize, classify_photo
from vggweb.services.demo import Demo
from vggweb.services.drawings import Drawings
from vggweb.services.explanations import Explanations
from vggweb.services.filters import Filters
from vggweb.services.housekeeping import Housekeeper
from vggweb.services.layer_maps import LayerMaps
from vggweb.services.live import Live
from vggweb.services.model_host import ModelHost
from vggweb.services.open_result import OpenResult
from vggweb.services.result import ModelUsed
from vggweb.services.results import Results
from vggweb.services.rooms import Rooms
from vggweb.services.sample_results import RESIZE, SampleResults
from vggweb.services.step_times import timed
from vggweb.services.whatif import WhatIf
from vggweb.storage import ResultIds, StorageSpace, Store, embedded_url


@dataclass(frozen=True)
class Services:
    """What the web and the command line call."""

    settings: Settings
    store: Store
    space: StorageSpace
    model_host: ModelHost
    photo_reader: PhotoReader
    results: Results
    explanations: Explanations
    layer_maps: LayerMaps
    what_if: WhatIf
    live: Live
    drawings: Drawings
    filters: Filters
    cells: Cells
    demo: Demo
    sample_results: SampleResults
    rooms: Rooms
    jobs: Jobs
    housekeeper: Housekeeper

    def classify(self, data: bytes, *, resize: str) -> Classification:
        """What the network says of a photo's bytes; nothing is stored."""
        return classify_photo(
            data,
            resize=check_resize(resize),
            model_host=self.model_host,
            photo_reader=self.photo_reader,
        )

    def make_result(self, data: bytes, *, resize: str, owner: str | None) -> OpenResult:
        """The result of a photo, kept under an unguessable id and open.

        Raises:
            StorageFullError: there is no room for it; found out before any work is done.
        """
        self.space.check()
        classification = self.classify(data, resize=resize)
        with timed("keep"):
            return self.results.keep(classification, model=self.model_used(), owner=owner)

    def model_used(self) -> ModelUsed:
        """Which weights answer now."""
        return used_model(self.model_host)


def used_model(model_host: ModelHost) -> ModelUsed:
    """Which weights answer now."""
    return ModelUsed(variant=model_host.choice.variant, sha256=model_host.choice.sha256)


class Starter:
    """Builds the services of one process when they are first needed, and starts them when it begins to serve.

    A command such as ``flask weights fetch`` needs no services, and must run while the weights are missing. A server
    calls `serve` before its first request; where nobody does, the first request does.
    """

    def __init__(self, settings: Settings, services: Services | None = None) -> None:
        self._settings = settings
        self._services = services
        self._is_serving = services is not None  # ready-made services are started by whoever made them
        self._lock = threading.RLock()

    def services(self) -> Services:
        """The services, built if they are not yet.

        Raises:
            SetupError: the weights or the store cannot be used.
        """
        if self._services is not None:
            return self._services
        with self._lock:
            if self._services is None:
                self._settings.make_data_folder()
                self._services = build_services(self._settings)
            return self._services

    def serve(self) -> None:
        """Begins to load the model and starts the workers; once, however often it is called.

        Raises:
            SetupError: the weights or the store cannot be used.
        """
        if self._is_serving:
            return
        with self._lock:
            services = self.services()
            if not self._is_serving:
                logging.config.dictConfig(logging_config(self._settings.log_level))
                services.photo_reader.start()
                services.model_host.start(on_failure=lambda _error: os._exit(EXIT_CODE_STOPS_GUNICORN))
                services.jobs.start()
                services.housekeeper.start()
                atexit.register(services.housekeeper.stop)
                atexit.register(services.photo_reader.close)
                atexit.register(services.jobs.stop)  # what is unfinished waits for the next start
                self._is_serving = True


def build_services(
    settings: Settings, *, model_host: ModelHost | None = None, photo_reader: PhotoReader | None = None
) -> Services:
    """The use cases for these settings, with a store that is migrated and a model that is not loaded yet.

    Raises:
        SetupError: the weights or the store cannot be used.
    """
    model_host = model_host or ModelHost(
        choose_weights(settings.weights), queue_limit=settings.prediction_queue, engine=settings.engine
    )
    limits = PhotoLimits(settings.max_pixels, settings.max_upload_bytes)
    photo_reader = photo_reader or PhotoReader(limits, children=settings.decoders, line=settings.prediction_queue)
    store = _open_store(settings)
    jobs = _jobs(settings, store, model_host)
    results, rooms = Results(store, result_days=settings.result_days), Rooms(store)
    space = StorageSpace(store.engine, settings.data, max_bytes=settings.max_storage_bytes)
    layer_maps, what_if = LayerMaps(model_host), WhatIf(model_host)
    cells = Cells(layer_maps, model_host)
    classify = partial(
        classify_photo,
        resize=RESIZE,
        model_host=model_host,
        photo_reader=photo_reader,
    )
    return Services(
        settings=settings,
        store=store,
        space=space,
        model_host=model_host,
        photo_reader=photo_reader,
        results=results,
        explanations=Explanations(results, model_host, jobs),
        layer_maps=layer_maps,
        what_if=what_if,
        cells=cells,
        demo=Demo(layer_maps, cells, what_if),
        sample_results=SampleResults(results, classify, partial(used_model, model_host)),
        live=Live(model_host, photo_reader),
        drawings=Drawings(model_host, jobs),
        filters=Filters(model_host, layer_maps),
        rooms=rooms,
        jobs=jobs,
        housekeeper=Housekeeper(store, space, jobs.products, rooms),
    )


def _open_store(settings: Settings) -> Store:
    url = settings.database_url or embedded_url(settings.data)
    store = Store(url, lock_folder=settings.data, forget=forget, result_days=settings.result_days)
    store.migrate()
    return store


def _jobs(settings: Settings, store: Store, model_host: ModelHost) -> Jobs:
    return Jobs(
        store.engine,
        workers=settings.job_workers,
        queue_limit=settings.job_queue,
        per_visitor_limit=settings.jobs_per_visitor,
        per_address_limit=settings.jobs_per_address,
        timeout_seconds=settings.job_timeout_seconds,
        gate=model_host.gate,
        broker_url=settings.broker_url,
    )


def forget(session: Session, ids: ResultIds) -> int:
    """Deletes all that is kept for these results besides them: jobs, products, tiles; says how many files that were."""
    forget_tiles(session, ids)
    return forget_results(session, ids)
