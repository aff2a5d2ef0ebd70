"""Bars in notebooks, for what takes time. They need a kernel; elsewhere nothing is drawn."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING, Any, Final, Protocol

from attrs import evolve, frozen

from sbg_bulk.items import DONE_AS
from sbg_bulk.text import counted, duration, plain

if TYPE_CHECKING:
    from sbg_bulk.jobs.wait import Totals
    from sbg_bulk.runs.progress import Progress

PAUSE: Final = 0.1
"""Seconds between two drawings; the last one is always drawn."""


class Handle(Protocol):
    """The handle that IPython gives for something that was displayed."""

    def update(self, obj: object) -> object:
        """Show something else in its place."""


Display = Callable[[object], Handle]
"""Displays something, to be updated later."""


@frozen
class Drawing:
    """A bar as it is drawn once: in HTML for notebooks, in words for what has no HTML.

    Attributes:
        done: how much is done, from 0 to 1.
        text: what stands below the bar.
        failed: whether something has failed.
        now: what it is about at this moment, behind the text.
    """

    done: float
    text: str
    failed: bool = False
    now: str = ""

    @property
    def line(self) -> str:
        """Return all that stands below the bar."""
        return f"{self.text}. {self.now}" if self.now else self.text

    def __repr__(self) -> str:
        return f"{self.done:.0%} {self.line}"

    def _repr_html_(self) -> str:
        width = f"{100 * self.done:.1f}%"
        colour = "rgba(225, 50, 50, 0.85)" if self.failed else "rgba(40, 130, 230, 0.85)"
        return (
            '<div style="max-width: 40em">'
            f'<div role="progressbar" aria-label="{escape(plain(self.line))}" '
            f'aria-valuenow="{100 * self.done:.0f}" aria-valuemin="0" aria-valuemax="100" '
            'style="height: 10px; border-radius: 5px; background: rgba(128, 128, 128, 0.3); overflow: hidden">'
            f'<div style="height: 100%; width: {width}; background: {colour}"></div></div>'
            f'<div style="margin: 4px 0">{escape(plain(self.line))}</div></div>'
        )


class Bar:
    """A bar that is displayed when it is first drawn, and updated in its place.

    Args:
        display: displays it.
        clock: seconds that never go back.
    """

    def __init__(self, display: Display, clock: Callable[[], float] = time.monotonic) -> None:
        self._display = display
        self._clock = clock
        self._handle: Handle | None = None
        self._drawn_on = 0.0
        self._drawn: Drawing | None = None
        self.latest: Drawing | None = None

    def draw(self, drawing: Drawing) -> None:
        """Draw it, if it was not drawn just now."""
        self.latest = drawing
        if self._handle is None or self._clock() - self._drawn_on >= PAUSE:
            self.finish()

    def finish(self, now: str | None = None) -> None:
        """Draw what was last to be drawn, with this as what it is about now."""
        drawing = self.latest
        if drawing is not None and now is not None:
            drawing = evolve(drawing, now=now)
        if drawing is None or drawing == self._drawn:
            return
        if self._handle is None:
            self._handle = self._display(drawing)
        else:
            self._handle.update(drawing)
        self._drawn, self._drawn_on = drawing, self._clock()


def kernel_display() -> Display | None:
    """Return the means to display something in the notebook that this runs in; None if it runs in none."""
    ipython = sys.modules.get("IPython")
    shell: Any = None if ipython is None else ipython.get_ipython()
    # IPython on a terminal has no kernel.
    if getattr(shell, "kernel", None) is None:
        return None
    from IPython import display  # where it is, it is loaded already

    show: Callable[..., Handle] = display.display
    return lambda thing: show(thing, display_id=True)


@contextmanager
def for_wait(display: Display | None) -> Iterator[Callable[[Totals], object] | None]:
    """Show a bar of a wait while the block runs; yields what is to be called with its totals."""
    if display is None:
        yield None
        return
    bar = Bar(display)
    with _drawn(bar, "Stopped waiting; the jobs keep running on the platform"):
        yield lambda totals: bar.draw(wait_drawing(totals))


@contextmanager
def for_run(display: Display | None, resume: str) -> Iterator[Callable[[Progress], object] | None]:
    """Show a bar of a run while the block runs; yields what is to be called with its progress.

    Args:
        display: how to display it; None for no bar.
        resume: the call that resumes the run.
    """
    if display is None:
        yield None
        return
    bar = Bar(display)
    with _drawn(bar, f"Interrupted; resume with {resume}"):
        yield lambda progress: bar.draw(run_drawing(progress))


@contextmanager
def _drawn(bar: Bar, if_stopped: str) -> Iterator[None]:
    try:
        yield
    except BaseException:
        bar.finish(if_stopped)
        raise
    bar.finish("")


def wait_drawing(totals: Totals) -> Drawing:
    """Draw how far a wait has come: by its files if they are known, and by its jobs."""
    ended, failed = totals.completed_files + totals.failed_files, totals.failed_files
    by_jobs = _part(totals.finished + totals.lost, totals.jobs)
    # Files are known only for jobs that were seen running, so they tell less than the jobs when these are many.
    done = by_jobs if totals.jobs > 1 or not totals.total_files else _part(ended, totals.total_files)
    parts = [f"{totals.finished:,} of {counted(totals.jobs, 'job')} finished"]
    if totals.total_files:
        parts.append(f"{totals.completed_files:,} of {counted(totals.total_files, 'file')} done")
    # Jobs that have ended without a failure, and account for less than all.
    short = 0 if failed else totals.failed
    counts = ((failed, "failed"), (short, "with incomplete results"), (totals.lost, "lost"))
    parts += [f"{number:,} {word}" for number, word in counts if number]
    return Drawing(done, ", ".join(parts), bool(failed or totals.failed or totals.lost))


def run_drawing(progress: Progress) -> Drawing:
    """Draw how far a run has come, and what it waits for."""
    tally = progress.tally
    unclear = tally.unattributed + tally.unknown
    ended = tally.done + tally.failed + unclear
    parts = [f"{tally.done:,} of {counted(tally.rows, progress.noun)} {DONE_AS.get(progress.job_type, 'done')}"]
    counts = ((tally.failed, "failed"), (unclear, "unclear"))
    parts += [f"{number:,} {word}" for number, word in counts if number]
    if progress.jobs_running:
        parts.append(f"{counted(progress.jobs_running, 'job')} running")
    wait, now = progress.waiting, ""
    if wait is not None and wait.seconds >= 1 and wait.cause != "next-look":  # which is what a run mostly does
        now = f"Waiting {duration(wait.seconds)}: {wait.reason}"
    text = f"Run {progress.run}: {', '.join(parts)}"
    return Drawing(_part(ended, tally.rows), text, bool(tally.failed or unclear), now)


def _part(done: int, of: int) -> float:
    return min(1.0, done / of) if of else 0.0
