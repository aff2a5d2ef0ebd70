"""Runs carried through faults that are drawn from seeds."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.lib.faults.drawing import GROUPS, Group
from scripts.lib.faults.many import command, trials
from scripts.lib.faults.schedule import draw
from scripts.lib.faults.trial import Result, attempt
from scripts.lib.faults.volume_trial import attempt_volumes
from scripts.lib.parallel import shared_out

SCHEDULES = range(1, 401)

KINDS = (
    *("429", "maintenance", "500", "502", "503", "504", "520", "599", "html", "delay", "cut_before", "cut_after"),
    *("truncate", "wrong_types", "unknown_state", "missing_field", "null_field", "header", "fail_item", "late_list"),
    *("shuffle", "leave_out"),
)


def test_each_row_is_done_once_or_reported_as_not_done_whatever_goes_wrong() -> None:
    total = Result()
    for result in shared_out(trials, SCHEDULES, processes=2):
        total.add(result)
    assert not total.broken, "\n".join(f"{command(seed)}: {wrong[0]}" for seed, wrong in total.broken.items())
    # That nothing is wrong says little if little has happened.
    assert set(total.struck) == set(KINDS)
    happened = {"schedules": 400, "crashes": 300, "resumes": 300, "adopted": 40, "resubmitted": 20, "stopped": 1}
    happened |= {f"schedules of {family}": 30 for family in ("EXPORT_COPY", "EXPORT_REPLACE", "IMPORT")}
    happened |= {"rows of volumes adopted": 100, "imports by DRS adopted": 30, "changes sent again": 2}
    happened |= {"schedules of DRS_IMPORT": 20, "schedules of METADATA": 10, "schedules of TAGS": 10}
    assert {name: number for name, number in happened.items() if total.counts[name] < number} == {}


def test_a_seed_draws_the_same_and_does_the_same_again(folder: Path) -> None:
    assert draw(7) == draw(7)
    assert draw(7) != draw(8)
    first, second = attempt(draw(12), folder), attempt(draw(12), folder)
    assert (first.counts, first.struck) == (second.counts, second.struck)


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.attempt.__name__)
def test_a_seed_draws_the_same_of_each_family_again(folder: Path, group: Group) -> None:
    assert group.draw(5) == group.draw(5)
    first, second = group.attempt(5, folder), group.attempt(5, folder)
    assert (first.counts, first.struck) == (second.counts, second.struck)


@pytest.mark.parametrize("seed", [3618, 1345], ids=["known to the same process", "known to none that is left"])
def test_an_older_job_is_not_taken_for_the_runs_where_one_answer_told_a_time_that_is_years_late(
    folder: Path, seed: int
) -> None:
    assert not attempt_volumes(seed, folder).broken


def test_trials_add_up() -> None:
    together = trials(range(1, 5))
    apart = [trials(range(seed, seed + 1)) for seed in range(1, 5)]
    assert together.counts["requests"] == sum(each.counts["requests"] for each in apart)
