"""The contract as a page: what `spec/openapi.yaml` says, in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from scripts.lib.docs.tables import table

Spec = Mapping[str, Any]

_METHODS: Final = ("get", "post", "put", "patch", "delete")
_RULES: Final = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {}",
    "default": "default {}",
    "pattern": "matches `{}`",
}


def introduction(spec: Spec) -> str:
    """Write the contract's version, and what it says of itself."""
    return f"Version {spec['info']['version']}.\n\n{spec['info']['description']}"


def sections(spec: Spec) -> str:
    """Write the servers, each operation by its tag, and each schema."""
    return "\n".join(_lines(spec))


def operations(spec: Spec) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Return the path, the method and the description of each operation, in the document's order."""
    for path, methods in spec["paths"].items():
        for method in _METHODS:
            if method in methods:
                yield path, method.upper(), {**methods[method], "shared": methods.get("parameters", [])}


def _lines(spec: Spec) -> Iterator[str]:
    yield "## Servers\n"
    yield table(("platform", "base URL"), [(one["description"], f"`{one['url']}`") for one in spec["servers"]])
    for tag in spec["tags"]:
        yield f"## {tag['name']}\n\n{tag['description']}\n"
        for path, method, operation in operations(spec):
            if tag["name"] in operation["tags"]:
                yield from _operation(spec, path, method, operation)
    yield "## Schemas\n"
    for name, schema in spec["components"]["schemas"].items():
        yield from _schema(name, schema)


def _operation(spec: Spec, path: str, method: str, operation: Mapping[str, Any]) -> Iterator[str]:
    yield f"(operation-{operation['operationId']})="
    yield f"### {operation['summary']}\n"
    yield f"`{method} {path}`: `{operation['operationId']}`\n"
    yield operation["description"]
    parameters = [_resolved(spec, one) for one in (*operation["shared"], *operation.get("parameters", ()))]
    if parameters:
        yield table(
            ("parameter", "in", "type", "meaning"),
            [
                (f"`{one['name']}`" + _required(one.get("required")), one["in"], _type(one["schema"]), _cell(one))
                for one in parameters
            ],
        )
    body = _resolved(spec, operation.get("requestBody", {}))
    if body:
        yield f"Body: {_content(body)}.\n"
    answers = []
    for status, answer in operation["responses"].items():
        found = _resolved(spec, answer)
        answers.append((status, _content(found), _first_sentence(found["description"])))
    yield table(("status", "body", "meaning"), answers)


def _schema(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield f"(schema-{name})="
    yield f"### {name}\n"
    yield schema.get("description", "") + "\n"
    if "enum" in schema:
        yield "One of: " + ", ".join(f"`{value}`" for value in schema["enum"]) + ".\n"
    properties = schema.get("properties")
    if properties:
        required = schema.get("required", ())
        yield table(
            ("property", "type", "meaning"),
            [(f"`{key}`" + _required(key in required), _type(one), _cell(one)) for key, one in properties.items()],
        )


def _resolved(spec: Spec, one: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow a reference; return anything else as it is."""
    while "$ref" in one:
        found: Any = spec
        for step in one["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        one = found
    return one


def _content(one: Mapping[str, Any]) -> str:
    return ", ".join(_type(media["schema"]) for media in one.get("content", {}).values() if "schema" in media)


def _type(schema: Mapping[str, Any]) -> str:
    """Write a type in a word or two, with a link where it is a schema of the contract."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#schema-{name})"
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return " or ".join(dict.fromkeys(_type(one) for one in schema[key])) + _null(schema)
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}" + _null(schema)
    text = str(schema.get("format", schema.get("type", "anything")))
    if "enum" in schema:
        text = ", ".join(f"`{value}`" for value in schema["enum"])
    return text + _null(schema)


def _null(schema: Mapping[str, Any]) -> str:
    return " or null" if schema.get("nullable") else ""


def _required(needed: object) -> str:
    return " (required)" if needed else ""


def _cell(one: Mapping[str, Any]) -> str:
    """Say what a parameter or a property means, and within which bounds it is."""
    rules = {**one, **one.get("schema", {})}
    told = [text.format(rules[key]) for key, text in _RULES.items() if key in rules]
    meaning = " ".join(one.get("description", "").split())
    return " ".join(part for part in (meaning, f"({', '.join(told)})" if told else "") if part)


def _first_sentence(text: str) -> str:
    """Return the first sentence of a text: the rest of a description is in the document itself."""
    flat = " ".join(text.split())
    head, dot, _ = flat.partition(". ")
    return head + dot.strip()
