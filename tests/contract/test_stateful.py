"""Calls that lead to calls, along the links of the contract, and every job on the way followed to its end."""

from __future__ import annotations

from typing import Any, cast

import hypothesis
import pytest
import schemathesis
from attrs import define
from schemathesis.checks import CheckFunction
from schemathesis.core.transport import Response

from sbg_bulk.contract.history import History
from sbg_bulk.contract.jobs import read_job
from sbg_bulk.contract.report import Report
from sbg_bulk.contract.schema import operation_id
from sbg_bulk.simulator import Simulator
from scripts.lib.coverage.generation import OUR_CHECKS, examples_simulator, schema_for
from tests.contract.deployments import gate

SCENARIOS = 30
SEEDS = range(1, 4)


@define
class Tally:
    """What a session of scenarios has come to."""

    calls: int = 0
    submitted: int = 0
    followed_to_the_end: int = 0
    read_finished: int = 0


def run_scenarios(simulator: Simulator, seed: int, tally: Tally) -> Report:
    """Run the state machine of the contract; each scenario begins with the same world."""
    report = Report(simulator.base_url)
    schema = schema_for(simulator, seed=seed, max_examples=SCENARIOS)

    class Machine(schema.as_state_machine()):  # type: ignore[misc]
        def setup(self) -> None:
            simulator.reset()

        def after_call(self, response: Response, case: schemathesis.Case[Any]) -> None:
            super().after_call(response, case)
            tally.calls += 1
            name = operation_id(case.operation)
            if name.startswith("get_") and name.endswith("_job") and response.status_code == 200:
                tally.read_finished += response.json()["state"] == "FINISHED"

        def validate_response(
            self,
            response: Response,
            case: schemathesis.Case[Any],
            additional_checks: list[CheckFunction] | None = None,
            **named: Any,
        ) -> None:
            super().validate_response(response, case, [*OUR_CHECKS, *(additional_checks or [])], **named)
            if operation_id(case.operation).startswith("submit_") and response.status_code == 202:
                tally.submitted += 1
                follow(response.json(), len(cast("dict[str, Any]", case.body)["items"]))

    def follow(job: dict[str, Any], items: int) -> None:
        service, history = gate(simulator, report), History(job["id"], items, report)
        history.look(job)
        for _ in range(items + 3):  # to RESOLVING, to RUNNING, one look for each item, and one at the finished job
            history.look(read_job(service, job["type"], job["id"]).body)
        assert history.finished
        tally.followed_to_the_end += 1

    settings = hypothesis.settings(
        max_examples=SCENARIOS,
        stateful_step_count=8,
        phases=[hypothesis.Phase.generate],
        deadline=None,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    hypothesis.seed(seed)(Machine)
    Machine.run(settings=settings)
    return report


@pytest.mark.parametrize("seed", SEEDS)
def test_the_simulator_keeps_the_contract_along_its_links(seed: int) -> None:
    tally = Tally()
    # What a seed draws differs from process to process, as sets are iterated over: it is gone on until enough was seen.
    for further in range(40):
        report = run_scenarios(examples_simulator(), seed + 1000 * further, tally)
        assert [finding.lines() for finding in report.findings] == []
        if tally.followed_to_the_end >= 5 and tally.read_finished >= 10:
            break
    # What the defaults of the framework hardly ever reach, and what makes the run worth something:
    assert tally.submitted == tally.followed_to_the_end >= 5
    assert tally.read_finished >= 10
