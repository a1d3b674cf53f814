"""JSON or a page: what was asked for, how it is told to OpenAPI, and the parameters that are read.

A view says with `answers` what it gives in JSON; the same declaration makes its `.json` address and its
entry in ``/openapi.json``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar

from flask import Blueprint, request
from pydantic import Field, create_model

from vggweb.errors import BadParameterError, VggwebError
from vggweb.web.responses import json_response as json_answer
from vggweb.web.responses import wants_json
from vggweb.web.routing import CONTRACT, Contract, Json, OneOf, Parameters

__all__ = ["Choice", "FormField", "WholeNumber", "add_route", "answers", "json_answer", "wants_json"]

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class WholeNumber:
    """A parameter, in the query or a form, that is a whole number within limits."""

    name: str
    minimum: int
    maximum: int
    default: int
    description: str
    is_optional: bool = False  # then the default only says that nothing was sent, and is no value of its own

    def read(self) -> int:
        """The value that was sent, or the default.

        Raises:
            BadParameterError: it is no whole number, or outside the limits.
        """
        text = request.values.get(self.name)
        if text is None:
            return self.default
        if not (text.isascii() and text.isdigit() and self.minimum <= int(text[:20]) <= self.maximum):
            raise BadParameterError(
                "%(name)s can be %(least)s to %(most)s.", name=self.name, least=self.minimum, most=self.maximum
            )
        return int(text)

    def schema(self) -> dict[str, Any]:
        """JSON Schema of its values."""
        schema = {"type": "integer", "minimum": self.minimum, "maximum": self.maximum}
        return schema if self.is_optional else schema | {"default": self.default}


@dataclass(frozen=True)
class Choice:
    """A parameter, in the query or a form, that is one of some words."""

    name: str
    values: tuple[str, ...]
    default: str
    description: str

    def read(self) -> str:
        """The value that was sent, or the default.

        Raises:
            BadParameterError: it is none of the values.
        """
        text = request.values.get(self.name, self.default)
        if text not in self.values:
            raise BadParameterError("%(name)s can be %(values)s.", name=self.name, values=", ".join(self.values))
        return text

    def schema(self) -> dict[str, Any]:
        """JSON Schema of its values."""
        return {"type": "string", "enum": list(self.values), "default": self.default}


@dataclass(frozen=True)
class Text:
    """A parameter, in the query or a form, that is free text, cut at a length."""

    name: str
    max_length: int
    description: str

    def read(self) -> str:
        """The text that was sent, without white space around it.

        Raises:
            BadParameterError: it is too long.
        """
        text = request.values.get(self.name, "").strip()
        if len(text) > self.max_length:
            raise BadParameterError(
                "%(name)s can have %(most)s characters at most.", name=self.name, most=self.max_length
            )
        return text

    def schema(self) -> dict[str, Any]:
        """JSON Schema of its values."""
        return {"type": "string", "maxLength": self.max_length, "default": ""}


Parameter = WholeNumber | Choice | Text


@dataclass(frozen=True)
class FormField:
    """A field of a form that a program may send."""

    name: str
    schema: dict[str, Any]
    description: str
    is_file: bool = False


@dataclass(frozen=True)
class Declaration:
    """What a view answers in JSON: types by status, errors, parameters."""

    summary: str
    bodies: dict[int, Any]
    errors: tuple[type[VggwebError], ...] = ()
    query: tuple[Parameter, ...] = ()
    form: tuple[FormField, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)


DECLARATION = "declaration"


def answers(summary: str, body: Any, *, status: int = 200, **details: Any) -> Callable[[View], View]:
    """Declares what a view answers in JSON: `body` is the type, or a dict of types by status."""
    bodies = body if isinstance(body, dict) else {status: body}

    def declare(view: View) -> View:
        setattr(view, DECLARATION, Declaration(summary=summary, bodies=bodies, **details))
        return view

    return declare


def add_route(
    blueprint: Blueprint, rule: str, view: Callable[..., Any], *, methods: tuple[str, ...] = ("GET",)
) -> None:
    """The view at its address and, when it answers JSON as well as a page, at the same address plus ``.json``."""
    declared: Declaration | None = getattr(view, DECLARATION, None)
    blueprint.add_url_rule(rule, view.__name__, view, methods=list(methods))
    if declared is not None:
        names = [(one.name, one.schema()) for one in declared.query] + [(one.name, one.schema) for one in declared.form]
        reads = create_model("Asked", __base__=Parameters, **{name: _field(schema) for name, schema in names})
        json = Json(declared.summary, declared.bodies, errors=declared.errors, headers=declared.headers)
        setattr(view, CONTRACT, Contract(json, reads if names else None))
        blueprint.add_url_rule(f"{rule}.json", view.__name__, view, methods=list(methods))


def _field(schema: dict[str, Any]) -> Any:
    if "enum" in schema:
        return Annotated[str, OneOf(tuple(schema["enum"]))], schema["default"]
    return int, Field(schema.get("default", 0), ge=schema["minimum"], le=schema["maximum"])
