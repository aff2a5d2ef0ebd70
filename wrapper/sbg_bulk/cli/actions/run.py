"""Carry a run to its end on the command line: options, progress, report, exit code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import asdict

from sbg_bulk.cli.context import Context
from sbg_bulk.cli.exits import Exit, exit_code
from sbg_bulk.cli.output.console import complain, explained, note, note_wait, tell
from sbg_bulk.cli.progress.display import followed
from sbg_bulk.errors import RunStopped, SbgBulkError, Unauthorized
from sbg_bulk.runs import store
from sbg_bulk.text import counted

if TYPE_CHECKING:
    from sbg_bulk.api.waits import Wait
    from sbg_bulk.cli.progress.tracker import ProgressTracker
    from sbg_bulk.runs.progress import Progress
    from sbg_bulk.runs.result import RunReport


def execute(context: Context, work: Callable[[Callable[[Progress], object]], RunReport], as_json: bool) -> Exit:
    """Carry a run, report on it, and say how to go on if it was broken off.

    Args:
        context: the options before the command.
        work: carries the run, and calls what it is given with the progress.
        as_json: whether events are written.

    Returns:
        The exit code.
    """
    report: RunReport | None = None
    broken: SbgBulkError | None = None
    begun: list[Progress] = []

    def waits(tracker: ProgressTracker, wait: Wait) -> None:
        # Before the run has begun, when its folders are made, nothing of it is shown.
        if begun:
            tracker.wait(wait)
        else:
            note_wait(wait)

    with followed(as_json, waits) as (following, events):

        def changed(progress: Progress) -> None:
            if not begun:
                begun.append(progress)
                note(f"Run {progress.run}: {counted(progress.tally.rows, 'row')}.\nIts journal: {progress.journal}")
            following.run(progress)

        try:
            report = work(changed)
        except KeyboardInterrupt:
            pass
        except BrokenPipeError:
            # Who reads the events has gone (… | head). There is a person to tell, perhaps.
            if begun:
                complain(f"nobody reads the output any more. {_again(_resume(context, begun[0]))}")
            raise
        except OSError:
            # Events that cannot be written, on a full disk; what is wrong with it is told by who gets this.
            if begun:
                complain(f"broken off. {_again(_resume(context, begun[0]))}")
            raise
        except SbgBulkError as error:
            if not begun:
                raise
            broken = error
    if report is not None:
        if events is not None:
            events.run_finished(report_document(report))
        else:
            (note if report.succeeded else tell)(report_text(context, report))
        return Exit.DONE if report.succeeded else Exit.FAILED_ITEMS
    if not begun:
        complain("interrupted before any job was submitted.")
        return Exit.INTERRUPTED
    resume = _resume(context, begun[0])
    code = Exit.INTERRUPTED if broken is None else exit_code(broken)
    if broken is None:
        name, told, again = "Interrupted", f"interrupted. {_again(resume)}", resume
    elif isinstance(broken, RunStopped):
        name, told, again = type(broken).__name__, _stopped_text(context, broken, _name(begun[0])), None
    else:
        go_on = _again(resume)
        if isinstance(broken, Unauthorized):
            go_on = f"The run is kept, and its jobs go on. With a new token of the same user, take it up with: {resume}"
        name, told, again = type(broken).__name__, f"{explained(broken)}\n{go_on}", resume
    if events is not None:
        events.failed(name, told, code, again)
    complain(told)
    return code


def _resume(context: Context, progress: Progress) -> str:
    return context.command("runs", "resume", _name(progress))


def _name(progress: Progress) -> str:
    return reference(progress.run, Path(progress.journal))


def _again(resume: str) -> str:
    return f"Take the run up again with: {resume}"


def _stopped_text(context: Context, stopped: RunStopped, name: str) -> str:
    """Why a run has stopped, and the commands that settle it, to be pasted: with this endpoint and journal."""
    ids = [job.id for job in stopped.candidates]
    return "\n".join(
        (
            f"run {stopped.run} has stopped: it is not known which job, if any, was started for "
            f"{counted(stopped.rows, 'row')}. It may be:",
            *(f"  {context.command('jobs', 'show', job)}" for job in ids),
            "If it is, say so, and the run goes on from there:" if len(ids) == 1 else "If it is one of them, say so:",
            *(f"  {context.command('runs', 'resume', name, '--adopt', job)}" for job in ids),
            "If it certainly is not:" if len(ids) == 1 else "If it certainly is none of them:",
            f"  {context.command('runs', 'resume', name, '--resubmit')}",
        )
    )


def reference(run: str, journal: Path) -> str:
    """What names a run on a command line: see `places.reference`."""
    return store.reference(run, journal)


def report_document(report: RunReport) -> dict[str, Any]:
    """A run as a JSON document."""
    return {"run": report.run, "journal": str(report.journal), **asdict(report.tally)}


def report_text(context: Context, report: RunReport) -> str:
    """What became of a run, in a sentence or two."""
    tally = report.tally
    if report.succeeded:
        return f"Run {report.run} is complete: {counted(tally.rows, 'row')} done, none failed."
    parts = (
        (tally.failed, "failed"),
        (tally.unattributed, "in jobs that do not tell what became of each"),
        (tally.unknown, "in jobs that can no longer be read"),
    )
    told = "".join(f", {number:,} {what}" for number, what in parts if number)
    name = reference(report.run, report.journal)
    lines = [
        f"Run {report.run} is complete: of {counted(tally.rows, 'row')} {tally.done:,} done{told}.",
        f"See what became of each with: {context.command('runs', 'export', name)}",
    ]
    if report.retry_helps:
        lines.append(f"Try again what failed with: {context.command('runs', 'retry', name)}")
    return "\n".join(lines)
