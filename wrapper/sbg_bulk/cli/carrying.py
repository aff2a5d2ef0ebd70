"""Carry a run to its end on the command line: options, progress, report, exit code."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sbg_bulk.cli.context import Context, F, complain, note, write_json
from sbg_bulk.cli.exits import Exit
from sbg_bulk.errors import SbgBulkError

if TYPE_CHECKING:
    from sbg_bulk.flows.run import Progress, RunOptions
    from sbg_bulk.runs import RunReport

REMINDER: Final = 60.0
"""Seconds after which a wait that goes on is told again."""

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
        type=click.FloatRange(min=0),
        metavar="SECONDS",
        help="End the run if a request gets no answer for so long; it can be resumed.  [default: never]",
    ),
    click.option(
        "--list-lag",
        type=click.FloatRange(min=0),
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
        self._told: tuple[str, float] = ("", 0.0)

    def on_change(self, progress: Progress) -> None:
        """The run has come further."""
        if self.latest is None:
            note(f"Run {progress.run}: {progress.tally.rows:,} rows. Its journal: {progress.journal}")
        self.latest = progress
        if self._display is None:
            return
        tally = progress.tally
        ended = tally.rows - tally.open - tally.running
        text = f"{progress.jobs_running} jobs running, {ended - tally.done:,} rows not done"
        if self._bar is None:
            self._bar = self._display.add_task("", total=tally.rows, text=text)
        self._display.update(self._bar, completed=ended, text=text)

    def on_wait(self, seconds: float, reason: str) -> None:
        """The run waits before its next request."""
        if self._display is not None:
            if self._bar is not None:
                self._display.update(self._bar, text=f"waiting {seconds:.0f} s: {reason}")
            return
        told, when = self._told
        if seconds >= 1 and (reason != told or time.monotonic() - when >= REMINDER):
            self._told = (reason, time.monotonic())
            note(f"Waiting {seconds:.0f} s: {reason}.")


@contextmanager
def watcher() -> Iterator[Watcher]:
    """A watcher, with a bar while the block runs if standard error is a terminal."""
    if not sys.stderr.isatty():
        yield Watcher(None)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[text]}", markup=False),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True, highlight=False)) as display:
        yield Watcher(display)


def carry(
    context: Context,
    work: Callable[[Callable[[Progress], object], Callable[[float, str], object]], RunReport],
    as_json: bool,
) -> Exit:
    """Carry a run, report on it, and say how to go on if it was broken off. The exit code that follows."""
    with watcher() as watching:
        try:
            report = work(watching.on_change, watching.on_wait)
        except KeyboardInterrupt:
            report = None
        except SbgBulkError:
            if watching.latest is not None:
                note(f"The run can be taken up again with: {_resume(context, watching.latest)}")
            raise
    if report is None:
        if watching.latest is None:
            complain("interrupted before anything was sent.")
        else:
            complain(f"interrupted. Take the run up again with: {_resume(context, watching.latest)}")
        return Exit.INTERRUPTED
    if as_json:
        write_json(report_document(report))
    else:
        note(report_text(context, report))
    return Exit.DONE if report.succeeded else Exit.FAILED_ITEMS


def _resume(context: Context, progress: Progress) -> str:
    return context.command("runs", "resume", reference(progress.run, progress.journal))


def reference(run: str, journal: Path) -> str:
    """What names a run on a command line: its id, or its journal's path if that is not where runs are kept."""
    from sbg_bulk import runs

    return run if journal.parent == runs.folder() else str(journal)


def report_document(report: RunReport) -> dict[str, Any]:
    """A run as a JSON document."""
    from attrs import asdict

    return {"run": report.run, "journal": str(report.journal), **asdict(report.tally)}


def report_text(context: Context, report: RunReport) -> str:
    """What became of a run, in a sentence or two."""
    tally = report.tally
    if report.succeeded:
        return f"Run {report.run} is complete: all {tally.rows:,} rows done."
    parts = (
        (tally.done, "done"),
        (tally.failed, "failed"),
        (tally.unattributed, "in jobs that do not tell which item failed"),
        (tally.unknown, "in jobs that can no longer be read"),
    )
    told = ", ".join(f"{number:,} {what}" for number, what in parts if number or what == "done")
    name = reference(report.run, report.journal)
    return (
        f"Run {report.run} is complete: of {tally.rows:,} rows {told}.\n"
        f"See what became of each with: {context.command('runs', 'export', name)}\n"
        f"Try again what failed with: {context.command('runs', 'retry', name)}"
    )
