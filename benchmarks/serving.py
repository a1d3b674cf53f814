"""Over HTTP: one upload against the engine alone, many uploads against the usual small app, looks while photos come."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.measure import Ratio, of_pairs, seconds
from benchmarks.servers import Server, form, post, running, throughput
from vggweb.core.engines import Engine
from vggweb.core.model import Vgg16, probe_batch
from vggweb.services.samples import find_sample

UPLOADS = 15
CLIENTS = (1, 4, 16, 64)
ROUNDS, ROUND_SECONDS = 3, 2.5
LOOKS = 200
P95_SECONDS = 0.020  # what is aimed at for stored pages and pictures
USUAL = ("--threads", "64", "--timeout", "300", "--config", "/dev/null")
REST_SECONDS = 3.0  # after which a server has given back what it needs for photos only
BARE = "import tensorflow; import keras"


def run(model: Vgg16, *, uploads: int) -> Iterator[Ratio]:
    """Groups 3, 4, 5 and 7."""
    body = form(find_sample("cat").read())
    with tempfile.TemporaryDirectory() as folder, running("app:app", Path(folder)) as ours:
        yield _start(ours)
        after_five = _resident_after(ours, body, 5)
        yield _one_upload(ours, body, model.engine)
        with running("benchmarks.usual_app:app", Path(folder), *USUAL) as usual:
            yield from _many_uploads(ours, usual, body, model.engine)
        yield from _looks(ours, body)
        after_many = _resident_after(ours, body, uploads)
    yield of_pairs(
        f"resident memory after {uploads} uploads", [(after_many, after_five)], baseline="after 5", aim=1.05, unit="MiB"
    )


def _start(server: Server) -> Ratio:
    environ = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    bare = seconds(lambda: subprocess.run([sys.executable, "-c", BARE], env=environ, capture_output=True, check=True))
    return of_pairs(
        "from the start of the server to /readyz",
        [(server.start_seconds, bare)],
        baseline="importing TensorFlow and Keras",
        aim=None,
    )


def _one_upload(server: Server, body: bytes, engine: Engine) -> Ratio:
    batch, pairs = probe_batch(), []
    engine.logits(batch)
    for _ in range(UPLOADS):
        pairs.append((server.upload(body), seconds(lambda: engine.logits(batch))))
    return of_pairs("one upload over HTTP, from its bytes to 201", pairs, baseline="the engine alone", aim=1.6)


def _many_uploads(ours: Server, usual: Server, body: bytes, engine: Engine) -> Iterator[Ratio]:
    for server in (ours, usual):
        throughput(server, body, clients=4, seconds=0.5)
    best: list[float] = []
    for clients in CLIENTS:
        pairs = []
        for _ in range(ROUNDS):
            mine = throughput(ours, body, clients=clients, seconds=ROUND_SECONDS)
            pairs.append((mine, throughput(usual, body, clients=clients, seconds=ROUND_SECONDS)))
            if clients == 16:
                best.append(_engine_throughput(engine))
        yield of_pairs(
            f"photos a second with {clients} {'client' if clients == 1 else 'clients'}",
            pairs,
            baseline="the usual small app",
            aim=2.5 if clients == 16 else None,
            unit="photos a second",
            larger_is_better=True,
        )
        if clients == 16:
            yield of_pairs(
                "photos a second with 16 clients",
                [(mine, most) for (mine, _), most in zip(pairs, best, strict=True)],
                baseline="the engine's own best",
                aim=0.8,
                unit="photos a second",
                larger_is_better=True,
            )


def _engine_throughput(engine: Engine) -> float:
    """Photos a second, side by side on all cores, with nothing else to do."""
    batch, count = probe_batch(), 10 * engine.photos_at_once
    with ThreadPoolExecutor(engine.photos_at_once) as threads:
        return count / seconds(lambda: list(threads.map(lambda _: engine.logits(batch), range(count))))


def _looks(server: Server, body: bytes) -> Iterator[Ratio]:
    """The slowest twentieth of stored pages and pictures, while 16 clients upload without a pause."""
    result = json.loads(post(server.connect(), body))["id"]
    addresses = {"stored page": f"/r/{result}.json", "stored picture": f"/r/{result}/input.png"}
    over = threading.Event()

    def keep_busy() -> None:
        while not over.is_set():
            throughput(server, body, clients=16, seconds=1.0)

    busy = threading.Thread(target=keep_busy)
    busy.start()
    time.sleep(1.0)
    timed = {name: _look(server, address) for name, address in addresses.items()}
    over.set()
    busy.join()
    for name, times in timed.items():
        p95 = statistics.quantiles(times, n=20)[-1]
        yield of_pairs(f"a {name} while photos come, p95", [(p95, P95_SECONDS)], baseline="20 ms", aim=1.0)


def _look(server: Server, address: str) -> list[float]:
    connection, times = server.connect(), []
    for _ in range(LOOKS):
        began = time.perf_counter()
        connection.request("GET", address)
        response = connection.getresponse()
        response.read()
        times.append(time.perf_counter() - began)
        if response.status != 200:
            raise RuntimeError(f"{address}: {response.status}")
    return times


def _resident_after(server: Server, body: bytes, uploads: int) -> float:
    """MiB once so many photos have come, and a pause after the last of them."""
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(lambda _: server.upload(body), range(uploads)))
    time.sleep(REST_SECONDS)
    return server.resident_mib()
