"""``flask weights …``: which weights answer, where they come from, how often they are right."""

import sys
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from pydantic import TypeAdapter
from tqdm import tqdm

from vggweb.commands.common import EXIT_CODE_BAD_INPUT, complain, read_file, says_errors, services
from vggweb.config import Settings
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
from vggweb.errors import VggwebError
from vggweb.services.accuracy import AccuracyMeter, labelled_photos, table_lines

weights = AppGroup("weights", help="The weights that answer.")


@weights.command(with_appcontext=False)
@says_errors
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
@says_errors
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
@says_errors
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
@says_errors
def measure(folder: Path, *, as_json: bool) -> None:
    """How often the weights are right on photos named, or in folders named, by the WordNet id of what they show.

    Exit code 0, or 2 if a photo could not be read; the others are counted all the same.
    """
    failed = False
    photos = labelled_photos(folder)
    meter = AccuracyMeter(services().model_host, services().photo_reader)
    for photo in tqdm(photos, desc=folder.name, unit="photo", disable=None):
        try:
            meter.add(read_file(str(photo.path)), photo.class_index)
        except VggwebError as error:
            complain(error, about=f"{photo.path}: ")
            failed = True
    click.echo(_measured_json(meter) if as_json else "\n".join(table_lines(meter.rows())))
    sys.exit(EXIT_CODE_BAD_INPUT if failed else 0)


def _measured_json(meter: AccuracyMeter) -> str:
    model = services().model_used()
    line = {"model": {"variant": model.variant, "sha256": model.sha256}, "preparations": meter.rows()}
    return TypeAdapter(dict[str, Any]).dump_json(line).decode()
