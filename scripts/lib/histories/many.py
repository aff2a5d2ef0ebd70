"""Many histories, on several processors."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import Final

from scripts.lib.histories.history import draw
from scripts.lib.histories.trial import attempt

AT_ONCE: Final = 25
"""Histories that a process does before it says so."""

Result = tuple[dict[int, str], Counter[str]]


def trials(seeds: range) -> Result:
    """Do the histories of these seeds: what was wrong first in each that broke a promise, and what has happened."""
    broken: dict[int, str] = {}
    total: Counter[str] = Counter()
    for seed in seeds:
        wrong, counts = attempt(draw(seed))
        total += counts
        if wrong:
            broken[seed] = wrong[0]
    return broken, total


def shared_out(seeds: range, processes: int) -> Iterator[Result]:
    """Do them in so many processes; yields what has come of some more of them."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        parts = [pool.submit(trials, seeds[at : at + AT_ONCE]) for at in range(0, len(seeds), AT_ONCE)]
        for part in as_completed(parts):
            yield part.result()
