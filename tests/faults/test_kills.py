"""Runs whose processes are killed and resumed."""

from __future__ import annotations

from scripts.lib.faults.kills import kill


def test_a_run_whose_processes_are_killed_does_each_row_once_or_says_it_did_not() -> None:
    result = kill(6, seed=20)
    assert not result.broken, f"scripts/faults --kill 6 --seed 20: {result.broken}"
    assert result.counts["kills"] == 6
    assert result.counts["done"] > 200
