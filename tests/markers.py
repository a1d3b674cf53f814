"""What of the system a test needs, read from where it stands and what it uses: ``-m "not browser"`` leaves it out."""

from pathlib import Path

import pytest

FOLDERS = {
    "browser": "browser",
    "cluster": "cluster",
    "deploy": "deploy",
    "fuzz": "fuzz",
}  # folder below tests/ → marker
HERE = Path(__file__).parent


def markers_of(item: pytest.Item) -> set[str]:
    """The names of the markers that the test shall have."""
    folder = item.path.relative_to(HERE).parts[0] if item.path.is_relative_to(HERE) else ""
    found = {folder} if folder in FOLDERS else set()
    callspec = getattr(item, "callspec", None)
    if "cluster" in getattr(item, "fixturenames", ()) or (
        callspec and callspec.params.get("database_url") == "postgresql"
    ):
        found.add("postgres")
    if hasattr(getattr(item, "module", None), "running_redis"):
        found.add("redis")
    return found


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks each test with what it needs, so that no test has to say it."""
    for item in items:
        for name in markers_of(item):
            item.add_marker(name)
