"""One full-size file for all tests here: it is made once and deleted afterwards."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.weights.files import write_official


@pytest.fixture(scope="session")
def full_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The official layout, full size, random values: 553 MB."""
    path = tmp_path_factory.mktemp("weights") / "full.h5"
    write_official(path, seed=1)
    yield path
    path.unlink()


@pytest.fixture
def keras_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty Keras cache of the test's own."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    (tmp_path / "models").mkdir()
    return tmp_path
