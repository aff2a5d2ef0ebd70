"""Check the second server with each of its bugs."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

from tests.second.bugs import BUGS
from tests.second.bugs.proving import SEEDS, found_by


def measured(names: Sequence[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """Produce for each bug the promises that find it, whatever the seed."""
    tasks = [(name, seed) for name in names for seed in SEEDS]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(_found, tasks)
        for name in names:
            yield name, frozenset.intersection(*(next(results) for _ in SEEDS))


def _found(task: tuple[str, int]) -> frozenset[str]:
    name, seed = task
    return found_by(BUGS[name], seed, sorted(BUGS[name].promises))


def sample(number: int) -> list[str]:
    """Return so many bugs of each family, always the same."""
    rng = random.Random(7)
    families = sorted({bug.family for bug in BUGS.values()})
    of_each = (sorted(name for name in BUGS if BUGS[name].family == family) for family in families)
    return [name for names in of_each for name in rng.sample(names, number)]
