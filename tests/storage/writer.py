"""A server of its own on the test's database: ``python -m tests.storage.writer URL FOLDER NAME COUNT``.

It waits for a line on its standard input, migrates, and saves ``NAME-0``, ``NAME-1``, …; with the count 0
it dies in the middle of saving ``NAME``, between the row and its pictures.
"""

import os
import sys
from collections.abc import ItemsView
from pathlib import Path

from tests.storage.made import pictures, result
from vggweb.jobs import forget_results
from vggweb.storage import Store, StoredFile

DIED = 9


class _Deadly(dict[str, StoredFile]):
    """Pictures that kill the process when somebody wants to have them."""

    def items(self) -> ItemsView[str, StoredFile]:  # type: ignore[override]
        os._exit(DIED)


def main(url: str, folder: str, name: str, count: int) -> None:
    print("ready", flush=True)  # noqa: T201 - the test waits for it
    sys.stdin.readline()
    store = Store(url, lock_folder=Path(folder), forget=forget_results)
    store.migrate()
    if not count:
        store.save_result(result(name), _Deadly(pictures()))
    for number in range(count):
        store.save_result(result(f"{name}-{number}"), pictures())
        store.find_result(f"{name}-{number}")
    store.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
