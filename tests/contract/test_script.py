"""`scripts/contract` on a server: what it calls, what it leaves behind, and what it says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sbg_bulk.simulator import Simulator, running
from sbg_bulk.simulator.service.answering import Call
from sbg_bulk.simulator.service.reply import Reply, answer
from tests.contract.bugs import lost_item, next_skips_one
from tests.contract.deployments import PROJECT, TOKEN, build

ROOT = Path(__file__).resolve().parents[2]


def contract(simulator: Simulator, *arguments: str, **environment: str) -> tuple[int, str]:
    """Run it against the simulator over HTTP. Returns its exit status and all that it has printed."""
    with running(simulator) as url:
        known = {name: value for name, value in os.environ.items() if not name.startswith("SB_")}
        done = subprocess.run(
            [sys.executable, "-m", "scripts.lib.contract", "--url", url, *arguments],
            cwd=ROOT,
            env={**known, "SB_API_ENDPOINT": url, "SB_AUTH_TOKEN": TOKEN, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
    return done.returncode, done.stdout + done.stderr


def tree(simulator: Simulator) -> dict[str, Any]:
    """All files and folders: their names and places."""
    return {node.id: (node.name, node.parent) for node in simulator.world.nodes.values()}


def test_without_leave_to_write_only_get_requests_are_made() -> None:
    simulator = build()
    before, jobs = tree(simulator), len(simulator.jobs.all())
    status, printed = contract(simulator)
    assert status == 0, printed
    assert {entry.method for entry in simulator.requests} == {"GET"}
    assert {entry.operation for entry in simulator.requests} >= {"list_async_jobs", "get_copy_job", "get_file"}
    assert (tree(simulator), len(simulator.jobs.all())) == (before, jobs)
    assert "0 violations, 0 notes" in printed
    assert TOKEN not in printed


def test_with_leave_to_write_nothing_but_its_own_folder_is_touched_and_that_is_gone() -> None:
    simulator = build(progress="polls")
    before = tree(simulator)
    status, printed = contract(simulator, "--allow-writes", PROJECT)
    assert status == 0, printed
    assert tree(simulator) == before
    made = [entry.path for entry in simulator.requests if entry.operation == "create_folder"]
    assert made
    assert "7 jobs followed to their end: 0 violations, 0 notes" in printed
    assert TOKEN not in printed


def test_its_folder_is_gone_as_well_when_the_run_breaks_off() -> None:
    simulator = build(progress="polls")
    before = tree(simulator)
    simulator.arm("kind=500 op=get_copy_job call=3")
    status, printed = contract(simulator, "--allow-writes", PROJECT)
    assert status == 1, printed
    assert "BROKEN readable" in printed
    assert tree(simulator) == before


def test_a_violation_is_named_and_a_wrong_guess_is_only_noted() -> None:
    simulator = build(progress="polls")
    next_skips_one(simulator)
    lost_item(simulator)
    status, printed = contract(simulator, "--allow-writes", PROJECT)
    assert status == 1
    assert "BROKEN links" in printed
    assert "BROKEN result-complete" not in printed
    assert "note: a guess is wrong here: result-complete" in printed


def test_a_token_that_the_service_sends_back_is_not_printed() -> None:
    simulator = build()

    def get_user(call: Call) -> Reply:
        return answer({"href": "", "username": [call.user.token]})

    simulator.operations.get_user = get_user  # type: ignore[method-assign]
    status, printed = contract(simulator)
    assert status == 1
    assert "BROKEN conformance: GET /user 200" in printed
    assert "…" in printed
    assert TOKEN not in printed


def test_it_stops_at_the_first_refusal_for_too_many_requests() -> None:
    simulator = build()
    simulator.arm("kind=429 call=40")
    status, printed = contract(simulator)
    assert status == 2
    assert "stopped: the rate limit is reached" in printed
    assert [entry.status for entry in simulator.requests].index(429) == len(simulator.requests) - 1


@pytest.mark.parametrize("project", ["scratch", "rfranklin/scratch/in", ""])
def test_leave_to_write_has_to_name_a_project(project: str) -> None:
    simulator = build()
    status, printed = contract(simulator, "--allow-writes", project)
    assert status == 2
    assert "owner/project" in printed
    assert len(simulator.requests) == 0


def test_a_token_stored_for_another_deployment_is_not_sent() -> None:
    simulator = build()
    status, printed = contract(simulator, SB_API_ENDPOINT="https://cgc-api.sbgenomics.com/v2")
    assert status == 2
    assert len(simulator.requests) == 0
    assert TOKEN not in printed
