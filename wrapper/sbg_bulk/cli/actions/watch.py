"""Follow a run that another process carries: it is shown as if it were carried here."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from sbg_bulk.cli.progress.display import followed
from sbg_bulk.runs.progress import Progress
from sbg_bulk.runs.records import State

if TYPE_CHECKING:
    from sbg_bulk.runs.journal import Journal

EVERY: Final = 2.0
"""Seconds between two readings of the journal. They cost no request."""


def watch(read: Callable[[], Journal], pause: Callable[[float], object] = time.sleep) -> None:
    """Show how a run goes on until no process works on it any more.

    Args:
        read: opens its journal to read it.
        pause: waits for so many seconds.
    """
    with read() as journal:
        if not journal.in_use:
            return
    with followed(False) as (tracker, _):
        while True:
            with read() as journal:
                tracker.run(_progress(journal))
                if not journal.in_use:
                    return
            pause(EVERY)


def _progress(journal: Journal) -> Progress:
    """Return how far a run has come, as its journal tells it."""
    tally = journal.tally()
    states = [one.submission.state for one in journal.submission_times()]
    running = sum(state in (State.INTENDED, State.RUNNING) for state in states)
    ended = states.count(State.ENDED)
    made, folders = journal.folders()
    return Progress(
        journal.plan.run,
        str(journal.path),
        tally,
        running,
        ended,
        jobs_total=ended + running + math.ceil(tally.open / journal.plan.items_per_job),
        folders_made=made,
        folders_total=folders,
        noun=journal.noun(),
    )
