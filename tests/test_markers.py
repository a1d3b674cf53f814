"""Each test is marked with what it needs of the system, so that `make test-fast` runs on a bare machine."""

import re
import subprocess
import sys

from tests.servers import ROOT

ON_POSTGRES = re.compile(r"tests/storage/test_store\.py::\w+\[postgresql\]")
FOLDERS = ("tests/browser", "tests/jobs", "tests/storage")


def collected(expression: str) -> str:
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-m", expression, *FOLDERS]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_what_needs_a_browser_or_a_database_server_is_left_out_of_the_fast_tests() -> None:
    fast = collected("not browser and not postgres and not redis and not cluster")
    assert "tests/browser/" not in fast
    assert not ON_POSTGRES.search(fast)
    assert "tests/jobs/test_celery.py" not in fast
    assert "[sqlite]" in fast


def test_what_is_left_out_is_marked_by_its_need() -> None:
    needing = collected("browser or postgres or redis")
    assert "tests/browser/" in needing
    assert "tests/jobs/test_celery.py" in needing
    assert ON_POSTGRES.search(needing)
    assert "[sqlite]" not in needing
