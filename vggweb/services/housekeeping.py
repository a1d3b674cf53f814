"""What goes by itself: rooms and results whose time is over, what belongs to none, and, for want of space, drawings."""

import logging
import threading

from vggweb.errors import VggwebError
from vggweb.jobs import Products
from vggweb.services.rooms import Rooms
from vggweb.storage import StorageSpace, Store

logger = logging.getLogger(__name__)
ROUND_SECONDS = 600.0
DRAWINGS_AT_ONCE = 20


class Housekeeper:
    """A thread that tidies the store every ten minutes; several servers on one store do not disturb each other."""

    def __init__(self, store: Store, space: StorageSpace, products: Products, rooms: Rooms) -> None:
        self._store = store
        self._space = space
        self._products = products
        self._rooms = rooms
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Starts the thread, unless it runs already."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="housekeeping", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Ends the thread; a round under way may be cut short, and the next one goes on from there."""
        self._stopping.set()

    def tidy(self) -> None:
        """One round, now.

        Raises:
            BusyError, StorageError: the store cannot be written.
        """
        rooms = self._rooms.close_expired()
        report = self._store.purge()
        self._products.write_down_seen()
        drawings = self._make_room()
        if rooms or report.expired or report.orphans or drawings:
            counts = {"rooms": rooms, "expired": report.expired, "orphans": report.orphans, "drawings": drawings}
            logger.info("Tidied up.", extra=counts)

    def _make_room(self) -> int:
        """Deletes the least recently seen drawings until there is room; says how many."""
        deleted = 0
        while not self._space.has_room():
            some = self._products.delete_least_recently_seen(DRAWINGS_AT_ONCE)
            deleted += some
            if not some:
                logger.warning("There is no room for photos, and no drawing is left that could make some.")
                break
        return deleted

    def _work(self) -> None:
        while not self._stopping.wait(ROUND_SECONDS):
            try:
                self.tidy()
            except VggwebError:  # said where it was noticed
                continue
            except Exception:
                logger.exception("Tidying up failed, and is tried again.")
