"""A small app on our gunicorn worker, so that what happens on the wire can be tried without a photo."""

import threading
import time
from pathlib import Path

from flask import Flask, Response, request, send_file

from vggweb.server.bodies import Patience
from vggweb.web import event_streams
from vggweb.web.event_streams import Event, broadcast, event_stream

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 1_000_000
app.extensions["vggweb-patience"] = Patience(pause_seconds=1.5, total_seconds=6)
event_streams.init_app(app)
event_streams.STILL_HERE_SECONDS = 1.0
BIG_FILE = Path(__file__).resolve().parents[2] / "static" / "samples" / "temple.jpg"
begun: list[str] = []


@app.get("/healthz")
def healthz() -> str:
    return "alive"


@app.get("/threads")
def threads() -> str:
    return str(threading.active_count())


@app.post("/echo")
def echo() -> Response:
    return Response(request.get_data(), mimetype="application/octet-stream")


@app.get("/much")
def much() -> Response:
    return Response(b"x" * 20_000_000)


@app.get("/file")
def file() -> Response:
    return send_file(BIG_FILE)


@app.post("/toil/<name>")
def work(name: str) -> str:
    begun.append(name)
    time.sleep(float(request.args["seconds"]))
    return name


@app.get("/begun")
def what_has_begun() -> list[str]:
    return begun


@app.get("/listen/<topic>")
def listen(topic: str) -> Response:
    return event_stream(broadcast().subscribe(topic), first=[Event("state", "open")])


@app.get("/listeners")
def listeners() -> str:
    return str(broadcast().listeners())


@app.post("/tell/<topic>")
def tell(topic: str) -> str:
    broadcast().publish(topic, Event("tile", request.get_data(as_text=True), id="7"))
    return "told"


@app.get("/fail")
def fail() -> str:
    raise SystemError
