"""The trials of all families: which one a seed draws."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Final

from attrs import frozen

from scripts.lib.faults import trial
from scripts.lib.faults.drs_trial import attempt_drs, draw_drs
from scripts.lib.faults.edit_trial import attempt_edits, draw_edits
from scripts.lib.faults.schedule import Schedule, draw
from scripts.lib.faults.trial import Result
from scripts.lib.faults.volume_trial import attempt_volumes, draw_volumes


@frozen
class Group:
    """Families whose trials are of one kind.

    Attributes:
        share: the share of seeds that draw them.
        attempt: does the trial of a seed.
        draw: draws it, with what else is drawn for it.
    """

    share: float
    attempt: Callable[[int, Path], Result]
    draw: Callable[[int], tuple[Schedule, str]]


def _attempt_transfers(seed: int, folder: Path) -> Result:
    return trial.attempt(draw(seed), folder)


def _draw_transfers(seed: int) -> tuple[Schedule, str]:
    schedule = draw(seed)
    return schedule, schedule.job_type


GROUPS: Final = (
    Group(0.4, attempt_volumes, draw_volumes),
    Group(0.1, attempt_drs, draw_drs),
    Group(0.1, attempt_edits, draw_edits),
    Group(0.4, _attempt_transfers, _draw_transfers),
)


def group(seed: int) -> Group:
    """Return which families a seed draws."""
    left = random.Random(f"family {seed}").random()  # noqa: S311 - to be repeated
    for each in GROUPS:
        if left < each.share:
            return each
        left -= each.share
    return GROUPS[-1]


def attempt(seed: int, folder: Path) -> Result:
    """Do the trial that a seed draws."""
    return group(seed).attempt(seed, folder)


def explain(seed: int) -> list[str]:
    """Say what a seed draws, for people."""
    schedule, drawn = group(seed).draw(seed)
    return [f"run: {drawn}", *trial.explain(schedule)]
