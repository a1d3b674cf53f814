"""The gate lets heavy work through when no prediction is under way, and not for ever shut."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from vggweb.jobs import Gate


def test_the_way_is_clear_when_nobody_predicts() -> None:
    assert Gate().wait_for_predictions(0)


def test_the_way_is_clear_again_only_after_the_last_of_several_predictions() -> None:
    gate = Gate()
    with gate.prediction():
        with gate.prediction():
            assert not gate.wait_for_predictions(0)
        assert not gate.wait_for_predictions(0)
    assert gate.wait_for_predictions(0)


def test_a_prediction_that_fails_clears_the_way_too() -> None:
    gate = Gate()
    with pytest.raises(ValueError, match="broken"), gate.prediction():
        raise ValueError("broken")
    assert gate.wait_for_predictions(0)


def test_who_waits_is_let_through_as_soon_as_the_prediction_ends() -> None:
    gate = Gate()
    with ThreadPoolExecutor(1) as pool:
        with gate.prediction():
            passes = pool.submit(gate.wait_for_predictions, 600)
            assert not passes.done()
        assert passes.result(60)
