"""The second server with a bug: the check finds it. `scripts/bugs` does this with all of them, under all seeds."""

from __future__ import annotations

import random
from typing import Final

import pytest

from sbg_bulk.contract import PROMISES, Level
from tests.contract.bugs import BUGS as SIMULATED
from tests.second.bugs import BUGS
from tests.second.bugs.measure import sample
from tests.second.bugs.page import TABLE, table_of
from tests.second.bugs.proving import SEEDS, found_by

TRIED: Final = 5
"""Bugs of each family."""

UNBROKEN: Final = {
    # Guesses, which variants of this server break, see test_checks.py.
    *("rate-seconds", "served-more", "links-given", "links-home", "full-pages", "total-given", "known-state"),
    *("error-words", "known-code", "known-type", "double-underscore", "failures-told", "result-complete"),
    *("result-in-order", "volume-level"),
    # A server that lacks these calls, or cannot delete, is not a server with a bug.
    *("served", "cleaned-up"),
}
"""Promises that no bug here breaks."""


def _sample() -> list[tuple[str, int]]:
    """Return bugs of all families, each with a seed."""
    rng = random.Random(7)
    return [(name, rng.choice(SEEDS)) for name in sample(TRIED)]


@pytest.mark.parametrize(("name", "seed"), _sample())
def test_a_bug_fails_the_check_by_a_promise_that_it_breaks(name: str, seed: int) -> None:
    promises = BUGS[name].promises
    assert found_by(BUGS[name], seed, sorted(promises)) & promises


def test_each_promise_that_can_fail_a_check_has_a_bug() -> None:
    assert len(BUGS) >= 120
    broken = frozenset().union(*(bug.promises for bug in BUGS.values()))
    assert broken == PROMISES.keys() - UNBROKEN
    assert not [name for name in broken if PROMISES[name].level is Level.GUESS]


def test_the_simulators_bugs_are_others() -> None:
    assert not {bug.name for bug in SIMULATED} & BUGS.keys()


def test_the_table_of_the_documentation_has_each_bug_and_what_was_found() -> None:
    rows = table_of(TABLE.read_text(encoding="utf-8"))
    assert rows.keys() == BUGS.keys()
    for name, row in rows.items():
        assert (row.family, row.text) == (BUGS[name].family, BUGS[name].text)
        assert row.found & BUGS[name].promises
        assert row.found <= PROMISES.keys()
