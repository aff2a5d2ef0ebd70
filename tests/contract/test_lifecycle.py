"""Jobs on the simulator live as the contract says, from their submission to what they leave behind."""

from __future__ import annotations

import pytest

from sbg_bulk.simulator import Job
from sbg_bulk.simulator.world.jobs import Progress
from tests.contract.deployments import PLACE, PROJECT, build, examine

SEEDS = range(1, 6)
JOBS_OF_A_WALK = 7


@pytest.mark.parametrize("progress", ["time", "polls"])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_walk_on_the_simulator_finds_nothing_wrong(seed: int, progress: Progress) -> None:
    report = examine(build(seed=seed, progress=progress), seed)
    assert [str(violation) for violation in report.violations] == []
    assert report.notes == []
    assert report.finished == JOBS_OF_A_WALK


def test_a_walk_shows_jobs_in_every_state() -> None:
    simulator = build()
    seen: set[str] = set()
    original = simulator.jobs.shown

    def shown(job: Job, now: float) -> None:
        seen.add(job.state)
        original(job, now)

    simulator.jobs.shown = shown  # type: ignore[method-assign]
    examine(simulator, 1)
    assert seen == {"SUBMITTED", "RESOLVING", "RUNNING", "FINISHED"}


def test_a_walk_leaves_nothing_behind_and_touches_nothing_else() -> None:
    simulator = build()
    before = {node.id: (node.name, node.parent) for node in simulator.world.nodes.values()}
    examine(simulator, 1)
    assert {node.id: (node.name, node.parent) for node in simulator.world.nodes.values()} == before
    assert PLACE.name not in simulator.world.projects[PROJECT].root.children


def test_two_walks_with_one_seed_make_the_same_calls() -> None:
    first, second = build(), build()
    examine(first, 3)
    examine(second, 3)
    assert [(entry.method, entry.path, entry.query) for entry in first.requests] == [
        (entry.method, entry.path, entry.query) for entry in second.requests
    ]
