"""What `/model` says of the weights that answer, whichever they are; nothing is loaded for it."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.core.weights.files import write_hollow
from tests.web.pages import get_page
from vggweb.config import Settings
from vggweb.core.weights import official
from vggweb.core.weights.compact import FILES
from vggweb.core.weights.official import choose_weights, file_digest
from vggweb.services.model_host import ModelHost
from vggweb.startup import build_services
from vggweb.web import create_app


def client_with(path: Path, settings: Settings) -> FlaskClient:
    """A client of an app whose weights are that file."""
    settings.make_data_folder()
    model_host = ModelHost(choose_weights(str(path)), queue_limit=1)
    return create_app(settings, services=build_services(settings, model_host=model_host)).test_client()


def weights_of(client: FlaskClient) -> dict[str, Any]:
    return client.get("/model.json").get_json()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_hollow(tmp_path / "mine.h5")


def test_the_embedded_files_are_listed_with_their_hashes(client: FlaskClient) -> None:
    weights = weights_of(client)
    assert weights["variant"] == "compact"
    assert weights["parameter_count"] == 16_652_328
    assert {file["name"]: file["sha256"] for file in weights["files"]} == FILES


def test_keras_official_file_is_imagenet_with_its_hash_and_kerass_accuracy(
    file: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(official, "OFFICIAL_MD5", file_digest(file, "md5"))
    weights = weights_of(client_with(file, settings))
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    assert (weights["variant"], weights["sha256"], weights["parameter_count"]) == ("imagenet", sha256, 138_357_544)
    assert weights["files"] == [{"name": "mine.h5", "bytes": file.stat().st_size, "sha256": sha256}]
    assert [(row["top1"], row["top5"]) for row in weights["accuracy"]] == [(0.713, 0.901)]


def test_another_file_is_imagenet_without_a_claim_and_without_its_folder(file: Path, settings: Settings) -> None:
    client = client_with(file, settings)
    weights = weights_of(client)
    assert (weights["variant"], weights["accuracy"]) == ("imagenet", [])
    page = get_page(client, "/model", follow=False)
    assert "Nobody has measured" in page.text
    for answer in (str(weights), page.html):
        assert str(file.parent) not in answer
