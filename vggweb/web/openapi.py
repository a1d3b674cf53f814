"""``/openapi.json``: OpenAPI 3.1, made from the routes, their declarations and the types that they answer.

There is no second list: a view that declares what it answers (`answers.answers`) is described, with the JSON
Schema that pydantic derives from its dataclass and the errors it names.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Flask, Response, current_app, url_for
from pydantic import TypeAdapter
from werkzeug.routing import BaseConverter, Rule

from vggweb.errors import VggwebError
from vggweb.web.answers import DECLARATION, Declaration, FormField
from vggweb.web.errors import ErrorAnswer, MethodNotAllowedError

blueprint = Blueprint("openapi", __name__)
_REFERENCE = "#/components/schemas/{model}"


class TokenConverter(BaseConverter):
    """The part of an address that is an id: letters, digits, ``-`` and ``_``."""

    regex = "[A-Za-z0-9_-]+"


def init_app(app: Flask) -> None:
    """Lets rules say ``<token:…>``."""
    app.url_map.converters["token"] = TokenConverter


@blueprint.get("/openapi.json")
def show() -> Response:
    """The description of everything that answers JSON."""
    return Response(json.dumps(describe(current_app), indent=1), mimetype="application/json")


def describe(app: Flask) -> dict[str, Any]:
    """The OpenAPI 3.1 document of an app."""
    components: dict[str, Any] = {}
    paths: dict[str, dict[str, Any]] = {}
    for rule, method, declaration in _declared(app):
        operation = _operation(rule, declaration, components)
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


def _declared(app: Flask) -> Iterator[tuple[Rule, str, Declaration]]:
    """Each address that answers JSON without being asked in a header: ``….json``, or a JSON-only one."""
    for rule in app.url_map.iter_rules():
        declaration = getattr(app.view_functions[rule.endpoint], DECLARATION, None)
        has_json_twin = f"{rule.endpoint}_json" in app.view_functions
        if declaration is not None and not has_json_twin:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, method, declaration


def _operation(rule: Rule, declaration: Declaration, components: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {"summary": declaration.summary, "responses": {}}
    parameters = [_path_parameter(rule, name) for name in re.findall(r"<(?:[^:<>]+:)?(\w+)>", rule.rule)]
    parameters += [
        {
            "name": parameter.name,
            "in": "query",
            "required": False,
            "description": parameter.description,
            "schema": parameter.schema(),
        }
        for parameter in declaration.query
    ]
    if parameters:
        operation["parameters"] = parameters
    if declaration.form:
        operation["requestBody"] = _request_body(declaration.form)
    for status, kind in declaration.bodies.items():
        operation["responses"][str(status)] = _response(kind, declaration, components)
    for status, errors in _by_status((*declaration.errors, MethodNotAllowedError)).items():
        operation["responses"][str(status)] = _error_response(errors, components)
    return operation


def _path(rule: Rule) -> str:
    return re.sub(r"<(?:[^:<>]+:)?(\w+)>", r"{\1}", rule.rule)


def _path_parameter(rule: Rule, name: str) -> dict[str, Any]:
    converter = rule._converters[name]
    whole_number = type(converter).__name__ == "IntegerConverter"
    schema = (
        {"type": "integer", "minimum": 0} if whole_number else {"type": "string", "pattern": f"^{converter.regex}$"}
    )
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _request_body(form: tuple[FormField, ...]) -> dict[str, Any]:
    properties = {field.name: field.schema | {"description": field.description} for field in form}
    media_types = ["multipart/form-data"]
    if not any(field.is_file for field in form):
        media_types.append("application/x-www-form-urlencoded")
    schema = {"type": "object", "properties": properties}
    return {"required": False, "content": {name: {"schema": schema} for name in media_types}}


def _response(kind: Any, declaration: Declaration, components: dict[str, Any]) -> dict[str, Any]:
    response: dict[str, Any] = {
        "description": (kind.__doc__ or declaration.summary).strip().splitlines()[0],
        "content": {"application/json": {"schema": _schema(kind, components)}},
    }
    if declaration.headers:
        response["headers"] = {
            name: {"description": text, "schema": {"type": "string"}} for name, text in declaration.headers.items()
        }
    return response


def _error_response(errors: list[type[VggwebError]], components: dict[str, Any]) -> dict[str, Any]:
    codes = ", ".join(error.code for error in errors)
    return {
        "description": f"{codes}: {' '.join(error.default_message for error in errors)}",
        "content": {"application/json": {"schema": _schema(ErrorAnswer, components)}},
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
