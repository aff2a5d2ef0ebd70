"""The points of the contract that a record of exchanges exercises, down to single keywords.

The contract is taken apart into *points*: a parameter given, and left out; a constraint on what is sent kept, and
broken by a request that breaks nothing else and is refused; a property of an answer present, absent, null; each value
of an enumeration, each branch of an `anyOf`, each status, each header. A point stands where the contract writes it
down: what several calls share is one point.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from attrs import Factory, define, frozen
from openapi_schema_validator import OAS30Validator, oas30_format_checker

Node = Mapping[str, Any]

_CONSTRAINTS: Final = (
    "type",
    "enum",
    "format",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
)
_METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_JSON: Final = "application/json"


@frozen
class Exchange:
    """A request and its answer, as they were on the wire.

    `path` is without the base path; the names of headers are in lower case.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    status: int
    answer_headers: Mapping[str, str]
    answer: bytes


@frozen
class Place:
    """A part of the contract, references followed, and where it is written."""

    pointer: str
    node: Node


@define
class _Request:
    """The points that a request keeps, and those that it breaks."""

    kept: set[str] = Factory(set)
    broken: set[str] = Factory(set)


class Contract:
    """The contract, taken apart.

    Args:
        document: OpenAPI 3.0; its schemas must not be recursive.
    """

    def __init__(self, document: Node) -> None:
        self._document = document
        self._places: dict[str, Place] = {}
        self._operations = [
            (method.upper(), path.split("/"), self._at(f"/paths/{_escaped(path)}/{method}"))
            for path, item in document["paths"].items()
            for method in item
            if method in _METHODS
        ]
        self.points: frozenset[str] = frozenset(self._all())
        """All that can be exercised."""

    # What there is

    def _all(self) -> Iterator[str]:
        for scheme in self._document["components"]["securitySchemes"]:
            yield f"/components/securitySchemes/{scheme}: used"
        for _, _, operation in self._operations:
            name = operation.node["operationId"]
            yield f"{name}: without a token"
            for parameter in self._children(operation, "parameters"):
                yield f"{parameter.pointer}: given"
                if not parameter.node.get("required"):
                    yield f"{parameter.pointer}: left out"
                yield from self._of_what_is_sent(self._child(parameter, "schema"), parameter.node["in"])
            if "requestBody" in operation.node:
                yield f"{name}: no body"
                yield f"{name}: a body of another media type"
                yield from self._of_what_is_sent(self._body(self._child(operation, "requestBody")), "body")
            for status in operation.node["responses"]:
                yield f"{name}: {status}"
                response = self._child(self._child(operation, "responses"), status)
                for header in response.node.get("headers", {}):
                    yield f"{response.pointer}/headers/{header}: sent"
                yield from self._of_an_answer(self._body(response))

    def _of_what_is_sent(self, schema: Place, where: str) -> Iterator[str]:
        node = schema.node
        if node.get("nullable"):
            yield f"{schema.pointer}: null sent"
        for keyword in _constraints(node):
            if keyword == "enum":
                yield from (f"{schema.pointer}/enum: {value}" for value in node["enum"])
            else:
                yield f"{schema.pointer}/{keyword}: kept"
            if _can_be_broken(keyword, node, where):
                yield f"{schema.pointer}/{keyword}: broken"
        for name in node.get("properties", {}):
            yield f"{schema.pointer}/properties/{name}: given"
            yield f"{schema.pointer}/properties/{name}: left out"
            yield from self._of_what_is_sent(self._property(schema, name), where)
        if "items" in node:
            yield from self._of_what_is_sent(self._child(schema, "items"), where)

    def _of_an_answer(self, schema: Place) -> Iterator[str]:
        node = schema.node
        if node.get("nullable"):
            yield f"{schema.pointer}: null"
        for keyword in _constraints(node):
            if keyword == "enum":
                yield from (f"{schema.pointer}/enum: {value}" for value in node["enum"])
            else:
                yield f"{schema.pointer}/{keyword}: kept"
        for name in node.get("properties", {}):
            yield f"{schema.pointer}/properties/{name}: present"
            if name not in node.get("required", ()):
                yield f"{schema.pointer}/properties/{name}: absent"
            yield from self._of_an_answer(self._property(schema, name))
        if "items" in node:
            yield f"{schema.pointer}/items: none"
            yield from self._of_an_answer(self._child(schema, "items"))
        for branch in self._children(schema, "anyOf"):
            yield f"{branch.pointer}: taken"
            yield from self._of_an_answer(branch)

    # What an exchange exercises

    def exercised(self, exchanges: Iterable[Exchange]) -> frozenset[str]:
        """Return the points that the exchanges exercise. Paths and statuses outside the contract count nothing."""
        found: set[str] = set()
        for exchange in exchanges:
            found.update(self._by(exchange))
        return frozenset(found & self.points)

    def _by(self, exchange: Exchange) -> Iterator[str]:
        led = self._lead(exchange)
        if led is None:
            return
        operation, variables = led
        yield from self._by_request(exchange, operation, variables)
        status = self._status(operation, exchange.status)
        if status is None:
            return
        yield f"{operation.node['operationId']}: {status}"
        response = self._child(self._child(operation, "responses"), status)
        for header in response.node.get("headers", {}):
            if header.lower() in exchange.answer_headers:
                yield f"{response.pointer}/headers/{header}: sent"
        answer = _loaded(exchange.answer)
        if answer is not _NOTHING:
            yield from self._seen(self._body(response), answer)

    def _by_request(self, exchange: Exchange, operation: Place, variables: Mapping[str, str]) -> Iterator[str]:
        name, headers = operation.node["operationId"], exchange.headers
        if "x-sbg-auth-token" in headers:
            yield "/components/securitySchemes/AuthToken: used"
        elif headers.get("authorization", "").lower().startswith("bearer "):
            yield "/components/securitySchemes/BearerToken: used"
        elif exchange.status == 401:
            yield f"{name}: without a token"
        found = _Request()
        self._read_parameters(exchange, operation, variables, found)
        if "requestBody" in operation.node:
            media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
            body = _loaded(exchange.body)
            if not exchange.body:
                found.broken.add(f"{name}: no body")
            elif media_type != _JSON:
                found.broken.add(f"{name}: a body of another media type")
            elif body is _NOTHING:
                found.broken.add("not JSON")
            else:
                self._read(self._body(self._child(operation, "requestBody")), body, found)
        if not found.broken and exchange.status < 300:
            yield from found.kept
        elif len(found.broken) == 1 and 400 <= exchange.status < 500:
            yield from found.broken

    def _read_parameters(
        self, exchange: Exchange, operation: Place, variables: Mapping[str, str], found: _Request
    ) -> None:
        query = parse_qsl(exchange.query, keep_blank_values=True)
        parameters = self._children(operation, "parameters")
        named = {parameter.node["name"] for parameter in parameters}
        for parameter in parameters:
            name, where = parameter.node["name"], parameter.node["in"]
            texts = [variables[name]] if where == "path" else [text for key, text in query if key == name]
            schema = self._child(parameter, "schema")
            if schema.node["type"] == "object":
                texts = [text for key, text in query if key not in named]
            if not texts:
                found.kept.add(f"{parameter.pointer}: left out")
                continue
            found.kept.add(f"{parameter.pointer}: given")
            if schema.node["type"] == "array":
                self._read(schema, texts, found)
            elif schema.node["type"] == "object":
                self._read(schema, {key: text for key, text in query if key not in named}, found)
            else:
                self._read(schema, _cast(texts[-1], schema.node["type"]), found)

    def _read(self, schema: Place, value: Any, found: _Request) -> None:
        """Compare what is sent with its schema."""
        node = schema.node
        if value is None and node.get("nullable"):
            found.kept.add(f"{schema.pointer}: null sent")
            return
        for keyword in _constraints(node):
            if not _fits(schema, keyword, value):
                found.broken.add(f"{schema.pointer}/{keyword}: broken")
            elif keyword == "enum":
                found.kept.add(f"{schema.pointer}/enum: {value}")
            else:
                found.kept.add(f"{schema.pointer}/{keyword}: kept")
        if isinstance(value, dict):
            for name in node.get("properties", {}):
                if name in value:
                    found.kept.add(f"{schema.pointer}/properties/{name}: given")
                    self._read(self._property(schema, name), value[name], found)
                else:
                    missing = name in node.get("required", ())
                    (found.broken if missing else found.kept).add(f"{schema.pointer}/properties/{name}: left out")
        elif isinstance(value, list) and "items" in node:
            for entry in value:
                self._read(self._child(schema, "items"), entry, found)

    def _seen(self, schema: Place, value: Any) -> Iterator[str]:
        """Return the points that an answer shows."""
        node = schema.node
        if value is None:
            yield f"{schema.pointer}: null"
            return
        for keyword in _constraints(node):
            if _fits(schema, keyword, value):
                yield f"{schema.pointer}/enum: {value}" if keyword == "enum" else f"{schema.pointer}/{keyword}: kept"
        if isinstance(value, dict):
            for name in node.get("properties", {}):
                if name in value:
                    yield f"{schema.pointer}/properties/{name}: present"
                    yield from self._seen(self._property(schema, name), value[name])
                else:
                    yield f"{schema.pointer}/properties/{name}: absent"
        elif isinstance(value, list) and "items" in node:
            if not value:
                yield f"{schema.pointer}/items: none"
            for entry in value:
                yield from self._seen(self._child(schema, "items"), entry)
        for branch in self._children(schema, "anyOf"):
            if all(_fits(branch, keyword, value) for keyword in _constraints(branch.node)):
                yield f"{branch.pointer}: taken"
                yield from self._seen(branch, value)
                break

    # Finding one's way

    def _lead(self, exchange: Exchange) -> tuple[Place, Mapping[str, str]] | None:
        parts = exchange.path.split("/")
        best: tuple[int, Place, Mapping[str, str]] | None = None
        for method, template, operation in self._operations:
            if method != exchange.method or len(template) != len(parts):
                continue
            pairs = list(zip(template, parts, strict=True))
            if all(known == part or (known.startswith("{") and part) for known, part in pairs):
                variables = {known[1:-1]: unquote(part) for known, part in pairs if known.startswith("{")}
                if best is None or len(variables) < best[0]:
                    best = len(variables), operation, variables
        return None if best is None else best[1:]

    def _status(self, operation: Place, status: int) -> str | None:
        documented = operation.node["responses"]
        return next((each for each in (str(status), f"{status // 100}XX") if each in documented), None)

    def _body(self, holder: Place) -> Place:
        return self._child(self._child(self._child(holder, "content"), _JSON), "schema")

    def _property(self, schema: Place, name: str) -> Place:
        return self._child(self._child(schema, "properties"), name)

    def _children(self, place: Place, key: str) -> Sequence[Place]:
        return [self._at(f"{place.pointer}/{key}/{index}") for index in range(len(place.node.get(key, ())))]

    def _child(self, place: Place, key: str) -> Place:
        return self._at(f"{place.pointer}/{_escaped(key)}")

    def _at(self, pointer: str) -> Place:
        found = self._places.get(pointer)
        if found is None:
            node: Any = self._document
            for part in pointer.split("/")[1:]:
                node = node[int(part)] if isinstance(node, list) else node[_unescaped(part)]
            found = self._at(node["$ref"].removeprefix("#")) if "$ref" in node else Place(pointer, node)
            self._places[pointer] = found
        return found


_NOTHING: Final = object()


def _loaded(body: bytes) -> Any:
    """Read the body as JSON; `_NOTHING` if it is none."""
    try:
        return json.loads(body)
    except ValueError:
        return _NOTHING


def _cast(text: str, to: str) -> Any:
    """Return the text of a parameter as its type, or as it is if it cannot be that."""
    if to == "integer" and text.removeprefix("-").isdecimal():
        return int(text)
    return text


def _constraints(node: Node) -> list[str]:
    return [keyword for keyword in _CONSTRAINTS if keyword in node]


def _can_be_broken(keyword: str, node: Node, where: str) -> bool:
    """Return whether a request can break this, nothing else, and reach the call.

    A value of another type is none of an enumeration either; any text of a parameter is a string; no path has an
    empty part.
    """
    if keyword == "format" or (keyword == "type" and "enum" in node):
        return False
    if where == "body":
        return True
    if keyword == "type":
        return bool(node["type"] == "integer")
    return not (where == "path" and keyword == "minLength")


def _fits(schema: Place, keyword: str, value: Any) -> bool:
    """Return whether a value keeps one constraint of a schema."""
    fits: bool = _validator(keyword, json.dumps(schema.node[keyword])).is_valid(value)
    return fits


@lru_cache
def _validator(keyword: str, constraint: str) -> OAS30Validator:
    validator: OAS30Validator = OAS30Validator({keyword: json.loads(constraint)}, format_checker=oas30_format_checker)
    return validator


def _escaped(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")


def _unescaped(part: str) -> str:
    return part.replace("~1", "/").replace("~0", "~")
