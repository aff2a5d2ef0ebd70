"""How a run or a wait goes on, in plain lines: for pipes, logs, and terminals on which nothing can be redrawn."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from sbg_bulk.api.waits import Cause, waiting
from sbg_bulk.cli.progress.tracker import ProgressTracker, Snapshot
from sbg_bulk.text import counted, duration, speed

if TYPE_CHECKING:
    from sbg_bulk.api.waits import Wait

EVERY: Final = 30.0
"""Seconds between two lines that tell how far it has come."""

REMINDER: Final = 60.0
"""Seconds after which a pause for the same reason is told again."""


class Lines:
    """Tells now and then how it goes on.

    That is a line each `EVERY` seconds if something has changed, and one at once for what is worth noting: the first
    failure, and a pause of a second or more that something else than the next look at jobs asks for.

    Args:
        following: what is shown.
        write: writes a line.
        clock: seconds that never go back.
    """

    def __init__(self, following: ProgressTracker, write: Callable[[str], object], clock: Callable[[], float]) -> None:
        self._following = following
        self._write = write
        self._clock = clock
        self._told = clock()
        self._failures_told = False
        self._waits_told: dict[str, float] = {}

    def changed(self) -> None:
        """Something has changed."""
        outlook = self._following.outlook()
        # At the end the report tells them.
        first_failure = outlook.failed > 0 and not self._failures_told and outlook.jobs_ended < outlook.jobs_total
        if first_failure or self._clock() - self._told >= EVERY:
            self._told = self._clock()
            self._failures_told = outlook.failed > 0
            self._write(line(outlook))

    def waits(self, wait: Wait) -> None:
        """A pause is about to be made."""
        self.changed()
        now = self._clock()
        short = wait.seconds < 1 or wait.cause is Cause.NEXT_LOOK
        if not short and now - self._waits_told.get(wait.reason, -math.inf) >= REMINDER:
            self._waits_told[wait.reason] = now
            self._write(f"{waiting(wait)}.")


def line(outlook: Snapshot) -> str:
    """How far it has come, in a sentence."""
    if outlook.makes_folders:
        return f"Creating folders {outlook.folders_made:,}/{outlook.folders_total:,}."
    total = counted(outlook.total, outlook.unit) if outlook.total is not None else f"{outlook.unit}s"
    parts = [f"{outlook.done:,} of {total} done" if outlook.total is not None else f"{outlook.done:,} {total} done"]
    parts.append(f"{outlook.failed:,} failed")
    if outlook.unclear:
        parts.append(f"{outlook.unclear:,} unclear")
    jobs = f"{outlook.jobs_ended:,} of {counted(outlook.jobs_total, 'job')} ended, {outlook.jobs_running:,} under way"
    if outlook.lost:
        jobs += f", {outlook.lost:,} not found"
    told = f"{', '.join(parts)}; {jobs}"
    if outlook.rate is not None:
        told += f"; {speed(outlook.rate, outlook.unit)}"
        if outlook.left:
            told += f", about {duration(outlook.left)} left"
    return f"{told}."
