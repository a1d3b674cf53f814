"""The network tells heavy work when a visitor waits for it."""

import threading

from vggweb.services.model_host import ModelHost


def test_the_gate_is_shut_while_a_visitor_has_the_network_or_waits_for_it(model_host: ModelHost) -> None:
    may_end = threading.Event()

    def have_a_turn() -> None:
        with model_host.exclusive_model():
            may_end.wait()

    with model_host.exclusive_model():
        assert not model_host.gate.wait_for_predictions(0)
    assert model_host.gate.wait_for_predictions(0)
    visitor = threading.Thread(target=have_a_turn)
    with model_host.exclusive_model():
        visitor.start()
        assert not model_host.gate.wait_for_predictions(0)
    may_end.set()
    visitor.join()
    assert model_host.gate.wait_for_predictions(0)
