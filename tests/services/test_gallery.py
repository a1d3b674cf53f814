"""Pictures of filters, really drawn: block1's take milliseconds."""

import io
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import PIL.Image
import pytest

from tests.jobs.works import until, until_state
from vggweb.config import Settings
from vggweb.core.architecture import find_layer
from vggweb.core.arrays import Picture
from vggweb.core.optvis import recipes, render
from vggweb.errors import (
    BadParameterError,
    NotDrawnError,
    UnknownClassError,
    UnknownFilterError,
    UnknownLayerError,
    VggwebError,
)
from vggweb.jobs import Job
from vggweb.services.gallery import FACTS, PICTURE, SHEET_TILE_PX, ContactSheet, Wish
from vggweb.services.model_host import ModelHost
from vggweb.startup import Services, build_services
from vggweb.storage import StoredFile

LAYER = "block1_conv1"
WISH = Wish(LAYER, 5)
STEPS = recipes.steps(LAYER)


def pixels(data: bytes) -> Picture:
    return np.asarray(PIL.Image.open(io.BytesIO(data)))


def ask(services: Services, wish: Wish = WISH) -> Job:
    return services.gallery.draw(wish, owner=None, result_url="/")


@pytest.fixture
def restarted(settings: Settings, model_host: ModelHost, services: Services) -> Iterator[Services]:
    """A second server on the same store."""
    again = build_services(settings, model_host=model_host)
    yield again
    again.jobs.stop()
    again.store.close()


def test_looking_at_what_was_never_drawn_starts_nothing(services: Services) -> None:
    with pytest.raises(NotDrawnError):
        services.gallery.picture(WISH)
    assert services.gallery.facts(WISH) is None
    assert services.gallery.job(WISH) is None


def test_a_job_leaves_the_picture_that_the_core_draws(services: Services) -> None:
    services.jobs.start()
    job = until_state(services.jobs, ask(services).id, "done")
    drawing = render.draw_filter(services.model_host.model(), LAYER, 5)
    assert np.array_equal(pixels(services.gallery.picture(WISH)), drawing.picture)
    facts = services.gallery.facts(WISH)
    assert facts is not None
    assert facts.curve == pytest.approx(drawing.curve, abs=1e-4)
    assert (facts.dark, facts.seed_used) == (False, 0)
    assert (job.progress, job.step, job.steps, len(job.curve)) == (1, STEPS, STEPS, STEPS)


def test_fifty_who_ask_at_once_get_one_job_that_runs_once(services: Services) -> None:
    services.jobs.start()
    with ThreadPoolExecutor(10) as pool:
        jobs = list(pool.map(lambda _: ask(services), range(50)))
    assert len({job.id for job in jobs}) == 1
    job = until_state(services.jobs, jobs[0].id, "done")
    assert job.attempt == 1
    assert ask(services) == job


def test_what_was_drawn_is_there_after_a_restart_and_is_not_drawn_again(
    services: Services, restarted: Services
) -> None:
    drawn = services.gallery.draw_now(WISH, services.model_host.model())
    steps: list[int] = []
    again = restarted.gallery.draw_now(WISH, restarted.model_host.model(), on_step=lambda step, *_: steps.append(step))
    assert again == drawn == restarted.gallery.picture(WISH)
    assert steps == []


def test_a_job_whose_picture_was_drawn_while_it_waited_draws_nothing(services: Services) -> None:
    job = ask(services)
    drawn = services.gallery.draw_now(WISH, services.model_host.model())
    services.jobs.start()
    job = until_state(services.jobs, job.id, "done")
    assert job.step is None
    assert services.gallery.picture(WISH) == drawn


def test_a_filter_drawn_among_several_is_the_picture_drawn_alone(services: Services, restarted: Services) -> None:
    model = services.model_host.model()
    services.gallery.draw_several_now(find_layer(LAYER), [5, 9], "natural", model)
    alone = render.draw_filter(model, LAYER, 9).picture
    together = pixels(services.gallery.picture(Wish(LAYER, 9)))
    # A batch sums in another order, and steps uphill carry a rounding on; what is seen is the same.
    assert np.abs(together.astype(int) - alone).mean() < 2
    assert restarted.gallery.missing(find_layer(LAYER), "natural") == [
        index for index in range(64) if index not in (5, 9)
    ]


def test_every_wish_has_a_name_of_its_own_and_so_have_other_weights(services: Services, model_host: ModelHost) -> None:
    wishes = (
        WISH,
        Wish(LAYER, 6),
        Wish("block1_conv2", 5),
        Wish(LAYER, 5, recipe="classic"),
        Wish(LAYER, 5, seed=1),
        Wish(LAYER, 5, aim="centre"),
        Wish(LAYER, 5, aim="diverse"),
        Wish(LAYER, 5, aim="mix", other=6),
        Wish(LAYER, 5, aim="mix", other=7),
        Wish("", 5, aim="class"),
    )
    others = ModelHost(replace(model_host.choice, sha256="0" * 64), queue_limit=1)
    other_gallery = type(services.gallery)(others, services.jobs)
    keys = [services.gallery.key(wish) for wish in wishes] + [other_gallery.key(WISH)]
    assert len(set(keys)) == len(keys)


def test_the_aims_draw_different_pictures_and_diverse_draws_four(services: Services) -> None:
    model = services.model_host.model()
    wishes = (WISH, Wish(LAYER, 5, aim="centre"), Wish(LAYER, 5, aim="mix", other=6), Wish(LAYER, 5, recipe="classic"))
    drawn = {services.gallery.draw_now(wish, model) for wish in wishes}
    assert len(drawn) == len(wishes)
    four = pixels(services.gallery.draw_now(Wish(LAYER, 5, aim="diverse"), model))
    side = recipes.canvas_px(LAYER)
    assert four.shape == (2 * side, 2 * side, 3)
    expected = [one.picture for one in render.draw_diverse(model, LAYER, 5)]
    quarters = [four[top : top + side, left : left + side] for top in (0, side) for left in (0, side)]
    assert all(np.array_equal(quarter, one) for quarter, one in zip(quarters, expected, strict=True))


def test_a_job_of_four_pictures_shows_them_two_by_two_while_it_runs(services: Services) -> None:
    job = ask(services, Wish(LAYER, 5, aim="diverse"))
    preview = None

    def look() -> bool:
        nonlocal preview
        preview = services.jobs.preview(job.id)
        return preview is not None

    with services.model_host.gate.prediction():  # lets the job wait after each step
        services.jobs.start()
        until(look)
    assert preview is not None
    assert pixels(preview).shape == (128, 128, 3)


def test_the_sheet_shows_what_was_drawn_at_its_place_and_grey_elsewhere(services: Services) -> None:
    layer = find_layer(LAYER)
    assert services.gallery.sheet(layer).drawn == frozenset()
    services.gallery.draw_several_now(layer, [0, 10, 63], "natural", services.model_host.model())
    sheet = services.gallery.sheet(layer)
    assert sheet == ContactSheet(frozenset((0, 10, 63)), columns=8, rows=8, tile_px=SHEET_TILE_PX)
    canvas = pixels(services.gallery.sheet_webp(layer))
    assert canvas.shape == (8 * SHEET_TILE_PX, 8 * SHEET_TILE_PX, 3)
    tiles = canvas.reshape(8, SHEET_TILE_PX, 8, SHEET_TILE_PX, 3).transpose(0, 2, 1, 3, 4).reshape(64, -1)
    coloured = [index for index, tile in enumerate(tiles) if not (tile == 128).all()]
    assert coloured == [0, 10, 63]
    drawn = PIL.Image.open(io.BytesIO(services.gallery.picture(Wish(LAYER, 10))))
    small = np.asarray(drawn.resize((SHEET_TILE_PX, SHEET_TILE_PX), PIL.Image.Resampling.LANCZOS))
    assert np.array_equal(tiles[10].reshape(small.shape), small)


def test_other_seeds_aims_and_recipes_are_not_on_the_natural_sheet(services: Services) -> None:
    layer, model = find_layer(LAYER), services.model_host.model()
    for wish in (Wish(LAYER, 1, recipe="classic"), Wish(LAYER, 2, seed=3), Wish(LAYER, 3, aim="centre")):
        services.gallery.draw_now(wish, model)
    assert services.gallery.sheet(layer).drawn == frozenset()
    assert services.gallery.sheet(layer, "classic").drawn == {1}


@pytest.mark.parametrize(
    ("wish", "error"),
    [
        (Wish("block9_conv1", 0), UnknownLayerError),
        (Wish("block1_pool", 0), UnknownLayerError),
        (Wish(LAYER, 64), UnknownFilterError),
        (Wish(LAYER, 0, aim="mix", other=64), UnknownFilterError),
        (Wish("", 1000, aim="class"), UnknownClassError),
        (Wish(LAYER, 0, seed=-1), BadParameterError),
        (Wish(LAYER, 0, seed=2**30 + 1), BadParameterError),
        (Wish(LAYER, 0, recipe="oil"), BadParameterError),  # type: ignore[arg-type]
        (Wish(LAYER, 0, recipe="classic", aim="centre"), BadParameterError),
    ],
)
def test_what_cannot_be_drawn_is_refused_before_a_job_is_made(
    services: Services, wish: Wish, error: type[VggwebError]
) -> None:
    for refuse in (services.gallery.facts, services.gallery.picture, lambda wish: ask(services, wish)):
        with pytest.raises(error):
            refuse(wish)
    assert services.gallery.job(wish) is None


def test_a_class_has_its_picture_and_facts_under_its_own_name(services: Services) -> None:
    wish = Wish("", 1, aim="class")
    facts = json.dumps({"dark": False, "seed_used": 0, "curve": [1.0, 2.0]}).encode()
    files = (StoredFile(PICTURE, "image/png", b"goldfish"), StoredFile(FACTS, "application/json", facts))
    services.jobs.products.save(services.gallery.key(wish), *files)
    assert services.gallery.picture(wish) == b"goldfish"
    found = services.gallery.facts(wish)
    assert found is not None
    assert found.curve == (1.0, 2.0)
