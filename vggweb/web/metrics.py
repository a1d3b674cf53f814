"""Numbers for Prometheus: requests, refusals by their code, jobs that wait, whether the network is ready."""

import time

from flask import Flask, Response, current_app, g, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

from vggweb.services.step_times import STEPS, observe_steps
from vggweb.web.logs import route_of_request

STEP_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)  # seconds


class Metrics:
    """One app's counters, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "vggweb_requests", "Requests answered.", ("method", "route", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "vggweb_request_seconds", "Time to answer a request.", ("method", "route"), registry=self.registry
        )
        self.results = Counter("vggweb_results", "Results made.", ("variant",), registry=self.registry)
        self.refusals = Counter("vggweb_refusals", "Errors answered, by their code.", ("code",), registry=self.registry)
        self.jobs_waiting = Gauge(
            "vggweb_jobs_waiting", "Long computations that wait for a worker, of any node.", registry=self.registry
        )
        self.ready = Gauge("vggweb_ready", "1 once the network can predict.", registry=self.registry)
        self.step_seconds = Histogram(
            "vggweb_step_seconds",
            "Time in each step of an upload; predict counts the predictions.",
            ("step",),
            registry=self.registry,
            buckets=STEP_BUCKETS,
        )
        for step in STEPS:
            self.step_seconds.labels(step)  # there from the start, so that a rate can be taken
        self.waiting = Gauge(
            "vggweb_waiting", "Photos and slow pages that wait for the model.", ("line",), registry=self.registry
        )
        self.listeners = Gauge("vggweb_event_streams", "Streams of events that are open.", registry=self.registry)
        self.kept_bytes = Gauge("vggweb_kept_bytes", "What results and drawings take up.", registry=self.registry)
        self.decoders_ended = Gauge(
            "vggweb_decoders_ended",
            "Decoding processes that had to be ended, or died, by the reason, since the start.",
            ("reason",),
            registry=self.registry,
        )
        self.decode_seconds = Gauge(
            "vggweb_decode_seconds",
            "What decoding has taken since the start, waiting left out.",
            registry=self.registry,
        )
        self.decoded_photos = Gauge(
            "vggweb_decoded_photos", "Files that were decoded or refused since the start.", registry=self.registry
        )
        ProcessCollector(registry=self.registry)  # memory, processor time, open files


def init_app(app: Flask) -> None:
    """Counts every request of the app."""
    metrics = app.extensions["vggweb-metrics"] = Metrics()
    observe_steps(lambda step, seconds: metrics.step_seconds.labels(step).observe(seconds))

    @app.before_request
    def begin() -> None:
        g.counted_from = time.perf_counter()

    @app.after_request
    def count(response: Response) -> Response:
        route = route_of_request()
        method = request.method if request.url_rule else "any"  # a made-up method must not make a series
        metrics.requests.labels(method, route, response.status_code).inc()
        if "counted_from" in g:
            metrics.seconds.labels(method, route).observe(time.perf_counter() - g.counted_from)
        return response


def count_result(variant: str) -> None:
    """Counts a result that was made by those weights."""
    current_app.extensions["vggweb-metrics"].results.labels(variant).inc()


def count_refusal(code: str) -> None:
    """Counts an error that was answered."""
    current_app.extensions["vggweb-metrics"].refusals.labels(code).inc()
