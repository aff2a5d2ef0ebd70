"""Generated calls: the contract's examples, the edges of its schemas, and whatever else fits or does not."""

from __future__ import annotations

from typing import Any

import schemathesis

from scripts.lib.coverage.generation import OUR_CHECKS, examples_simulator, schema_for

SIMULATOR = examples_simulator()
SCHEMA = schema_for(SIMULATOR, seed=20190220, max_examples=30)


@SCHEMA.parametrize()
def test_the_simulator_keeps_the_contract_in_generated_calls(case: schemathesis.Case[Any]) -> None:
    SIMULATOR.reset()  # each case begins with the same world: no test depends on those before it
    case.call_and_validate(additional_checks=OUR_CHECKS)
