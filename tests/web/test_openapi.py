"""`/openapi.json` is valid, complete, and true: schemathesis sends it what it describes."""

from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.conftest import MakeApp
from tests.web.uploads import make_result
from vggweb.core.optvis.drawing import DrawingRequest
from vggweb.core.optvis.objectives import Channel
from vggweb.web.routing import contract_of


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    return client.get("/openapi.json").get_json()


def test_the_document_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_every_view_that_answers_json_is_described(app: Flask, document: dict[str, Any]) -> None:
    described = {
        operation["operationId"].rsplit("_", 1)[0] for path in document["paths"].values() for operation in path.values()
    }
    declared = {
        endpoint.replace(".", "_")
        for endpoint, view in app.view_functions.items()
        if contract_of(view).json is not None
    }
    assert declared == described
    assert {"/results.json", "/r/{result_id}.json", "/model.json", "/classes.json"} <= set(document["paths"])


@pytest.fixture
def schema(make_app: MakeApp) -> Any:
    """The app's own description with a real result, a real job and a drawn filter in it, for schemathesis to find."""
    app = make_app(max_pixels=300_000)
    services = app.extensions["vggweb"]
    document = app.test_client().get("/openapi.json").get_json()
    services.drawings.draw_now(DrawingRequest(Channel("block1_conv1", 5)), services.model_host.model())
    examples = {
        "result_id": [make_result(app.test_client())["id"], "A" * 22],
        "job_id": [
            services.drawings.order(DrawingRequest(Channel("block1_conv1", 6)), owner=None, result_url="/").id,
            "A" * 22,
        ],
        "layer_name": ["block1_conv1", "block5_pool"],
        "filter_index": [5, 6],
        "class_index": [285],
        "method": ["grad_cam", "occlusion"],
    }
    for path in document["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", []):
                if parameter["name"] in examples:
                    parameter["schema"]["examples"] = examples[parameter["name"]]
    loaded = schemathesis.openapi.from_dict(document)
    loaded.app = app
    return loaded


def test_every_answer_has_a_described_status_type_and_shape(schema: Any) -> None:
    for operation in (found.ok() for found in schema.get_all_operations()):

        @given(case=operation.as_strategy())
        @settings(max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        def send(case: Any) -> None:
            response = case.call(headers={"Accept-Encoding": "identity"})
            case.validate_response(
                response, checks=[status_code_conformance, content_type_conformance, response_schema_conformance]
            )
            assert response.status_code < 500

        send()
