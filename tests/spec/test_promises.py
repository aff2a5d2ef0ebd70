"""What the spec promises of itself: how it is written, so that people and generators can lean on it."""

from __future__ import annotations

import pytest

from scripts.lib.spec import BY_ID, OPERATIONS, RESPONSES, SPEC, Node, Operation, Response, name, nodes

COUNTED = {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "X-Request-Id"}

INTEGERS = {
    "total_files", "completed_files", "failed_files", "offset", "limit", "remaining", "reset", "size", "status", "code",
}  # fmt: skip


def properties(operation: Operation) -> Node:
    """The properties of what the call answers."""
    return dict(operation.success["content"]["application/json"]["schema"]["properties"])


def fields(node: Node) -> list[tuple[str, Node]]:
    """The properties of a schema, by name; none if the node is no schema of an object."""
    return list(node["properties"].items()) if node.get("type") == "object" and "properties" in node else []


LISTS = [operation for operation in OPERATIONS if {"items", "links"} == properties(operation).keys() - {"href"}]


@pytest.mark.parametrize("operation", OPERATIONS, ids=name)
def test_a_call_says_what_it_is_and_where_it_is_documented(operation: Operation) -> None:
    needed = ["operationId", "tags", "summary", "description"]
    assert [key for key in needed if not operation.definition.get(key)] == []
    assert operation.definition["externalDocs"]["url"].startswith("https://docs.sevenbridges.com/reference/")
    assert set(operation.definition["tags"]) <= {tag["name"] for tag in SPEC["tags"]}


def test_no_two_calls_have_the_same_id() -> None:
    assert len(BY_ID) == len(OPERATIONS)


@pytest.mark.parametrize("operation", OPERATIONS, ids=name)
def test_each_parameter_is_described(operation: Operation) -> None:
    assert [parameter["name"] for parameter in operation.parameters if not parameter.get("description")] == []


@pytest.mark.parametrize("response", RESPONSES, ids=name)
def test_a_response_of_any_status_says_what_is_left_and_how_it_is_called(response: Response) -> None:
    assert set(response.definition["headers"]) >= COUNTED


def test_there_are_lists() -> None:
    assert {operation.id for operation in LISTS} == {
        *("list_async_jobs", "list_files", "list_folder", "list_project_files", "list_projects", "list_owner_projects"),
        *("list_volumes", "list_imports", "list_exports"),
    }


@pytest.mark.parametrize("operation", [op for op in OPERATIONS if op.method == "get"], ids=name)
def test_whatever_is_read_takes_fields_but_jobs_as_their_pages_have_it(operation: Operation) -> None:
    takes = "fields" in {parameter["name"] for parameter in operation.parameters}
    assert takes is ("Async jobs" not in operation.definition["tags"])


@pytest.mark.parametrize(
    "operation", [op for op in OPERATIONS if op.path.startswith("/bulk/") and op.request], ids=name
)
def test_a_bulk_call_takes_a_hundred_items_at_most(operation: Operation) -> None:
    assert operation.request is not None
    schema = operation.request["schema"]
    (items,) = schema["required"]
    assert (schema["properties"][items]["minItems"], schema["properties"][items]["maxItems"]) == (1, 100)


def test_objects_of_a_volume_are_paged_by_a_token_and_not_by_an_offset() -> None:
    operation = BY_ID["list_volume_objects"]
    names = {parameter["name"] for parameter in operation.parameters}
    assert names >= {"prefix", "continuation_token", "limit"}
    assert "offset" not in names
    assert set(properties(operation)) == {"href", "items", "prefixes", "links"}
    assert set(properties(operation)["links"]["items"]["properties"]) == {"next"}


@pytest.mark.parametrize("call", ["start_export", "bulk_start_exports"])
def test_an_export_says_that_it_cannot_be_undone_and_how_to_keep_the_file(call: str) -> None:
    assert "undone" in BY_ID[call].definition["description"]
    (copy_only,) = [each for each in BY_ID[call].parameters if each["name"] == "copy_only"]
    assert copy_only["schema"] == {"type": "string", "enum": ["true", "false"]}


@pytest.mark.parametrize("operation", LISTS, ids=name)
def test_a_list_says_how_many_there_are_and_takes_a_page(operation: Operation) -> None:
    assert "X-Total-Matching-Query" in operation.success["headers"]
    assert {"offset", "limit"} <= {parameter["name"] for parameter in operation.parameters}
    assert set(properties(operation)) == {"href", "items", "links"}


@pytest.mark.parametrize("operation", [op for op in OPERATIONS if op.method == "post"], ids=name)
def test_a_post_may_be_answered_with_any_success(operation: Operation) -> None:
    assert [status for status in operation.responses if status.startswith("2")] == ["2XX"]


def test_the_six_deployments_are_named() -> None:
    assert [server["url"] for server in SPEC["servers"]] == [
        "https://api.sbgenomics.com/v2",
        "https://eu-api.sbgenomics.com/v2",
        "https://cgc-api.sbgenomics.com/v2",
        "https://cavatica-api.sbgenomics.com/v2",
        "https://api.sb.biodatacatalyst.nhlbi.nih.gov/v2",
        "https://api.sevenbridges.cn/v2",
    ]


def test_nothing_is_binary() -> None:
    """A generator would read such a body as a file."""
    assert [node for node in nodes(SPEC) if node.get("format") in {"binary", "byte"}] == []


def test_what_is_counted_is_an_integer_and_nothing_else() -> None:
    """The tables of the documentation call the counts strings; its examples are right."""
    schemas = [entry for node in nodes(SPEC["components"]["schemas"]) for entry in fields(node)]
    parameters = [(parameter["name"], parameter["schema"]) for op in OPERATIONS for parameter in op.parameters]
    described = [(key, schema) for key, schema in schemas + parameters if key in INTEGERS]
    assert {key for key, _ in described} == INTEGERS
    assert {key for key, schema in described if schema.get("type") != "integer"} == set()
    assert [node for node in nodes(SPEC) if node.get("type") == "number"] == []


def test_a_job_id_is_a_string_wherever_it_stands() -> None:
    ids = [node["properties"]["id"] for node in nodes(SPEC) if isinstance(node.get("properties", {}).get("id"), dict)]
    ids += [parameter["schema"] for op in OPERATIONS for parameter in op.parameters if parameter["name"] == "job_id"]
    assert {schema["type"] for schema in ids} == {"string"}


@pytest.mark.parametrize(
    ("schema", "key"),
    [("Job", "state"), ("Job", "type"), ("FileInfo", "type")],
)
def test_a_state_or_type_unknown_today_is_allowed(schema: str, key: str) -> None:
    known, any_other = SPEC["components"]["schemas"][schema]["properties"][key]["anyOf"]
    assert (known["type"], any_other) == ("string", {"type": "string"})
    assert known["enum"]


@pytest.mark.parametrize("response", RESPONSES, ids=name)
def test_no_answer_is_limited_to_the_values_known_today(response: Response) -> None:
    everything = list(nodes(response.body["schema"]))
    opened = [node["anyOf"][0] for node in everything if {"type": "string"} in node.get("anyOf", [])]
    assert [node["enum"] for node in everything if "enum" in node and node not in opened] == []


@pytest.mark.parametrize("operation", OPERATIONS, ids=name)
def test_an_answer_may_grow(operation: Operation) -> None:
    answers = [response["content"]["application/json"]["schema"] for response in operation.responses.values()]
    assert [node for node in nodes(answers) if node.get("additionalProperties") is False] == []
