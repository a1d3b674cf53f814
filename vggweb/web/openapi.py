"""``/openapi.json``: OpenAPI 3.1, made from the routes, their declarations and the types that they answer.

There is no second list: a view whose contract (`routing.Contract`) has JSON is described, with the JSON Schema
that pydantic derives from what it gives and reads, and the errors it names.
"""

import json as json_format
import re
from collections.abc import Iterator
from typing import Any

from flask import Flask, Response, current_app, url_for
from pydantic import TypeAdapter
from werkzeug.routing import IntegerConverter, Rule

from vggweb.errors import VggwebError
from vggweb.web.errors import ErrorResponse, MethodNotAllowedError
from vggweb.web.routing import Area, Contract, Json, contract_of, schemas

blueprint = Area("openapi", __name__)
_REFERENCE = "#/components/schemas/{model}"


@blueprint.get("/openapi.json")
def show() -> Response:
    """The description of everything that answers JSON."""
    return Response(json_format.dumps(describe(current_app), indent=1), mimetype="application/json")


def describe(app: Flask) -> dict[str, Any]:
    """The OpenAPI 3.1 document of an app."""
    components: dict[str, Any] = {}
    paths: dict[str, dict[str, Any]] = {}
    for rule, method, contract, json in _described(app):
        operation = _operation(rule, method, contract, json, components)
        operation["operationId"] = f"{rule.endpoint.replace('.', '_')}_{method.lower()}"
        paths.setdefault(_path(rule), {})[method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "vggweb",
            "version": "1",
            "summary": "What VGG16 does to a photo: every array on the way, the prediction and the reasons.",
        },
        "servers": [{"url": url_for("home.home", _external=True).rstrip("/")}],
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": dict(sorted(components.items()))},
    }


def _described(app: Flask) -> Iterator[tuple[Rule, str, Contract, Json]]:
    """Each address that gives JSON without being asked in a header: ``….json``, or a JSON-only one."""
    rules = list(app.url_map.iter_rules())
    addresses = {(rule.endpoint, rule.rule) for rule in rules}
    for rule in rules:
        contract = contract_of(app.view_functions[rule.endpoint])
        if contract.json is not None and (rule.endpoint, f"{rule.rule}.json") not in addresses:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, method, contract, contract.json


def _operation(rule: Rule, method: str, contract: Contract, json: Json, components: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {"summary": json.summary, "responses": {}}
    fields = schemas(contract.reads) if contract.reads else {}
    parameters = [_path_parameter(rule, name) for name in re.findall(r"<(?:[^:<>]+:)?(\w+)>", rule.rule)]
    if method == "GET":
        parameters += [_query_parameter(name, schema) for name, schema in fields.items()]
    elif fields or json.files:
        operation["requestBody"] = _request_body(fields, json.files)
    if parameters:
        operation["parameters"] = parameters
    for status, kind in json.bodies.items():
        operation["responses"][str(status)] = _response(kind, json, components)
    for status, errors in _by_status((*json.errors, MethodNotAllowedError)).items():
        operation["responses"][str(status)] = _error_response(errors, components)
    return operation


def _query_parameter(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    rest = {key: value for key, value in schema.items() if key != "description"}
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": schema.get("description", ""),
        "schema": rest,
    }


def _path(rule: Rule) -> str:
    return re.sub(r"<(?:[^:<>]+:)?(\w+)>", r"{\1}", rule.rule)


def _path_parameter(rule: Rule, name: str) -> dict[str, Any]:
    converter = rule._converters[name]
    whole_number = isinstance(converter, IntegerConverter)
    schema = (
        {"type": "integer", "minimum": 0} if whole_number else {"type": "string", "pattern": f"^{converter.regex}$"}
    )
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _request_body(fields: dict[str, dict[str, Any]], files: dict[str, str]) -> dict[str, Any]:
    properties = dict(fields)
    for name, description in files.items():
        properties[name] = {"type": "string", "format": "binary", "description": description}
    media_types = ["multipart/form-data"]
    if not files:
        media_types.append("application/x-www-form-urlencoded")
    schema = {"type": "object", "properties": properties}
    return {"required": False, "content": {name: {"schema": schema} for name in media_types}}


def _response(kind: Any, json: Json, components: dict[str, Any]) -> dict[str, Any]:
    response: dict[str, Any] = {
        "description": (kind.__doc__ or json.summary).strip().splitlines()[0],
        "content": {"application/json": {"schema": _schema(kind, components)}},
    }
    if json.headers:
        response["headers"] = {
            name: {"description": text, "schema": {"type": "string"}} for name, text in json.headers.items()
        }
    return response


def _error_response(errors: list[type[VggwebError]], components: dict[str, Any]) -> dict[str, Any]:
    codes = ", ".join(error.code for error in errors)
    return {
        "description": f"{codes}: {' '.join(error.default_message for error in errors)}",
        "content": {"application/json": {"schema": _schema(ErrorResponse, components)}},
    }


def _by_status(errors: tuple[type[VggwebError], ...]) -> dict[int, list[type[VggwebError]]]:
    found: dict[int, list[type[VggwebError]]] = {}
    for error in errors:
        found.setdefault(error.status, []).append(error)
    return dict(sorted(found.items()))


def _schema(kind: Any, components: dict[str, Any]) -> dict[str, Any]:
    """A reference to the type's schema, which is put among the components."""
    schema = _evened(TypeAdapter(kind).json_schema(mode="serialization", ref_template=_REFERENCE))
    components.update(schema.pop("$defs", {}))
    components[kind.__name__] = schema
    return {"$ref": _REFERENCE.format(model=kind.__name__)}


def _evened(schema: Any) -> Any:
    """The schema with a tuple of equal kinds, such as a shape, as an array of so many items.

    It says the same as pydantic's ``prefixItems``, which many tools for OpenAPI do not read.
    """
    if isinstance(schema, list):
        return [_evened(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    evened = {name: _evened(value) for name, value in schema.items()}
    kinds = evened.get("prefixItems")
    if isinstance(kinds, list) and all(kind == kinds[0] for kind in kinds):
        evened["items"] = evened.pop("prefixItems")[0]
    return evened
