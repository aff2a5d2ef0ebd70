"""Work that is shared out to several processes."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import Any, Final, TypeVar

R = TypeVar("R")

AT_ONCE: Final = 25
"""Seeds that a process deals with before it says so."""


def spread(work: Callable[..., R], calls: Iterable[tuple[Any, ...]], processes: int) -> Iterator[R]:
    """Call a function with each of these arguments in so many processes; yields the results, as they come."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        for done in as_completed([pool.submit(work, *arguments) for arguments in calls]):
            yield done.result()


def shared_out(trials: Callable[[range], R], seeds: range, processes: int) -> Iterator[R]:
    """Do the trials of these seeds in so many processes; yields the result of some more of them."""
    return spread(trials, ((seeds[at : at + AT_ONCE],) for at in range(0, len(seeds), AT_ONCE)), processes)
