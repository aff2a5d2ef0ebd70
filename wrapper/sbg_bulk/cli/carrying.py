"""Carry a run to its end on the command line: options, progress, report, exit code."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sbg_bulk.cli.context import Context, F, complain, not_negative, note, write_json
from sbg_bulk.cli.exits import Exit, exit_code
from sbg_bulk.cli.wording import counted, duration
from sbg_bulk.errors import RunStopped, SbgBulkError

if TYPE_CHECKING:
    from sbg_bulk.flows.run import Progress, RunOptions
    from sbg_bulk.runs import RunReport

REMINDER: Final = 60.0
"""Seconds after which, where there is no bar, progress or a wait that goes on is told again."""

_OPTIONS: Final = (
    click.option(
        "--jobs-in-flight", type=click.IntRange(min=1), metavar="N", help="Keep no more jobs under way.  [default: 100]"
    ),
    click.option(
        "--reserve",
        type=click.IntRange(min=0),
        metavar="N",
        help="Leave N requests of each five minutes to your other programs.  [default: 0]",
    ),
    click.option(
        "--give-up-after",
        type=float,
        callback=not_negative,
        metavar="SECONDS",
        help="End the run if a request gets no answer for so long; it can be resumed.  [default: never]",
    ),
    click.option(
        "--list-lag",
        type=float,
        callback=not_negative,
        metavar="SECONDS",
        help="After a submission of unknown outcome, look for its job for at least so long.  [default: 30]",
    ),
)


def run_options(function: F) -> F:
    """The options of all commands that carry a run."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def given_options(jobs_in_flight: int | None, reserve: int | None, list_lag: float | None) -> RunOptions:
    """The options of a run, with the library's defaults for those not given."""
    from sbg_bulk.flows.run import RunOptions

    given = {"jobs_in_flight": jobs_in_flight, "reserve": reserve, "list_lag": list_lag}
    chosen: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    return RunOptions(**chosen)


class Watcher:
    """Shows how a run goes on, on standard error: redrawn on a terminal, now and then a line elsewhere."""

    def __init__(self, display: Any | None) -> None:
        self.latest: Progress | None = None
        self._display = display
        self._bar: Any = None
        self._progress_told = 0.0
        self._waits_told: dict[str, float] = {}

    def on_change(self, progress: Progress) -> None:
        """The run has come further."""
        first = self.latest is None
        self.latest = progress
        tally = progress.tally
        ended = tally.rows - tally.open - tally.running
        unclear = tally.unattributed + tally.unknown
        failed = f"{tally.failed:,} failed" + (f", {unclear:,} unclear" if unclear else "")
        if first:
            note(f"Run {progress.run}: {counted(tally.rows, 'row')}.\nIts journal: {progress.journal}")
            self._progress_told = time.monotonic()
        if self._display is not None:
            text = f"{counted(progress.jobs_running, 'job')} running, {failed}"
            if self._bar is None:
                self._bar = self._display.add_task("", total=tally.rows, text=text)
            self._display.update(self._bar, completed=ended, text=text)
        elif time.monotonic() - self._progress_told >= REMINDER:
            self._progress_told = time.monotonic()
            note(
                f"{tally.done:,} of {counted(tally.rows, 'row')} done, {failed}; "
                f"{counted(progress.jobs_running, 'job')} running."
            )

    def on_wait(self, seconds: float, reason: str) -> None:
        """The run waits before its next request."""
        if self._display is not None and self._bar is not None:
            self._display.update(self._bar, text=f"waiting {duration(seconds)}: {reason}")
            return
        moment = time.monotonic()
        if seconds >= 1 and moment - self._waits_told.get(reason, -math.inf) >= REMINDER:
            self._waits_told[reason] = moment
            note(f"Waiting {duration(seconds)}: {reason}.")


@contextmanager
def watcher() -> Iterator[Watcher]:
    """A watcher, with a bar while the block runs if standard error is a terminal."""
    if not sys.stderr.isatty():
        yield Watcher(None)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[text]}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True, highlight=False)) as display:
        yield Watcher(display)


def carry(
    context: Context,
    work: Callable[[Callable[[Progress], object], Callable[[float, str], object]], RunReport],
    as_json: bool,
) -> Exit:
    """Carry a run, report on it, and say how to go on if it was broken off. The exit code that follows."""
    report: RunReport | None = None
    broken: SbgBulkError | None = None
    with watcher() as watching:
        try:
            report = work(watching.on_change, watching.on_wait)
        except KeyboardInterrupt:
            pass
        except SbgBulkError as error:
            if watching.latest is None:
                raise
            broken = error
    if report is not None:
        if as_json:
            write_json(report_document(report))
        else:
            note(report_text(context, report))
        return Exit.DONE if report.succeeded else Exit.FAILED_ITEMS
    if watching.latest is None:
        complain("interrupted before anything was sent.")
        return Exit.INTERRUPTED
    resume = ("runs", "resume", reference(watching.latest.run, Path(watching.latest.journal)))
    if isinstance(broken, RunStopped):
        complain(_stopped_text(context, broken, resume))
    elif broken is not None:
        complain(f"{broken}\nThe run can be taken up again with: {context.command(*resume)}")
    else:
        complain(f"interrupted. Take the run up again with: {context.command(*resume)}")
    return Exit.INTERRUPTED if broken is None else exit_code(broken)


def _stopped_text(context: Context, stopped: RunStopped, resume: tuple[str, ...]) -> str:
    """Why a run has stopped, and the commands that settle it, to be pasted: with this endpoint and journal."""
    ids = [job.id for job in stopped.candidates]
    return "\n".join(
        (
            f"run {stopped.run} has stopped: it is not known which job, if any, was started for "
            f"{counted(stopped.rows, 'row')}. It may be:",
            *(f"  {context.command('jobs', 'show', job)}" for job in ids),
            "If it is, say so, and the run goes on from there:" if len(ids) == 1 else "If it is one of them, say so:",
            *(f"  {context.command(*resume, '--adopt', job)}" for job in ids),
            "If it certainly is not:" if len(ids) == 1 else "If it certainly is none of them:",
            f"  {context.command(*resume, '--resubmit')}",
        )
    )


def reference(run: str, journal: Path) -> str:
    """What names a run on a command line: its id, or its journal's path if that is not where runs are kept."""
    from sbg_bulk import runs

    journal = journal.absolute()
    return run if journal == runs.folder() / f"{run}{runs.SUFFIX}" else str(journal)


def report_document(report: RunReport) -> dict[str, Any]:
    """A run as a JSON document."""
    from attrs import asdict

    return {"run": report.run, "journal": str(report.journal), **asdict(report.tally)}


def report_text(context: Context, report: RunReport) -> str:
    """What became of a run, in a sentence or two."""
    tally = report.tally
    if report.succeeded:
        return f"Run {report.run} is complete: {counted(tally.rows, 'row')} done, none failed."
    parts = (
        (tally.failed, "failed"),
        (tally.unattributed, "in jobs that do not tell which item failed"),
        (tally.unknown, "in jobs that can no longer be read"),
    )
    told = "".join(f", {number:,} {what}" for number, what in parts if number)
    name = reference(report.run, report.journal)
    lines = [
        f"Run {report.run} is complete: of {counted(tally.rows, 'row')} {tally.done:,} done{told}.",
        f"See what became of each with: {context.command('runs', 'export', name)}",
    ]
    if tally.failed:
        lines.append(f"Try again what failed with: {context.command('runs', 'retry', name)}")
    return "\n".join(lines)
