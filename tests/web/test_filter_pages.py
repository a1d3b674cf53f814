"""What filters and classes like: asked for by address, really drawn (block1 takes milliseconds)."""

import io
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import PIL.Image
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from tests.conftest import MakeApp
from tests.jobs.works import until, until_state
from tests.web.conftest import Looked
from tests.web.forms import press
from tests.web.pages import get_page
from tests.web.uploads import JSON
from vggweb.core.classes import find_class
from vggweb.core.optvis import recipes, render
from vggweb.core.optvis.drawing import DrawingRequest
from vggweb.core.optvis.objectives import Channel, ClassLogit, Mix
from vggweb.errors import VggwebError
from vggweb.jobs import Arguments, JobContext
from vggweb.services.drawings import FACTS, KIND, PICTURE
from vggweb.startup import Services
from vggweb.storage import StoredFile
from vggweb.web.formatters import significant

ADDRESS = "/layers/block1_conv1/filters/5"
GOLDFISH = "/classes/1"


def services_of(app: Flask) -> Services:
    return app.extensions["vggweb"]


def job_count(app: Flask) -> int:
    with services_of(app).store.engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM jobs")).scalar_one())


def order(client: FlaskClient, address: str = ADDRESS, **fields: object) -> dict[str, Any]:
    """The job that a program's POST starts."""
    response = client.post(address, data=fields, headers=JSON)
    assert response.status_code == 202, response.text
    body: dict[str, Any] = response.get_json()
    assert response.headers["Location"] == f"/jobs/{body['id']}"
    return body


def drawn(app: Flask, address: str = ADDRESS, **fields: object) -> dict[str, Any]:
    """What the address answers in JSON once the workers have drawn it."""
    client = app.test_client()
    until_state(services_of(app).jobs, order(client, address, **fields)["id"], "done")
    return client.get(f"{address}.json", query_string=fields).get_json()


def pretend(app: Flask, wanted: DrawingRequest, *, dark: bool = False) -> None:
    """Puts a picture into the store as if it had been drawn."""
    png = io.BytesIO()
    PIL.Image.new("RGB", (224, 224), "orange").save(png, "PNG")
    facts = {"dark": dark, "seed_used": 2, "curve": [0.5, 1.0, 3.0]}
    services_of(app).jobs.products.save(
        services_of(app).drawings.key(wanted),
        StoredFile(PICTURE, "image/png", png.getvalue()),
        StoredFile(FACTS, "application/json", json.dumps(facts).encode()),
    )


def error_of(response: Any) -> tuple[int, str]:
    return response.status_code, response.get_json()["error"]["code"]


@pytest.mark.parametrize("address", [ADDRESS, GOLDFISH])
def test_looking_at_an_undrawn_picture_starts_no_work(app: Flask, address: str) -> None:
    client = app.test_client()
    for part in ("", ".json", ".png"):
        assert error_of(client.get(f"{address}{part}", headers=JSON)) == (404, "not_drawn")
    page = get_page(client, address, follow=False)
    assert "This picture has not been drawn yet." in page.text
    assert not [one for one in page.all("img") if f"{address}.png" in (one.get("src") or "")]
    assert job_count(app) == 0


def test_a_program_orders_a_picture_watches_its_job_and_gets_it(working_app: Flask) -> None:
    client = working_app.test_client()
    job = order(client)
    assert job["result_url"] == ADDRESS
    assert job["state"] in ("queued", "running")
    until_state(services_of(working_app).jobs, job["id"], "done")
    done = client.get(f"/jobs/{job['id']}.json").get_json()
    assert (done["state"], done["progress"], done["error"]) == ("done", 1, None)
    answer = client.get(done["result_url"], headers=JSON).get_json()
    assert set(answer) == {
        "layer",
        "filter",
        "recipe",
        "seed",
        "aim",
        "dark",
        "seed_used",
        "curve",
        "picture_url",
    }
    assert (answer["layer"], answer["filter"], answer["recipe"], answer["seed"]) == ("block1_conv1", 5, "natural", 0)
    assert len(answer["curve"]) == recipes.steps("block1_conv1")
    assert answer["picture_url"] == f"{ADDRESS}.png"
    picture = np.asarray(PIL.Image.open(io.BytesIO(client.get(answer["picture_url"]).data)))
    expected = render.draw(services_of(working_app).model_host.model(), DrawingRequest(Channel("block1_conv1", 5)))[
        0
    ].picture
    assert np.array_equal(picture, expected)
    again = client.post(ADDRESS, headers=JSON)
    assert (again.status_code, again.get_json()) == (200, answer)


def test_a_visitor_presses_the_button_and_comes_back_to_the_page_of_the_picture(working_app: Flask) -> None:
    client = working_app.test_client()
    address = f"{ADDRESS}?recipe=classic&seed=3"
    pressed = press(client, address, ADDRESS, recipe="classic", seed=3, aim="channel")
    assert (pressed.status_code, pressed.headers["Location"]) == (303, address)
    job = services_of(working_app).drawings.job(DrawingRequest(Channel("block1_conv1", 5), recipe="classic", seed=3))
    assert job is not None
    until_state(services_of(working_app).jobs, job.id, "done")
    page = get_page(client, address, follow=False)
    shown = [one for one in page.all("img") if (one.get("src") or "").startswith(f"{ADDRESS}.png?")]
    assert len(shown) == 1
    assert client.get(shown[0].get("src") or "").mimetype == "image/png"
    answer = client.get(f"{ADDRESS}.json?recipe=classic&seed=3").get_json()
    assert f"over {len(answer['curve'])} steps" in page.text
    assert f"Seed {answer['seed_used']}." in page.text
    again = press(client, "/", ADDRESS, recipe="classic", seed=3)
    assert (again.status_code, again.headers["Location"]) == (303, address)


def test_the_form_on_the_page_orders_the_picture_that_the_page_is_about(app: Flask) -> None:
    client = app.test_client()
    address = f"{ADDRESS}?recipe=natural&seed=7&aim=mix&other=9"
    page = get_page(client, address, follow=False)
    form = next(form for form in page.all("form") if form.get("method") == "post")
    fields = {one.get("name") or "": one.get("value") or "" for one in form.iter("input")}
    response = client.post(form.get("action") or "", data=fields)
    assert response.status_code == 303
    wanted = DrawingRequest(Mix("block1_conv1", 5, 9), seed=7)
    assert services_of(app).drawings.job(wanted) is not None
    assert response.headers["Location"] == f"{ADDRESS}?seed=7&aim=mix&other=9"


def test_the_same_request_by_many_at_once_is_one_job_and_one_computation(working_app: Flask) -> None:
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: working_app.test_client().post(ADDRESS, headers=JSON), range(50)))
    assert {one.status_code for one in answers} <= {200, 202}
    ids = {one.get_json()["id"] for one in answers if one.status_code == 202}
    assert len(ids) == job_count(working_app) == 1
    assert until_state(services_of(working_app).jobs, ids.pop(), "done").attempt == 1


def test_a_picture_stays_after_a_restart(working_app: Flask, make_app: MakeApp) -> None:
    answer = drawn(working_app)
    again = make_app().test_client()
    assert again.get(f"{ADDRESS}.json").get_json() == answer
    assert again.get(f"{ADDRESS}.png").data == working_app.test_client().get(f"{ADDRESS}.png").data


def test_recipe_seed_and_aim_each_give_another_picture(working_app: Flask) -> None:
    fields: tuple[dict[str, object], ...] = (
        {},
        {"seed": 1},
        {"recipe": "classic"},
        {"aim": "centre"},
        {"aim": "mix", "other": 9},
        {"aim": "diverse"},
    )
    client = working_app.test_client()
    answers = [drawn(working_app, ADDRESS, **one) for one in fields]
    pictures = [client.get(one["picture_url"]).data for one in answers]
    assert len(set(pictures)) == len(fields)
    assert PIL.Image.open(io.BytesIO(pictures[-1])).size == (128, 128)  # four of 64 × 64
    assert PIL.Image.open(io.BytesIO(pictures[0])).size == (64, 64)
    assert [one["aim"] for one in answers] == ["channel", "channel", "channel", "centre", "mix", "diverse"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("recipe=oil", "natural, classic"),
        ("seed=-1", "0 to 1073741824"),
        ("seed=1073741825", "0 to 1073741824"),
        ("seed=x", "0 to 1073741824"),
        ("seed=", "0 to 1073741824"),
        ("aim=class", "channel, centre, diverse, mix"),
        ("aim=mix&other=512", "0 to 511"),
        ("recipe=classic&aim=diverse", "whole channel only"),
    ],
)
def test_a_parameter_outside_its_values_is_refused_with_the_values(cat: Looked, query: str, words: str) -> None:
    for answer in (
        cat.client.get(f"{ADDRESS}.json?{query}"),
        cat.client.get(f"{ADDRESS}.png?{query}", headers=JSON),
        cat.program.post(f"{ADDRESS}.json?{query}"),
    ):
        assert error_of(answer) == (400, "bad_parameter")
        assert words in answer.get_json()["error"]["message"]
    assert words in get_page(cat.client, f"{ADDRESS}?{query}", status=400).text


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("/layers/block9_conv1/filters/0", "unknown_layer"),
        ("/layers/block1_pool/filters/0", "unknown_layer"),
        ("/layers/block1_conv1/filters/64", "unknown_filter"),
        ("/layers/block1_conv1/filters/0?aim=mix&other=64", "unknown_filter"),
        ("/classes/1000", "unknown_class"),
    ],
)
def test_what_has_no_filter_or_class_of_that_number_says_so(cat: Looked, address: str, code: str) -> None:
    path, _, query = address.partition("?")
    for answer in (
        cat.client.get(address, headers=JSON),
        cat.program.post(address, headers=JSON),
        cat.client.get(f"{path}.png?{query}", headers=JSON),
    ):
        assert error_of(answer) == (404, code)


def test_a_pooling_has_no_sheet(cat: Looked) -> None:
    answer = cat.client.get("/layers/block1_pool/filters.webp", headers=JSON)
    assert error_of(answer) == (404, "unknown_layer")


def test_the_undrawn_page_is_right_and_all_that_it_names_answers(cat: Looked) -> None:
    page = get_page(cat.client, ADDRESS)
    assert "http-equiv" not in page.html
    assert "job.js" not in page.html
    names = {one.get("name") for one in page.all("input")} | {one.get("name") for one in page.all("select")}
    assert {"recipe", "seed", "aim", "other"} <= names


@pytest.mark.parametrize(("index", "others"), [(0, {1}), (63, {62}), (30, {29, 31})])
def test_a_filter_leads_to_its_neighbours(cat: Looked, index: int, others: set[int]) -> None:
    page = get_page(cat.client, f"/layers/block1_conv1/filters/{index}", follow=False)
    links = [re.fullmatch(r"/layers/block1_conv1/filters/(\d+)", link.get("href") or "") for link in page.all("a")]
    assert {int(found[1]) for found in links if found} == others


@pytest.mark.parametrize("address", [ADDRESS, GOLDFISH])
def test_a_page_whose_picture_is_being_drawn_refreshes_itself_without_javascript(app: Flask, address: str) -> None:
    client = app.test_client()
    job = order(client, address)
    page = get_page(client, address)
    assert "Waiting, number 1 in the queue" in page.text
    refresh = page.root.find("head/noscript/meta")
    assert refresh is not None
    assert (refresh.get("http-equiv"), refresh.get("content")) == ("refresh", "2")
    assert "has not been drawn yet" not in page.text
    assert [one.get("value") for one in page.all("progress")] == ["0.000"]
    app.test_client().post(f"/jobs/{job['id']}/cancel", headers=JSON)
    page = get_page(client, address)
    assert "The computation was cancelled." in page.text
    assert page.root.find("head/noscript") is None
    assert "Draw it" in page.text


def test_a_running_drawing_shows_its_step_its_picture_and_its_curve(app: Flask) -> None:
    services, client = services_of(app), app.test_client()
    job = order(client)
    try:
        with services.model_host.gate.prediction():  # lets the job wait after each step
            services.jobs.start()
            until(lambda: len(services.jobs.find(job["id"]).curve) > 1)
            page = get_page(client, ADDRESS)
            assert re.search(r"Step \d+ of 40, about \d+ s left", page.text)
            preview = next(one.get("src") or "" for one in page.all("img") if "preview" in (one.get("src") or ""))
            picture = client.get(preview)
            assert PIL.Image.open(io.BytesIO(picture.data)).size == (64, 64)
            assert picture.headers["Cache-Control"] == "no-store"
            assert [one for one in page.root.findall(".//{*}polyline") if len((one.get("points") or "").split()) > 1]
            assert 0 < client.get(f"/jobs/{job['id']}.json").get_json()["progress"] < 1
            assert error_of(client.get(f"{ADDRESS}.json")) == (404, "not_drawn")
    finally:
        services.jobs.stop()


def test_a_failed_drawing_says_why_never_shows_100_percent_and_runs_again(working_app: Flask) -> None:
    services, client = services_of(working_app), working_app.test_client()
    draw: Callable[[JobContext, Arguments], None] = services.drawings._run

    def break_off(context: JobContext, _arguments: Arguments) -> None:
        context.report(1.0, step=40, steps=40)
        raise VggwebError("The canvas tore.", "Take a new one.")

    services.jobs.register(KIND, break_off)
    job = order(client)
    until_state(services.jobs, job["id"], "failed")
    answer = client.get(f"/jobs/{job['id']}.json").get_json()
    assert answer["progress"] < 1
    assert answer["error"] == {"code": "internal", "message": "The canvas tore.", "hint": "Take a new one."}
    page = get_page(client, ADDRESS)
    assert "The canvas tore." in page.text
    assert "Take a new one." in page.text
    assert not re.search(r"\b100\b", page.text)
    services.jobs.register(KIND, draw)
    assert press(client, ADDRESS, ADDRESS, recipe="natural", seed=0, aim="channel").status_code == 303
    again = until_state(services.jobs, job["id"], "done")
    assert again.attempt == 2
    assert client.get(f"{ADDRESS}.png").status_code == 200


def test_a_fresh_install_shows_what_every_filter_likes_and_no_empty_place(app: Flask) -> None:
    client = app.test_client()
    page = get_page(client, "/layers/block2_conv1", follow=False)
    tiles = next(one for one in page.all("ol") if "tiles-drawn" in (one.get("class") or ""))
    places = [tile.get("viewBox") for tile in tiles.iterfind("li/a/{*}svg")]
    assert len(set(places)) == len(places) == 128
    address = "/layers/block2_conv1/gallery.webp"
    assert {image.get("href") for image in tiles.iterfind("li/a/{*}svg/{*}image")} == {address}
    sheet = PIL.Image.open(io.BytesIO(client.get(address).data))
    assert sheet.size == (12 * 96, 11 * 96)
    tile = PIL.Image.open(io.BytesIO(client.get("/layers/block2_conv1/gallery/13.png").data))
    assert np.array_equal(np.asarray(tile), np.asarray(sheet.crop((96, 96, 192, 192))))  # second row, second column


def test_a_filters_page_says_what_its_kernel_counts_most(app: Flask) -> None:
    kernel = services_of(app).model_host.model().kernel("block2_conv1")[..., 7]  # (3, 3, 64)
    strongest = int(np.argmax(np.square(kernel).sum(axis=(0, 1))))
    page = get_page(app.test_client(), "/layers/block2_conv1/filters/7", follow=False)
    leads_to = [one.get("href") or "" for one in page.all("a") if "/block1_conv2/filters/" in (one.get("href") or "")]
    assert leads_to[0] == f"/layers/block1_conv2/filters/{strongest}"
    assert len(leads_to) == 8


def test_a_filter_of_the_first_layer_shows_its_kernel_in_colour(app: Flask) -> None:
    page = get_page(app.test_client(), ADDRESS)
    assert [one for one in page.all("img") if one.get("src") == "/layers/block1_conv1/kernels/5.png"]


def test_a_filters_page_frames_where_the_visitors_last_photo_woke_it_most(app: Flask) -> None:
    client, services = app.test_client(), services_of(app)
    result_id = press(client, "/", "/results", sample="cat").headers["Location"].rsplit("/", 1)[1]
    client.get(f"/r/{result_id}/layers/block3_conv1")  # now it is the last photo
    page = get_page(client, "/layers/block3_conv1/filters/9", follow=False)
    facts = services.layer_maps.of_layer(services.results.open(result_id), "block3_conv1").channels[9]
    assert f"{significant(facts.max)} in row" in page.text
    assert 1 <= len([one for one in page.root.iter() if "cell-" in (one.get("class") or "")]) <= 3


def test_a_classs_page_leads_to_the_words_next_to_it(app: Flask) -> None:
    page = get_page(app.test_client(), "/classes/281", follow=False)  # tabby
    near = {one.get("href") for one in page.all("a") if (one.get("href") or "").startswith("/classes/")}
    assert "/classes/282" in near  # tiger cat
    assert len([one for one in near if "?" not in str(one)]) == 8


@pytest.mark.parametrize("address", ["/layers/block1_conv1/gallery.webp", "/layers/block1_conv1/gallery/5.png"])
def test_what_ships_is_kept_by_browsers_and_not_sent_twice(app: Flask, address: str) -> None:
    client = app.test_client()
    first = client.get(address)
    assert first.headers["Cache-Control"] == "public, max-age=86400"
    assert client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_the_contact_sheet_fills_in_as_filters_are_drawn_in_full(working_app: Flask) -> None:
    client = working_app.test_client()
    before = client.get("/layers/block1_conv1/filters.webp").data
    drawn(working_app)
    after = client.get("/layers/block1_conv1/filters.webp")
    assert (after.mimetype, after.data != before) == ("image/webp", True)


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("/layers/block1_pool/gallery.webp", 404, "unknown_layer"),
        ("/layers/block1_conv1/gallery/64.png", 404, "unknown_filter"),
    ],
)
def test_a_tile_that_cannot_be_is_refused_by_name(app: Flask, address: str, status: int, code: str) -> None:
    assert error_of(app.test_client().get(address, headers=JSON)) == (status, code)


def test_a_dark_filter_is_said_to_be_dark(app: Flask) -> None:
    pretend(app, DrawingRequest(Channel("block5_conv3", 1)), dark=True)
    client = app.test_client()
    assert "The filter stayed dark" in get_page(client, "/layers/block5_conv3/filters/1", follow=False).text
    answer = client.get("/layers/block5_conv3/filters/1.json").get_json()
    assert (answer["dark"], answer["seed_used"]) == (True, 2)


def test_a_class_can_be_ordered_and_then_has_its_page_and_picture(app: Flask) -> None:
    client = app.test_client()
    pressed = press(client, GOLDFISH, GOLDFISH, seed=0)
    assert (pressed.status_code, pressed.headers["Location"]) == (303, GOLDFISH)
    program = app.test_client()
    assert order(program, GOLDFISH)["result_url"] == GOLDFISH
    assert order(program, GOLDFISH, seed=1)["result_url"] == f"{GOLDFISH}?seed=1"
    assert job_count(app) == 2
    pretend(app, DrawingRequest(ClassLogit(1)))
    page = get_page(client, GOLDFISH)
    assert "What “goldfish” looks like to the network" in page.text
    assert "has not been drawn yet" not in page.text
    assert find_class(1).wnid in page.text
    answer = client.get(f"{GOLDFISH}.json").get_json()
    assert answer == {
        "class_index": 1,
        "label": "goldfish",
        "seed": 0,
        "curve": [0.5, 1.0, 3.0],
        "picture_url": f"{GOLDFISH}.png",
    }
    assert client.get(answer["picture_url"]).mimetype == "image/png"
    assert program.post(GOLDFISH, headers=JSON).get_json() == answer
    assert press(client, "/", GOLDFISH).status_code == 303


def test_a_full_queue_and_a_visitors_own_limit_are_refused_with_retry_after(make_app: MakeApp) -> None:
    app = make_app(job_queue=2, jobs_per_visitor=1)
    visitor, program = app.test_client(), app.test_client()
    program.environ_base["REMOTE_ADDR"] = "192.0.2.7"  # work is counted by address, too
    assert press(visitor, ADDRESS, ADDRESS).status_code == 303
    limited = press(visitor, ADDRESS, ADDRESS, seed=1)
    assert (limited.status_code, "Retry-After" in limited.headers) == (429, True)
    order(program, seed=2)
    busy = program.post(ADDRESS, data={"seed": 3}, headers=JSON)
    assert error_of(busy) == (503, "busy")
    assert int(busy.headers["Retry-After"]) > 0
    order(program, seed=2)  # asks for no new work


def test_a_form_without_its_token_is_refused(app: Flask) -> None:
    client = app.test_client()
    press(client, ADDRESS, ADDRESS)
    assert error_of(client.post(ADDRESS, data={"seed": 4}, headers=JSON)) == (403, "bad_csrf")
