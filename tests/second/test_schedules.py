"""Runs carried through faults over a second server that is drawn too."""

from __future__ import annotations

from scripts.lib.faults.trial import Result
from scripts.lib.parallel import shared_out
from tests.second.schedules import command, draw, trials


def test_each_row_is_done_once_and_told_truly_whatever_the_server_is_like_and_whatever_goes_wrong() -> None:
    total = Result()
    for result in shared_out(trials, range(1, 61), processes=2):
        total.add(result)
    assert not total.broken, "\n".join(f"{command(seed)}: {wrong[0]}" for seed, wrong in total.broken.items())
    happened = {"schedules": 60, "lives": 100, "faults": 80, "submissions without an answer": 30, "stopped": 1}
    assert {name: number for name, number in happened.items() if total.counts[name] < number} == {}


def test_a_seed_draws_the_same_again() -> None:
    assert draw(7) == draw(7)
    assert draw(7) != draw(8)
