"""Long computations to watch: their state, their picture so far, the button that stops them."""

from dataclasses import dataclass

from flask import Response, make_response, render_template, request, url_for

from vggweb.errors import NotFoundError, NotYoursError
from vggweb.jobs import Job, State
from vggweb.web import visitors
from vggweb.web.context import services
from vggweb.web.errors import ErrorBody
from vggweb.web.responses import json_response, picture, see_other, wants_json
from vggweb.web.routing import Area, Json

blueprint = Area("jobs", __name__)
REFRESH_SECONDS = 2  # how often a page without JavaScript looks again


@dataclass(frozen=True)
class JobBody:
    """A long computation; progress is 1 only when it is done, and who it is not for cannot cancel it.

    What looking alone has started, on a worker, has no askers.
    """

    id: str
    state: State
    progress: float
    result_url: str
    error: ErrorBody | None
    step: int | None
    steps: int | None
    seconds_left: float | None
    queue_position: int | None
    curve: tuple[float, ...]
    attempt: int
    is_yours: bool
    has_askers: bool


@blueprint.get("/jobs/<token:job_id>", json=Json("A long computation", JobBody, errors=(NotFoundError,)))
def show(job_id: str) -> Response:
    """The job's progress; without JavaScript the page refreshes itself."""
    job = job_body(services().jobs.find(job_id))
    if wants_json():
        response = json_response(job)
    else:
        response = make_response(render_template("pages/job.html", job=job, refresh_seconds=REFRESH_SECONDS))
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/jobs/<token:job_id>/live")
def live(job_id: str) -> Response:
    """The part of the page that changes while the job is under way."""
    job = job_body(services().jobs.find(job_id))
    response = make_response(render_template("partials/job_live.html", job=job))
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post(
    "/jobs/<token:job_id>/cancel",
    json=Json("Cancel a long computation", JobBody, errors=(NotFoundError, NotYoursError)),
)
def cancel(job_id: str) -> Response:
    """Takes whoever asks off a job that waits or runs, and stops it if nobody else waits for it."""
    job = services().jobs.leave(job_id, visitors.known_asker() or "")
    if wants_json():
        return json_response(job_body(job))
    return see_other(url_for("jobs.show", job_id=job_id))


@blueprint.get("/jobs/<token:job_id>/preview.png")
def preview_png(job_id: str) -> Response:
    """The picture as it stands."""
    data = services().jobs.preview(job_id)
    if data is None:
        raise NotFoundError("There is no picture yet.", "Look again in a moment.")
    response = picture(data, "image/png")
    response.headers["Cache-Control"] = "no-store"
    return response


def job_body(job: Job) -> JobBody:
    """The job as programs see it."""
    return JobBody(
        id=job.id,
        state=job.state,
        progress=job.progress,
        result_url=f"{request.script_root}{job.result_url}",
        error=ErrorBody(job.error.code, job.error.message, job.error.hint) if job.error else None,
        step=job.step,
        steps=job.steps,
        seconds_left=job.seconds_left,
        queue_position=job.queue_position,
        curve=job.curve,
        attempt=job.attempt,
        is_yours=visitors.known_asker() in job.askers,
        has_askers=bool(job.askers),
    )


def kept_address(page: str) -> str:
    """An address as a job keeps it: without where the app is mounted, which the next visitor may see differently."""
    return page.removeprefix(request.script_root)


def started(job: Job, page: str) -> Response:
    """What a POST that starts a job answers: 303 to the page, or 202 with the job's address."""
    return accepted(job) if wants_json() else see_other(page)


def accepted(job: Job) -> Response:
    """202 with the job and its address."""
    response = json_response(job_body(job), status=202)
    response.headers["Location"] = url_for("jobs.show", job_id=job.id)
    return response
