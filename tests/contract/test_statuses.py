"""Every operation is made to answer with every status that the contract documents for it."""

from __future__ import annotations

import pytest
from schemathesis import checks as stock
from schemathesis.checks import CheckFunction
from schemathesis.core import NOT_SET
from schemathesis.core.transport import Response

from sbg_bulk.contract.schema import operation_id, operations_of
from scripts.lib.coverage.generation import OUR_CHECKS, examples_simulator, schema_for
from scripts.lib.coverage.recipes import GOOD, Request, documented, recipe

SIMULATOR = examples_simulator()
SCHEMA = schema_for(SIMULATOR, seed=1, max_examples=1)
OPERATIONS = {operation_id(operation): operation for operation in operations_of(SCHEMA)}

EXCLUDED: list[CheckFunction] = [stock.not_a_server_error]
"""A server error is what some of these calls are after."""


def make(operation: str, request: Request, token: str) -> Response:
    """Make the call, with the framework's checks and ours on its answer."""
    case = OPERATIONS[operation].Case(
        path_parameters=dict(request.path),
        query=dict(request.query),
        body=request.json,
        media_type=None if request.json is NOT_SET else "application/json",
    )
    headers = {"X-SBG-Auth-Token": token}
    if request.json is not NOT_SET:
        headers["Content-Type"] = request.media_type
    response = case.call(headers=headers)
    case.validate_response(response, headers=headers, additional_checks=OUR_CHECKS, excluded_checks=EXCLUDED)
    return response


@pytest.mark.parametrize(("operation", "status"), documented())
def test_a_documented_status_is_answered_and_keeps_the_contract(operation: str, status: str) -> None:
    SIMULATOR.reset()
    prepare, request, token = recipe(operation, status)
    prepare(SIMULATOR)
    answered = str(make(operation, request, token).status_code)
    assert answered == status or (status == "2XX" and answered.startswith("2"))


def test_there_is_a_good_call_for_every_operation() -> None:
    assert GOOD.keys() == OPERATIONS.keys()
