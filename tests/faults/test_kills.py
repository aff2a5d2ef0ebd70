"""Runs whose processes are killed and resumed."""

from __future__ import annotations

import pytest

from sbg_bulk.families import FAMILIES
from scripts.lib.faults.errands import errand
from scripts.lib.faults.kills import kill


# Each of another family: a seed's rest tells which.
@pytest.mark.parametrize(
    ("seed", "family", "kills"),
    [(20, "DELETE", 3), (22, "EXPORT_REPLACE", 2), (24, "DRS_IMPORT", 2), (25, "METADATA", 2)],
)
def test_a_run_whose_processes_are_killed_does_each_row_once_or_says_it_did_not(
    seed: int, family: str, kills: int
) -> None:
    result = kill(kills, seed=seed)
    assert not result.broken, f"scripts/faults --kill {kills} --seed {seed}: {result.broken}"
    assert result.counts["kills"] == result.counts[f"kills of {family}"] == kills
    assert result.counts["done"] > 30 * kills


def test_kills_range_over_all_families() -> None:
    assert {errand(seed).job_type for seed in range(1, 12)} == set(FAMILIES)
