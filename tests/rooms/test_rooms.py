"""What happens in a room: photos hung up, hidden, cleared; votes; what is left when it closes."""

import csv
import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import update

from tests.rooms.conftest import keep
from vggweb.errors import BadParameterError, FrozenError, GoneError, NotFoundError, NotYoursError
from vggweb.rooms import make_code, read_code
from vggweb.rooms.tables import RoomRow
from vggweb.services.class_filters import who_wakes
from vggweb.services.room_archive import archive
from vggweb.services.room_summary import summarise
from vggweb.services.rooms import MadeRoom, Rooms
from vggweb.storage import Store


@pytest.fixture
def made(rooms: Rooms) -> MadeRoom:
    return rooms.create(title="Physics, 9b", owner="teacher")


def test_a_code_is_read_as_people_type_it() -> None:
    code = make_code()
    assert read_code(f" {code[:3].upper()}-{code[3:]} ") == code


def test_only_the_teacher_gets_the_room_as_a_teacher(rooms: Rooms, made: MadeRoom) -> None:
    code = made.room.code
    assert rooms.find_for_teacher(code, owner="teacher", token="").title == "Physics, 9b"
    assert rooms.find_for_teacher(code, owner=None, token=made.teacher_token).code == code
    for owner, token in ((None, ""), ("somebody", "wrong"), (None, made.room.teacher_hash)):
        with pytest.raises(NotYoursError):
            rooms.find_for_teacher(code, owner=owner, token=token)


@pytest.mark.parametrize("hours", [0, 169, -1])
def test_hours_have_limits(rooms: Rooms, hours: int) -> None:
    with pytest.raises(BadParameterError, match="1 to 168"):
        rooms.create(hours=hours, owner=None)


def test_a_result_hangs_on_the_wall_with_its_best_word(store: Store, rooms: Rooms, made: MadeRoom) -> None:
    result_id = keep(store, "a", best=285)
    rooms.hang(made.room.code, result_id)
    (tile,) = rooms.tiles(made.room.code)
    assert (tile.result_id, tile.class_index) == (result_id, 285)
    assert tile.score > 0.9
    assert [event.kind for event in rooms.events_after(made.room.code, 0)] == ["tile"]


def test_a_frozen_room_takes_nothing_and_keeps_no_photo_of_it(store: Store, rooms: Rooms, made: MadeRoom) -> None:
    result_id = keep(store, "a")
    rooms.set_state(made.room.code, "frozen")
    with pytest.raises(FrozenError):
        rooms.find_open(made.room.code)
    with pytest.raises(FrozenError):
        rooms.hang(made.room.code, result_id)
    with pytest.raises(GoneError):
        store.find_result(result_id)
    assert rooms.tiles(made.room.code) == []
    rooms.set_state(made.room.code, "open")
    rooms.hang(made.room.code, keep(store, "b"))
    assert len(rooms.tiles(made.room.code)) == 1


def test_a_hidden_tile_is_only_the_teachers(store: Store, rooms: Rooms, made: MadeRoom) -> None:
    code, result_id = made.room.code, keep(store, "a")
    rooms.hang(code, result_id)
    rooms.set_hidden(code, result_id, hidden=True)
    assert rooms.tiles(code) == []
    assert [tile.hidden for tile in rooms.tiles(code, with_hidden=True)] == [True]
    rooms.set_hidden(code, result_id, hidden=False)
    assert [event.kind for event in rooms.events_after(code, 0)] == ["tile", "hide", "tile"]
    with pytest.raises(NotFoundError):
        rooms.set_hidden(code, "nothing", hidden=True)


def test_clearing_deletes_the_photos_and_the_room_stays(store: Store, rooms: Rooms, made: MadeRoom) -> None:
    code, ids = made.room.code, [keep(store, name) for name in "ab"]
    for result_id in ids:
        rooms.hang(code, result_id)
    rooms.clear(code)
    assert rooms.tiles(code, with_hidden=True) == []
    assert rooms.find(code).state == "open"
    for result_id in ids:
        with pytest.raises(GoneError):
            store.find_result(result_id)
    assert sorted(event.data["id"] for event in rooms.events_after(code, 2)) == sorted(ids)


def test_closing_leaves_a_tombstone_and_no_photo(store: Store, rooms: Rooms, made: MadeRoom) -> None:
    code, result_id = made.room.code, keep(store, "a")
    rooms.hang(code, result_id)
    rooms.begin_guess(code, result_id)
    rooms.close(code)
    for lookup in (lambda: rooms.find(code), lambda: store.find_result(result_id)):
        with pytest.raises(GoneError):
            lookup()
    assert rooms.guess(code) is None
    assert [event.data for event in rooms.events_after(code, 0)] == [{"state": "closed"}]


def test_a_room_whose_time_is_over_is_gone_and_then_its_photos_are(store: Store, rooms: Rooms, made: MadeRoom) -> None:
    code, result_id = made.room.code, keep(store, "a")
    rooms.hang(code, result_id)
    with store.engine.begin() as connection:
        connection.execute(update(RoomRow).values(closes_at=datetime.now(UTC) - timedelta(seconds=1)))
    with pytest.raises(GoneError):
        rooms.find(code)
    assert rooms.close_expired() == 1
    assert rooms.close_expired() == 0
    with pytest.raises(GoneError):
        store.find_result(result_id)


def test_a_photo_that_its_maker_deletes_leaves_the_wall(store: Store, rooms: Rooms, made: MadeRoom) -> None:
    code, result_id = made.room.code, keep(store, "a")
    rooms.hang(code, result_id)
    store.delete_result(result_id)
    assert rooms.tiles(code) == []
    assert rooms.events_after(code, 1)[0].data == {"id": result_id}


def test_forty_that_hang_up_at_once_all_hang_there(store: Store, rooms: Rooms, made: MadeRoom) -> None:
    ids = [keep(store, f"{number:02}") for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda result_id: rooms.hang(made.room.code, result_id), ids))
    assert {tile.result_id for tile in rooms.tiles(made.room.code)} == set(ids)
    assert [event.number for event in rooms.events_after(made.room.code, 0)] == list(range(1, 41))


def test_each_phone_has_one_vote_until_the_answer_is_shown(store: Store, rooms: Rooms, made: MadeRoom) -> None:
    code, result_id = made.room.code, keep(store, "a", best=285)
    with pytest.raises(NotFoundError):
        rooms.vote(code, "phone 1", 285)
    rooms.hang(code, result_id)
    guess = rooms.begin_guess(code, result_id)
    assert 285 in guess.choices
    other = next(choice for choice in guess.choices if choice != 285)
    for voter, choice in (("phone 1", other), ("phone 1", 285), ("phone 2", 285)):
        rooms.vote(code, voter, choice)
    assert dict(zip(guess.choices, rooms.guess(code).votes, strict=True))[285] == 2  # type: ignore[union-attr]
    assert rooms.choice_of(code, guess.id, "phone 1") == 285
    with pytest.raises(BadParameterError, match="choice can be"):
        rooms.vote(code, "phone 3", 999)
    assert rooms.reveal(code).revealed
    with pytest.raises(BadParameterError, match="shown already"):
        rooms.vote(code, "phone 3", 285)


def test_a_new_guess_forgets_the_votes_of_the_one_before(store: Store, rooms: Rooms, made: MadeRoom) -> None:
    code, first, second = made.room.code, keep(store, "a"), keep(store, "b", best=1)
    for result_id in (first, second):
        rooms.hang(code, result_id)
    rooms.begin_guess(code, first)
    rooms.vote(code, "phone", 285)
    assert rooms.begin_guess(code, second).votes == (0, 0, 0, 0)
    with pytest.raises(NotFoundError):
        rooms.begin_guess(code, keep(store, "c"))  # it hangs nowhere


def test_listeners_hear_of_every_change(store: Store, rooms: Rooms, made: MadeRoom) -> None:
    heard: list[str] = []
    rooms.listen(heard.append)
    rooms.hang(made.room.code, keep(store, "a"))
    rooms.set_state(made.room.code, "frozen")
    assert heard == [made.room.code] * 2


def test_the_summary_counts_words_and_names_the_surest(store: Store, rooms: Rooms, made: MadeRoom) -> None:
    for name, best, spread in (("a", 285, 12.0), ("b", 285, 9.0), ("c", 1, 3.0)):
        rooms.hang(made.room.code, keep(store, name, best=best, spread=spread))
    summary = summarise(rooms.tiles(made.room.code), store)
    assert [(word.class_index, word.count) for word in summary.words] == [(285, 2), (1, 1)]
    assert (summary.surest.result_id[0], summary.least_sure.result_id[0]) == ("a", "c")  # type: ignore[union-attr]
    assert summary.widest[0].tile.result_id[0] == "c"
    assert summary.widest[0].words > 800  # a logit of 3 among 999 zeros is next to nothing
    assert summarise([], store).surest is None


def test_the_photo_that_excites_the_filter_most_comes_first(store: Store, rooms: Rooms, made: MadeRoom) -> None:
    activations = {keep(store, name): np.zeros((14, 14, 512), np.float32) for name in "abc"}
    for (result_id, activation), value in zip(activations.items(), (1.0, 7.0, 0.0), strict=True):
        activation[3, 9, 17] = value
        rooms.hang(made.room.code, result_id)
    layer, woken = who_wakes(
        rooms.tiles(made.room.code), "block5_conv2", 17, lambda result_id, _layer: activations[result_id]
    )
    assert layer.name == "block5_conv2"
    assert [one.tile.result_id[0] for one in woken] == ["b", "a", "c"]
    assert (woken[0].value, woken[0].row, woken[0].column) == (7.0, 3, 9)


def test_the_archive_holds_each_picture_and_a_line_for_it(store: Store, rooms: Rooms, made: MadeRoom) -> None:
    for name, best in (("a", 285), ("b", 1)):
        rooms.hang(made.room.code, keep(store, name, best=best))
    with zipfile.ZipFile(io.BytesIO(archive(rooms.tiles(made.room.code), store))) as packed:
        rows = list(csv.DictReader(io.StringIO(packed.read("wall.csv").decode("utf-8-sig"))))
        assert [(row["label"], row["chinese"]) for row in rows] == [("Egyptian_cat", "埃及猫"), ("goldfish", "金鱼")]
        assert packed.read(rows[0]["picture"]) == store.picture("a" * 22, "photo").data
