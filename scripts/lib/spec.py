"""The contract as it is written: loaded once, its references followed, its parts enumerated."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).resolve().parents[2]
SPEC_FOLDER = ROOT / "spec"
SPEC_FILE = SPEC_FOLDER / "openapi.yaml"
EXAMPLES_FOLDER = SPEC_FOLDER / "examples"

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
JSON = "application/json"

Node = dict[str, Any]


def load_spec() -> Node:
    """Load the spec as it is written, references and all; a fresh copy with each call."""
    loaded: Node = yaml.safe_load(SPEC_FILE.read_text(encoding="utf-8"))
    return loaded


def follow(document: Node, reference: str) -> Any:
    """Follow a reference within the document (`#/a/b`)."""
    node: Any = document
    for part in reference.removeprefix("#/").split("/"):
        node = node[part.replace("~1", "/").replace("~0", "~")]
    return node


def inline(node: Any, document: Node) -> Any:
    """Copy a part of the document with every reference replaced by its target. No schema here is recursive."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            return inline(follow(document, node["$ref"]), document)
        return {key: inline(value, document) for key, value in node.items()}
    if isinstance(node, list):
        return [inline(value, document) for value in node]
    return node


class Operation(NamedTuple):
    """One call of the API."""

    method: str
    path: str
    definition: Node

    @property
    def id(self) -> str:
        """Its operationId, or, should it have none, its method and path."""
        return str(self.definition.get("operationId", f"{self.method} {self.path}"))

    @property
    def parameters(self) -> list[Node]:
        return list(self.definition.get("parameters", []))

    @property
    def request(self) -> Node | None:
        """The media type object of its JSON body, None if it takes no body."""
        body = self.definition.get("requestBody")
        return None if body is None else body["content"][JSON]

    @property
    def responses(self) -> dict[str, Node]:
        """By status, as written: `200`, `2XX`, `404`, …"""
        return dict(self.definition["responses"])

    @property
    def success(self) -> Node:
        """The one response that says that the call was answered as asked."""
        (found,) = [response for status, response in self.responses.items() if status.startswith("2")]
        return found


class Response(NamedTuple):
    """One response of one call."""

    operation: Operation
    status: str
    definition: Node

    @property
    def id(self) -> str:
        return f"{self.operation.id}-{self.status}"

    @property
    def is_error(self) -> bool:
        return not self.status.startswith("2")

    @property
    def body(self) -> Node:
        """The media type object of its JSON body."""
        body: Node = self.definition["content"][JSON]
        return body


def examples_of(holder: Node) -> dict[str, Any]:
    """Return the examples of a media type, a parameter or a header, by name (the single one: `example`)."""
    found = {name: example["value"] for name, example in holder.get("examples", {}).items()}
    if "example" in holder:
        found["example"] = holder["example"]
    return found


def nodes(node: Any) -> Iterator[Node]:
    """Yield the node and all objects within it, outermost first."""
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from nodes(value)
    elif isinstance(node, list):
        for value in node:
            yield from nodes(value)


WRITTEN = load_spec()
SPEC: Node = inline(WRITTEN, WRITTEN)
OPERATIONS = [
    Operation(method, path, definition)
    for path, item in SPEC["paths"].items()
    for method, definition in item.items()
    if method in METHODS
]
RESPONSES = [Response(operation, *entry) for operation in OPERATIONS for entry in operation.responses.items()]
BY_ID = {operation.id: operation for operation in OPERATIONS}


def name(value: object) -> str | None:
    """Name a parameter of a test for pytest: by the id of a call, of a response, the name of a file."""
    if isinstance(value, Operation | Response):
        return value.id
    return value.name if isinstance(value, Path) else None
