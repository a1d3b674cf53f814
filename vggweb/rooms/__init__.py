"""Rooms of a class: their rows, tiles on the wall, guesses and votes, and what happened in them, in order."""

from vggweb.rooms.codes import make_code, read_code
from vggweb.rooms.guesses import GuessStore
from vggweb.rooms.records import Guess, NewRoom, Room, RoomEvent, RoomState, Tile
from vggweb.rooms.store import RoomStore
from vggweb.rooms.tiles import TileStore, forget_tiles

__all__ = [
    "Guess",
    "GuessStore",
    "NewRoom",
    "Room",
    "RoomEvent",
    "RoomState",
    "RoomStore",
    "Tile",
    "TileStore",
    "forget_tiles",
    "make_code",
    "read_code",
]
