"""Every example in the spec fits the schema that it stands beside, and there is one wherever a reader looks for it."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.lib.spec import OPERATIONS, RESPONSES, SPEC, Node, Operation, Response, examples_of, name, nodes
from tests.spec.validation import faults

TAKES_BODY = [operation for operation in OPERATIONS if operation.request is not None]
TAKES_PARAMETERS = [operation for operation in OPERATIONS if operation.parameters]
HEADERS = SPEC["components"]["headers"]


def wrong(holder: Node) -> dict[str, list[str]]:
    """The examples of a media type, a parameter or a header that do not fit its schema."""
    found = {key: faults(value, holder["schema"]) for key, value in examples_of(holder).items()}
    return {key: reasons for key, reasons in found.items() if reasons}


@pytest.mark.parametrize("response", RESPONSES, ids=name)
def test_a_response_has_examples_and_they_fit(response: Response) -> None:
    assert examples_of(response.body)
    assert wrong(response.body) == {}


@pytest.mark.parametrize("operation", TAKES_BODY, ids=name)
def test_a_request_body_has_examples_and_they_fit(operation: Operation) -> None:
    assert operation.request is not None
    assert examples_of(operation.request)
    assert wrong(operation.request) == {}


@pytest.mark.parametrize("operation", TAKES_PARAMETERS, ids=name)
def test_the_parameters_have_examples_and_they_fit(operation: Operation) -> None:
    """Each required one, and some of the others: examples of filters that exclude each other make no request."""
    shown = {parameter["name"] for parameter in operation.parameters if examples_of(parameter)}
    assert shown
    assert {parameter["name"] for parameter in operation.parameters if parameter.get("required")} <= shown
    assert [wrong(parameter) for parameter in operation.parameters] == [{}] * len(operation.parameters)


@pytest.mark.parametrize("header", sorted(HEADERS))
def test_a_header_has_an_example_and_it_fits(header: str) -> None:
    assert examples_of(HEADERS[header])
    assert wrong(HEADERS[header]) == {}


@pytest.mark.parametrize(
    ("value", "schema"),
    [
        ({"state": 1}, {"type": "object", "properties": {"state": {"type": "string"}}}),
        ("20 February 2019", {"type": "string", "format": "date-time"}),
        (None, {"type": "string"}),
        ("3", {"type": "integer"}),
    ],
)
def test_a_wrong_example_is_noticed(value: Any, schema: Node) -> None:
    assert wrong({"schema": schema, "examples": {"wrong": {"value": value}}})


@pytest.mark.parametrize("response", RESPONSES, ids=name)
def test_an_error_in_an_example_is_whole(response: Response) -> None:
    """Nothing in the schema requires its four parts, so a slip of the pen would go unnoticed."""
    values = list(examples_of(response.body).values())
    errors = values if response.is_error else [node["error"] for node in nodes(values) if "error" in node]
    assert [sorted(error) for error in errors] == [["code", "message", "more_info", "status"]] * len(errors)
