"""The trials of all families: which one a seed draws."""

from __future__ import annotations

import random
from pathlib import Path

from scripts.lib.faults import trial
from scripts.lib.faults.schedule import draw
from scripts.lib.faults.trial import Result
from scripts.lib.faults.volume_trial import attempt_volumes, draw_volumes


def of_volumes(seed: int) -> bool:
    """Return whether a seed draws imports or exports; else copies, moves or deletions."""
    return random.Random(f"family {seed}").random() < 0.4  # noqa: S311 - to be repeated


def attempt(seed: int, folder: Path) -> Result:
    """Do the trial that a seed draws."""
    return attempt_volumes(seed, folder) if of_volumes(seed) else trial.attempt(draw(seed), folder)


def explain(seed: int) -> list[str]:
    """Say what a seed draws, for people."""
    if not of_volumes(seed):
        return trial.explain(draw(seed))
    schedule, family = draw_volumes(seed)
    return [f"run: {family}", *trial.explain(schedule)]
