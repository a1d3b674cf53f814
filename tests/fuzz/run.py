"""Sends cases to a real server, several at a time, and keeps what was answered."""

import http.client
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import requests

from tests.fuzz.cases import Upload, case
from tests.fuzz.memory import held_bytes
from tests.fuzz.odd_requests import OddRequest
from tests.servers import Server

CLIENTS = 4
TIMEOUT_SECONDS = 60
DRAWN = 200  # the picture is there already; else 202, and a job draws it
OWN_REFUSALS = (503, 507)  # the statuses over 499 that are an answer and not a fault
SAMPLE_SECONDS = 0.2
SETTINGS = {"VGGWEB_RATE_LIMIT": "1000000/minute", "VGGWEB_JOBS_PER_VISITOR": "3", "VGGWEB_JOB_QUEUE": "3"}


@dataclass(frozen=True)
class Answer:
    """What came back for one case; status 0: the connection was closed without an answer."""

    number: int
    origin: str
    status: int
    code: str
    seconds: float


@dataclass
class Report:
    """All answers and the memory beside them; bytes."""

    answers: list[Answer] = field(default_factory=list)
    before_bytes: int = 0
    after_bytes: int = 0
    peak_bytes: int = 0

    def faults(self) -> list[Answer]:
        """The answers over 499 that are no refusal, and the connections that were closed without one."""
        return [
            one for one in self.answers if one.status == 0 or (one.status >= 500 and one.status not in OWN_REFUSALS)
        ]

    def slowest(self) -> Answer:
        """The answer that took longest."""
        return max(self.answers, key=lambda one: one.seconds)

    def statuses(self) -> Counter[str]:
        """How often each status with its code came."""
        return Counter(f"{one.status} {one.code}".strip() for one in self.answers)


def send(server: Server, sent: Upload | OddRequest) -> tuple[int, str]:
    """Status and error code of the answer."""
    try:
        return _upload(server, sent) if isinstance(sent, Upload) else _ask(server, sent)
    except (requests.ConnectionError, http.client.HTTPException, ConnectionError):
        return 0, "closed"


def _upload(server: Server, upload: Upload) -> tuple[int, str]:
    files = {"photo": ("photo", upload.data)}
    response = requests.post(f"{server.url}/results.json", files=files, timeout=TIMEOUT_SECONDS)
    body = response.json()
    if response.status_code == 201:  # tidied up at once, so that the run fills no disk
        token = {"delete_token": body["delete_token"]}
        requests.post(f"{server.url}/r/{body['id']}/delete", data=token, timeout=TIMEOUT_SECONDS)
    return response.status_code, body.get("error", {}).get("code", "")


def _ask(server: Server, asked: OddRequest) -> tuple[int, str]:
    address = urlsplit(server.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=TIMEOUT_SECONDS)
    try:
        connection.putrequest(asked.method, asked.target, skip_host="Host" in asked.headers)
        for name, value in asked.headers.items():
            connection.putheader(name, value.encode("latin-1"))
        connection.putheader("Content-Length", str(len(asked.body)))
        connection.endheaders(asked.body)
        response = connection.getresponse()
        response.read(65536)
        return response.status, ""
    finally:
        connection.close()


def run(server: Server, rules: list[str], *, seed: int, cases: int, seconds: float) -> Report:
    """Sends the cases, until all are sent or the time is over.

    Args:
        server: with `SETTINGS`, ready.
        rules: its addresses, as Flask writes them.
        seconds: no case is begun later.
    """
    report = Report()
    numbers = iter(range(cases))
    end = time.monotonic() + seconds
    lock = threading.Lock()

    def work() -> None:
        while time.monotonic() < end:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            sent = case(seed, number, rules)
            begin = time.monotonic()
            status, code = send(server, sent)
            origin = sent.origin if isinstance(sent, Upload) else f"{sent.method} {sent.target[:60]}"
            report.answers.append(Answer(number, origin, status, code, time.monotonic() - begin))

    _use(server)
    report.before_bytes = held_bytes(server.process.pid)
    with _watching(server, report):
        threads = [threading.Thread(target=work) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    _use(server)
    report.after_bytes = held_bytes(server.process.pid)
    return report


def _use(server: Server) -> None:
    """Ordinary use of everything that takes memory once: afterwards the server holds what it holds in use."""
    photo = Path(__file__).parents[2] / "static" / "samples" / "cat.jpg"
    for _ in range(CLIENTS):
        assert send(server, Upload("sample", photo.read_bytes())) == (201, "")
    made = requests.post(f"{server.url}/results.json", data={"sample": "cat"}, timeout=TIMEOUT_SECONDS).json()
    for page in ("why/grad_cam/285.json", "why/saliency/285.json", "whatif.json", "layers/block1_conv1.json"):
        requests.get(f"{server.url}/r/{made['id']}/{page}", timeout=TIMEOUT_SECONDS)
    _draw(server)


def _draw(server: Server) -> None:
    """One filter's picture, to its end."""
    asked = requests.post(f"{server.url}/layers/block1_conv1/filters/0.json", timeout=TIMEOUT_SECONDS)
    if asked.status_code != DRAWN:
        job = urljoin(server.url, asked.headers["Location"])
        end = time.monotonic() + TIMEOUT_SECONDS
        while requests.get(f"{job}.json", timeout=TIMEOUT_SECONDS).json()["state"] in {"queued", "running"}:
            assert time.monotonic() < end
            time.sleep(0.5)


@contextmanager
def _watching(server: Server, report: Report) -> Iterator[None]:
    """Meanwhile the highest sum of memory is kept."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(SAMPLE_SECONDS):
            report.peak_bytes = max(report.peak_bytes, held_bytes(server.process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
