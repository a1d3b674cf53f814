"""JSON or a page: what was asked for, how it is told to OpenAPI, and the parameters that are read.

A view says with `answers` what it gives in JSON; the same declaration makes its `.json` address and its
entry in ``/openapi.json``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask import Blueprint, Response, current_app, request
from pydantic import TypeAdapter

from vggweb.errors import BadParameterError, VggwebError

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
    """What a view answers in JSON: types by status, errors, parameters. `openapi` reads it."""

    summary: str
    bodies: dict[int, Any]
    errors: tuple[type[VggwebError], ...] = ()
    query: tuple[Parameter, ...] = ()
    form: tuple[FormField, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    media_type: str = "application/json"


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
    name = view.__name__
    blueprint.add_url_rule(rule, name, view, methods=list(methods))
    if hasattr(view, DECLARATION) and not rule.endswith(".json"):
        blueprint.add_url_rule(f"{rule}.json", f"{name}_json", view, methods=list(methods))


def wants_json() -> bool:
    """Whether JSON was asked for: by the address, or by an Accept header that prefers it to HTML."""
    if request.path.endswith(".json"):
        return True
    accepted = request.accept_mimetypes
    if not accepted.provided:
        return False
    return accepted["application/json"] > accepted["text/html"]


def json_answer(value: Any, *, status: int = 200, as_type: Any = None) -> Response:
    """The value of a declared type as JSON."""
    adapter: TypeAdapter[Any] = TypeAdapter(as_type or type(value))
    body = adapter.dump_json(value)
    response = current_app.response_class(body + b"\n", status=status, mimetype="application/json")
    response.headers["Vary"] = "Accept"
    return response
