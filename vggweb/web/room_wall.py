"""A class's wall: shown large, followed live, steered by the teacher, summed up at the end."""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Response, current_app, render_template, request, url_for
from pydantic import Field

from vggweb.core.architecture import CONVOLUTIONS
from vggweb.errors import (
    BadParameterError,
    BusyError,
    NotReadyError,
    NotYoursError,
    UnknownFilterError,
    UnknownLayerError,
)
from vggweb.rooms import Room, read_code
from vggweb.services.class_filters import who_wakes as sort_by_filter
from vggweb.services.room_archive import archive
from vggweb.services.room_summary import summarise
from vggweb.web import visitors
from vggweb.web.context import open_result, services
from vggweb.web.event_streams import broadcast, event_stream
from vggweb.web.responses import json_response, picture, private_page, qr_code, see_other, wants_json
from vggweb.web.result_pages import MISSING
from vggweb.web.room_announcer import TOPIC, RoomAnnouncer
from vggweb.web.room_answers import RoomInJson, as_sent, room_in_json
from vggweb.web.rooms import answer_of, blueprint, few_attempts
from vggweb.web.routing import Json, Parameters, Text, WholeNumber

DEFAULT_LAYER = "block5_conv3"


class TeacherToken(Parameters):
    """What proves that one is the teacher, where no cookie does."""

    teacher_token: Text = Field("", max_length=64, description="The token that came with the room.")


class PickedPhoto(TeacherToken):
    """The photo that the teacher picks."""

    result_id: Text = Field("", max_length=64, description="The id of a photo of the wall.")


class WallView(Parameters):
    """How the wall is shown."""

    token: Text = Field("", max_length=64, description="The teacher's token.")
    part: Text = Field("", max_length=8, description="`live`: only what changes.")
    large: Text = Field("", max_length=64, description="The id of a tile that is shown large.")


class FilterChoice(Parameters):
    """The filter that the wall is sorted by."""

    layer: Text = Field(DEFAULT_LAYER, max_length=32, description="A convolution.")
    n: WholeNumber = Field(0, ge=0, le=511, description="A filter of it, counted from 0.")


@dataclass(frozen=True)
class WokenInJson:
    """How strongly a photo excites the filter, and where."""

    id: str
    value: float
    row: int
    column: int


@dataclass(frozen=True)
class WhoWakesInJson:
    """The wall sorted by a filter, the strongest first."""

    layer: str
    channel: int
    photos: list[WokenInJson]


@blueprint.get("/class/<code>/wall", reads=WallView, guard=few_attempts)
def wall(code: str, asked: WallView) -> Response:
    """The live wall; with the teacher's controls for the teacher."""
    room = services().rooms.find(read_code(code))
    is_teacher = _is_teacher(room, asked.token)
    template = "wall_part" if asked.part == "live" else "wall"
    return private_page(render_template(f"class/{template}.html", **_wall(room, asked, is_teacher=is_teacher)))


@blueprint.get("/class/<code>/events", guard=few_attempts)
def events(code: str) -> Response:
    """What happens in the room, as server-sent events; `Last-Event-ID` catches up."""
    room = services().rooms.find(read_code(code))
    listener = broadcast().subscribe(TOPIC + room.code)
    announcer: RoomAnnouncer = current_app.extensions["vggweb-room-announcer"]
    announcer.follow(room.code, room.last_event, request.url_root)
    heard = request.headers.get("Last-Event-ID", "")
    number = int(heard) if heard.isascii() and heard.isdigit() and len(heard) < 10 else room.last_event  # noqa: PLR2004
    missed = services().rooms.events_after(room.code, number)
    return event_stream(listener, first=[as_sent(event, request.url_root) for event in missed])


@blueprint.get("/class/<code>/qr.svg", guard=few_attempts)
def qr_svg(code: str) -> Response:
    """The room's address as a QR code."""
    room = services().rooms.find(read_code(code))
    return qr_code(url_for("rooms.show", code=room.code, _external=True))


@blueprint.get(
    "/class/<code>/filter",
    reads=FilterChoice,
    guard=few_attempts,
    json=Json(
        "The wall sorted by how strongly each photo excites a filter",
        WhoWakesInJson,
        errors=(*MISSING, UnknownLayerError, UnknownFilterError, BadParameterError, BusyError, NotReadyError),
    ),
)
def who_wakes(code: str, asked: FilterChoice) -> Response:
    """Who wakes this filter?"""
    room = services().rooms.find(read_code(code))
    layer, woken = sort_by_filter(
        services().rooms.tiles(room.code),
        asked.layer,
        asked.n,
        lambda result_id, layer_name: services().layer_maps.activation(open_result(result_id), layer_name),
    )
    if wants_json():
        photos = [WokenInJson(one.tile.result_id, one.value, one.row, one.column) for one in woken]
        return json_response(WhoWakesInJson(layer.name, asked.n, photos))
    return private_page(
        render_template(
            "class/who_wakes.html",
            room=room,
            layer=layer,
            channel=asked.n,
            woken=woken,
            convolutions=CONVOLUTIONS,
        )
    )


@blueprint.get("/class/<code>/summary", reads=WallView, guard=few_attempts)
def summary(code: str, asked: WallView) -> Response:
    """The lesson at a glance; hidden tiles are left out."""
    room = services().rooms.find(read_code(code))
    found = summarise(services().rooms.tiles(room.code), services().store)
    return private_page(
        render_template("class/summary.html", room=room, summary=found, token_query=_query(token=asked.token))
    )


@blueprint.get("/class/<code>/summary.zip", reads=WallView, guard=few_attempts)
def summary_zip(code: str, asked: WallView) -> Response:
    """All pictures and a table, for the teacher."""
    room = _teachers_room(code, asked.token)
    response = picture(archive(services().rooms.tiles(room.code), services().store), "application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="vggweb-{room.code}.zip"'
    return response


TEACHERS = Json("Steer the room, as its teacher", RoomInJson, errors=(*MISSING, NotYoursError))


@blueprint.post("/class/<code>/hide/<token:result_id>", reads=TeacherToken, json=TEACHERS)
def hide(code: str, result_id: str, asked: TeacherToken) -> Response:
    """Hides a tile."""
    room = _teachers_room(code, asked.teacher_token)
    services().rooms.set_hidden(room.code, result_id, hidden=True)
    return _steered(room.code, asked)


@blueprint.post("/class/<code>/show/<token:result_id>", reads=TeacherToken, json=TEACHERS)
def show_tile(code: str, result_id: str, asked: TeacherToken) -> Response:
    """Shows a hidden tile again."""
    room = _teachers_room(code, asked.teacher_token)
    services().rooms.set_hidden(room.code, result_id, hidden=False)
    return _steered(room.code, asked)


@blueprint.post("/class/<code>/freeze", reads=TeacherToken, json=TEACHERS)
def freeze(code: str, asked: TeacherToken) -> Response:
    """Takes no new photos from now on."""
    services().rooms.set_state(_teachers_room(code, asked.teacher_token).code, "frozen")
    return _steered(read_code(code), asked)


@blueprint.post("/class/<code>/open", reads=TeacherToken, json=TEACHERS)
def reopen(code: str, asked: TeacherToken) -> Response:
    """Takes new photos again."""
    services().rooms.set_state(_teachers_room(code, asked.teacher_token).code, "open")
    return _steered(read_code(code), asked)


@blueprint.post("/class/<code>/clear", reads=TeacherToken, json=TEACHERS)
def clear(code: str, asked: TeacherToken) -> Response:
    """Deletes all photos; the room stays."""
    services().rooms.clear(_teachers_room(code, asked.teacher_token).code)
    return _steered(read_code(code), asked)


@dataclass(frozen=True)
class Closed:
    """What closing a room gives."""

    closed: bool


@blueprint.post(
    "/class/<code>/close",
    reads=TeacherToken,
    json=Json("Close the room and delete its photos", Closed, errors=(*MISSING, NotYoursError)),
)
def close(code: str, asked: TeacherToken) -> Response:
    """Deletes the room and its photos."""
    services().rooms.close(_teachers_room(code, asked.teacher_token).code)
    return json_response(Closed(closed=True)) if wants_json() else see_other(url_for("rooms.new"))


@blueprint.post("/class/<code>/guess", reads=PickedPhoto, json=TEACHERS)
def begin_guess(code: str, asked: PickedPhoto) -> Response:
    """Lets the class guess at a photo of the wall."""
    services().rooms.begin_guess(_teachers_room(code, asked.teacher_token).code, asked.result_id)
    return _steered(read_code(code), asked)


@blueprint.post("/class/<code>/guess/reveal", reads=TeacherToken, json=TEACHERS)
def reveal(code: str, asked: TeacherToken) -> Response:
    """Shows the network's answer."""
    services().rooms.reveal(_teachers_room(code, asked.teacher_token).code)
    return _steered(read_code(code), asked)


def _teachers_room(code: str, token: str) -> Room:
    return services().rooms.find_for_teacher(read_code(code), owner=visitors.known_owner(), token=token)


def _is_teacher(room: Room, token: str) -> bool:
    try:
        return bool(services().rooms.find_for_teacher(room.code, owner=visitors.known_owner(), token=token))
    except NotYoursError:
        return False


def _steered(code: str, asked: TeacherToken) -> Response:
    """Back to the wall, or the room in JSON."""
    if not wants_json():
        return see_other(url_for("rooms.wall", code=code) + _query(token=asked.teacher_token))
    rooms = services().rooms
    return json_response(room_in_json(rooms.find(code), rooms.tiles(code), rooms.guess(code)))


def _wall(room: Room, asked: WallView, *, is_teacher: bool) -> dict[str, object]:
    tiles = services().rooms.tiles(room.code, with_hidden=is_teacher)
    guess = services().rooms.guess(room.code)
    address = url_for("rooms.wall", code=room.code)
    return {
        "room": room,
        "tiles": tiles,
        "guess": guess,
        "answer": answer_of(guess, tiles),
        "is_teacher": is_teacher,
        "token": asked.token,
        "token_query": _query(token=asked.token),
        "large": next((tile for tile in tiles if tile.result_id == asked.large), None),
        "wall_address": address + _query(token=asked.token),
        "refresh_address": address + _query(token=asked.token, large=asked.large, part="live"),
        "join_address": url_for("rooms.join", _external=True).removeprefix("http://").removeprefix("https://"),
    }


def _query(**values: str) -> str:
    given = {name: value for name, value in values.items() if value}
    return f"?{urlencode(given)}" if given else ""
