"""Results: made from an upload, shown, their pictures, deleted."""

from dataclasses import dataclass, fields
from typing import Annotated, Any

from flask import Response, request, url_for
from pydantic import BeforeValidator, Field

from vggweb.core.classes import CLASS_COUNT
from vggweb.core.preprocessing import RESIZE_METHODS
from vggweb.errors import (
    BadParameterError,
    BusyError,
    CorruptImageError,
    GoneError,
    NoPhotoError,
    NotAnImageError,
    NotFoundError,
    NotReadyError,
    NotYoursError,
    PhotoTooLargeError,
    RateLimitedError,
    StorageFullError,
    UnsupportedFormatError,
    VggwebError,
)
from vggweb.services.result import Result
from vggweb.services.samples import SAMPLES, find_sample
from vggweb.web import visitors
from vggweb.web.context import open_result, services
from vggweb.web.home import home_page
from vggweb.web.metrics import count_result
from vggweb.web.responses import (
    is_our_script,
    json_response,
    lasting_picture,
    picture,
    private_page,
    qr_code,
    see_other,
    wants_json,
)
from vggweb.web.routing import Area, Json, OneOf, Parameters, Text, WholeNumber
from vggweb.web.security import limiter
from vggweb.web.sent_photo import sent_photo
from vggweb.web.shown_result import result_page, script

blueprint = Area("results", __name__)
MISSING = (NotFoundError, GoneError)
UPLOAD_ERRORS = (
    NoPhotoError,
    BadParameterError,
    PhotoTooLargeError,
    NotAnImageError,
    UnsupportedFormatError,
    CorruptImageError,
    RateLimitedError,
    BusyError,
    NotReadyError,
    StorageFullError,
)
TOP = 5  # as decode_predictions gives them
SampleName = Annotated[str, OneOf(tuple(sample.name for sample in SAMPLES))]
ResizeName = Annotated[str, OneOf(tuple(RESIZE_METHODS))]


class Top(Parameters):
    """How much of a result is shown."""

    top: WholeNumber = Field(TOP, ge=1, le=CLASS_COUNT, description="How many predictions there are.")


class Upload(Parameters):
    """What comes with a photo, or in place of one."""

    sample: Annotated[SampleName | None, BeforeValidator(lambda text: text or None)] = Field(
        None, description="A sample photo."
    )
    resize: ResizeName = Field("keras", description="How the photo is brought to 224 × 224.")


class Deletion(Parameters):
    """What proves that the result is one's own, where no cookie does."""

    delete_token: Text = Field("", description="The token that came with the result.")


@dataclass(frozen=True)
class SharedResult(Result):
    """A result with its address."""

    url: str


@dataclass(frozen=True)
class CreatedResult(SharedResult):
    """A result for whoever made it, with the token that deletes it."""

    delete_token: str


@dataclass(frozen=True)
class Deleted:
    """What a program gets for a deletion."""

    deleted: bool


def _home_with_error(error: VggwebError) -> str:
    """The home page with what was entered kept, unless the body was over the limit and so never read."""
    unread = isinstance(error, PhotoTooLargeError | RateLimitedError)
    return home_page(error=error, resize="keras" if unread else request.form.get("resize", "keras"))


@blueprint.post(
    "/results",
    reads=Upload,
    guard=limiter.limit(lambda: services().settings.rate_limit),
    error_page=_home_with_error,
    json=Json(
        "Classify a photo: multipart field `photo`, or a sample's name",
        CreatedResult,
        status=201,
        errors=UPLOAD_ERRORS,
        files={"photo": "The photo's file."},
        headers={"Location": "The result's address."},
    ),
)
def create(asked: Upload) -> Response:
    """Makes a result: 303 to its page, or 201 with it in JSON; an error is shown on the home page."""
    result = services().make_result(_sent_bytes(asked.sample), resize=asked.resize, owner=maker()).describe()
    count_result(services().model_host.choice.variant)
    address = url_for("results.show", result_id=result.id, _external=True)
    if not wants_json():
        return see_other(address)
    created = with_address(CreatedResult, result, delete_token=visitors.delete_token(result.id))
    response = json_response(created, status=201)
    response.headers["Location"] = address
    return response


@blueprint.get(
    "/r/<token:result_id>", reads=Top, json=Json("A result", SharedResult, errors=(*MISSING, BadParameterError))
)
def show(result_id: str, asked: Top) -> Response:
    """The shareable page."""
    result = open_result(result_id)
    if not wants_json():
        return private_page(result_page(result, top=asked.top))
    response = json_response(with_address(SharedResult, result.describe(top=asked.top)))
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.post(
    "/r/<token:result_id>/delete",
    reads=Deletion,
    json=Json("Delete a result", Deleted, errors=(*MISSING, NotYoursError)),
)
def delete(result_id: str, asked: Deletion) -> Response:
    """Deletes the result for whoever made it."""
    result = open_result(result_id)
    is_mine = result.is_owned_by(visitors.known_owner())
    if not is_mine and not visitors.is_delete_token(asked.delete_token, result_id):
        raise NotYoursError
    services().results.delete(result)
    return json_response(Deleted(deleted=True)) if wants_json() else see_other(url_for("home.home"))


@blueprint.get("/r/<token:result_id>/input.png")
def input_png(result_id: str) -> Response:
    """The exact 224 × 224 model input."""
    return lasting_picture(open_result(result_id).input_png(), "image/png")


@blueprint.get("/r/<token:result_id>/channels/<channel>.png")
def channel_png(result_id: str, channel: str) -> Response:
    """One mean-subtracted channel as a grey picture."""
    return lasting_picture(open_result(result_id).channel_png(channel), "image/png")


@blueprint.get("/r/<token:result_id>/photo.jpg")
def photo_jpg(result_id: str) -> Response:
    """The small copy of the photo, encoded anew."""
    return lasting_picture(open_result(result_id).photo_jpg(), "image/jpeg")


@blueprint.get("/r/<token:result_id>/preview.jpg")
def preview_jpg(result_id: str) -> Response:
    """The card that a shared link shows."""
    response = picture(services().results.card_jpg(open_result(result_id)), "image/jpeg")
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@blueprint.get("/r/<token:result_id>/preview.png")
def preview_png(result_id: str) -> Response:
    """The same, as pages that were shared long ago call it."""
    return preview_jpg(result_id)


@blueprint.get("/r/<token:result_id>/qr.svg")
def qr_svg(result_id: str) -> Response:
    """The page's address as a QR code."""
    open_result(result_id)
    address = url_for("results.show", result_id=result_id, _external=True)
    return qr_code(address)


@blueprint.get("/r/<token:result_id>/keras.py")
def keras_script_py(result_id: str) -> Response:
    """The script as a file."""
    response = picture(script(open_result(result_id).describe()).encode(), "text/x-python")
    response.headers["Content-Disposition"] = f'attachment; filename="vggweb-{result_id[:6]}.py"'
    return response


def maker() -> str | None:
    """Who makes it: a browser gets a cookie, to find and delete its results again; a program has its token."""
    return visitors.known_owner() if wants_json() and not is_our_script() else visitors.owner()


def _sent_bytes(sample: str | None) -> bytes:
    if sample is not None:  # first: its button was pressed, whatever the form's other fields hold
        return find_sample(sample).read()
    return sent_photo()


def with_address(kind: Any, result: Result, **more: str) -> Any:
    """The result with its page's address and what else the kind has."""
    values = {item.name: getattr(result, item.name) for item in fields(Result)}
    return kind(**values, url=url_for("results.show", result_id=result.id, _external=True), **more)
