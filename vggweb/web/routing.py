"""One way for a view to have an address, to read what was asked, and to be described for programs.

The address stands on the view. What the view gives in JSON stands there, too, and from it come the same address plus
``.json`` and the entry in ``/openapi.json``; so does the model that reads the query or the form::

    class Top(Parameters):
        top: WholeNumber = Field(5, ge=1, le=1000, description="How many predictions there are.")

    @blueprint.get("/r/<token:result_id>", reads=Top, json=Json("A result", SharedResult, errors=(GoneError,)))
    def show(result_id: str, asked: Top) -> Response: ...
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import wraps
from typing import Annotated, Any, TypeVar

from flask import Blueprint, current_app, request
from pydantic import BaseModel, BeforeValidator, ConfigDict, GetCoreSchemaHandler, StringConstraints, ValidationError
from pydantic_core import CoreSchema, core_schema

from vggweb.errors import BadParameterError, VggwebError

View = TypeVar("View", bound=Callable[..., Any])
MOST_DIGITS = 18  # int() of some thousands would raise
CONTRACT = "contract"


class Parameters(BaseModel):
    """What an address reads from its query or its form: a field for each name, with its limits and description."""

    model_config = ConfigDict(frozen=True, extra="ignore")


Read = TypeVar("Read", bound=Parameters)


@dataclass(frozen=True)
class Json:
    """What a view gives in JSON, as programs are told.

    Attributes:
        summary: one line.
        gives: the type of the body, or a type for each status.
        errors: those that the view can raise.
        files: the files that a form may carry, each with a description.
        headers: what the response carries beside the body, each with a description.
    """

    summary: str
    gives: Any
    status: int = 200
    errors: tuple[type[VggwebError], ...] = ()
    files: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def bodies(self) -> dict[int, Any]:
        """The type of the body for each status."""
        return self.gives if isinstance(self.gives, dict) else {self.status: self.gives}


@dataclass(frozen=True)
class Contract:
    """What stands on a view beside its address.

    Attributes:
        json: what it gives to programs; None for pages and pictures only.
        reads: the model of its parameters.
        error_page: the page that its form came from, with the error in place; None shows an error page.
    """

    json: Json | None = None
    reads: type[Parameters] | None = None
    error_page: Callable[[VggwebError], str] | None = None


class Area(Blueprint):
    """A blueprint whose ``get`` and ``post`` take a view's contract beside its address."""

    def route(
        self,
        rule: str,
        *,
        json: Json | None = None,
        reads: type[Parameters] | None = None,
        error_page: Callable[[VggwebError], str] | None = None,
        guard: Callable[[Callable[..., Any]], Callable[..., Any]] | None = None,
        **options: Any,
    ) -> Callable[[View], View]:
        """Puts the view at the address and, when it gives JSON, at the same address plus ``.json``.

        Args:
            rule: the address, as Flask's own.
            json: what the view gives to programs.
            reads: the model of its parameters, which the view gets as ``asked``.
            error_page: the page that its form came from, with the error in place.
            guard: a decorator that may refuse the request before anything of it is read.
            options: Flask's own.
        """

        def register(view: View) -> View:
            answering = _with_parameters(view, reads)
            answering = guard(answering) if guard else answering
            setattr(answering, CONTRACT, Contract(json, reads, error_page))
            for address in _addresses(rule, json):
                self.add_url_rule(address, view.__name__, answering, **options)
            return view

        return register


def contract_of(view: Callable[..., Any] | None) -> Contract:
    """What stands on a view; an empty contract for those that are not ours, such as static files."""
    return getattr(view, CONTRACT, Contract())


def current_contract() -> Contract:
    """What stands on the view that answers this request."""
    return contract_of(current_app.view_functions.get(request.endpoint or ""))


def _addresses(rule: str, json: Json | None) -> Iterator[str]:
    yield rule
    if json is not None and not rule.endswith(".json"):
        yield f"{rule}.json"


def _with_parameters(view: Callable[..., Any], reads: type[Parameters] | None) -> Callable[..., Any]:
    """The view, given as ``asked`` what was sent; a function of its own, so that a contract can stand on it."""

    @wraps(view)
    def answering(**place: Any) -> Any:
        return view(**place) if reads is None else view(**place, asked=read(reads))

    return answering


def read(kind: type[Read]) -> Read:
    """What this request's query and form say.

    Raises:
        BadParameterError: a value is outside its limits; the message says which there are.
    """
    try:
        return kind.model_validate(request.values.to_dict())
    except ValidationError as error:
        raise _bad_parameter(kind, error) from error


def schemas(kind: type[Parameters]) -> dict[str, dict[str, Any]]:
    """JSON Schema of each parameter, by name; what may be left out without a default has none."""
    properties: dict[str, dict[str, Any]] = kind.model_json_schema()["properties"]
    return {name: _flat(schema) for name, schema in properties.items()}


def _flat(schema: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in schema.items() if key not in {"title", "anyOf"}}
    some = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    if not some:
        return kept
    without_default = {key: value for key, value in kept.items() if key != "default"}
    return without_default | dict(some[0])


def _bad_parameter(kind: type[Parameters], error: ValidationError) -> BadParameterError:
    """The sentence that lists a parameter's values, made from its schema."""
    place = error.errors()[0]["loc"]
    name = str(place[0]) if place else ""
    schema = schemas(kind).get(name, {})
    if "enum" in schema:
        values = ", ".join(str(value) for value in schema["enum"])
        return BadParameterError("%(name)s can be %(values)s.", name=name, values=values)
    if "maximum" in schema:
        least, most = schema.get("minimum", 0), schema["maximum"]
        return BadParameterError("%(name)s can be %(least)s to %(most)s.", name=name, least=least, most=most)
    if "maxLength" in schema:
        most = schema["maxLength"]
        return BadParameterError("%(name)s can have %(most)s characters at most.", name=name, most=most)
    return BadParameterError()


def _digits(value: object) -> object:
    """The number that a text of decimal digits means; pydantic would also take ``1_0``, ``+1`` and ``1.0``."""
    if isinstance(value, str) and not (value.isascii() and value.isdigit() and len(value) <= MOST_DIGITS):
        raise ValueError("not a whole number")
    return value


DecimalDigits = BeforeValidator(_digits)
WholeNumber = Annotated[int, DecimalDigits]
Text = Annotated[str, StringConstraints(strip_whitespace=True)]


@dataclass(frozen=True)
class OneOf:
    """Marks a text that is one of some words which are only known at run time: ``Annotated[str, OneOf(names)]``."""

    values: tuple[str, ...]

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        """Pydantic's own schema of a choice."""
        return core_schema.literal_schema(list(self.values))
