"""The schema's history, applied on start by Alembic."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from filelock import FileLock
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from vggweb.errors import SettingError

_SCRIPTS = Path(__file__).with_name("migrations")
_ADVISORY_LOCK = 0x766767  # any number, the same in every server


def upgrade_to_head(engine: Engine, lock_folder: Path) -> None:
    """Applies the migrations that the database does not have yet, while no other server does.

    Raises:
        SettingError: the database cannot be reached or used, or a newer version of this program made it.
    """
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    try:
        with _alone(engine, lock_folder) as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
    except OperationalError as error:
        raise SettingError(
            "The database cannot be opened.", "Check VGGWEB_DATABASE_URL and VGGWEB_DATA, and that it runs."
        ) from error
    except DBAPIError as error:  # no right to make tables, other tables in the way, a file that is no database
        raise SettingError(
            "The database cannot be used: its tables cannot be made or read.",
            "VGGWEB_DATABASE_URL must name a database of this program's own, in which its user may make tables.",
        ) from error
    except CommandError as error:  # the database is at a migration that is not among ours
        raise SettingError(
            "The database was made by a newer version of this program.",
            "Run that version, or name another database with VGGWEB_DATABASE_URL.",
        ) from error


@contextmanager
def _alone(engine: Engine, lock_folder: Path) -> Iterator[Connection]:
    """A connection that no other migrating server holds at the same time."""
    if engine.dialect.name == "sqlite":
        with (
            FileLock(lock_folder / "migrate.lock"),
            engine.execution_options(writes=True).connect() as connection,
        ):
            yield connection
        return
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        yield connection
