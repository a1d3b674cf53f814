"""The use cases on a store of the test's own, with workers that are started when a test wants them."""

from collections.abc import Iterator

import pytest

from tests.web.uploads import sample_bytes
from vggweb.config import Settings
from vggweb.decoding import PhotoReader
from vggweb.services.model_host import ModelHost
from vggweb.services.open_result import OpenResult
from vggweb.startup import Services, build_services


@pytest.fixture
def services(settings: Settings, model_host: ModelHost, photo_reader: PhotoReader) -> Iterator[Services]:
    settings.make_data_folder()
    services = build_services(settings, model_host=model_host, photo_reader=photo_reader)
    yield services
    services.jobs.stop()
    services.store.close()


@pytest.fixture
def result(services: Services) -> OpenResult:
    """A result of the cat."""
    return services.make_result(sample_bytes("cat"), resize="keras", owner=None)
