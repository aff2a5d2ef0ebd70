"""The simulator keeps the contract in all parts of the check, and the check leaves it as it was."""

from __future__ import annotations

import re

import pytest

from sbg_bulk.contract import PROMISES, Budget
from sbg_bulk.contract.scratch import PREFIX
from sbg_bulk.simulator import ApiError, Job, Simulator
from sbg_bulk.simulator.world.jobs import Progress
from tests.contract.deployments import PROJECT, build, checked

SEEDS = range(1, 6)
JOBS_OF_A_WALK = 8


@pytest.mark.parametrize("progress", ["time", "polls"])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_simulator_keeps_all_promises(seed: int, progress: Progress) -> None:
    report = checked(build(seed=seed, progress=progress), seed=seed)
    assert [finding.lines() for finding in report.findings] == []
    assert (report.exit_code, report.unfinished) == (0, [])
    [note] = report.notes
    assert note.startswith("three objects were exported to ")
    assert report.finished >= JOBS_OF_A_WALK
    # There is nothing to say of links that are missing everywhere, and perhaps of failures that are told nowhere.
    assert {name for name in PROMISES if report.state(name) == "not checked"} <= {"links-given", "failures-told"}


def test_a_check_shows_jobs_in_every_state() -> None:
    simulator = build()
    seen: set[str] = set()
    original = simulator.jobs.shown

    def shown(job: Job, now: float) -> None:
        seen.add(job.state)
        original(job, now)

    simulator.jobs.shown = shown  # type: ignore[method-assign]
    checked(simulator, promises=["ends"])
    assert seen == {"SUBMITTED", "RESOLVING", "RUNNING", "FINISHED"}


def test_a_check_leaves_nothing_behind_and_touches_nothing_else() -> None:
    simulator = build()
    before = {node.id: (node.name, node.parent) for node in simulator.world.nodes.values()}
    checked(simulator)
    assert {node.id: (node.name, node.parent) for node in simulator.world.nodes.values()} == before


def test_two_checks_with_one_seed_make_the_same_calls() -> None:
    first, second = build(), build()
    for simulator in (first, second):
        checked(simulator, seed=3, promises=["ends"])
    assert _calls(first) == _calls(second)


def _calls(simulator: Simulator) -> list[tuple[str, str, str]]:
    """Return the calls that a check has made, without its own part of the name of its scratch folder."""
    return [
        (entry.method, entry.path, re.sub(rf"{PREFIX}\w{{12}}", PREFIX, entry.query)) for entry in simulator.requests
    ]


def test_without_leave_to_write_only_get_requests_are_made() -> None:
    simulator = build()
    report = checked(simulator, writes=None)
    assert report.exit_code == 0, report.text()
    assert {entry.method for entry in simulator.requests} == {"GET"}
    assert report.state("ends") == "not checked"


def test_only_the_promises_that_are_asked_for_are_checked() -> None:
    report = checked(build(), promises=["links", "total"])
    assert set(report.checked) == {"links", "total"}
    with pytest.raises(ValueError, match="no promise 'link'"):
        checked(build(), promises=["link"])


def test_maintenance_is_waited_out_and_one_without_end_is_told() -> None:
    simulator = build()
    simulator.arm("kind=maintenance op=list_folder times=5")
    assert checked(simulator).exit_code == 0
    simulator = build()
    simulator.arm("kind=maintenance op=list_folder")
    report = checked(simulator)
    assert (report.exit_code, report.findings) == (2, [])
    assert "maintenance" in report.verdict


def test_a_job_that_does_not_end_is_told_after_its_time_and_other_promises_are_checked() -> None:
    simulator = build()
    simulator.jobs.step = lambda *_: None  # type: ignore[method-assign]
    began = simulator.clock.now()
    report = checked(simulator, budget=Budget(job_timeout=40))
    assert {finding.promise.name for finding in report.broken} == {"ends", "cleaned-up"}
    assert simulator.clock.now() - began < 200
    assert report.state("bad-body") == report.state("bad-query") == "kept"
    assert any("is not deleted yet" in note for note in report.notes)


def test_a_token_that_expires_is_told_as_that() -> None:
    simulator = build()
    answered = 0

    original = simulator.limiter.charge

    def charge(username: str, now: float) -> None:
        nonlocal answered
        answered += 1
        if answered == 60:
            simulator.world.tokens.pop("demo-token")
        original(username, now)

    simulator.limiter.charge = charge  # type: ignore[method-assign]
    report = checked(simulator, writes=None)
    assert (report.exit_code, report.findings) == (2, [])
    assert "no longer accepted (401): it has expired" in report.verdict


def test_an_unknown_token_and_an_unknown_project_are_told_as_that() -> None:
    simulator = build()
    simulator.world.tokens.pop("demo-token")
    assert "the token was not accepted (401)" in checked(simulator).verdict
    report = checked(build(), writes="rfranklin/nothing")
    assert (report.exit_code, report.findings) == (2, [])
    assert "rfranklin/nothing: the project was not found, or is not shared with you" in report.verdict


def test_the_requests_that_it_may_make_end_a_check_and_the_folder_is_deleted_even_so() -> None:
    simulator = build()
    report = checked(simulator, budget=Budget(requests=100))
    assert (report.exit_code, report.findings) == (2, [])
    assert "all 100 requests" in report.verdict
    assert len(simulator.world.projects[PROJECT].root.children) == 6


def test_an_error_of_the_check_itself_does_not_lose_the_report(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise TypeError("nothing of this is shown")

    monkeypatch.setattr("sbg_bulk.contract.checking.check_jobs", broken)
    report = checked(build())
    assert report.exit_code == 2
    assert "jobs: the check itself failed (TypeError" in report.verdict
    assert "nothing of this" not in report.verdict
    assert report.state("fields") == "kept"


def test_each_finding_is_told_at_once_and_once_for_each_cause() -> None:
    simulator = build()
    original = simulator.operations.node

    def node(*arguments: object, **named: object) -> object:
        try:
            return original(*arguments, **named)  # type: ignore[arg-type]
        except ApiError as error:
            error.body = lambda: {"status": 1, "code": 5002, "message": "", "more_info": ""}  # type: ignore[method-assign]
            raise

    simulator.operations.node = node  # type: ignore[method-assign, assignment]
    told: list[str] = []
    report = checked(simulator, found=lambda finding: told.append(finding.cause))
    assert told == [finding.cause for finding in report.findings]
    (finding,) = [one for one in report.findings if one.promise.name == "error-body"]
    assert finding.times > 5
    assert finding.exchange is not None
    assert finding.exchange.request.startswith('curl -sS -H "X-SBG-Auth-Token: $SB_AUTH_TOKEN" http')
    assert f"--promise error-body --seed 1 --allow-writes {PROJECT} --alone" in finding.reproduce
    assert finding.exchange.request_id
    assert "demo-token" not in report.text()
