"""A class's room for its students: made, joined, filled with photos, guessed in."""

from dataclasses import dataclass

from flask import Response, render_template, request, url_for
from pydantic import Field

from vggweb.core.classes import CLASS_COUNT
from vggweb.errors import (
    BadParameterError,
    FrozenError,
    RateLimitedError,
    VggwebError,
)
from vggweb.rooms import Guess, Room, Tile, read_code
from vggweb.services.rooms import DEFAULT_HOURS, FEWEST_HOURS, LONGEST_TITLE, MOST_HOURS
from vggweb.web import visitors
from vggweb.web.context import services
from vggweb.web.metrics import count_result
from vggweb.web.responses import json_response, private_page, see_other, wants_json
from vggweb.web.result_pages import MISSING, UPLOAD_ERRORS, ResizeName, maker
from vggweb.web.room_answers import (
    GuessInJson,
    MadeRoomInJson,
    RoomInJson,
    TileInJson,
    guess_in_json,
    room_in_json,
    tile_in_json,
)
from vggweb.web.routing import Area, Json, Parameters, Text, WholeNumber
from vggweb.web.security import limiter
from vggweb.web.sent_photo import sent_photo

blueprint = Area("rooms", __name__)
CODE_ATTEMPTS = "60/minute"  # codes that are none, from one address
PHOTOS_IN_A_ROOM = "300/minute"  # all phones of a class may share one address, so the room is what counts


class NewRoomForm(Parameters):
    """What a room is made with."""

    title: Text = Field("", max_length=LONGEST_TITLE, description="The teacher's words for it; may be empty.")
    hours: WholeNumber = Field(
        DEFAULT_HOURS, ge=FEWEST_HOURS, le=MOST_HOURS, description="After so many it closes by itself."
    )


class Code(Parameters):
    """The code that somebody has typed."""

    code: Text = Field("", max_length=40, description="In any case, with spaces or dashes between.")


class RoomPart(Parameters):
    """How much of a room's page is wanted."""

    part: Text = Field("", max_length=8, description="`live`: only what changes.")
    sent: Text = Field("", max_length=64, description="The id of the photo that was just hung up.")


class ResizeChoice(Parameters):
    """How the photo is prepared."""

    resize: ResizeName = Field("keras", description="How the photo is brought to 224 × 224.")


class Vote(Parameters):
    """A phone's vote."""

    choice: WholeNumber = Field(0, ge=0, le=CLASS_COUNT - 1, description="The class index of a word.")


@dataclass(frozen=True)
class HungTile(TileInJson):
    """A photo on the wall for whoever sent it, with the token that deletes it."""

    delete_token: str


def unknown_code(response: Response) -> bool:
    """Whether a response says that a code is none: only those attempts are counted."""
    return response.status_code in {404, 410}


few_attempts = limiter.shared_limit(CODE_ATTEMPTS, scope="room codes", deduct_when=unknown_code)
photo_limit = limiter.limit(PHOTOS_IN_A_ROOM, key_func=lambda: str((request.view_args or {}).get("code")))


def _new_page(error: VggwebError | None = None) -> str:
    return render_template(
        "class/new.html",
        error=error,
        title=request.form.get("title", ""),
        hours=request.form.get("hours", DEFAULT_HOURS),
    )


@blueprint.get("/class/new")
def new() -> Response:
    """The form that makes a room."""
    return private_page(_new_page())


@blueprint.get("/class", reads=Code, guard=few_attempts)
def join(asked: Code) -> Response:
    """Leads to the room whose code was typed."""
    code = read_code(asked.code)
    return see_other(url_for("rooms.show", code=code) if code else url_for("rooms.new"))


@blueprint.post(
    "/class",
    reads=NewRoomForm,
    guard=limiter.limit("30/minute"),
    error_page=_new_page,
    json=Json(
        "Make a room for a class",
        MadeRoomInJson,
        status=201,
        errors=(BadParameterError, RateLimitedError),
        headers={"Location": "The room's address."},
    ),
)
def make(asked: NewRoomForm) -> Response:
    """Makes a room: 303 to the teacher's page, or 201 with its code and token."""
    made = services().rooms.create(title=asked.title, hours=asked.hours, owner=maker())
    code, token = made.room.code, made.teacher_token
    if not wants_json():
        return see_other(url_for("rooms.wall", code=code, token=token))
    address = url_for("rooms.show", code=code, _external=True)
    teacher_url = url_for("rooms.wall", code=code, token=token, _external=True)
    response = json_response(MadeRoomInJson(code, address, teacher_url, token, made.room.closes_at), status=201)
    response.headers["Location"] = address
    return response


@blueprint.get(
    "/class/<code>",
    reads=RoomPart,
    guard=few_attempts,
    json=Json("A class's room", RoomInJson, errors=(*MISSING, RateLimitedError)),
)
def show(code: str, asked: RoomPart) -> Response:
    """The students' page."""
    room = services().rooms.find(read_code(code))
    tiles, guess = services().rooms.tiles(room.code), services().rooms.guess(room.code)
    if wants_json():
        response = json_response(room_in_json(room, tiles, guess))
        response.headers["Cache-Control"] = "private, no-cache"
        response.headers["X-Robots-Tag"] = "noindex"
        return response
    template = "student_part" if asked.part == "live" else "show"
    return private_page(render_template(f"class/{template}.html", **_student(room, tiles, guess), sent=asked.sent))


def _page_with_error(error: VggwebError) -> str:
    room = services().rooms.find(read_code(str((request.view_args or {}).get("code"))))
    tiles, guess = services().rooms.tiles(room.code), services().rooms.guess(room.code)
    return render_template("class/show.html", **_student(room, tiles, guess, error), sent="")


@blueprint.post(
    "/class/<code>/photos",
    reads=ResizeChoice,
    guard=photo_limit,
    error_page=_page_with_error,
    json=Json(
        "Hang a photo on the wall: multipart field `photo`",
        HungTile,
        status=201,
        errors=(*MISSING, FrozenError, *UPLOAD_ERRORS),
        files={"photo": "The photo's file."},
        headers={"Location": "The result's address."},
    ),
)
def photos(code: str, asked: ResizeChoice) -> Response:
    """Classifies a photo and hangs it on the wall."""
    room = services().rooms.find_open(read_code(code))
    result = services().make_result(sent_photo(), resize=asked.resize, owner=maker())
    count_result(services().model_host.choice.variant)
    tile = services().rooms.hang(room.code, result.id)
    if not wants_json():
        return see_other(url_for("rooms.show", code=room.code, sent=result.id))
    shown = tile_in_json(tile)
    hung = HungTile(**vars(shown), delete_token=visitors.delete_token(result.id))
    response = json_response(hung, status=201)
    response.headers["Location"] = shown.url
    return response


@blueprint.post(
    "/class/<code>/vote",
    reads=Vote,
    json=Json("Vote for a word", GuessInJson, errors=(*MISSING, BadParameterError)),
)
def vote(code: str, asked: Vote) -> Response:
    """Counts this phone's vote."""
    room = services().rooms.find(read_code(code))
    guess = services().rooms.vote(room.code, visitors.owner(), asked.choice)
    if wants_json():
        return json_response(guess_in_json(guess, services().rooms.tiles(room.code)))
    return see_other(url_for("rooms.show", code=room.code))


def answer_of(guess: Guess | None, tiles: list[Tile]) -> int | None:
    """The class index that the network gave the photo that is guessed at."""
    return next((tile.class_index for tile in tiles if guess and tile.result_id == guess.result_id), None)


def _student(room: Room, tiles: list[Tile], guess: Guess | None, error: VggwebError | None = None) -> dict[str, object]:
    voter = visitors.known_owner()
    choice = services().rooms.choice_of(room.code, guess.id, voter) if guess and voter else None
    return {
        "room": room,
        "tiles": tiles,
        "guess": guess,
        "answer": answer_of(guess, tiles),
        "choice": choice,
        "error": error,
        "max_upload_bytes": services().settings.max_upload_bytes,
        "max_pixels": services().settings.max_pixels,
    }
