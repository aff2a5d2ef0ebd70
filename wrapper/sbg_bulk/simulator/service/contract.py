"""The contract, made into routes and checks.

Which paths there are, which parameters and bodies they take and how a request proves who sends it: all of it is
read from the OpenAPI document, so that the simulator cannot disagree with it. openapi-core builds the checks. It
would build them anew for each request; here they are built once for each operation, which makes the simulator ten
times as fast.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, NoReturn, Protocol, cast
from urllib.parse import unquote

import yaml
from attrs import field, frozen
from jsonschema_path import SchemaPath
from openapi_core import OpenAPI
from openapi_core.casting.schemas import oas30_types_caster
from openapi_core.casting.schemas.factories import SchemaCastersFactory
from openapi_core.deserializing.styles import style_deserializers
from openapi_core.deserializing.styles.factories import StyleDeserializersFactory
from openapi_core.schema.parameters import get_style_and_explode
from openapi_core.validation.schemas import oas30_write_schema_validators_factory
from openapi_core.validation.schemas.exceptions import InvalidSchemaValue
from openapi_core.validation.schemas.validators import SchemaValidator

from sbg_bulk.simulator.service.credentials import ContractError, credentials

BASE_PATH = "/v2"
"""The path at which the simulator serves the contract; it takes the place of the document's own servers."""

JSON = "application/json"

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


class InvalidRequest(Exception):
    """A request does not fit the contract. The message says why, and names the place."""


class InvalidParameter(InvalidRequest):
    """A parameter has no valid value, is missing, or is given more than once."""


class InvalidMediaType(InvalidRequest):
    """The body is not sent as the media type that the operation takes."""


class UndecodableBody(InvalidRequest):
    """The body is not text."""


class InvalidJson(InvalidRequest):
    """The body is text, but not JSON."""


class InvalidBody(InvalidRequest):
    """The body is JSON, but not of the right shape.

    `path` leads to the place, as keys and indices; `keyword` is that of the schema which the place does not fit.
    """

    def __init__(self, message: str, path: Sequence[str | int], keyword: str) -> None:
        super().__init__(message)
        self.path = tuple(path)
        self.keyword = keyword


class Query(dict[str, str]):
    """A query by name, for openapi-core: the last value of each, and all of them with `getlist`."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        super().__init__(pairs)
        self.pairs = pairs

    def getlist(self, name: str) -> list[str]:
        return [value for key, value in self.pairs if key == name]


@frozen
class Parameter:
    """A parameter, with what reads it from its place in the request and what checks it.

    A family has all parameters of the query that no other parameter names, by their names, as lists of their values.
    """

    name: str
    place: str
    required: bool
    default: Any
    single: bool
    family: bool
    read: Callable[[Mapping[str, str]], Any] = field(repr=False)
    check: SchemaValidator = field(repr=False)


@frozen
class Operation:
    """One operation of the contract: a method on a path."""

    id: str
    method: str
    path: str
    parameters: Sequence[Parameter]
    body: SchemaValidator | None = field(repr=False)
    body_required: bool


@frozen
class Route:
    """A path of the contract that a request leads to: its operations by method, and the parts of the path."""

    operations: Mapping[str, Operation]
    variables: Mapping[str, str]

    @property
    def allowed(self) -> str:
        """Return the methods that the path knows, as an Allow header has them."""
        return ", ".join(sorted(self.operations))


@frozen
class Arguments:
    """What a valid request carries: parameters by name, defaults filled in, and the body.

    `unknown` has the names in the query that no parameter has.
    """

    path: Mapping[str, Any]
    query: Mapping[str, Any]
    body: Any
    unknown: Sequence[str] = ()


class Contract:
    """The operations of an OpenAPI 3.0 document, ready to find and to check requests.

    Raises ContractError, or what openapi-core raises, for a document that cannot be served.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document: Mapping[str, Any] = {**document, "servers": [{"url": BASE_PATH}]}
        self._spec: SchemaPath = OpenAPI.from_dict(dict(self.document)).spec
        self._casters = SchemaCastersFactory(oas30_write_schema_validators_factory, oas30_types_caster)
        self._styles = StyleDeserializersFactory(self._casters, style_deserializers=style_deserializers)
        self._credentials = credentials(self.document)
        self._fixed: dict[str, Mapping[str, Operation]] = {}
        self._templated: list[tuple[re.Pattern[str], Mapping[str, Operation]]] = []
        for template, item in (self._spec / "paths").str_items():
            known = [method for method in METHODS if method in item]
            operations = {method.upper(): self._operation(template, method, item) for method in known}
            if "{" in template:
                self._templated.append((_path_pattern(template), operations))
            else:
                self._fixed[BASE_PATH + template] = operations
        self.operations: Mapping[str, Operation] = {
            operation.id: operation
            for operations in (*self._fixed.values(), *(operations for _, operations in self._templated))
            for operation in operations.values()
        }

    def route(self, raw_path: str) -> Route | None:
        """Find the path that a request's path, still percent-encoded, leads to; None if it leads nowhere.

        One slash at the end is as good as none: an official client sends it.
        """
        path = raw_path.removesuffix("/")
        operations = self._fixed.get(path)
        if operations is not None:
            return Route(operations, {})
        for pattern, operations in self._templated:
            match = pattern.fullmatch(path)
            if match:
                # Decoded part by part, so that an encoded slash does not divide a part in two.
                return Route(operations, {name: unquote(part) for name, part in match.groupdict().items()})
        return None

    def token(self, headers: Mapping[str, str]) -> str | None:
        """Return the token that a request carries in one of the contract's ways, None if in none.

        The headers' names are in lower case.
        """
        for read in self._credentials:
            token = read(headers)
            if token:
                return token
        return None

    def read(
        self,
        operation: Operation,
        variables: Mapping[str, str],
        query: Sequence[tuple[str, str]],
        content_type: str,
        body: bytes,
        respell: Callable[[Any], Any] | None = None,
    ) -> Arguments:
        """Check a request and return what it carries. Raises InvalidRequest if it does not fit the contract.

        `respell` is given the body, and returns it as the contract spells it. Query parameters that the operation does
        not know are only named, and the body is ignored if it takes none.
        """
        values: dict[str, dict[str, Any]] = {"path": {}, "query": {}}
        given: Mapping[str, Mapping[str, str]] = {"path": variables, "query": Query(query)}
        named = {each.name for each in operation.parameters if each.place == "query" and not each.family}
        others = [name for name in dict.fromkeys(name for name, _ in query) if name not in named]
        for parameter in operation.parameters:
            if parameter.family:
                family = {name: [value for key, value in query if key == name] for name in others}
                values[parameter.place][parameter.name] = family
                others = []
                continue
            if parameter.single and sum(name == parameter.name for name, _ in query) > 1:
                raise InvalidParameter(f"{parameter.name}: given more than once")
            try:
                value = parameter.read(given[parameter.place])
            except KeyError:
                if parameter.required:
                    raise InvalidParameter(f"{parameter.name}: is missing") from None
                value = parameter.default
            else:
                _check_parameter(parameter, value)
            values[parameter.place][parameter.name] = value
        document = (
            None if operation.body is None else _read_body(operation, operation.body, content_type, body, respell)
        )
        return Arguments(values["path"], values["query"], document, others)

    def _operation(self, template: str, method: str, item: SchemaPath) -> Operation:
        operation = item / method
        name = (operation / "operationId").read_str()
        if "security" in operation:
            raise ContractError(f"{name}: has security requirements of its own")
        parameters = {}
        for source in (item, operation):
            if "parameters" in source:
                for each in source / "parameters":
                    parameter = self._parameter(name, each)
                    parameters[parameter.place, parameter.name] = parameter
        body, required = None, False
        if "requestBody" in operation:
            content = operation / "requestBody" / "content"
            if list(content.str_keys()) != [JSON]:
                raise ContractError(f"{name}: takes a body of another media type than {JSON}")
            body = oas30_write_schema_validators_factory.create(self._spec, content / JSON / "schema")
            required = (operation / "requestBody" / "required").read_bool(default=False)
        return Operation(name, method.upper(), template, tuple(parameters.values()), body, required)

    def _parameter(self, operation: str, parameter: SchemaPath) -> Parameter:
        name = (parameter / "name").read_str()
        place = (parameter / "in").read_str()
        if place not in ("path", "query") or "schema" not in parameter or "allowEmptyValue" in parameter:
            raise ContractError(f"{operation}: parameter {name} is of a kind that is not known here")
        schema = parameter / "schema"
        kind = (schema / "type").read_str("")
        style, explode = get_style_and_explode(parameter)
        style_reader = self._styles.create(self._spec, schema, style, explode, name)
        read: Callable[[Mapping[str, str]], Any]
        if kind == "integer":
            read = _integer_reader(name)
        elif kind == "string":
            read = _string_reader(name)
        elif place == "query" and kind == "object" and (style, explode) == ("form", True) and _is_of_texts(schema):
            read = _string_reader(name)  # a family is read as a whole
        elif kind == "array" and style_reader.deserializer_callable and _is_of_strings(schema):
            read = style_reader.deserialize
        else:
            raise ContractError(f"{operation}: parameter {name} has a type or style that is not known here")
        return Parameter(
            name=name,
            place=place,
            required=(parameter / "required").read_bool(default=False),
            default=(schema / "default").read_value() if "default" in schema else None,
            single=place == "query" and kind in ("integer", "string"),
            family=kind == "object",
            read=read,
            check=oas30_write_schema_validators_factory.create(self._spec, schema),
        )


def load_document() -> Mapping[str, Any]:
    """Load the OpenAPI document: the checkout's if the code runs from one, else the copy in the installed package."""
    checkout = Path(__file__).resolve().parents[4] / "spec" / "openapi.yaml"
    source = checkout if checkout.is_file() else resources.files("sbg_async_api") / "openapi.yaml"
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document = yaml.load(source.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - a safe loader, either way
    assert isinstance(document, dict)
    return document


@cache
def load_contract() -> Contract:
    """Return the contract, read and built once for the whole process."""
    return Contract(load_document())


def _is_of_strings(array: SchemaPath) -> bool:
    return (array / "items" / "type").read_str("") == "string"


def _is_of_texts(free_form: SchemaPath) -> bool:
    return "properties" not in free_form and (free_form / "additionalProperties" / "type").read_str("") == "string"


def _path_pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"{([^}]+)}", BASE_PATH + template)
    return re.compile("".join(f"(?P<{part}>[^/]+)" if n % 2 else re.escape(part) for n, part in enumerate(parts)))


def _integer_reader(name: str) -> Callable[[Mapping[str, str]], Any]:
    def read(given: Mapping[str, str]) -> int:
        text = given[name]
        # int() would take "1_0", " 10" and digits of other scripts as well.
        if not re.fullmatch(r"-?[0-9]{1,1000}", text):
            raise InvalidParameter(f"{name}: {text[:40]!r} is not an integer")
        return int(text)

    return read


def _string_reader(name: str) -> Callable[[Mapping[str, str]], Any]:
    def read(given: Mapping[str, str]) -> str:
        return given[name]

    return read


def _check_parameter(parameter: Parameter, value: Any) -> None:
    try:
        parameter.check.validate(value)
    except InvalidSchemaValue as invalid:
        raise InvalidParameter(f"{parameter.name}: {_why(_first(invalid))}") from None


def _read_body(
    operation: Operation,
    check: SchemaValidator,
    content_type: str,
    body: bytes,
    respell: Callable[[Any], Any] | None,
) -> Any:
    if not body and not operation.body_required:
        return None
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type != JSON:
        raise InvalidMediaType(f"Send the body as {JSON}, not as {media_type or 'an unnamed type'}.")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as undecodable:
        raise UndecodableBody(f"The body is not UTF-8: byte {undecodable.start} cannot be decoded.") from None
    try:
        document = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as broken:
        raise InvalidJson(f"The body is not JSON: {broken}.") from None
    if respell is not None:
        document = respell(document)
    try:
        check.validate(document)
    except InvalidSchemaValue as invalid:
        first = _first(invalid)
        path = list(first.absolute_path)
        raise InvalidBody(f"{_place(path)}: {_why(first)}", path, first.validator) from None
    return document


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON value")


class _SchemaError(Protocol):
    """The part of a jsonschema.ValidationError that is read; the library has no types of its own."""

    absolute_path: Iterable[str | int]
    instance: Any
    validator: str
    validator_value: Any


def _first(invalid: InvalidSchemaValue) -> _SchemaError:
    return cast(_SchemaError, next(iter(invalid.schema_errors)))


def _place(path: Iterable[str | int]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".") or "body"


def _why(error: _SchemaError) -> str:
    """Say what is wrong with the value, in words that do not repeat a whole body as jsonschema's do."""
    value, limit = error.instance, error.validator_value
    match error.validator:
        case "required":
            return f"{next(name for name in limit if name not in value)} is missing"
        case "type":
            return f"must be of type {limit}"
        case "enum":
            return f"must be {' or '.join(map(str, limit))}"
        case "minimum":
            return f"{value} is less than the minimum of {limit}"
        case "maximum":
            return f"{value} is greater than the maximum of {limit}"
        case "minLength" | "minItems":
            return "must not be empty" if limit == 1 else f"must be at least {limit} long"
        case "maxLength" | "maxItems":
            return f"must be at most {limit} long"
        case "pattern":
            return f"does not match {limit}"
        case _:
            return f"does not satisfy {error.validator}"
