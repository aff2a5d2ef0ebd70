"""How jobs and files look: as JSON documents, as tables, and while they make progress."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from sbg_bulk.cli.context import output, progress_output
from sbg_bulk.model import File, ItemResult, Job

if TYPE_CHECKING:
    from rich.console import RenderableType

RESULTS_SHOWN: Final = 50
"""How many entries of a result `jobs show` prints; the rest is counted. JSON has them all."""


def job_document(job: Job) -> dict[str, Any]:
    """A job with the keys of the API; what the server did not say, or not readably, is null."""
    return {
        "href": job.href,
        "id": job.id,
        "type": job.type,
        "state": job.state,
        "result": None if job.result is None else [_result_document(entry) for entry in job.result],
        "total_files": job.total_files,
        "completed_files": job.completed_files,
        "failed_files": job.failed_files,
        "started_on": _date(job.started_on),
        "finished_on": _date(job.finished_on),
    }


def _result_document(entry: ItemResult) -> dict[str, Any]:
    if entry.error is None:
        return {"resource": {"href": entry.href, "id": entry.id}}
    error = entry.error
    return {
        "error": {
            "status": error.status,
            "code": error.code,
            "message": error.message,
            "more_info": error.more_info,
        }
    }


def file_document(file: File) -> dict[str, Any]:
    """A file or folder with the keys of the API, as far as lists have them."""
    return {"id": file.id, "name": file.name, "type": file.type, "project": file.project, "parent": file.parent}


def _date(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _table(*columns: str) -> Any:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns:
        numeric = name in ("FILES", "DONE", "FAILED")
        table.add_column(name, justify="right" if numeric else "left", no_wrap=name in ("JOB", "ID"), overflow="fold")
    return table


def _text(value: object) -> RenderableType:
    """A value as plain text: what a server sends is never taken for markup."""
    from rich.text import Text

    return Text("-" if value is None or value == "" else str(value))


def print_jobs(jobs: Iterable[Job]) -> None:
    """A table with a row for each job."""
    table = _table("JOB", "TYPE", "STATE", "FILES", "DONE", "FAILED", "STARTED", "FINISHED")
    for job in jobs:
        counts = (job.total_files, job.completed_files, job.failed_files)
        dates = (_date(job.started_on), _date(job.finished_on))
        table.add_row(*map(_text, (job.id, job.type, job.state, *counts, *dates)))
    output().print(table)


def print_files(files: Iterable[File]) -> None:
    """A table with a row for each file or folder."""
    table = _table("ID", "TYPE", "NAME")
    for file in files:
        table.add_row(*map(_text, (file.id, file.type, file.name)))
    output().print(table)


def print_job(job: Job) -> None:
    """A job with its result, failures first."""
    print_jobs([job])
    if not job.result:
        return
    ordered = sorted(enumerate(job.result), key=lambda numbered: (numbered[1].error is None, numbered[0]))
    table = _table("ENTRY", "OUTCOME", "ID", "CODE", "MESSAGE")
    for index, entry in ordered[:RESULTS_SHOWN]:
        if entry.error is None:
            table.add_row(*map(_text, (index + 1, "ok" if entry.id else "unreadable", entry.id, None, None)))
        else:
            table.add_row(*map(_text, (index + 1, "failed", entry.id, entry.error.code, entry.error.message)))
    console = output()
    console.print()
    console.print(table)
    if len(ordered) > RESULTS_SHOWN:
        console.print(f"... and {len(ordered) - RESULTS_SHOWN} more; --json has them all.")


def summary(job: Job) -> str:
    """What became of a finished job, in a sentence."""
    done, failed = job.completed_files, job.failed_files
    if job.succeeded:
        return f"Job {job.id} has finished: {_count(done)} done, none failed."
    return f"Job {job.id} has finished: {_count(done)} done, {failed or len(job.failures)} failed."


def _count(files: int | None) -> str:
    return "all" if files is None else f"{files:,} file{'' if files == 1 else 's'}"


@contextmanager
def progress(jobs: Iterable[str]) -> Iterator[Callable[[Job], None]]:
    """A progress bar for each job while the block runs, on standard error if that is a terminal.

    Yields the function to call with a job whenever it has changed.
    """
    console = progress_output()
    if not console.is_terminal:
        yield lambda _: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.fields[job]}", markup=False),
        TextColumn("{task.fields[state]:<9}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as display:
        bars = {job: display.add_task("", total=None, job=job, state="") for job in jobs}

        def show(job: Job) -> None:
            done = (job.completed_files or 0) + (job.failed_files or 0)
            # Until the total is known the bar moves without a measure.
            display.update(bars[job.id], total=job.total_files or None, completed=done, state=job.state)

        yield show
