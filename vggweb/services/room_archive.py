"""A lesson to keep: a zip with the pictures and a table of what the network said of them."""

import csv
import io
import zipfile
from collections.abc import Sequence

from vggweb.core.classes import find_class
from vggweb.rooms import Tile
from vggweb.storage import Store

COLUMNS = ("picture", "class_index", "label", "chinese", "score", "created_at")
BYTE_ORDER_MARK = "\ufeff"  # or else Excel does not take the Chinese words for UTF-8


def archive(tiles: Sequence[Tile], store: Store) -> bytes:
    """The zip's bytes: ``wall.csv`` and ``pictures/01.jpg`` …, in the order of the wall."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("wall.csv", _table(tiles))
        for number, tile in enumerate(tiles, start=1):
            file.writestr(_name(number), store.picture(tile.result_id, "photo").data, zipfile.ZIP_STORED)
    return packed.getvalue()


def _table(tiles: Sequence[Tile]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for number, tile in enumerate(tiles, start=1):
        entry = find_class(tile.class_index)
        writer.writerow(
            [
                _name(number),
                tile.class_index,
                entry.label,
                entry.chinese,
                f"{tile.score:.4f}",
                tile.created_at.isoformat(timespec="seconds"),
            ]
        )
    return BYTE_ORDER_MARK + text.getvalue()


def _name(number: int) -> str:
    return f"pictures/{number:02}.jpg"
