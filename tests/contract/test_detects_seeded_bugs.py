"""The checks of our own bite: each of many bugs in the simulator is noticed, whatever the seed."""

from __future__ import annotations

import pytest
from attrs import define, field

from scripts.lib.contract.report import CHECKS, Report
from tests.contract.bugs import BUGS, Planted
from tests.contract.deployments import build, examine

SEEDS = range(1, 6)


class NoticedError(Exception):
    """The bug has been noticed; there is no need to go on."""


@define
class Awaiting(Report):
    """A report that waits for one of some checks to be broken."""

    wanted: frozenset[str] = field(kw_only=True)

    def broken(self, check: str, what: str) -> None:
        super().broken(check, what)
        if check in self.wanted:
            raise NoticedError


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_is_noticed_by_the_check_that_is_for_it(bug: Planted, seed: int) -> None:
    simulator = build(seed=seed)
    bug.plant(simulator)
    with pytest.raises(NoticedError):
        examine(simulator, seed, Awaiting(strict=True, wanted=bug.noticed_by))


def test_every_check_has_a_bug_that_it_notices() -> None:
    assert frozenset().union(*(bug.noticed_by for bug in BUGS)) == CHECKS.keys()
