"""Carry a run to its end on the command line: options, progress, report, exit code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import asdict, evolve

from sbg_bulk.cli.context import Context
from sbg_bulk.cli.exits import Exit, exit_code
from sbg_bulk.cli.output.console import complain, console, explained, note, tell
from sbg_bulk.cli.output.failures import INTERRUPTED, kind_of
from sbg_bulk.cli.progress.display import followed
from sbg_bulk.errors import RunStopped, SbgBulkError, Unauthorized
from sbg_bulk.items import DONE_AS
from sbg_bulk.runs import store
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.records import State, noun_of
from sbg_bulk.text import counted, duration, known_size

if TYPE_CHECKING:
    from sbg_bulk.runs.progress import Progress
    from sbg_bulk.runs.result import RunReport


def execute(context: Context, work: Callable[[Callable[[Progress], object]], RunReport], as_json: bool) -> Exit:
    """Carry a run, report on it, and say how to resume it if it was interrupted.

    Args:
        context: the options before the command.
        work: carries the run, and calls what it is given with the progress.
        as_json: whether events are written.

    Returns:
        The exit code.
    """
    report: RunReport | None = None
    broken: SbgBulkError | None = None
    seen: list[Progress] = []
    output = console()
    with followed(as_json) as (following, events):

        def changed(progress: Progress) -> None:
            if not seen:
                note(f"Run {progress.run}: {counted(progress.tally.rows, progress.noun)}.\nJournal: {progress.journal}")
                output.so_far = f"Resume with: {_resume(context, progress)}"
            seen[:] = [seen[0] if seen else progress, progress]
            following.run(progress)

        try:
            report = work(changed)
        except KeyboardInterrupt:
            # Before that nothing was submitted.
            if not seen:
                raise
        except BrokenPipeError:
            # Who reads the events has gone (… | head). There is a person to tell, perhaps.
            if seen:
                complain(f"the program that read the output has exited. {output.so_far}")
            raise
        except OSError:
            # Events that cannot be written, on a full disk; what is wrong with it is told by who gets this.
            if seen:
                complain(f"interrupted. {output.so_far}")
            raise
        except SbgBulkError as error:
            if not seen:
                raise
            broken = error
        seconds = following.outlook().elapsed
    if report is not None:
        output.so_far = f"Run {report.run} is finished."
        if events is not None:
            events.run_finished(report_document(report))
        else:
            before = seen[0].tally
            took = None if before.complete else seconds
            text = report_text(context, report, took, before=before.done if before.open < before.rows else None)
            (note if report.succeeded else tell)(text)
        return Exit.DONE if report.succeeded else Exit.FAILED_ITEMS
    last = _as_kept(seen[-1])
    resume = _resume(context, last)
    code = Exit.INTERRUPTED if broken is None else exit_code(broken)
    if broken is None:
        name, told = INTERRUPTED, f"interrupted: {_so_far(last)}\nResume with: {resume}"
    elif isinstance(broken, RunStopped):
        name, told = type(broken).__name__, _stopped_text(context, broken, last)
    else:
        go_on = f"Resume with: {resume}"
        if isinstance(broken, Unauthorized):
            go_on = (
                f"The run is kept, and its jobs keep running. With a new token of the same user, resume with: {resume}"
            )
        name, told = kind_of(broken), f"{explained(broken)}\n{go_on}"
    if events is not None:
        events.failed(name, told, code, broken)
    complain(told)
    return code


def _as_kept(progress: Progress) -> Progress:
    """Return how far a run has come as its journal has it, which may know more than was told before it was stopped."""
    try:
        with Journal.read(Path(progress.journal)) as journal:
            made, total = journal.folders()
            # Where each row has a job of its own, its submission has none.
            jobs = [one for one in journal.unfinished() if one.job is not None or one.state is State.INTENDED]
            running = len(jobs) + len(journal.running_rows())
            return evolve(progress, tally=journal.tally(), jobs_running=running, folders_made=made, folders_total=total)
    except SbgBulkError:
        return progress


def _resume(context: Context, progress: Progress) -> str:
    return context.command("runs", "resume", _name(progress))


def _name(progress: Progress) -> str:
    return reference(progress.run, Path(progress.journal))


def _so_far(progress: Progress) -> str:
    """What a run has done."""
    tally, verb = progress.tally, DONE_AS.get(progress.job_type, "done")
    done = f"{tally.done:,} of {counted(tally.rows, progress.noun)} {verb}"
    others = ((tally.failed, "failed"), (tally.unattributed + tally.unknown, "unclear"))
    parts = [done, *(f"{number:,} {what}" for number, what in others if number)]
    if progress.folders_total and not tally.done:
        parts.insert(0, f"{progress.folders_made:,} of {counted(progress.folders_total, 'folder')} created")
    jobs = ""
    if progress.jobs_running:
        jobs = f" {counted(progress.jobs_running, 'job')} may still be running on the platform."
    return f"{', '.join(parts)}.{jobs}"


def _stopped_text(context: Context, stopped: RunStopped, progress: Progress) -> str:
    """Why a run has stopped, and the commands that settle it, to be pasted: with this endpoint and journal."""
    name = _name(progress)
    ids = [job.id for job in stopped.candidates]
    if not ids:
        return "\n".join(
            (
                f"run {stopped.run} has stopped: it is not known whether {counted(stopped.rows, progress.noun)} "
                f"{'was' if stopped.rows == 1 else 'were'} submitted. The response was lost, and no job for "
                f"{'it' if stopped.rows == 1 else 'them'} is listed.",
                "Check the destination. If you are sure that nothing was done, submit again:",
                f"  {context.command('runs', 'resume', name, '--resubmit')}",
            )
        )
    return "\n".join(
        (
            f"run {stopped.run} has stopped: it is not known which job, if any, was started for "
            f"{counted(stopped.rows, progress.noun)}. It may be:",
            *(f"  {context.command('jobs', 'show', job)}" for job in ids),
            "If it is, adopt it, and the run continues:" if len(ids) == 1 else "If it is one of them, adopt it:",
            *(f"  {context.command('runs', 'resume', name, '--adopt', job)}" for job in ids),
            "If you are sure that it is not, submit again:"
            if len(ids) == 1
            else "If you are sure that it is none of them, submit again:",
            f"  {context.command('runs', 'resume', name, '--resubmit')}",
        )
    )


def reference(run: str, journal: Path) -> str:
    """Return what names a run on a command line: see `store.reference`."""
    return store.reference(run, journal)


def report_document(report: RunReport) -> dict[str, Any]:
    """Return a run as a JSON document."""
    return {"run": report.run, "journal": str(report.journal), **asdict(report.tally)}


def report_text(context: Context, report: RunReport, seconds: float | None, *, before: int | None = None) -> str:
    """Return what came of a run: files, bytes, time, reasons; and the commands that help next.

    Args:
        context: the options before the command.
        report: what came of it.
        seconds: how long it took; None if it was finished before.
        before: how many were done when it was resumed, from when on that time counts; None if it was not.
    """
    tally, verb = report.tally, DONE_AS.get(report.job_type, "done")
    noun = noun_of(tally.rows, report.carried.folders)
    took, since = "" if seconds is None else f" in {duration(seconds)}", ""
    if took and before is not None:
        took, since = "", f" ({tally.done - before:,} since it was resumed,{took})"
    if report.carried.sized:
        took += f", {known_size(report.carried.size, report.carried.sized == report.carried.items)}"
    if report.succeeded:
        return f"Finished: {counted(tally.rows, noun)} {verb}{since}{took}."
    reasons = [f"{reason.what[0].lower()}{reason.what[1:].rstrip('.')}" for reason in report.reasons]
    why = f" ({reasons[0]})" if len(reasons) == 1 and tally.failed else ""
    parts = (
        (tally.failed, f"failed{why}"),
        (tally.unattributed, "unclear (their jobs do not report each file's result)"),
        (tally.unknown, "unclear (their jobs can no longer be read)"),
    )
    told = "".join(f", {number:,} {what}" for number, what in parts if number)
    name = reference(report.run, report.journal)
    lines = [f"Finished: {tally.done:,} of {counted(tally.rows, noun)} {verb}{since}{told}{took}."]
    if len(reasons) > 1:
        each = zip(report.reasons, reasons, strict=True)
        lines += [f"  {counted(reason.files, noun)}: {text}" for reason, text in each]
    lines.append(f"Per-file results: {context.command('runs', 'export', name)}")
    if report.retry_helps:
        lines.append(f"Retry the failures: {context.command('runs', 'retry', name)}")
    return "\n".join(lines)
