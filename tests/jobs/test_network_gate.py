"""The network tells heavy work when a visitor waits for it."""

import threading

from vggweb.services.network import Network


def test_the_gate_is_shut_while_a_visitor_has_the_network_or_waits_for_it(network: Network) -> None:
    may_end = threading.Event()

    def have_a_turn() -> None:
        with network.turn():
            may_end.wait()

    with network.turn():
        assert not network.gate.wait_for_predictions(0)
    assert network.gate.wait_for_predictions(0)
    visitor = threading.Thread(target=have_a_turn)
    with network.turn():
        visitor.start()
        assert not network.gate.wait_for_predictions(0)
    may_end.set()
    visitor.join()
    assert network.gate.wait_for_predictions(0)
