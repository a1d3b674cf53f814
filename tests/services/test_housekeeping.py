"""What goes by itself: expired results, and drawings that nobody looks at when there is no room."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from tests.conftest import MakeApp
from tests.web.uploads import make_result
from vggweb.jobs.tables import ProductRow
from vggweb.rooms.tables import RoomRow
from vggweb.startup import Services
from vggweb.storage import StoredFile, space
from vggweb.storage.sessions import writing
from vggweb.storage.tables import ResultRow


def draw(services: Services, *keys: str) -> None:
    """Keeps a drawing of 100 kB under each key, each an hour older than the one before."""
    for age, key in enumerate(keys):
        services.jobs.products.save(key, StoredFile("picture", "image/png", bytes(100_000)))
        made = datetime.now(UTC) - timedelta(hours=age)
        with writing(services.store.engine) as session:
            session.execute(update(ProductRow).where(ProductRow.key == key).values(created_at=made))


def drawn(services: Services) -> set[str]:
    return services.jobs.products.keys_beginning("draw")


def test_what_has_expired_goes_by_itself(make_app: MakeApp) -> None:
    app = make_app(result_days=1.0)
    services = app.extensions["vggweb"]
    client = app.test_client()
    old, young = make_result(client), make_result(client)
    with writing(services.store.engine) as session:
        long_ago = datetime.now(UTC) - timedelta(days=2)
        session.execute(update(ResultRow).where(ResultRow.id == old["id"]).values(created_at=long_ago))
    services.housekeeper.tidy()
    with writing(services.store.engine) as session:
        row = session.get(ResultRow, old["id"])
        assert row is not None
        assert row.logits == b""
    assert client.get(young["url"]).status_code == 200


def test_with_room_every_drawing_stays(make_app: MakeApp) -> None:
    services = make_app().extensions["vggweb"]
    draw(services, "draw a", "draw b")
    services.housekeeper.tidy()
    assert drawn(services) == {"draw a", "draw b"}


def test_without_room_the_drawings_that_were_looked_at_last_stay(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vggweb.services.housekeeping.DRAWINGS_AT_ONCE", 1)
    services = make_app(max_storage_bytes=700_000).extensions["vggweb"]
    keys = [f"draw {number}" for number in range(8)]
    draw(services, *keys)
    services.jobs.products.find("draw 7", "picture")  # the oldest, looked at now
    assert not services.space.has_room()
    services.housekeeper.tidy()
    assert services.space.has_room()
    kept = drawn(services)
    assert "draw 7" in kept
    assert 2 <= len(kept) <= 6
    assert kept - {"draw 7"} == set(keys[: len(kept) - 1])


def test_what_belongs_to_a_result_is_no_drawing_to_make_room_with(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app()
    services = app.extensions["vggweb"]
    made = make_result(app.test_client())
    services.jobs.products.save("why", StoredFile("picture", "image/png", b"x"), result_id=made["id"])
    draw(services, "draw a")
    monkeypatch.setattr(space, "FREE_FLOOR_BYTES", 10**18)
    services.housekeeper.tidy()
    assert drawn(services) == set()
    assert services.jobs.products.find("why", "picture") is not None


def test_a_room_whose_time_is_over_goes_by_itself_with_its_photos(make_app: MakeApp) -> None:
    app = make_app()
    services, client = app.extensions["vggweb"], app.test_client()
    room = services.rooms.create(owner=None).room
    made = make_result(client)
    services.rooms.hang(room.code, made["id"])
    with writing(services.store.engine) as session:
        session.execute(update(RoomRow).values(closes_at=datetime.now(UTC)))
    services.housekeeper.tidy()
    assert client.get(made["url"]).status_code == 410
