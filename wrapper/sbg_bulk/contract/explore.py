"""Generated calls that read: what fits the contract, and chains of calls along its links."""

from __future__ import annotations

from typing import Any

import hypothesis
import schemathesis
from schemathesis.core.transport import Response
from schemathesis.generation.stateful import APIStateMachine

from sbg_bulk.contract.schema import Operation, load_schema, operations_of
from sbg_bulk.contract.service import Service

CASES = 2
"""Calls that are generated for each operation."""

SCENARIOS = 2
STEPS = 4


def explore(service: Service, seed: int) -> None:
    """Make generated calls, GET only; what is wrong with the answers goes into the report.

    Nothing is generated that does not fit the contract: what a service makes of that is asked elsewhere.
    """
    schema = load_schema().include(method="GET")
    for name in sorted(service.missing):
        schema = schema.exclude(operation_id=name)
    for operation in operations_of(schema):
        _call(service, operation, seed)
    machine = _machine(service, schema.as_state_machine())
    hypothesis.seed(seed)(machine)
    machine.run(settings=_settings(SCENARIOS))


def _call(service: Service, operation: Operation, seed: int) -> None:
    @hypothesis.seed(seed)
    @_settings(CASES)
    @hypothesis.given(case=operation.as_strategy())
    def call(case: schemathesis.Case[Any]) -> None:
        service.send(case)

    call()


def _settings(examples: int) -> hypothesis.settings:
    return hypothesis.settings(
        max_examples=examples,
        stateful_step_count=STEPS,
        database=None,
        report_multiple_bugs=False,
        deadline=None,  # the service takes the time it takes
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )


def _machine(service: Service, base: type[APIStateMachine]) -> type[APIStateMachine]:
    class Machine(base):  # type: ignore[valid-type, misc]
        def call(self, case: schemathesis.Case[Any], **named: Any) -> Response:  # noqa: ARG002
            return Response.from_any(service.send(case))

        def validate_response(self, *arguments: Any, **named: Any) -> None:
            """Validate nothing: the service has checked it."""

    return Machine
