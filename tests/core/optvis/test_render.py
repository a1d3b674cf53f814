"""Drawings show what the filter likes, say when it sleeps, and can be watched and stopped."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from tests.core.optvis.tiny import (
    BLUE,
    CHANNELS,
    DARK_FILTER,
    colour_class_model,
    colour_filter,
    dark_model,
    tiny_model,
)
from vggweb.core.arrays import Picture
from vggweb.core.model import Vgg16
from vggweb.core.optvis import natural
from vggweb.core.optvis.ascent import STEPS_KEPT, CompiledSteps, compiled_steps
from vggweb.core.optvis.classic import start_noise
from vggweb.core.optvis.drawing import Drawing, DrawingRequest, OnStep
from vggweb.core.optvis.objectives import (
    DIVERSE_PICTURES,
    Centre,
    Channel,
    ClassLogit,
    Diverse,
    Mix,
    Objective,
    one_channel,
)
from vggweb.core.optvis.param import network_input
from vggweb.core.optvis.recipes import RecipeName, canvas_px, steps
from vggweb.core.optvis.render import draw, draw_together
from vggweb.core.optvis.targets import layer_target, likeness
from vggweb.core.preprocessing import MEAN_BGR
from vggweb.errors import (
    BadParameterError,
    JobCancelledError,
    UnknownClassError,
    UnknownFilterError,
    UnknownLayerError,
)

RECIPE_NAMES: tuple[RecipeName, ...] = ("natural", "classic")


@pytest.fixture(scope="module")
def model() -> Vgg16:
    return dark_model()


def drawn(
    model: Vgg16, objective: Objective, recipe: RecipeName = "natural", seed: int = 0, on_step: OnStep | None = None
) -> Drawing:
    """The only drawing of an objective that has one."""
    (drawing,) = draw(model, DrawingRequest(objective, recipe, seed), on_step=on_step)
    return drawing


def colour_shift(picture: Picture) -> tuple[float, float, float]:
    """How far red, green and blue lie above the mean colour that the natural recipe starts from."""
    red, green, blue = picture.mean(axis=(0, 1)) - np.array(MEAN_BGR[::-1])
    return float(red), float(green), float(blue)


@pytest.mark.parametrize("recipe", RECIPE_NAMES)
def test_a_seed_always_gives_the_same_picture_and_another_gives_another(model: Vgg16, recipe: RecipeName) -> None:
    first, again, other = (drawn(model, Channel("block1_conv2", 3), recipe=recipe, seed=seed) for seed in (5, 5, 6))
    np.testing.assert_array_equal(first.picture, again.picture)
    assert first.curve == again.curve
    assert np.abs(first.picture.astype(int) - other.picture.astype(int)).mean() > 5


@pytest.mark.parametrize("recipe", RECIPE_NAMES)
def test_a_filter_that_likes_blue_gives_a_blue_picture(model: Vgg16, recipe: RecipeName) -> None:
    drawing = drawn(model, Channel("block1_conv1", 0), recipe=recipe)
    red, green, blue = colour_shift(drawing.picture)
    assert blue > max(red, green) + 20


@pytest.mark.parametrize("recipe", RECIPE_NAMES)
def test_the_picture_has_the_canvas_and_the_objective_has_risen(model: Vgg16, recipe: RecipeName) -> None:
    drawing = drawn(model, Channel("block1_conv2", 4), recipe=recipe, seed=1)
    side = canvas_px("block1_conv2", recipe)
    assert drawing.picture.shape == (side, side, 3)
    assert drawing.picture.dtype == np.uint8
    assert len(drawing.curve) == steps("block1_conv2", recipe)
    assert drawing.curve[-1] > 2 * abs(drawing.curve[0])
    assert (drawing.dark, drawing.seed_used) == (False, 1)


@pytest.mark.parametrize("recipe", RECIPE_NAMES)
def test_a_filter_that_never_wakes_is_tried_again_and_then_said_to_be_dark(model: Vgg16, recipe: RecipeName) -> None:
    told: list[tuple[int, int]] = []
    drawing = drawn(
        model,
        Channel("block1_conv1", DARK_FILTER),
        recipe=recipe,
        seed=4,
        on_step=lambda step, count, _value, _picture: told.append((step, count)),
    )
    assert drawing.dark
    assert drawing.seed_used == 6
    assert [step for step, _ in told] == list(range(1, len(told) + 1))
    assert len({count for _, count in told}) == 3  # each attempt adds its steps to those that are to go
    side = canvas_px("block1_conv1", recipe)
    assert drawing.picture.shape == (side, side, 3)


def test_in_a_batch_only_the_dark_filter_is_drawn_again_and_none_is_dropped(model: Vgg16) -> None:
    requests = [DrawingRequest(Channel("block1_conv1", index), seed=4) for index in (0, DARK_FILTER)]
    awake, dark = draw_together(model, requests)
    assert (awake.dark, awake.seed_used) == (False, 4)
    assert (dark.dark, dark.seed_used) == (True, 6)
    alone = drawn(model, Channel("block1_conv1", 0), seed=4)
    np.testing.assert_allclose(awake.curve, alone.curve, rtol=1e-2)


def brightest_pixel(seed: int) -> float:
    """Of the classic start, its three colours together."""
    return float(start_noise(seed).sum(axis=-1).max())


def test_a_filter_that_wakes_with_the_second_seed_is_shown_with_it() -> None:
    seed = next(seed for seed in range(9) if brightest_pixel(seed) < brightest_pixel(seed + 1))
    threshold = (brightest_pixel(seed) + brightest_pixel(seed + 1)) / 2
    model = tiny_model({0: colour_filter(1, 1, 1)}, {0: -threshold})
    drawing = drawn(model, Channel("block1_conv1", 0), recipe="classic", seed=seed)
    assert (drawing.dark, drawing.seed_used) == (False, seed + 1)


def test_every_step_is_told_with_the_picture_as_it_stands(model: Vgg16) -> None:
    told: list[tuple[int, int, float]] = []
    pictures: list[Picture] = []

    def watch(step: int, count: int, value: float, picture: Callable[[], Picture]) -> None:
        told.append((step, count, value))
        pictures.append(picture())

    drawing = drawn(model, Channel("block1_conv1", 0), on_step=watch)
    count = steps("block1_conv1")
    assert told == [(number, count, drawing.curve[number - 1]) for number in range(1, count + 1)]
    np.testing.assert_array_equal(pictures[-1], drawing.picture)
    assert not np.array_equal(pictures[0], pictures[-1])


def test_what_the_watcher_raises_ends_the_drawing_at_once(model: Vgg16) -> None:
    seen: list[int] = []

    def cancel(step: int, count: int, value: float, picture: Callable[[], Picture]) -> None:
        seen.append(step)
        if step == 3:
            raise JobCancelledError

    with pytest.raises(JobCancelledError):
        drawn(model, Channel("block1_conv1", 0), on_step=cancel)
    assert seen == [1, 2, 3]


def test_a_centre_is_drawn_in_the_middle_and_the_rest_stays_even(model: Vgg16) -> None:
    picture = drawn(model, Centre("block1_conv1", 0)).picture.astype(float)
    blueness = picture[..., 2] - picture[..., 0]
    middle = slice(28, 36)
    assert blueness[middle, middle].mean() > blueness.mean() + 20


def test_a_mix_pleases_both_filters() -> None:
    model = tiny_model({0: colour_filter(1.0, -0.8, 0.0), 1: colour_filter(0.0, -0.8, 1.0)})
    red, green, blue = colour_shift(drawn(model, Mix("block1_conv1", 0, 1)).picture)
    assert min(red, blue) > green + 10


def test_diverse_pictures_are_less_alike_than_those_of_other_seeds(model: Vgg16) -> None:
    layer_name = "block1_conv2"
    diverse = [drawing.picture for drawing in draw(model, DrawingRequest(Diverse(layer_name, 3), seed=0))]
    seeds = range(DIVERSE_PICTURES)
    plain = [drawn(model, Channel(layer_name, 3), seed=seed).picture for seed in seeds]

    def likeness_of(pictures: list[Picture]) -> float:
        batch = network_input(tf.constant(np.stack(pictures).astype(np.float32) / 255))
        target = layer_target(model, layer_name, before_relu=True)
        directions = np.repeat(one_channel(CHANNELS, 3), DIVERSE_PICTURES, axis=0)
        return float(tf.reduce_mean(likeness(target(batch, tf.constant(directions)).features)))

    assert 1 - likeness_of(diverse) > 3 * (1 - likeness_of(plain))  # so much farther apart


def test_a_class_is_drawn_at_the_size_of_a_photo() -> None:
    drawing = drawn(colour_class_model(), ClassLogit(BLUE))
    red, green, blue = colour_shift(drawing.picture)
    assert drawing.picture.shape == (224, 224, 3)
    assert blue > max(red, green) + 20
    assert drawing.curve[-1] > drawing.curve[0] + 25
    assert not drawing.dark


def test_a_layer_is_compiled_once_for_all_its_filters_and_mixes(model: Vgg16, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[object] = []
    build_step = natural.build_step

    def build(*what: Any) -> Callable[..., Any]:
        built.append(what)
        return build_step(*what)

    monkeypatch.setattr(natural, "build_step", build)
    fresh = Vgg16.from_keras(model.keras_model, model.weights)
    for objective in (Channel("block1_conv1", 1), Channel("block1_conv1", 2), Mix("block1_conv1", 3, 4)):
        draw(fresh, DrawingRequest(objective, seed=objective.index))
    assert len(built) == 1


def test_however_many_layers_and_aims_are_drawn_few_compiled_steps_are_kept(model: Vgg16) -> None:
    for recipe in RECIPE_NAMES:
        for layer_name in ("block1_conv1", "block1_conv2"):
            draw(model, DrawingRequest(Channel(layer_name, 1), recipe))
    draw(model, DrawingRequest(Centre("block1_conv1", 1)))
    draw(model, DrawingRequest(Diverse("block1_conv1", 1)))
    assert len(compiled_steps(model)) == STEPS_KEPT


def test_a_step_that_was_forgotten_is_built_again() -> None:
    steps = CompiledSteps(limit=2)
    built: list[str] = []

    def build(name: str) -> Callable[..., Any]:
        built.append(name)
        return print

    for name in ("a", "b", "a", "c", "a", "b"):  # c forgets b, which was used least recently
        steps.get(name, partial(build, name))
    assert built == ["a", "b", "c", "b"]


def test_what_does_not_exist_is_named(model: Vgg16) -> None:
    with pytest.raises(UnknownLayerError):
        drawn(model, Channel("block9_conv1", 0))
    with pytest.raises(UnknownLayerError):
        draw(model, DrawingRequest(Channel("block1_pool", 0)))
    with pytest.raises(UnknownFilterError):
        drawn(model, Channel("block1_conv1", 64))
    with pytest.raises(UnknownFilterError):
        drawn(model, Mix("block1_conv1", 0, -1))
    with pytest.raises(UnknownClassError):
        drawn(model, ClassLogit(1000))
    with pytest.raises(BadParameterError):
        drawn(model, Channel("block1_conv1", 0), recipe="vivid")  # type: ignore[arg-type]
    with pytest.raises(BadParameterError, match="seed"):
        draw(model, DrawingRequest(Channel("block1_conv1", 0), seed=-1))[0]
    with pytest.raises(BadParameterError, match="whole channel only"):
        drawn(model, Centre("block1_conv1", 0), recipe="classic")
