"""Server-sent events: what happens is told to everybody who listens, without a thread for each of them.

A view subscribes to a topic and returns `event_stream`; whoever changes something publishes, from any thread::

    @blueprint.get("/class/<code>/events")
    def events(code: str) -> Response:
        room = services().rooms.open(code)             # looked up and refused like in any view
        listener = broadcast().subscribe(f"room {code}")  # first listen, then read what there is: nothing is missed
        return event_stream(listener, first=[Event("state", json.dumps(room.state))])

    broadcast().publish(f"room {code}", Event("tile", json.dumps(tile)))

Our gunicorn worker takes the listener over from the view's thread and serves it from the event loop. Any other WSGI
server iterates over the response as usual, at the price of a thread for each listener.
"""

import asyncio
import queue
import threading
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass

from flask import Flask, Response, current_app, request

from vggweb.web.environ_keys import HAND_OVER

MOST_WAITING = 256  # events; a listener further behind is let go, connects again and starts from what there is then
STILL_HERE_SECONDS = 15.0  # proxies close a connection that is silent for longer, often after 30 or 60 s
STILL_HERE = b": still here\n\n"


@dataclass(frozen=True)
class Event:
    """One event: its name, its data (text, usually JSON), and an id that a browser repeats when it connects again."""

    name: str
    data: str
    id: str | None = None

    def encoded(self) -> bytes:
        """The event as the format asks for it (HTML Standard, section 9.2)."""
        lines = [f"event: {self.name}", *(f"data: {line}" for line in self.data.splitlines() or [""])]
        if self.id is not None:
            lines.insert(0, f"id: {self.id}")
        return ("\n".join(lines) + "\n\n").encode()


class Listener:
    """What one listener has not heard yet. Told from any thread, heard in one place."""

    def __init__(self, leave: Callable[["Listener"], None]) -> None:
        self._waiting: queue.Queue[bytes | None] = queue.Queue(MOST_WAITING)
        self._leave = leave
        self._ring: Callable[[], object] = lambda: None
        self._ended = False

    def tell(self, event: Event) -> None:
        """Queues the event; a listener that is too far behind is ended instead."""
        self._put(event.encoded())

    def end(self) -> None:
        """Ends the stream after what is queued already."""
        self._put(None)

    def close(self) -> None:
        """Nothing is queued any more; the listener has gone."""
        self._leave(self)

    def __iter__(self) -> Iterator[bytes]:
        """The events as bytes, waiting in this thread; a comment now and then while nothing happens."""
        try:
            while not self._ended or not self._waiting.empty():
                try:
                    chunk = self._waiting.get(timeout=STILL_HERE_SECONDS)
                except queue.Empty:
                    chunk = STILL_HERE
                if chunk is None:
                    return
                yield chunk
        finally:
            self.close()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The same on an event loop, without a thread."""
        loop, bell = asyncio.get_running_loop(), asyncio.Event()
        self._ring = lambda: loop.call_soon_threadsafe(bell.set)
        try:
            while True:
                bell.clear()
                while not self._waiting.empty():
                    chunk = self._waiting.get_nowait()
                    if chunk is None:
                        return
                    yield chunk
                if self._ended:
                    return
                if not await _rings(bell):
                    yield STILL_HERE
        finally:
            self.close()

    def _put(self, chunk: bytes | None) -> None:
        try:
            self._waiting.put_nowait(chunk)
        except queue.Full:
            self._ended = True
            self.close()
        self._ring()


class Broadcast:
    """Who listens to what, in this process. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: defaultdict[str, set[Listener]] = defaultdict(set)

    def subscribe(self, topic: str) -> Listener:
        """A listener that is told of everything that is published under the topic from now on."""
        listener = Listener(lambda gone: self._forget(topic, gone))
        with self._lock:
            self._listeners[topic].add(listener)
        return listener

    def publish(self, topic: str, event: Event) -> None:
        """Tells everybody who listens to the topic."""
        for listener in self._on(topic):
            listener.tell(event)

    def end(self, topic: str) -> None:
        """Ends every stream of a topic, such as that of a room that closes."""
        for listener in self._on(topic):
            listener.end()

    def end_all(self) -> None:
        """Ends every stream: the server stops. Browsers connect again by themselves."""
        for topic in self.topics():
            self.end(topic)

    def topics(self) -> list[str]:
        """The topics that somebody listens to, so that a server need not ask the store for the others."""
        with self._lock:
            return list(self._listeners)

    def listeners(self) -> int:
        """How many listen, to whatever topic."""
        with self._lock:
            return sum(len(some) for some in self._listeners.values())

    def _on(self, topic: str) -> list[Listener]:
        with self._lock:
            return list(self._listeners.get(topic, ()))

    def _forget(self, topic: str, listener: Listener) -> None:
        with self._lock:
            self._listeners[topic].discard(listener)
            if not self._listeners[topic]:
                del self._listeners[topic]


def init_app(app: Flask) -> None:
    """Gives the app its broadcast."""
    app.extensions["vggweb-broadcast"] = Broadcast()


def broadcast() -> Broadcast:
    """The running app's broadcast."""
    return current_app.extensions["vggweb-broadcast"]


def event_stream(listener: Listener, *, first: Iterable[Event] = ()) -> Response:
    """The response of a view that streams: what there is already, then what the listener is told."""
    beginning = b"retry: 3000\n\n" + b"".join(event.encoded() for event in first)
    response = Response(mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"  # nginx would otherwise keep events until it has a buffer full
    takes_over = request.environ.get(HAND_OVER)
    if request.method == "HEAD":
        listener.close()
    elif takes_over is not None:
        response.response = iter([beginning])  # no list: its length would be told as that of the whole response
        takes_over.append(listener)
    else:
        response.response = _blocking(beginning, listener)
        response.call_on_close(listener.close)
    return response


def _blocking(beginning: bytes, listener: Listener) -> Iterator[bytes]:
    yield beginning
    yield from listener


async def _rings(bell: asyncio.Event) -> bool:
    try:
        await asyncio.wait_for(bell.wait(), STILL_HERE_SECONDS)
    except TimeoutError:
        return False
    return True
