"""Several servers on one database."""

from pathlib import Path

from tests.jobs.servers import hear, server, tell
from vggweb.jobs import Products
from vggweb.storage import Store

EACH = 12


def test_two_servers_that_are_asked_for_the_same_run_each_job_once(
    database_url: str, tmp_path: Path, store: Store, products: Products
) -> None:
    with server(database_url, tmp_path, EACH) as left, server(database_url, tmp_path, EACH) as right:
        for process in (left, right):
            tell(process)
        for process in (left, right):
            hear(process, "finished")
    keys = [f"{number}" for number in range(EACH)]
    assert sorted((tmp_path / "runs").read_text(encoding="utf-8").split()) == sorted(keys)
    assert products.keys_beginning("") == set(keys)
