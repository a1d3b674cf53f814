"""The tiles of a room's wall in the database."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from vggweb.errors import NotFoundError
from vggweb.rooms.records import Tile
from vggweb.rooms.store import add_event, raise_when_frozen, standing_row
from vggweb.rooms.tables import GuessRow, RoomRow, TileRow
from vggweb.storage import ResultIds
from vggweb.storage.sessions import reading, rows_changed, writing


class TileStore:
    """Keeps what hangs on the walls."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def hang(self, code: str, result_id: str, *, class_index: int, score: float) -> Tile:
        """Hangs a result on the wall.

        Raises:
            FrozenError: the room takes nothing new.
            NotFoundError, GoneError: there is no such room.
        """
        with writing(self._engine) as session:
            room = standing_row(session, code, to_write=True)
            raise_when_frozen(room)
            row = TileRow(
                room=code,
                result_id=result_id,
                class_index=class_index,
                score=score,
                created_at=datetime.now(UTC),
                hidden=False,
            )
            session.add(row)
            add_event(session, room, "tile", _event_data(row))
            return _to_tile(row)

    def tiles(self, code: str, *, with_hidden: bool = False) -> list[Tile]:
        """The room's tiles, in the order in which they were hung up."""
        query = select(TileRow).where(TileRow.room == code).order_by(TileRow.created_at, TileRow.result_id)
        if not with_hidden:
            query = query.where(TileRow.hidden.is_(False))
        with reading(self._engine) as session:
            return [_to_tile(row) for row in session.scalars(query)]

    def set_hidden(self, code: str, result_id: str, *, hidden: bool) -> None:
        """Hides a tile from the class, or shows it again.

        Raises:
            NotFoundError: no such tile hangs there.
        """
        with writing(self._engine) as session:
            room = standing_row(session, code, to_write=True)
            row = session.get(TileRow, (code, result_id))
            if row is None:
                raise NotFoundError
            row.hidden = hidden
            add_event(session, room, "hide" if hidden else "tile", {"id": result_id} if hidden else _event_data(row))


def forget_tiles(session: Session, ids: ResultIds) -> None:
    """Takes the results' tiles and guesses down, and tells their rooms."""
    rows = session.execute(select(TileRow.room, TileRow.result_id).where(TileRow.result_id.in_(ids))).all()
    session.execute(delete(TileRow).where(TileRow.result_id.in_(ids)))
    guesses_over = rows_changed(session, delete(GuessRow).where(GuessRow.result_id.in_(ids)))
    for code, result_id in rows:
        room = session.get(RoomRow, code, with_for_update=True)
        if room is not None and room.state != "closed":
            add_event(session, room, "hide", {"id": result_id})
            if guesses_over:
                add_event(session, room, "guess", {"id": None})


def _event_data(row: TileRow) -> dict[str, Any]:
    return {
        "id": row.result_id,
        "class_index": row.class_index,
        "score": row.score,
        "created_at": row.created_at.isoformat(),
    }


def _to_tile(row: TileRow) -> Tile:
    return Tile(row.result_id, row.class_index, row.score, row.created_at, row.hidden)
