"""Tells listeners what happened in their rooms, also when another server wrote it down."""

import logging
import threading

from flask import Flask
from werkzeug.local import LocalProxy

from vggweb.services.cache import ComputeOnceCache
from vggweb.services.rooms import Rooms
from vggweb.web.event_streams import Broadcast
from vggweb.web.room_answers import as_sent

logger = logging.getLogger(__name__)
TOPIC = "room "
LOOK_SECONDS = 1.0  # how soon a listener here hears of what another server wrote down


class RoomAnnouncer:
    """Reads the events of the rooms that somebody listens to, and publishes each once."""

    def __init__(self, rooms: Rooms, broadcast: Broadcast) -> None:
        self._rooms = rooms
        self._broadcast = broadcast
        self._last: dict[str, tuple[int, str]] = {}  # event number and base address, by code
        self._lock = threading.Lock()
        self._watch: threading.Thread | None = None
        rooms.listen(self.announce)

    def follow(self, code: str, number: int, base_url: str) -> None:
        """From now on, events of this room after that number are published."""
        with self._lock:
            self._last.setdefault(code, (number, base_url))
            if self._watch is None:
                self._watch = threading.Thread(target=self._look, name="room-watch", daemon=True)
                self._watch.start()

    def announce(self, code: str) -> None:
        """Publishes what has happened in a room since the last time."""
        with self._lock:
            if code not in self._last:
                return
            number, base_url = self._last[code]
            for event in self._rooms.events_after(code, number):
                self._broadcast.publish(TOPIC + code, as_sent(event, base_url))
                self._last[code] = event.number, base_url
                if event.data.get("state") == "closed":
                    self._broadcast.end(TOPIC + code)

    def _look(self) -> None:
        pause = threading.Event()
        while not pause.wait(LOOK_SECONDS):
            listened_to = {topic.removeprefix(TOPIC) for topic in self._broadcast.topics() if topic.startswith(TOPIC)}
            with self._lock:
                self._last = {code: last for code, last in self._last.items() if code in listened_to}
            for code in listened_to:
                self._announce_or_log(code)

    def _announce_or_log(self, code: str) -> None:
        try:
            self.announce(code)
        except Exception:
            logger.exception("A room's events cannot be read; it is tried again.")


def init_app(app: Flask) -> None:
    """Gives the app its announcer, made when somebody first listens: a command needs none, and no services for it."""
    made: ComputeOnceCache[RoomAnnouncer] = ComputeOnceCache(1)

    def make() -> RoomAnnouncer:
        return RoomAnnouncer(app.extensions["vggweb"].rooms, app.extensions["vggweb-broadcast"])

    app.extensions["vggweb-room-announcer"] = LocalProxy(lambda: made.get("announcer", make))
