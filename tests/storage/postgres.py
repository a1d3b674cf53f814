"""A PostgreSQL server of the tests' own: started in a temporary folder, gone afterwards, reached by a Unix socket."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

SUPERUSER = "vggweb"
START_TIMEOUT_SECONDS = 60
_numbers = count(1)


@dataclass
class Cluster:
    """A server, running unless it was stopped.

    Attributes:
        folder: holds its socket, its data and its log.
    """

    folder: Path
    _server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns once it answers."""
        options = ("-D", self.folder / "data", "-k", self.folder, "-c", "listen_addresses=", "-c", "fsync=off")
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                _command("postgres", *options), stdout=log, stderr=log, cwd=self.folder, **_identity()
            )
        _wait_until_ready(self, self._server)

    def stop(self) -> None:
        """At once: connections are broken off, nobody is waited for (PostgreSQL's "fast shutdown")."""
        if self._server is not None:
            self._server.send_signal(signal.SIGINT)
            self._server.wait(START_TIMEOUT_SECONDS)

    def url(self, database: str, user: str = SUPERUSER) -> str:
        """The SQLAlchemy URL of a database, as an operator would write it."""
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def execute(self, statement: str, database: str = "postgres") -> None:
        """Runs a statement in a transaction-free connection, as CREATE DATABASE needs it."""
        with self._connect(database) as connection:
            connection.execute(statement.encode())

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of an empty database that is dropped afterwards."""
        name = f"test_{next(_numbers)}"
        self.execute(f"CREATE DATABASE {name}")
        try:
            yield self.url(name)
        finally:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _connect(self, database: str) -> psycopg.Connection[Any]:
        return psycopg.connect(host=str(self.folder), user=SUPERUSER, dbname=database, autocommit=True)


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """A fresh server, as another user if we are root, which PostgreSQL refuses to be."""
    folder = Path(tempfile.mkdtemp(prefix="vggweb-pg-"))  # not pytest's: other users cannot look into that
    try:
        _give_away(folder)
        _make_cluster(folder / "data")
        running = Cluster(folder)
        running.start()
        try:
            yield running
        finally:
            running.stop()
    finally:
        shutil.rmtree(folder)


def _wait_until_ready(cluster: Cluster, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while True:
        try:
            cluster.execute("SELECT 1")
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((cluster.folder / "log").read_text(encoding="utf-8")) from None
            time.sleep(0.05)
        else:
            return


def _make_cluster(data: Path) -> None:
    command = _command("initdb", "--auth=trust", "--no-sync", "--encoding=UTF8", f"--username={SUPERUSER}", "-D", data)
    done = subprocess.run(command, capture_output=True, check=False, text=True, cwd=data.parent, **_identity())
    assert done.returncode == 0, done.stderr


def _command(program: str, *arguments: str | Path) -> list[str]:
    return [str(_binaries() / program), *map(str, arguments)]


def _binaries() -> Path:
    """The folder of the newest installed server; Debian keeps it off the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    assert on_path, "These tests need PostgreSQL's server; tests/install_postgres.sh installs it."
    return Path(on_path).resolve().parent


def _give_away(folder: Path) -> None:
    folder.chmod(0o755)
    if identity := _identity():
        shutil.chown(folder, identity["user"], identity["group"])


def _identity() -> dict[str, Any]:
    """What makes subprocess run a program as somebody who is not root."""
    if os.geteuid() != 0:
        return {}
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = known.get("postgres") or known["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
