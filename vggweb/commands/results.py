"""``flask results …``: what is kept is tidied and copied."""

from pathlib import Path

import click
from flask.cli import AppGroup

from vggweb.commands.common import says_errors, services
from vggweb.config import Settings
from vggweb.storage.backup import back_up

results = AppGroup("results", help="The results that are kept.")


@results.command()
@says_errors
def purge() -> None:
    """Delete expired results and orphans."""
    report = services().results.purge()
    click.echo(f"Deleted {report.expired} expired results and {report.orphans} orphaned pictures.")


@results.command(with_appcontext=False)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@says_errors
def backup(file: Path) -> None:
    """Copy the embedded database into FILE while the server runs."""
    size = back_up(Settings.from_environ().data, file)
    click.echo(f"Copied {size} bytes. Keep the file secret_key with it.")
