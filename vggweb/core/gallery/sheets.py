"""Draws the gallery: one layer after the other, resumable after every batch of tiles."""

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image

from vggweb.core.architecture import CONVOLUTIONS, Layer
from vggweb.core.arrays import Picture
from vggweb.core.gallery import FOLDER, TILE_PX
from vggweb.core.model import Vgg16
from vggweb.core.optvis.tile_plans import FILTERS_AT_ONCE, GALLERY_ATTEMPTS, GALLERY_SEED, tile_plan
from vggweb.core.optvis.tiles import Tile, TileArtist
from vggweb.core.sheets import Sheet
from vggweb.core.weights.compact import FILES

CONVOLUTIONS_SHA256 = FILES["vgg16_conv.safetensors"]

GROUND = 128  # the grey of an empty place
LARGEST_GALLERY_BYTES = 11_500_000  # all sheets together
QUALITIES = (90, 85, 80, 75, 70, 65, 60, 50, 40)  # WebP's; the first whose file fits the layer's share is taken
WEBP_METHOD = 6  # the slowest, which makes the smallest files

OnTiles = Callable[[int], object]  # so many more tiles of the layer are there


def draw_sheet(
    model: Vgg16,
    layer: Layer,
    *,
    work_folder: Path,
    folder: Path = FOLDER,
    on_tiles: OnTiles = lambda _count: None,
) -> None:
    """Draws a layer's tiles and writes its sheet, with the facts beside it.

    Args:
        model: the network with the embedded convolutions.
        layer: one of them.
        work_folder: keeps finished tiles; interrupted, the drawing goes on where it stopped.
        folder: where the sheet is written.
        on_tiles: called after every batch.
    """
    tiles: dict[int, Tile] = {}
    for batch in _batches(model, layer, work_folder):
        tiles.update(batch)
        on_tiles(len(batch))
    sheet = Sheet.square(layer.channels, TILE_PX)
    pictures = {index: tile.picture for index, tile in tiles.items()}
    _write(folder / f"{layer.name}.webp", _encoded(sheet.arranged(pictures, ground=GROUND), layer))
    _write(folder / f"{layer.name}.json", (json.dumps(_facts(layer, tiles)) + "\n").encode())


def _batches(model: Vgg16, layer: Layer, work_folder: Path) -> Iterator[dict[int, Tile]]:
    """The layer's tiles, batch by batch: read where they are kept, else drawn and kept."""
    artist: TileArtist | None = None
    work_folder.mkdir(parents=True, exist_ok=True)
    for start in range(0, layer.channels, FILTERS_AT_ONCE):
        kept = work_folder / f"{layer.name}-{start:03}.npz"
        if not kept.exists():
            artist = artist or TileArtist(model, layer, TILE_PX)
            _keep(kept, artist.draw(range(start, start + FILTERS_AT_ONCE)))
        yield _kept_tiles(kept)


def _keep(target: Path, tiles: dict[int, Tile]) -> None:
    file = io.BytesIO()
    np.savez(
        file,
        indices=list(tiles),
        pictures=[tile.picture for tile in tiles.values()],
        dark=[tile.dark for tile in tiles.values()],
        seeds=[tile.seed_used for tile in tiles.values()],
    )
    _write(target, file.getvalue())


def _kept_tiles(file: Path) -> dict[int, Tile]:
    with np.load(file) as kept:
        rows = zip(kept["indices"], kept["pictures"], kept["dark"], kept["seeds"], strict=True)
        return {int(index): Tile(picture, bool(dark), int(seed)) for index, picture, dark, seed in rows}


def _facts(layer: Layer, tiles: dict[int, Tile]) -> dict[str, Any]:
    sheet = Sheet.square(layer.channels, TILE_PX)
    other_seeds = {index: tile.seed_used for index, tile in sorted(tiles.items()) if tile.seed_used != GALLERY_SEED}
    return {
        "layer": layer.name,
        "columns": sheet.columns,
        "rows": sheet.rows,
        "tile_px": sheet.tile_px,
        "recipe": asdict(tile_plan(layer)),
        "convolutions_sha256": CONVOLUTIONS_SHA256,
        "seed": GALLERY_SEED,
        "attempts": GALLERY_ATTEMPTS,
        "other_seeds": other_seeds,
        "dark": sorted(index for index, tile in tiles.items() if tile.dark),
    }


def _encoded(sheet: Picture, layer: Layer) -> bytes:
    """The sheet as WebP, in the best quality that fits the layer's share of the whole."""
    share_bytes = LARGEST_GALLERY_BYTES * layer.channels // sum(one.channels for one in CONVOLUTIONS)
    for quality in QUALITIES:
        file = io.BytesIO()
        PIL.Image.fromarray(sheet).save(file, "WEBP", quality=quality, method=WEBP_METHOD)
        if file.tell() <= share_bytes:
            break
    return file.getvalue()


def _write(target: Path, data: bytes) -> None:
    """Written beside and renamed, so that the file is whole or not there."""
    part = target.with_suffix(".part")
    part.write_bytes(data)
    part.replace(target)
