"""Drawings of filters, really drawn: block1's take milliseconds."""

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
from vggweb.core.optvis.drawing import DrawingRequest
from vggweb.core.optvis.objectives import Centre, Channel, ClassLogit, Diverse, Mix
from vggweb.core.sheets import Sheet
from vggweb.errors import (
    BadParameterError,
    NotDrawnError,
    UnknownClassError,
    UnknownFilterError,
    UnknownLayerError,
    VggwebError,
)
from vggweb.jobs import Job
from vggweb.services.drawings import FACTS, PICTURE, SHEET_TILE_PX, ContactSheet
from vggweb.services.model_host import ModelHost
from vggweb.startup import Services, build_services
from vggweb.storage import StoredFile

LAYER = "block1_conv1"
WANTED = DrawingRequest(Channel(LAYER, 5))
STEPS = recipes.steps(LAYER)


def pixels(data: bytes) -> Picture:
    return np.asarray(PIL.Image.open(io.BytesIO(data)))


def ask(services: Services, wanted: DrawingRequest = WANTED) -> Job:
    return services.drawings.order(wanted, owner=None, result_url="/")


@pytest.fixture
def restarted(settings: Settings, model_host: ModelHost, services: Services) -> Iterator[Services]:
    """A second server on the same store."""
    again = build_services(settings, model_host=model_host)
    yield again
    again.jobs.stop()
    again.store.close()


def test_looking_at_what_was_never_drawn_starts_nothing(services: Services) -> None:
    with pytest.raises(NotDrawnError):
        services.drawings.picture(WANTED)
    assert services.drawings.facts(WANTED) is None
    assert services.drawings.job(WANTED) is None


def test_a_job_leaves_the_picture_that_the_core_draws(services: Services) -> None:
    services.jobs.start()
    job = until_state(services.jobs, ask(services).id, "done")
    drawing = render.draw(services.model_host.model(), WANTED)[0]
    assert np.array_equal(pixels(services.drawings.picture(WANTED)), drawing.picture)
    facts = services.drawings.facts(WANTED)
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
    drawn = services.drawings.draw_now(WANTED, services.model_host.model())
    steps: list[int] = []
    again = restarted.drawings.draw_now(
        WANTED, restarted.model_host.model(), on_step=lambda step, *_: steps.append(step)
    )
    assert again == drawn == restarted.drawings.picture(WANTED)
    assert steps == []


def test_a_job_whose_picture_was_drawn_while_it_waited_draws_nothing(services: Services) -> None:
    job = ask(services)
    drawn = services.drawings.draw_now(WANTED, services.model_host.model())
    services.jobs.start()
    job = until_state(services.jobs, job.id, "done")
    assert job.step is None
    assert services.drawings.picture(WANTED) == drawn


def test_a_filter_drawn_among_several_is_the_picture_drawn_alone(services: Services, restarted: Services) -> None:
    model = services.model_host.model()
    services.drawings.draw_several_now(find_layer(LAYER), [5, 9], "natural", model)
    alone = render.draw(model, DrawingRequest(Channel(LAYER, 9)))[0].picture
    together = pixels(services.drawings.picture(DrawingRequest(Channel(LAYER, 9))))
    # A batch sums in another order, and steps uphill carry a rounding on; what is seen is the same.
    assert np.abs(together.astype(int) - alone).mean() < 2
    assert restarted.drawings.missing(find_layer(LAYER), "natural") == [
        index for index in range(64) if index not in (5, 9)
    ]


def test_every_request_has_a_name_of_its_own_and_so_have_other_weights(
    services: Services, model_host: ModelHost
) -> None:
    requests = (
        WANTED,
        DrawingRequest(Channel(LAYER, 6)),
        DrawingRequest(Channel("block1_conv2", 5)),
        DrawingRequest(Channel(LAYER, 5), recipe="classic"),
        DrawingRequest(Channel(LAYER, 5), seed=1),
        DrawingRequest(Centre(LAYER, 5)),
        DrawingRequest(Diverse(LAYER, 5)),
        DrawingRequest(Mix(LAYER, 5, 6)),
        DrawingRequest(Mix(LAYER, 5, 7)),
        DrawingRequest(ClassLogit(5)),
    )
    others = ModelHost(replace(model_host.choice, sha256="0" * 64), queue_limit=1)
    other_gallery = type(services.drawings)(others, services.jobs)
    keys = [services.drawings.key(wanted) for wanted in requests] + [other_gallery.key(WANTED)]
    assert len(set(keys)) == len(keys)


def test_the_aims_draw_different_pictures_and_diverse_draws_four(services: Services) -> None:
    model = services.model_host.model()
    requests = (
        WANTED,
        DrawingRequest(Centre(LAYER, 5)),
        DrawingRequest(Mix(LAYER, 5, 6)),
        DrawingRequest(Channel(LAYER, 5), recipe="classic"),
    )
    drawn = {services.drawings.draw_now(wanted, model) for wanted in requests}
    assert len(drawn) == len(requests)
    four = pixels(services.drawings.draw_now(DrawingRequest(Diverse(LAYER, 5)), model))
    side = recipes.canvas_px(LAYER)
    assert four.shape == (2 * side, 2 * side, 3)
    expected = [one.picture for one in render.draw(model, DrawingRequest(Diverse(LAYER, 5)))]
    quarters = [four[top : top + side, left : left + side] for top in (0, side) for left in (0, side)]
    assert all(np.array_equal(quarter, one) for quarter, one in zip(quarters, expected, strict=True))


def test_a_job_of_four_pictures_shows_them_two_by_two_while_it_runs(services: Services) -> None:
    job = ask(services, DrawingRequest(Diverse(LAYER, 5)))
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
    assert services.drawings.sheet(layer).drawn == frozenset()
    services.drawings.draw_several_now(layer, [0, 10, 63], "natural", services.model_host.model())
    sheet = services.drawings.sheet(layer)
    assert sheet == ContactSheet(frozenset((0, 10, 63)), Sheet(64, 8, SHEET_TILE_PX))
    canvas = pixels(services.drawings.sheet_webp(layer))
    assert canvas.shape == (8 * SHEET_TILE_PX, 8 * SHEET_TILE_PX, 3)
    tiles = canvas.reshape(8, SHEET_TILE_PX, 8, SHEET_TILE_PX, 3).transpose(0, 2, 1, 3, 4).reshape(64, -1)
    coloured = [index for index, tile in enumerate(tiles) if not (tile == 128).all()]
    assert coloured == [0, 10, 63]
    drawn = PIL.Image.open(io.BytesIO(services.drawings.picture(DrawingRequest(Channel(LAYER, 10)))))
    small = np.asarray(drawn.resize((SHEET_TILE_PX, SHEET_TILE_PX), PIL.Image.Resampling.LANCZOS))
    assert np.array_equal(tiles[10].reshape(small.shape), small)


def test_other_seeds_aims_and_recipes_are_not_on_the_natural_sheet(services: Services) -> None:
    layer, model = find_layer(LAYER), services.model_host.model()
    for wanted in (
        DrawingRequest(Channel(LAYER, 1), recipe="classic"),
        DrawingRequest(Channel(LAYER, 2), seed=3),
        DrawingRequest(Centre(LAYER, 3)),
    ):
        services.drawings.draw_now(wanted, model)
    assert services.drawings.sheet(layer).drawn == frozenset()
    assert services.drawings.sheet(layer, "classic").drawn == {1}


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        (DrawingRequest(Channel("block9_conv1", 0)), UnknownLayerError),
        (DrawingRequest(Channel("block1_pool", 0)), UnknownLayerError),
        (DrawingRequest(Channel(LAYER, 64)), UnknownFilterError),
        (DrawingRequest(Mix(LAYER, 0, 64)), UnknownFilterError),
        (DrawingRequest(ClassLogit(1000)), UnknownClassError),
        (DrawingRequest(Channel(LAYER, 0), seed=-1), BadParameterError),
        (DrawingRequest(Channel(LAYER, 0), seed=2**30 + 1), BadParameterError),
        (DrawingRequest(Channel(LAYER, 0), recipe="oil"), BadParameterError),  # type: ignore[arg-type]
        (DrawingRequest(Centre(LAYER, 0), recipe="classic"), BadParameterError),
    ],
)
def test_what_cannot_be_drawn_is_refused_before_a_job_is_made(
    services: Services, wanted: DrawingRequest, error: type[VggwebError]
) -> None:
    for refuse in (services.drawings.facts, services.drawings.picture, lambda wanted: ask(services, wanted)):
        with pytest.raises(error):
            refuse(wanted)
    assert services.drawings.job(wanted) is None


def test_a_class_has_its_picture_and_facts_under_its_own_name(services: Services) -> None:
    wanted = DrawingRequest(ClassLogit(1))
    facts = json.dumps({"dark": False, "seed_used": 0, "curve": [1.0, 2.0]}).encode()
    files = (StoredFile(PICTURE, "image/png", b"goldfish"), StoredFile(FACTS, "application/json", facts))
    services.jobs.products.save(services.drawings.key(wanted), *files)
    assert services.drawings.picture(wanted) == b"goldfish"
    found = services.drawings.facts(wanted)
    assert found is not None
    assert found.curve == (1.0, 2.0)
