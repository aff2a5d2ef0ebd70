"""Changes of the contract as somebody may come to make them, each with what it means to those who use the contract."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from attrs import field, frozen

from scripts.lib.spec import JSON, METHODS, Node

Weight = Literal["breaking", "compatible", "prose"]


def _as_it_is(spec: Node) -> None:
    """The contract needs no preparation for this change."""


@frozen
class Change:
    """One change: `apply` makes it, on what `before` has made of the contract."""

    name: str
    weight: Weight
    apply: Callable[[Node], object]
    before: Callable[[Node], object] = field(default=_as_it_is, kw_only=True)


def _operation(spec: Node, wanted: str) -> Node:
    return next(
        operation
        for item in spec["paths"].values()
        for method, operation in item.items()
        if method in METHODS and operation["operationId"] == wanted
    )


def _schema(spec: Node, name: str) -> Node:
    schema: Node = spec["components"]["schemas"][name]
    return schema


def _property(spec: Node, path: str) -> Node:
    schema, _, name = path.partition(".")
    found: Node = _schema(spec, schema)["properties"][name]
    return found


def _parameter(spec: Node, operation: str, name: str) -> Node:
    return next(each for each in _operation(spec, operation)["parameters"] if each.get("name") == name)


def _set(path: str, **keywords: Any) -> Callable[[Node], None]:
    """Set keywords of a property (`Schema.property`)."""
    return lambda spec: _property(spec, path).update(keywords)


def _unset(path: str, keyword: str) -> Callable[[Node], object]:
    return lambda spec: _property(spec, path).pop(keyword)


def _become(path: str, **definition: Any) -> Callable[[Node], None]:
    """Define a property anew."""
    schema, _, name = path.partition(".")
    return lambda spec: _schema(spec, schema)["properties"].update({name: definition})


def _without(path: str) -> Callable[[Node], None]:
    """Remove a property, and with it that it is required."""
    schema, _, name = path.partition(".")

    def apply(spec: Node) -> None:
        definition = _schema(spec, schema)
        del definition["properties"][name]
        if name in definition.get("required", ()):
            definition["required"].remove(name)

    return apply


def _require(path: str) -> Callable[[Node], None]:
    schema, _, name = path.partition(".")
    return lambda spec: _schema(spec, schema).setdefault("required", []).append(name)


def _no_longer_require(path: str) -> Callable[[Node], None]:
    schema, _, name = path.partition(".")
    return lambda spec: _schema(spec, schema)["required"].remove(name)


def _page(parameter: str, **keywords: Any) -> Callable[[Node], None]:
    """Set keywords of a shared parameter's schema."""
    return lambda spec: spec["components"]["parameters"][parameter]["schema"].update(keywords)


def _rename(mapping: Callable[[Node], Node], old: str, new: str) -> Callable[[Node], None]:
    def apply(spec: Node) -> None:
        entries = mapping(spec)
        entries[new] = entries.pop(old)

    return apply


def _rename_schema(old: str, new: str) -> Callable[[Node], None]:
    """Rename a component, and every reference to it."""

    def renamed(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: renamed(value) for key, value in node.items()}
        if isinstance(node, list):
            return [renamed(value) for value in node]
        return f"#/components/schemas/{new}" if node == f"#/components/schemas/{old}" else node

    def apply(spec: Node) -> None:
        spec["components"]["schemas"][new] = spec["components"]["schemas"].pop(old)
        changed = renamed(spec)
        spec.clear()
        spec.update(changed)

    return apply


def _drop(path: str, method: str) -> Callable[[Node], object]:
    return lambda spec: spec["paths"][path].pop(method)


def _add_operation(spec: Node) -> None:
    spec["paths"]["/users/{username}"] = {
        "get": {
            "operationId": "get_somebody",
            "tags": ["Account"],
            "summary": "Read a user",
            "parameters": [{"name": "username", "in": "path", "required": True, "schema": {"type": "string"}}],
            "responses": {
                "200": {
                    "description": "The user.",
                    "content": {JSON: {"schema": {"$ref": "#/components/schemas/User"}}},
                }
            },
        }
    }


def _add_parameter(operation: str, *, required: bool) -> Callable[[Node], None]:
    parameter = {"name": "fields", "in": "query", "required": required, "schema": {"type": "string"}}
    return lambda spec: _operation(spec, operation).setdefault("parameters", []).append(parameter)


def _close_state(spec: Node) -> None:
    _property(spec, "Job.state").pop("anyOf")
    _property(spec, "Job.state")["allOf"] = [{"$ref": "#/components/schemas/JobState"}]


CHANGES: tuple[Change, ...] = (
    # Calls
    Change("a call removed", "breaking", _drop("/user", "get")),
    Change("a path removed", "breaking", lambda spec: spec["paths"].pop("/rate_limit")),
    Change("a path renamed", "breaking", _rename(lambda s: s["paths"], "/async/files/copy", "/async/file/copy")),
    Change("a method changed", "breaking", _rename(lambda s: s["paths"]["/async/files/move"], "post", "put")),
    Change(
        "an operationId renamed",
        "breaking",
        lambda spec: _operation(spec, "get_user").update(operationId="who_am_i"),
    ),
    Change("an operationId removed", "breaking", lambda spec: _operation(spec, "get_user").pop("operationId")),
    Change("the first tag changed", "breaking", lambda spec: _operation(spec, "get_user").update(tags=["Projects"])),
    # Parameters
    Change("a parameter removed", "breaking", lambda spec: _operation(spec, "list_projects")["parameters"].pop(0)),
    Change(
        "a parameter renamed",
        "breaking",
        lambda spec: _parameter(spec, "list_files", "parent").update(name="folder"),
    ),
    Change(
        "a parameter moved to a header",
        "breaking",
        lambda spec: _parameter(spec, "list_projects", "name").update({"in": "header"}),
    ),
    Change(
        "a parameter made required",
        "breaking",
        lambda spec: _parameter(spec, "list_files", "project").update(required=True),
    ),
    Change("a required parameter added", "breaking", _add_parameter("get_user", required=True)),
    Change("a parameter's maximum lowered", "breaking", _page("Limit", maximum=50)),
    Change("a parameter's minimum raised", "breaking", _page("Offset", minimum=1)),
    Change("a parameter's default changed", "breaking", _page("Limit", default=100)),
    Change("a parameter's type changed", "breaking", _page("Limit", type="string")),
    Change(
        "a parameter written in another way",
        "breaking",
        lambda spec: _parameter(spec, "list_files", "name").update(explode=False),
    ),
    # What is sent
    Change(
        "a required property in what is sent",
        "breaking",
        lambda spec: (_become("CopyItem.owner", type="string")(spec), _require("CopyItem.owner")(spec)),
    ),
    Change("a property of what is sent made required", "breaking", _require("CopyItem.parent")),
    Change("a property of what is sent removed", "breaking", _without("CopyItem.name")),
    Change("a property of what is sent of another type", "breaking", _become("NewFolder.name", type="integer")),
    Change(
        "a value no longer taken",
        "breaking",
        _set("NewFolder.type", enum=["folder"]),
        before=_set("NewFolder.type", enum=["folder", "FOLDER"]),
    ),
    Change("maxLength lowered", "breaking", _set("CopyItem.name", maxLength=100)),
    Change("minLength added", "breaking", _set("CopyItem.parent", minLength=1)),
    Change("a pattern added", "breaking", _set("CopyItem.project", pattern="^[^/]+/[^/]+$")),
    Change("a pattern changed", "breaking", _set("MoveItem.name", pattern="^[a-z]*$")),
    Change("minItems raised", "breaking", _set("DeleteRequest.items", minItems=2)),
    Change("maxItems added", "breaking", _set("CopyRequest.items", maxItems=100)),
    Change(
        "null no longer taken",
        "breaking",
        _unset("CopyItem.parent", "nullable"),
        before=_set("CopyItem.parent", nullable=True),
    ),
    Change(
        "further properties no longer taken",
        "breaking",
        lambda spec: _schema(spec, "CopyItem").update(additionalProperties=False),
    ),
    Change(
        "a body of another media type",
        "breaking",
        _rename(lambda s: _operation(s, "create_folder")["requestBody"]["content"], JSON, "application/xml"),
    ),
    # What is answered
    Change("a required property of an answer removed", "breaking", _without("JobList.links")),
    Change("an optional property of an answer removed", "breaking", _without("Job.total_files")),
    Change(
        "a property of an answer renamed",
        "breaking",
        _rename(lambda s: s["components"]["schemas"]["Job"]["properties"], "failed_files", "failures"),
    ),
    Change("a property of an answer no longer required", "breaking", _no_longer_require("Job.state")),
    Change("a property of an answer may be null", "breaking", _set("Job.id", nullable=True)),
    Change("an integer of an answer becomes a string", "breaking", _set("Job.total_files", type="string")),
    Change("an integer of an answer becomes a number", "breaking", _set("Rate.limit", type="number")),
    Change("a date of an answer becomes any string", "breaking", _unset("Job.started_on", "format")),
    Change("an id of an answer gets a format", "breaking", _set("Job.id", format="uuid")),
    Change("a 64-bit integer of an answer becomes any", "breaking", _unset("FileInfo.size", "format")),
    Change("the entries of a list of another schema", "breaking", _set("JobList.items", items={"type": "string"})),
    Change(
        "a state of another type",
        "breaking",
        lambda spec: _property(spec, "Job.state")["anyOf"].append({"type": "integer"}),
    ),
    Change("an open enumeration closed", "breaking", _close_state),
    Change(
        "a known value of an answer removed", "breaking", lambda s: _schema(s, "JobState")["enum"].remove("RESOLVING")
    ),
    Change(
        "an error response removed",
        "breaking",
        lambda spec: _operation(spec, "get_file")["responses"].pop("404"),
    ),
    Change(
        "a success of another status",
        "breaking",
        _rename(lambda s: _operation(s, "get_user")["responses"], "200", "203"),
    ),
    Change(
        "an answer of another media type",
        "breaking",
        _rename(lambda s: _operation(s, "get_user")["responses"]["200"]["content"], JSON, "application/xml"),
    ),
    Change(
        "a header of an answer removed",
        "breaking",
        lambda spec: _operation(spec, "list_async_jobs")["responses"]["200"]["headers"].pop("X-RateLimit-Reset"),
    ),
    Change(
        "a header of an answer of another type",
        "breaking",
        lambda spec: spec["components"]["headers"]["X-RateLimit-Reset"]["schema"].update(type="string"),
    ),
    # Names that generators make names of
    Change("a schema renamed", "breaking", _rename_schema("Job", "AsyncJob")),
    Change("a schema of an enumeration renamed", "breaking", _rename_schema("JobState", "State")),
    # Access
    Change("a way to sign in removed", "breaking", lambda spec: spec["security"].pop()),
    Change(
        "the header of the token renamed",
        "breaking",
        lambda spec: spec["components"]["securitySchemes"]["AuthToken"].update(name="X-Token"),
    ),
    Change(
        "two tokens needed in place of one",
        "breaking",
        lambda spec: spec.update(security=[{"AuthToken": [], "BearerToken": []}]),
    ),
    Change("a server removed", "breaking", lambda spec: spec["servers"].pop()),
    Change(
        "a server's address changed", "breaking", lambda spec: spec["servers"][0].update(url="https://x.example/v2")
    ),
    # What breaks nobody
    Change("a call added", "compatible", _add_operation),
    Change("an optional parameter added", "compatible", _add_parameter("get_user", required=False)),
    Change("a parameter's maximum raised", "compatible", _page("Limit", maximum=200)),
    Change(
        "a parameter made optional",
        "compatible",
        lambda spec: _parameter(spec, "list_files", "project").update(required=False),
        before=lambda spec: _parameter(spec, "list_files", "project").update(required=True),
    ),
    Change("an optional property in what is sent", "compatible", _become("CopyItem.comment", type="string")),
    Change("a property of what is sent made optional", "compatible", _no_longer_require("NewFolder.type")),
    Change("a further value taken", "compatible", _set("NewFolder.type", enum=["folder", "FOLDER"])),
    Change("maxLength raised", "compatible", _set("NewFolder.name", maxLength=1000)),
    Change("null taken too", "compatible", _set("CopyItem.parent", nullable=True)),
    Change("a property added to an answer", "compatible", _become("Job.expires_on", type="string")),
    Change("a property of an answer never null again", "compatible", _unset("User.email", "nullable")),
    Change("a property of an answer made required", "compatible", _require("User.email")),
    Change("a known state added", "compatible", lambda spec: _schema(spec, "JobState")["enum"].append("PAUSED")),
    Change(
        "an error response added",
        "compatible",
        lambda spec: _operation(spec, "get_user")["responses"].update(
            {"404": {"$ref": "#/components/responses/FileNotFound"}}
        ),
    ),
    Change(
        "a header added to an answer",
        "compatible",
        lambda spec: _operation(spec, "get_user")["responses"]["200"]["headers"].update(
            {"Retry-After": {"schema": {"type": "integer"}}}
        ),
    ),
    Change("a way to sign in added", "compatible", lambda spec: spec["security"].append({})),
    Change("a server added", "compatible", lambda spec: spec["servers"].append({"url": "https://x.example/v2"})),
    Change("a call deprecated", "compatible", lambda spec: _operation(spec, "list_folder").update(deprecated=True)),
    # What is for people
    Change("a description changed", "prose", _set("Job.state", description="How far it is.")),
    Change("a summary changed", "prose", lambda spec: _operation(spec, "get_user").update(summary="Me")),
    Change("the description of the API changed", "prose", lambda spec: spec["info"].update(description="New.")),
    Change(
        "an example changed",
        "prose",
        lambda spec: spec["components"]["examples"]["User"]["value"].update(first_name="Ada"),
    ),
    Change(
        "a link to the documentation changed",
        "prose",
        lambda spec: _operation(spec, "get_user")["externalDocs"].update(url="https://docs.example/"),
    ),
)
