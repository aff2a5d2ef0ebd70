"""The links of the spec lead from what one call answered to what the next one takes."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from scripts.lib.spec import BY_ID, RESPONSES, Node, Response, examples_of
from tests.spec.validation import faults

BODY = "$response.body#/"


class Arrow(NamedTuple):
    """A link and the response that it starts from."""

    response: Response
    key: str
    link: Node


ARROWS = [Arrow(response, *entry) for response in RESPONSES for entry in response.definition.get("links", {}).items()]


def arrow_name(arrow: Arrow) -> str:
    return f"{arrow.response.id}-{arrow.key}"


def evaluate(expression: str, body: Any) -> Any:
    """What a link's expression yields on a response's body."""
    assert expression.startswith(BODY)
    for part in expression.removeprefix(BODY).split("/"):
        body = body[int(part)] if isinstance(body, list) else body[part]
    return body


def test_there_are_links() -> None:
    starts = {arrow.response.operation.id for arrow in ARROWS}
    assert starts >= {"list_async_jobs", "submit_copy_job", "submit_move_job", "submit_delete_job", "list_files"}


@pytest.mark.parametrize("arrow", ARROWS, ids=arrow_name)
def test_a_link_leads_to_a_call_and_to_parameters_that_it_has(arrow: Arrow) -> None:
    target = BY_ID[arrow.link["operationId"]]
    given = set(arrow.link.get("parameters", {}))
    assert given <= {parameter["name"] for parameter in target.parameters}
    assert given >= {parameter["name"] for parameter in target.parameters if parameter.get("required")}
    # No expression within a body is evaluated, and generators reject a body that is not a string.
    assert target.request is None
    assert "requestBody" not in arrow.link


@pytest.mark.parametrize("arrow", ARROWS, ids=arrow_name)
def test_following_a_link_from_the_example_makes_a_valid_request(arrow: Arrow) -> None:
    target = BY_ID[arrow.link["operationId"]]
    schemas = {parameter["name"]: parameter["schema"] for parameter in target.parameters}
    for example in examples_of(arrow.response.body).values():
        for parameter, expression in arrow.link.get("parameters", {}).items():
            assert faults(evaluate(expression, example), schemas[parameter]) == []


@pytest.mark.parametrize("kind", ["copy", "move", "delete"])
def test_a_submitted_job_leads_to_the_call_that_reads_jobs_of_its_type(kind: str) -> None:
    links = BY_ID[f"submit_{kind}_job"].success["links"].values()
    assert [link["operationId"] for link in links] == [f"get_{kind}_job"]
