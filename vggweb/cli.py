"""The command line: ``flask classify``, ``flask weights …``, ``flask filters …``, ``flask results …``."""

import os
import sys
from typing import Any

import click
from flask import Flask
from flask.cli import with_appcontext
from pydantic import TypeAdapter

from vggweb.commands.common import EXIT_CODE_BAD_INPUT, complain, read_file, says_errors, services
from vggweb.commands.filters import filters
from vggweb.commands.results import results
from vggweb.commands.weights import weights
from vggweb.core.predictions import Prediction
from vggweb.core.preprocessing import RESIZE_METHODS
from vggweb.errors import VggwebError

_PREDICTIONS: TypeAdapter[tuple[Prediction, ...]] = TypeAdapter(tuple[Prediction, ...])


def init_app(app: Flask) -> None:
    """Gives the app its commands."""
    app.cli.add_command(classify)
    app.cli.add_command(weights)
    app.cli.add_command(filters)
    app.cli.add_command(results)


@click.command()
@click.argument("photos", nargs=-1, required=True, metavar="PHOTO…")
@click.option("--top", type=click.IntRange(1, 1000), default=5, show_default=True, help="Lines for each photo.")
@click.option("--resize", type=click.Choice(RESIZE_METHODS), default="keras", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@with_appcontext
@says_errors
def classify(photos: tuple[str, ...], top: int, resize: str, *, as_json: bool) -> None:
    """What VGG16 says of photos, as Keras's decode_predictions gives it.

    Exit code 0, or 2 if a photo could not be read; the others are classified all the same.
    """
    use_cases = services()
    use_cases.model_host.load()
    failed = False
    for name, path in ((_shown_name(path), path) for path in photos):
        try:
            classification = use_cases.classify(read_file(path), resize=resize)
        except VggwebError as error:
            complain(error, about=f"{name}: ")
            failed = True
            continue
        predictions = classification.predictions(top)
        click.echo(_as_json(name, resize, predictions) if as_json else _as_table(name, predictions))
    sys.exit(EXIT_CODE_BAD_INPUT if failed else 0)


def _shown_name(path: str) -> str:
    """A file's name as it can be printed: what in it is no UTF-8 becomes a sign that says so."""
    return os.fsencode(path).decode(errors="replace")


def _as_table(name: str, predictions: tuple[Prediction, ...]) -> str:
    width = max(len(prediction.label) for prediction in predictions)
    lines = (f"  {prediction.wnid}  {prediction.label:<{width}}  {prediction.score:.4f}" for prediction in predictions)
    return "\n".join((name, *lines))


def _as_json(name: str, resize: str, predictions: tuple[Prediction, ...]) -> str:
    model = services().model_used()
    line = {
        "photo": name,
        "resize": resize,
        "model": {"variant": model.variant, "sha256": model.sha256},
        "predictions": _PREDICTIONS.dump_python(predictions, mode="json"),
    }
    return TypeAdapter(dict[str, Any]).dump_json(line).decode()
