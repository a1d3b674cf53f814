"""Fills the line of slow pages."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tests.services.test_turns import until
from vggweb.services.model_host import ModelHost, current_visitor
from vggweb.services.turns import WAITING_PAGES


@contextmanager
def full_line(host: ModelHost) -> Iterator[None]:
    """Meanwhile all turns are taken and every place in the line of slow pages."""
    release = threading.Event()

    def wait_for_a_page(number: int) -> None:
        current_visitor.set(lambda: f"visitor {number % 4}")
        with host.for_page():
            release.wait()

    with ExitStack() as turns:
        for _ in range(host.model().engine.photos_at_once):
            turns.enter_context(host.for_prediction())
        waiting = [
            threading.Thread(target=wait_for_a_page, args=(number,), daemon=True) for number in range(WAITING_PAGES)
        ]
        for thread in waiting:
            thread.start()
        until(lambda: host.waiting_pages == WAITING_PAGES)
        yield
        release.set()
    for thread in waiting:
        thread.join()
