"""Many trials, on several processors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from scripts.lib.faults.drawing import attempt
from scripts.lib.faults.kills import kill
from scripts.lib.faults.trial import Result, scratch
from scripts.lib.parallel import spread

KILLS_OF_A_RUN: Final = 20
"""How often one and the same run is killed, at most."""


def trials(seeds: range) -> Result:
    """Do the trials of these seeds, one after the other."""
    total = Result()
    with scratch() as folder:
        for seed in seeds:
            total.add(attempt(seed, folder))
    return total


def killings(kills: int, seed: int, processes: int) -> Iterator[Result]:
    """Kill so many processes, at most KILLS_OF_A_RUN that carry the same run; yields the result of each run."""
    numbers = [min(KILLS_OF_A_RUN, kills - done) for done in range(0, kills, KILLS_OF_A_RUN)]
    return spread(kill, ((number, seed + run) for run, number in enumerate(numbers)), processes)


def command(seed: int, kills: int = 0) -> str:
    """Return the command that does a trial again; with kills as nearly as real processes allow."""
    return f"scripts/faults --{'kill' if kills else 'schedules'} {min(kills, KILLS_OF_A_RUN) or 1} --seed {seed}"
