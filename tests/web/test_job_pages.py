"""Long computations as programs and visitors watch them."""

import re
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import MakeApp
from tests.jobs.works import Endless, until, until_state
from tests.web.forms import press
from tests.web.pages import Page, get_page
from tests.web.uploads import JSON
from vggweb.errors import CorruptImageError
from vggweb.jobs import Arguments, Asker, Job, JobContext, Jobs

KIND = "test"
RESULT_URL = "/model"  # any page that is there


@pytest.fixture
def jobs(app: Flask) -> Any:
    """The app's queue, not started; stopped at the end."""
    jobs: Jobs = app.extensions["vggweb"].jobs
    yield jobs
    jobs.stop()


def submit(
    jobs: Jobs, work: Callable[[JobContext, Arguments], None], key: str = "key", *, owner: str | None = None
) -> Job:
    jobs.register(KIND, work)
    asker = Asker(owner, "address") if owner else None
    return jobs.submit(KIND, key, {}, owner=asker, result_url=RESULT_URL)


def visitor(client: FlaskClient) -> str:
    """The hash of a browser that has made something."""
    with client.session_transaction() as session:
        session["visitor"] = "somebody"
    return sha256(b"somebody").hexdigest()


PROGRAM = sha256(b"address 127.0.0.1").hexdigest()  # what stands for a program without a cookie


def quick(context: JobContext, _arguments: Arguments) -> None:
    for step in (1, 2):
        context.report(step / 2, step=step, steps=2, value=float(step))


def answer_of(client: FlaskClient, job: Job) -> dict[str, Any]:
    return client.get(f"/jobs/{job.id}.json").get_json()


def heading(page: Page) -> str:
    return "".join(page.all("h1")[0].itertext())


def refreshes(page: Page) -> bool:
    return page.root.find("head/noscript/meta[@http-equiv='refresh']") is not None


def test_a_waiting_job_in_json_and_as_a_page_that_refreshes_itself(jobs: Jobs, client: FlaskClient) -> None:
    job = submit(jobs, quick)
    answer = answer_of(client, job)
    assert {"id", "state", "progress", "result_url", "error"} <= set(answer)
    assert (answer["id"], answer["state"], answer["progress"]) == (job.id, "queued", 0)
    assert (answer["result_url"], answer["error"], answer["queue_position"]) == (RESULT_URL, None, 1)
    assert client.get(f"/jobs/{job.id}", headers=JSON).get_json() == answer
    second = submit(jobs, quick, "other")
    assert answer_of(client, second)["queue_position"] == 2
    page = get_page(client, f"/jobs/{second.id}")
    assert heading(page) == "Waiting for its turn"
    assert "Waiting, number 2 in the queue" in page.text
    assert refreshes(page)
    assert any(
        (one.get("src") or "").endswith("js/job.js") or "js/job" in (one.get("src") or "") for one in page.all("script")
    )


def test_a_running_job_is_below_1_and_shows_its_step_its_picture_and_a_button_to_cancel(
    jobs: Jobs, client: FlaskClient
) -> None:
    job = submit(jobs, work := Endless())
    jobs.start()
    assert work.began.wait(60)
    until(lambda: jobs.find(job.id).step is not None)
    answer = answer_of(client, job)
    assert (answer["state"], answer["progress"], answer["step"], answer["steps"]) == ("running", 0.5, 5, 10)
    page = get_page(client, f"/jobs/{job.id}")
    assert heading(page) == "Computing"
    assert " Step 5 of 10" in page.text
    assert " ," not in page.text
    assert refreshes(page)
    assert page.all("progress")[0].get("value") == "0.500"
    assert any("preview.png" in (one.get("src") or "") for one in page.all("img"))
    assert client.get(f"/jobs/{job.id}/preview.png").data == b"preview"
    work.end.set()


def test_a_job_that_tells_no_steps_shows_its_share(jobs: Jobs, client: FlaskClient) -> None:
    work = Endless()

    def shares(context: JobContext, _arguments: Arguments) -> None:
        context.report(0.42)
        work.began.set()
        work.end.wait(60)

    job = submit(jobs, shares)
    jobs.start()
    assert work.began.wait(60)
    text = get_page(client, f"/jobs/{job.id}").text
    assert "42 % done" in text
    assert " ," not in text
    work.end.set()


def test_progress_is_1_when_it_is_done_and_not_before(jobs: Jobs, client: FlaskClient) -> None:
    work = Endless()

    def almost(context: JobContext, _arguments: Arguments) -> None:
        context.report(1.0, step=10, steps=10, picture=lambda: b"preview")
        work.began.set()
        work.end.wait(60)

    job = submit(jobs, almost)
    jobs.start()
    assert work.began.wait(60)
    assert answer_of(client, job)["progress"] < 1
    assert get_page(client, f"/jobs/{job.id}").all("progress")[0].get("value") != "1.000"
    work.end.set()
    until_state(jobs, job.id, "done")
    assert answer_of(client, job)["progress"] == 1
    page = get_page(client, f"/jobs/{job.id}")
    assert heading(page) == "Done"
    assert RESULT_URL in {link.get("href") for link in page.all("a") if link.text == "See the picture"}
    assert not refreshes(page)


def test_a_visitor_cancels_a_running_job(jobs: Jobs, client: FlaskClient) -> None:
    job = submit(jobs, work := Endless(), owner=visitor(client))
    jobs.start()
    assert work.began.wait(60)
    pressed = press(client, f"/jobs/{job.id}", f"/jobs/{job.id}/cancel")
    assert (pressed.status_code, pressed.headers["Location"]) == (303, f"/jobs/{job.id}")
    assert work.has_ended.wait(60)
    page = get_page(client, f"/jobs/{job.id}")
    assert heading(page) == "Cancelled"
    assert "The computation was cancelled." in page.text
    assert not refreshes(page)
    assert not page.all("form")


def test_a_program_cancels_a_waiting_job_and_cancelling_again_changes_nothing(jobs: Jobs, client: FlaskClient) -> None:
    job = submit(jobs, quick, owner=PROGRAM)
    for address in (f"/jobs/{job.id}/cancel", f"/jobs/{job.id}/cancel.json"):
        response = client.post(address, headers=JSON)
        assert (response.status_code, response.get_json()["state"]) == (200, "cancelled")
        assert response.get_json()["progress"] < 1
    jobs.start()
    done = submit(jobs, quick, "other", owner=PROGRAM)
    until_state(jobs, done.id, "done")
    assert client.post(f"/jobs/{done.id}/cancel", headers=JSON).get_json()["state"] == "done"
    assert answer_of(client, job)["state"] == "cancelled"


def test_a_job_that_failed_says_why_and_never_shows_100_percent(jobs: Jobs, client: FlaskClient) -> None:
    def fail(context: JobContext, _arguments: Arguments) -> None:
        context.report(1.0, step=2, steps=2)
        raise CorruptImageError("The paint ran out.", "Buy some more.")

    job = submit(jobs, fail)
    jobs.start()
    until_state(jobs, job.id, "failed")
    answer = answer_of(client, job)
    assert answer["error"] == {"code": "corrupt_image", "message": "The paint ran out.", "hint": "Buy some more."}
    assert answer["progress"] < 1
    page = get_page(client, f"/jobs/{job.id}")
    assert heading(page) == "It failed"
    assert "The paint ran out." in page.text
    assert "Buy some more." in page.text
    assert not page.all("progress")
    assert not refreshes(page)


def test_a_failure_that_nobody_foresaw_tells_nothing_of_the_code(jobs: Jobs, client: FlaskClient) -> None:
    def fail(_context: JobContext, _arguments: Arguments) -> None:
        raise RuntimeError("/secret/path: line 7")

    job = submit(jobs, fail)
    jobs.start()
    until_state(jobs, job.id, "failed")
    assert "secret" not in client.get(f"/jobs/{job.id}").text + client.get(f"/jobs/{job.id}.json").text


@pytest.mark.parametrize("part", ["", ".json", "/preview.png"])
def test_a_job_that_never_was_is_not_found(client: FlaskClient, part: str) -> None:
    response = client.get(f"/jobs/{'A' * 22}{part}", headers=JSON)
    assert (response.status_code, response.get_json()["error"]["code"]) == (404, "not_found")


def test_a_job_that_never_was_cannot_be_cancelled(client: FlaskClient) -> None:
    response = client.post(f"/jobs/{'A' * 22}/cancel", headers=JSON)
    assert (response.status_code, response.get_json()["error"]["code"]) == (404, "not_found")


def test_a_job_that_has_no_picture_yet_says_so(jobs: Jobs, client: FlaskClient) -> None:
    response = client.get(f"/jobs/{submit(jobs, quick).id}/preview.png", headers=JSON)
    assert (response.status_code, response.get_json()["error"]["code"]) == (404, "not_found")


def test_nothing_of_a_job_is_kept_by_browsers_or_proxies(jobs: Jobs, client: FlaskClient) -> None:
    job = submit(jobs, quick)
    for part in ("", ".json"):
        assert client.get(f"/jobs/{job.id}{part}").headers["Cache-Control"] == "no-store"


def test_a_form_to_cancel_needs_its_token(jobs: Jobs, client: FlaskClient) -> None:
    job = submit(jobs, quick, owner=visitor(client))
    assert client.post(f"/jobs/{job.id}/cancel").status_code == 403
    assert jobs.find(job.id).state == "queued"


def test_the_button_to_cancel_is_shown_to_who_asked_and_nobody_else_can_press_it(jobs: Jobs, app: Flask) -> None:
    maker, stranger, program = app.test_client(), app.test_client(), app.test_client()
    job = submit(jobs, quick, owner=visitor(maker))
    cancel = f"/jobs/{job.id}/cancel"
    assert [form.get("action") for form in get_page(maker, f"/jobs/{job.id}").all("form")] == [cancel]
    assert cancel not in get_page(stranger, f"/jobs/{job.id}").html
    assert (answer_of(maker, job)["is_yours"], answer_of(stranger, job)["is_yours"]) == (True, False)
    assert press(stranger, "/", cancel).status_code == 403
    refused = program.post(cancel, headers=JSON)
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (403, "not_yours")
    assert jobs.find(job.id).state == "queued"


def test_a_drawing_that_two_visitors_wait_for_goes_on_when_one_leaves(jobs: Jobs, app: Flask) -> None:
    address = "/layers/block1_conv1/filters/5"
    first, second = app.test_client(), app.test_client()
    for client in (first, second):
        assert press(client, address, address).status_code == 303
    found = re.search(r'action="/jobs/([^/]+)/cancel"', first.get(address).text)
    assert found
    assert press(first, address, f"/jobs/{found[1]}/cancel").status_code == 303
    assert jobs.find(found[1]).state == "queued"
    assert "/cancel" not in first.get(address).text
    assert press(second, address, f"/jobs/{found[1]}/cancel").status_code == 303
    assert jobs.find(found[1]).state == "cancelled"


def test_drawings_asked_for_without_a_cookie_count_on_their_address(make_app: MakeApp) -> None:
    app = make_app(jobs_per_visitor=2)
    answers = [app.test_client().post(f"/layers/block1_conv1/filters/{number}") for number in range(3)]
    assert [answer.status_code for answer in answers] == [303, 303, 429]


def test_what_is_live_comes_alone_and_says_the_job_s_state(jobs: Jobs, client: FlaskClient) -> None:
    job = submit(jobs, quick)
    address = re.findall(r'data-job="([^"]+)"', client.get(f"/jobs/{job.id}").text)[0]
    response = client.get(address)
    assert response.text.count('<div class="job-live" data-state="queued">') == 1
    assert "Waiting, number 1 in the queue" in response.text
    assert "<html" not in response.text
    assert "<form" not in response.text  # its button stays in the page, with its focus
    assert "Set-Cookie" not in response.headers
    jobs.start()
    until_state(jobs, job.id, "done")
    assert 'data-state="done"' in client.get(address).text
