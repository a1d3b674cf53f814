"""The network tells heavy work when a visitor waits for it."""

import threading

import pytest

from tests.services.lines import full_line
from vggweb.errors import BusyError
from vggweb.services.model_host import ModelHost
from vggweb.services.turns import WAITING_PAGES


def test_the_gate_is_shut_while_a_visitor_has_the_network_or_waits_for_it(model_host: ModelHost) -> None:
    may_end = threading.Event()

    def have_a_turn() -> None:
        with model_host.for_prediction():
            may_end.wait()

    with model_host.for_prediction():
        assert not model_host.gate.wait_for_predictions(0)
    assert model_host.gate.wait_for_predictions(0)
    visitor = threading.Thread(target=have_a_turn)
    with model_host.for_prediction():
        visitor.start()
        assert not model_host.gate.wait_for_predictions(0)
    may_end.set()
    visitor.join()
    assert model_host.gate.wait_for_predictions(0)


def test_pages_that_wait_take_no_place_from_uploads(model_host: ModelHost) -> None:
    with full_line(model_host), model_host.queue_slot():
        assert model_host.waiting_pages == WAITING_PAGES
        with pytest.raises(BusyError), model_host.for_page():
            pass
