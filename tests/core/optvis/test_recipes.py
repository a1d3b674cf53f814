"""The numbers that pages show before anything is drawn."""

import subprocess
import sys

import pytest

from vggweb.core.architecture import CONVOLUTIONS, find_convolution
from vggweb.core.optvis.recipes import canvas_px, check_recipe, natural_plan, steps
from vggweb.errors import BadParameterError, UnknownLayerError


def test_the_canvas_grows_with_the_depth_from_64_to_224() -> None:
    sizes = [canvas_px(layer.name) for layer in CONVOLUTIONS]
    assert sizes == sorted(sizes)
    assert sizes[0] == 64
    assert sizes[-1] == 224
    assert len(set(sizes)) >= 5


@pytest.mark.parametrize("layer", CONVOLUTIONS, ids=lambda layer: layer.name)
def test_a_canvas_holds_the_whole_receptive_field_and_pools_without_rest(layer: object) -> None:
    name = getattr(layer, "name", "")
    assert canvas_px(name) >= find_convolution(name).receptive_field_px
    assert canvas_px(name) % 16 == natural_plan(name).window_px % 16 == 0


def test_the_classic_recipe_is_20_steps_at_128_pixels_for_every_layer() -> None:
    assert {(steps(layer.name, "classic"), canvas_px(layer.name, "classic")) for layer in CONVOLUTIONS} == {(20, 128)}


def test_the_plan_has_the_numbers_that_are_told() -> None:
    plan = natural_plan("block4_conv2")
    assert (plan.canvas_px, plan.steps) == (canvas_px("block4_conv2"), steps("block4_conv2"))


def test_a_centre_is_seen_whole_and_hardly_moved() -> None:
    plan = natural_plan("block5_conv1", centred=True)
    assert plan.window_px == plan.canvas_px
    assert plan.amounts.shift_px < natural_plan("block5_conv1").amounts.shift_px


def test_what_does_not_exist_is_named() -> None:
    with pytest.raises(UnknownLayerError):
        canvas_px("block3_pool")
    with pytest.raises(BadParameterError, match="natural, classic"):
        check_recipe("deep_dream")


def test_numbers_and_objectives_do_not_load_tensorflow() -> None:
    code = "import sys, vggweb.core.optvis.recipes, vggweb.core.optvis.drawing;sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
