"""The check of our own bite: each of many bugs in the simulator fails the check, whatever the seed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sbg_bulk.contract import PROMISES, Level
from tests.contract import wire_bugs
from tests.contract.bugs import BUGS, Planted
from tests.contract.deployments import build, checked

SEEDS = range(1, 3)
"""For bugs in jobs, where much is drawn. What shows in single answers is the same under all."""

STORED = {"bulk", "imports", "exports", "drs", "storage"}

OTHER_PARTS = {"walk", "jobs", "files", "bodies", "refusals"}

WITHOUT_A_BUG = {
    # These are told by variants and bugs of the second server, see tests/second.
    *("rate-seconds", "served", "served-more", "links-given", "links-home", "full-pages", "total-given"),
    *("error-words", "known-code", "known-type", "double-underscore", "failures-told", "accepted", "cleaned-up"),
    *("as-asked", "starts"),
    *(name for name, one in PROMISES.items() if one.parts & STORED and not one.parts & OTHER_PARTS),
}
"""Promises that no bug here breaks."""


def _cases() -> Iterator[Any]:
    for bug in BUGS:
        for seed in SEEDS if bug.plant.__module__.endswith(".bugs") else SEEDS[:1]:
            yield pytest.param(bug, seed, id=f"{bug.name}-{seed}")


@pytest.mark.parametrize(("bug", "seed"), list(_cases()))
def test_a_planted_bug_fails_the_check_by_the_promise_that_it_breaks(bug: Planted, seed: int) -> None:
    simulator = build(seed=seed)
    application = bug.plant(simulator)
    report = checked(simulator, application, promises=sorted(bug.noticed_by), seed=seed)
    found = {finding.promise.name for finding in report.findings}
    assert found & bug.noticed_by, report.text()
    levels = {PROMISES[name].level for name in found}
    assert report.exit_code == (0 if levels == {Level.GUESS} else 1)


def test_every_promise_has_a_bug_that_breaks_it() -> None:
    assert wire_bugs  # it registers its own
    assert frozenset().union(*(bug.noticed_by for bug in BUGS)) == PROMISES.keys() - WITHOUT_A_BUG
