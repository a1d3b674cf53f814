"""What all commands share: errors as sentences, the services, files."""

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click
from flask import current_app

from vggweb.errors import NotAnImageError, SettingError, VggwebError
from vggweb.startup import Services

EXIT_CODE_BAD_INPUT = 2


def says_errors(command: Callable[..., Any]) -> Callable[..., Any]:
    """An error of ours becomes its two sentences on stderr and exit code 2."""

    @wraps(command)
    def run(*args: Any, **options: Any) -> Any:
        try:
            return command(*args, **options)
        except VggwebError as error:
            complain(error)
            sys.exit(EXIT_CODE_BAD_INPUT)

    return run


def complain(error: VggwebError, about: str = "") -> None:
    """Says the error's two sentences on stderr, after what they are about."""
    click.echo(f"{about}{error.message} {error.hint}", err=True)


def services() -> Services:
    """The use cases, built when a command first asks: `flask weights fetch` must run while the weights are missing."""
    return current_app.extensions["vggweb-starter"].services()


def read_file(name: str) -> bytes:
    """A photo's bytes.

    Raises:
        NotAnImageError: the file cannot be read.
    """
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise NotAnImageError("The file cannot be read.", "Check its name and its permissions.") from error


def write_file(target: Path, data: bytes) -> None:
    """Writes what a command was asked to write.

    Raises:
        SettingError: it cannot be written there.
    """
    try:
        target.write_bytes(data)
    except OSError as error:
        raise SettingError(f"The file {target} cannot be written.", "Name another one with --output.") from error
