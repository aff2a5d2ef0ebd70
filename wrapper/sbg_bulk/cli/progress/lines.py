"""How a run or a wait goes on, in plain lines: for pipes, logs, and terminals on which nothing can be redrawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from sbg_bulk.cli.output.pauses import Pauses
from sbg_bulk.cli.progress.tracker import ProgressTracker, Snapshot
from sbg_bulk.text import counted, duration, speed

if TYPE_CHECKING:
    from sbg_bulk.api.waits import Wait

EVERY: Final = 30.0
"""Seconds between two lines that tell how far it has come."""


class Lines:
    """Tells now and then how it goes on.

    That is a line each `EVERY` seconds if something has changed, and one at once for what is worth noting: the first
    failure, and pauses, as `Pauses` has them.

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
        self._pauses = Pauses(clock)

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
        """Tell that a pause is about to be made."""
        self.changed()
        if (told := self._pauses.line(wait)) is not None:
            self._write(told)


def line(outlook: Snapshot) -> str:
    """Return how far it has come, in a sentence."""
    if outlook.lists:
        return f"{outlook.lists}: {counted(outlook.requests, 'request')} so far."
    if outlook.makes_folders:
        return f"Creating folders {outlook.folders_made:,}/{outlook.folders_total:,}."
    of = f"{outlook.noun}s" if outlook.total is None else f"of {counted(outlook.total, outlook.noun)}"
    parts = [f"{outlook.done:,} {of} done"]
    parts.append(f"{outlook.failed:,} failed")
    if outlook.unclear:
        parts.append(f"{outlook.unclear:,} unclear")
    jobs = f"{outlook.jobs_ended:,} of {counted(outlook.jobs_total, 'job')} ended, {outlook.jobs_running:,} running"
    if outlook.lost:
        jobs += f", {outlook.lost:,} not found"
    told = f"{', '.join(parts)}; {jobs}"
    if outlook.rate is not None:
        told += f"; {speed(outlook.rate, outlook.noun)}"
        if outlook.left:
            told += f", about {duration(outlook.left)} left"
    return f"{told}."
