"""What all tests share: one loaded network, an app on a fresh store, clients for it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.markers import pytest_collection_modifyitems
from vggweb.config import Settings
from vggweb.core.images import PhotoLimits
from vggweb.core.weights.compact import CompactWeights
from vggweb.decoding import PhotoReader
from vggweb.services.model_host import ModelHost
from vggweb.startup import Services, build_services
from vggweb.web import create_app

__all__ = ["pytest_collection_modifyitems"]

SAMPLES = Path(__file__).resolve().parents[1] / "static" / "samples"
MakeApp = Callable[..., Flask]


@pytest.fixture(scope="session")
def model_host() -> ModelHost:
    """The compact network, loaded once for all tests."""
    model_host = ModelHost(CompactWeights(), queue_limit=8, engine=Settings.from_environ().engine)
    model_host.load()
    return model_host


@pytest.fixture(scope="session")
def photo_reader() -> Iterator[PhotoReader]:
    """Decoding children with the default limits, shared by all tests that read ordinary photos."""
    limits = Settings.from_environ({})
    reader = PhotoReader(PhotoLimits(limits.max_pixels, limits.max_upload_bytes))
    yield reader
    reader.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The defaults, with a store of the test's own and a rate limit that no test meets by accident."""
    return replace(
        Settings.from_environ({"VGGWEB_ENGINE": Settings.from_environ().engine}),
        data=tmp_path / "data",
        rate_limit="10000/minute",
        weights="compact",
    )


@pytest.fixture
def make_app(settings: Settings, model_host: ModelHost, photo_reader: PhotoReader) -> Iterator[MakeApp]:
    """Makes an app on the test's own store, with some settings changed."""
    made: list[Services] = []

    def make(**changes: object) -> Flask:
        changed = replace(settings, **changes)  # type: ignore[arg-type]
        changed.make_data_folder()
        usual = changed.max_pixels == settings.max_pixels and changed.max_upload_bytes == settings.max_upload_bytes
        services = build_services(changed, model_host=model_host, photo_reader=photo_reader if usual else None)
        made.append(services)
        app = create_app(changed, services=services)
        app.testing = False  # errors are answered as they are to visitors
        return app

    yield make
    for services in made:
        services.store.close()
        if services.photo_reader is not photo_reader:
            services.photo_reader.close()


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    """An app with the defaults."""
    return make_app()


@pytest.fixture
def working_app(app: Flask) -> Iterator[Flask]:
    """The app with its workers at work, as a server's are."""
    jobs = app.extensions["vggweb"].jobs
    jobs.start()
    yield app
    jobs.stop()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser-like client: it keeps cookies."""
    return app.test_client()
