"""The command line: ``flask classify``, ``flask weights …``, ``flask filters …``, ``flask results …``."""

import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from pydantic import TypeAdapter
from tqdm import tqdm

from vggweb.config import Settings
from vggweb.core.architecture import CONVOLUTIONS, find_convolution
from vggweb.core.gallery import FOLDER as GALLERY_FOLDER
from vggweb.core.optvis.drawing import DrawingRequest
from vggweb.core.optvis.objectives import Channel
from vggweb.core.optvis.recipes import DEFAULT_RECIPE, LARGEST_SEED, RECIPES, RecipeName
from vggweb.core.predictions import Prediction
from vggweb.core.preprocessing import RESIZE_METHODS
from vggweb.core.weights.compact import CompactWeights
from vggweb.core.weights.official import (
    OFFICIAL_MD5,
    OFFICIAL_NAME,
    OFFICIAL_URL,
    OfficialWeights,
    choose_weights,
    file_digest,
    is_official,
    keras_cache_file,
    weights_in_file,
)
from vggweb.downloads import download
from vggweb.errors import NotAnImageError, SettingError, VggwebError
from vggweb.services.accuracy import AccuracyMeter, labelled_photos, table_lines
from vggweb.startup import Services

EXIT_CODE_BAD_INPUT = 2
FOLDER = click.Path(file_okay=False, path_type=Path)
FILTERS_AT_ONCE = 4  # in block1 and block2, where a step is short; deeper, a batch takes longer than one by one
DEEPEST_BATCHED_BLOCK = 2
_PREDICTIONS: TypeAdapter[tuple[Prediction, ...]] = TypeAdapter(tuple[Prediction, ...])


def init_app(app: Flask) -> None:
    """Gives the app its commands."""
    app.cli.add_command(classify)
    app.cli.add_command(weights)
    app.cli.add_command(filters)
    app.cli.add_command(results)


def _says_errors(command: Callable[..., Any]) -> Callable[..., Any]:
    """An error of ours becomes its two sentences on stderr and exit code 2."""

    @wraps(command)
    def run(*args: Any, **options: Any) -> Any:
        try:
            return command(*args, **options)
        except VggwebError as error:
            _complain(error)
            sys.exit(EXIT_CODE_BAD_INPUT)

    return run


def _complain(error: VggwebError, about: str = "") -> None:
    click.echo(f"{about}{error.message} {error.hint}", err=True)


def _services() -> Services:
    """The use cases, built when a command first asks: `flask weights fetch` must run while the weights are missing."""
    return current_app.extensions["vggweb-starter"].services()


@click.command()
@click.argument("photos", nargs=-1, required=True, metavar="PHOTO…")
@click.option("--top", type=click.IntRange(1, 1000), default=5, show_default=True, help="Lines for each photo.")
@click.option("--resize", type=click.Choice(RESIZE_METHODS), default="keras", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@with_appcontext
@_says_errors
def classify(photos: tuple[str, ...], top: int, resize: str, *, as_json: bool) -> None:
    """What VGG16 says of photos, as Keras's decode_predictions gives it.

    Exit code 0, or 2 if a photo could not be read; the others are classified all the same.
    """
    services = _services()
    services.model_host.load()
    failed = False
    for name, path in ((_shown_name(path), path) for path in photos):
        try:
            classification = services.classify(_read_file(path), resize=resize)
        except VggwebError as error:
            _complain(error, about=f"{name}: ")
            failed = True
            continue
        predictions = classification.predictions(top)
        click.echo(_as_json(name, resize, predictions) if as_json else _as_table(name, predictions))
    sys.exit(EXIT_CODE_BAD_INPUT if failed else 0)


def _shown_name(path: str) -> str:
    """A file's name as it can be printed: what in it is no UTF-8 becomes a sign that says so."""
    return os.fsencode(path).decode(errors="replace")


def _read_file(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise NotAnImageError("The file cannot be read.", "Check its name and its permissions.") from error


def _as_table(name: str, predictions: tuple[Prediction, ...]) -> str:
    width = max(len(prediction.label) for prediction in predictions)
    lines = (f"  {prediction.wnid}  {prediction.label:<{width}}  {prediction.score:.4f}" for prediction in predictions)
    return "\n".join((name, *lines))


def _as_json(name: str, resize: str, predictions: tuple[Prediction, ...]) -> str:
    model = _services().model_used()
    line = {
        "photo": name,
        "resize": resize,
        "model": {"variant": model.variant, "sha256": model.sha256},
        "predictions": _PREDICTIONS.dump_python(predictions, mode="json"),
    }
    return TypeAdapter(dict[str, Any]).dump_json(line).decode()


weights = AppGroup("weights", help="The weights that answer.")


@weights.command(with_appcontext=False)
@_says_errors
def status() -> None:
    """Which weights answer, and which there are."""
    setting = Settings.from_environ().weights
    official = keras_cache_file()
    click.echo(f"VGGWEB_WEIGHTS  {setting}")
    if official.exists():
        state = "there" if is_official(official) else "there, with a wrong hash: not the official file"
    else:
        state = "not there; `flask weights fetch` gets it"
    click.echo(f"official file   {official} ({state})")
    choice = choose_weights(setting)
    kind = " (Keras's official file)" if isinstance(choice, OfficialWeights) else ""
    click.echo(f"answers         {choice.variant}{kind}")
    click.echo(f"SHA-256         {choice.sha256}")


@weights.command(with_appcontext=False)
@click.option("--url", default=OFFICIAL_URL, help="Another address of the file.")
@click.option("--md5", default=OFFICIAL_MD5, help="The hash that it must have.")
@_says_errors
def fetch(url: str, md5: str) -> None:
    """Download Keras's official ImageNet file into Keras's cache, and check its hash."""
    target, md5 = keras_cache_file(), md5.strip().lower()
    if target.exists() and file_digest(target, "md5") == md5:
        click.echo(f"{target} is already there, with the right hash.")
        return
    # disable=None: no bar where there is no terminal
    with tqdm(desc=OFFICIAL_NAME, unit="B", unit_scale=True, unit_divisor=1024, disable=None) as bar:

        def show(there: int, total: int | None) -> None:
            bar.total = total
            bar.update(there - bar.n)

        download(url, target, md5=md5, on_progress=show)
    click.echo(f"{target} is there, with the right hash.")


@weights.command(with_appcontext=False)
@click.argument("path", required=False, type=click.Path(path_type=Path))
@_says_errors
def verify(path: Path | None) -> None:
    """Check a weights file, or those that answer under VGGWEB_WEIGHTS."""
    choice = weights_in_file(path) if path else choose_weights(Settings.from_environ().weights)
    if isinstance(choice, CompactWeights):
        click.echo("The embedded compact weights are whole: both hashes are those of the model card.")
    elif isinstance(choice, OfficialWeights):
        click.echo("This is Keras's official ImageNet file, byte for byte.")
    else:
        click.echo("The layout fits VGG16. It is not Keras's official file.")
    click.echo(f"SHA-256 {choice.sha256}")


@weights.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@_says_errors
def measure(folder: Path, *, as_json: bool) -> None:
    """How often the weights are right on photos named, or in folders named, by the WordNet id of what they show.

    Exit code 0, or 2 if a photo could not be read; the others are counted all the same.
    """
    services, failed = _services(), False
    photos = labelled_photos(folder)
    meter = AccuracyMeter(services.model_host, services.photo_reader)
    for photo in tqdm(photos, desc=folder.name, unit="photo", disable=None):
        try:
            meter.add(_read_file(str(photo.path)), photo.class_index)
        except VggwebError as error:
            _complain(error, about=f"{photo.path}: ")
            failed = True
    click.echo(_measured_json(meter) if as_json else "\n".join(table_lines(meter.rows())))
    sys.exit(EXIT_CODE_BAD_INPUT if failed else 0)


def _measured_json(meter: AccuracyMeter) -> str:
    model = _services().model_used()
    line = {"model": {"variant": model.variant, "sha256": model.sha256}, "preparations": meter.rows()}
    return TypeAdapter(dict[str, Any]).dump_json(line).decode()


filters = AppGroup("filters", help="Pictures of what filters like.")


@filters.command()
@click.argument("layer")
@click.argument("index", type=int, metavar="N")
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Default: LAYER-N.png.")
@click.option("--recipe", type=click.Choice(RECIPES), default=DEFAULT_RECIPE, show_default=True)
@click.option("--seed", type=click.IntRange(0, LARGEST_SEED), default=0, show_default=True)
@_says_errors
def render(layer: str, index: int, output: Path | None, recipe: RecipeName, seed: int) -> None:
    """Draw what filter N of LAYER likes, keep it, and write it as PNG."""
    services = _services()
    wanted = DrawingRequest(Channel(layer, index), recipe, seed)
    wanted.check()
    with tqdm(desc=f"{layer} {index}", unit="step", disable=None) as bar:

        def show(step: int, steps: int, _value: float, _picture: object) -> None:
            bar.total = steps
            bar.update(step - bar.n)

        data = services.drawings.draw_now(wanted, services.model_host.load(), on_step=show)
    target = output or Path(f"{layer}-{index}.png")
    _write(target, data)
    facts = services.drawings.facts(wanted)
    dark = " The filter stayed dark." if facts and facts.dark else ""
    click.echo(f"{target}{dark}")


@filters.command()
@click.argument("layer")
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Also write the sheet here.")
@click.option("--recipe", type=click.Choice(RECIPES), default=DEFAULT_RECIPE, show_default=True)
@click.option("--limit", type=click.IntRange(1), help="Draw so many at most, then stop.")
@_says_errors
def sheet(layer: str, output: Path | None, recipe: RecipeName, limit: int | None) -> None:
    """Draw every filter of LAYER that has not been drawn; interrupted, it goes on where it stopped."""
    services = _services()
    found = find_convolution(layer)
    missing = services.drawings.missing(found, recipe)[:limit]
    model = services.model_host.load()
    with tqdm(total=len(missing), desc=layer, unit="filter", disable=None) as bar:
        at_once = FILTERS_AT_ONCE if found.block <= DEEPEST_BATCHED_BLOCK else 1
        for start in range(0, len(missing), at_once):
            some = missing[start : start + at_once]
            services.drawings.draw_several_now(found, some, recipe, model)
            bar.update(len(some))
    left = len(services.drawings.missing(found, recipe))
    click.echo(f"{layer}: {found.channels - left} of {found.channels} filters are drawn.")
    if output:
        _write(output, services.drawings.sheet_webp(found, recipe))


@filters.command(with_appcontext=False)
@click.option("--layer", "names", multiple=True, metavar="LAYER", help="Only this one; may be given several times.")
@click.option(
    "--folder", type=click.Path(file_okay=False, path_type=Path), default=GALLERY_FOLDER, help="For the sheets."
)
@click.option("--work-folder", type=click.Path(file_okay=False, path_type=Path), help="For finished tiles.")
@_says_errors
def gallery(names: tuple[str, ...], folder: Path, work_folder: Path | None) -> None:
    """Draw the sheets that ship with the project; interrupted, it goes on where it stopped."""
    from vggweb.core.gallery.sheets import draw_sheet  # TensorFlow
    from vggweb.core.model import load_model

    layers = [find_convolution(name) for name in names] or CONVOLUTIONS
    work_folder = work_folder or Settings.from_environ().data / "gallery"
    model = load_model(CompactWeights())
    for layer in layers:
        with tqdm(total=layer.channels, desc=layer.name, unit="filter", disable=None) as bar:
            draw_sheet(model, layer, work_folder=work_folder, folder=folder, on_tiles=bar.update)
        click.echo(f"{layer.name}: the sheet of {layer.channels} filters is written.")


def _write(target: Path, data: bytes) -> None:
    try:
        target.write_bytes(data)
    except OSError as error:
        raise SettingError(f"The file {target} cannot be written.", "Name another one with --output.") from error


results = AppGroup("results", help="The results that are kept.")


@results.command()
@_says_errors
def purge() -> None:
    """Delete expired results and orphans."""
    report = _services().results.purge()
    click.echo(f"Deleted {report.expired} expired results and {report.orphans} orphaned pictures.")
