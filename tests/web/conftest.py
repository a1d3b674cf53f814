"""A result to look into, made once for all tests of a module that only look."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from flask.testing import FlaskClient

from tests.web.uploads import make_result
from vggweb.config import Settings
from vggweb.decoding import PhotoReader
from vggweb.services.model_host import ModelHost
from vggweb.startup import Services, build_services
from vggweb.web import create_app


@dataclass(frozen=True)
class Looked:
    """A result that is looked into.

    Attributes:
        client: a browser-like client.
        id: the result's id.
        services: the use cases of the app.
    """

    client: FlaskClient
    id: str
    services: Services

    @property
    def program(self) -> FlaskClient:
        """A client without a cookie, which may post without a token."""
        return self.client.application.test_client()


@pytest.fixture(scope="module")
def cat(tmp_path_factory: pytest.TempPathFactory, model_host: ModelHost, photo_reader: PhotoReader) -> Iterator[Looked]:
    """A result of the cat in an app of the module's own, whose workers do not run."""
    data = tmp_path_factory.mktemp("data")
    settings = replace(Settings.from_environ({}), data=data, rate_limit="10000/minute", weights="compact")
    services = build_services(settings, model_host=model_host, photo_reader=photo_reader)
    client = create_app(settings, services=services).test_client()
    yield Looked(client, make_result(client)["id"], services)
    services.store.close()
