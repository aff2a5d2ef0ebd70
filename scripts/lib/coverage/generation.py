"""The contract as schemathesis tests it: what is generated, what is checked, and which checks of ours come on top."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import schemathesis
from schemathesis.checks import CheckContext, CheckFunction
from schemathesis.config import SchemathesisConfig
from schemathesis.core.transport import Response
from schemathesis.schemas import BaseSchema

from sbg_bulk.contract.schema import contract_file, operation_id
from sbg_bulk.simulator import ManualClock, Simulator

BEYOND_THE_SCHEMA: Mapping[str, Sequence[int]] = {
    "submit_copy_job": (3012, 5029, 5031, 10231),
    "submit_move_job": (3012, 5029, 5031, 10231),
    "submit_delete_job": (10231,),
    "list_files": (3006, 3012, 5004, 5022, 5029, 5031, 90000),
    "list_folder": (5022,),
    "create_folder": (3012, 5022, 5029, 5031, 10236),
    "list_volume_objects": (9011,),
    "start_import": (3012, 5022, 5029, 5031, 9012, 9018),
    "start_export": (9018,),
    "start_drs_import": (3012, 5029, 5031, 90000),
}
"""The codes of rules that OpenAPI 3.0 cannot express, such as "exactly one of parent and project": a request that
breaks one of them fits the schema, and is rightly refused with 400. Nothing else that fits may be.

90000 is for a filter that is none of the family `metadata.KEY`, and for a DRS address that is none; 10236 for a
folder's name that begins with `__`; 9011 for a token of a list that it has not given out; 9018 for a location that ends
in no name."""

_ERROR_KEYS = frozenset({"status", "code", "message", "more_info"})

_ACCEPTED = ["2xx", "401", "403", "404", "409"]

_KNOWN_IDS: Mapping[str, Sequence[str]] = {
    "jobs": ["70711174378885120", "70725310812958720", "71721895316959284"],
    "files": ["5c6d4227e4b0385632389346", "5c6d3f30e4b038563238932f", "5c6d3a08e4b0385632389300"],
    "folders": ["5c6d3a08e4b0385632389300", "5c6d3f30e4b0385632389310", "1e3de690c4b058509735944e"],
    "projects": ["rfranklin/my-project", "rfranklin/destination-project", "bmcclintock/no-access"],
    "volumes": ["rfranklin/my-volume", "rfranklin/output", "bmcclintock/private"],
    "imports": ["YFyyZ7rpCGtXjKTzjGGRJIIBmWd6Mh19", "154608246075330560"],
}
"""The ids that the seed `examples` has: drawn in part of the cases, since no generator hits upon an id."""


def examples_simulator() -> Simulator:
    """Make a simulator that has what the contract's examples name, and whose jobs take a step with each look."""
    return Simulator(clock=ManualClock(), seed="examples", progress="polls", rate_limit=None)


def schema_for(simulator: Simulator, *, seed: int, max_examples: int, max_steps: int = 6) -> BaseSchema:
    """Load the contract, to be tested on a simulator in this process. The same seed generates the same cases.

    Only what follows from the contract and the seed is generated: nothing is learnt from earlier runs, from answers,
    or from the source code, for then one test would depend on those before it.
    """
    no_learning = {"extra-data-sources": {"responses": False}}
    config = SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "cache": {"enabled": False},
            "analysis": {"constants": {"enabled": False}},
            "base-url": simulator.base_url,
            "auth": {"openapi": {"AuthToken": {"api_key": "demo-token"}}},
            # A case takes a millisecond here, and some strings of the contract are narrow: no reasons to fail.
            "suppress-health-check": ["all"],
            # The token is not generated: a wrong one has a test of its own, and hides whatever else is in a case.
            "generation": {"max-examples": max_examples, "database": "none", "with-security-parameters": False},
            "phases": {
                "examples": no_learning,
                "coverage": no_learning,
                "fuzzing": {**no_learning, "error-feedback": {"enabled": False}},
                "stateful": {"max-steps": max_steps},
            },
            "dictionaries": {name: {"values": list(values)} for name, values in _KNOWN_IDS.items()},
            "parameters": {
                "path.job_id": {"dictionary": "jobs", "probability": 0.5},
                "path.file_id": {"dictionary": "files", "probability": 0.5},
                "query.parent": {"dictionary": "folders", "probability": 0.3},
                "query.project": {"dictionary": "projects", "probability": 0.5},
                "body.file_ids[*]": {"dictionary": "files", "probability": 0.5},
                "path.import_id": {"dictionary": "imports", "probability": 0.5},
                "query.volume": {"dictionary": "volumes", "probability": 0.5},
                "body.import_ids[*]": {"dictionary": "imports", "probability": 0.5},
                "body.items[*].id": {"dictionary": "files", "probability": 0.5},
                "body.items[*].file": {"dictionary": "files", "probability": 0.5},
                "body.items[*].parent": {"dictionary": "folders", "probability": 0.3},
                "body.items[*].project": {"dictionary": "projects", "probability": 0.3},
            },
            "checks": {
                "positive_data_acceptance": {"expected-statuses": _ACCEPTED},
                # It takes only DELETE for a deletion, so a folder that a job has deleted seems to be lost.
                "ensure_resource_availability": {"enabled": False},
            },
            "operations": [
                {
                    "include-operation-id": sorted(BEYOND_THE_SCHEMA),
                    # `refused_for_a_reason` looks after these in its place.
                    "checks": {"positive_data_acceptance": {"expected-statuses": [*_ACCEPTED, "400"]}},
                }
            ],
        }
    )
    schema = schemathesis.openapi.from_path(contract_file(), config=config)
    schema.app = simulator.app
    return schema


def refused_for_a_reason(_: CheckContext, response: Response, case: schemathesis.Case[Any]) -> None:
    """Check that what fits the schema is refused with 400 only for a rule that the schema cannot express."""
    if response.status_code == 400 and case.meta is not None and case.meta.generation.mode.is_positive:
        code = response.json()["code"]
        assert code in BEYOND_THE_SCHEMA.get(operation_id(case.operation), ()), (
            f"a request that fits is refused with {code}"
        )


def error_is_documented(_: CheckContext, response: Response, case: schemathesis.Case[Any]) -> None:
    """Check that an error has all its keys, the status of HTTP, and one of the codes that its response documents."""
    if response.status_code < 400 or response.status_code == 405:
        return
    body = response.json()
    assert body.keys() == _ERROR_KEYS
    assert body["status"] == response.status_code
    documented = case.operation.responses.get(str(response.status_code))
    assert documented is not None
    codes = re.findall(r"\b\d+\b", documented.definition["description"].partition("ode")[2])
    assert str(body["code"]) in codes, f"code {body['code']} is not documented for {response.status_code}"


def announces_the_budget(_: CheckContext, response: Response, __: schemathesis.Case[Any]) -> None:
    """Check that every answer has an id, and every answer to a known token says what is left of the budget."""
    assert response.headers["x-request-id"]
    if response.status_code != 401:
        assert {"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"} <= response.headers.keys()


OUR_CHECKS: list[CheckFunction] = [refused_for_a_reason, error_is_documented, announces_the_budget]
