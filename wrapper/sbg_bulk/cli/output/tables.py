"""How jobs and files look: as JSON documents, and as tables."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import click
from attrs import frozen

from sbg_bulk.cli.output.console import say
from sbg_bulk.cli.output.documents import date
from sbg_bulk.text import counted, plain, size

if TYPE_CHECKING:
    from sbg_bulk.cli.output.draw import Output
    from sbg_bulk.models.job import ItemResult, Job
    from sbg_bulk.models.resources import File
    from sbg_bulk.models.storage import VolumeJob
    from sbg_bulk.runs.left_out import Chosen
    from sbg_bulk.volume_jobs.choice import VolumeChosen

RESULTS_SHOWN: Final = 50
"""How many entries of a result are printed; the rest is counted. JSON has them all."""

ROOM_FOR_BOTH_DATES: Final = 100
"""Columns of a terminal from which on the table of jobs has the date of their end too."""

ROOM_FOR_JOBS: Final = 80
"""Columns from which on jobs are a table; in fewer each is a block of lines."""

RUN_WIDTH: Final = 22
"""Columns that the id of a run takes in a table: that of a date, which it has instead where there is no room."""


ROOM_FOR_VOLUME_JOBS: Final = 140
"""The width from which a table of imports or exports is read at a glance."""


@frozen
class Change:
    """Something that would be done.

    Attributes:
        type: `file` or `folder`; None if that is not known.
        size: in bytes; None if it is not known.
        source: its path, or its id.
        destination: the path that it would have, as far as that is known; empty for a deletion.
        action: copy, move or delete.
    """

    type: str | None
    size: int | None
    source: str
    destination: str = ""
    action: str = ""

    @classmethod
    def of(cls, item: Chosen | VolumeChosen, action: str = "") -> Change:
        """Return what would be done with something that was chosen."""
        return cls("folder" if item.is_folder else "file", item.size, item.source, item.destination, action)


def _output(*, narrow: bool = False) -> Output:
    from sbg_bulk.cli.output.draw import (  # rich takes long, and completion loads the commands
        LEAST_WIDTH,
        NARROW,
        Output,
    )

    return Output(NARROW if narrow else LEAST_WIDTH)


def print_rows(columns: Iterable[str], rows: Iterable[Iterable[object]], *, narrow: bool = False) -> None:
    """Print a table of anything; a narrow one has little beside its last column."""
    _output(narrow=narrow).table(columns, rows)


def print_pairs(pairs: Iterable[tuple[str, object]]) -> None:
    """Print a table of names and their values, without a head."""
    _output(narrow=True).table(("", ""), pairs, head=False)


def print_blocks(blocks: Iterable[tuple[str, Iterable[str]]]) -> None:
    """Print heads, each with lines below it, which are wrapped: for what is too wide for a table."""
    width = _output(narrow=True).width
    for head, lines in blocks:
        click.echo(plain(head))
        for line in lines:
            click.echo(
                textwrap.fill(
                    plain(line),
                    width,
                    initial_indent="  ",
                    subsequent_indent="    ",
                    break_long_words=False,
                    break_on_hyphens=False,
                )
            )


def print_changes(rows: Sequence[Change], *, actions: bool = False) -> None:
    """Print what would be done: a table, or a block each where that is wider than the terminal.

    Args:
        rows: what would be done.
        actions: whether it is not always the same that is done.
    """
    shown = [(row, "" if row.size is None else size(row.size)) for row in rows]
    sized, going = any(told for _, told in shown), any(row.destination for row in rows)
    columns = [*["ACTION"] * actions, "TYPE", *["SIZE"] * sized, "SOURCE", *["DESTINATION"] * going]
    cells = [
        (*[row.action] * actions, row.type, *[told] * sized, row.source, *[row.destination] * going)
        for row, told in shown
    ]
    blocks = (
        (
            " ".join(filter(None, (row.action, row.type, row.source))),
            [told for told in (", ".join(filter(None, (much, row.destination and f"to {row.destination}"))),) if told],
        )
        for row, much in shown
    )
    print_rows_or_blocks(columns, cells, blocks)


def print_rows_or_blocks(
    columns: Sequence[str], rows: Sequence[Sequence[str | None]], blocks: Iterable[tuple[str, Iterable[str]]]
) -> None:
    """Print a table of which nothing is cut, or blocks in its place where it is wider than the terminal."""
    widths = [max(len(cell or "-") for cell in column) for column in zip(columns, *rows, strict=True)]
    if has_room(sum(widths) + 2 * (len(widths) - 1)):
        print_rows(columns, rows)
    else:
        print_blocks(blocks)


def has_room(columns: int) -> bool:
    """Return whether a line has room for so many columns."""
    return _output(narrow=True).width >= columns


def print_jobs(jobs: Sequence[Job], runs: Mapping[str, str] | None = None) -> None:
    """Print a row of a table for each job, or a block each where that is wider than the terminal.

    Args:
        jobs: what is shown.
        runs: the runs of some of them, by the job's id; that column is left out if none of them has one.
    """
    runs = runs or {}
    if not has_room(ROOM_FOR_JOBS):
        print_blocks(_job_block(job, runs.get(job.id)) for job in jobs)
        return
    console = _output()
    columns = ["JOB", "TYPE", "STATE", "FILES", "DONE", "FAILED"]
    of_runs = any(job.id in runs for job in jobs)
    left = console.width - RUN_WIDTH * of_runs
    dates = 2 if left >= ROOM_FOR_BOTH_DATES else 1 if left >= ROOM_FOR_BOTH_DATES - RUN_WIDTH else 0
    columns += ["STARTED", "FINISHED"][:dates] + ["RUN"] * of_runs
    shown = (_job_row(job) for job in jobs)
    last = [(runs.get(job.id),) for job in jobs] if of_runs else [()] * len(jobs)
    console.table(columns, ((*row[: 6 + dates], *run) for row, run in zip(shown, last, strict=True)))


def print_volume_jobs(jobs: Sequence[VolumeJob], runs: Mapping[str, str]) -> None:
    """Print a row of a table for each import or export, or a block each where that is wider than the terminal.

    Args:
        jobs: what is shown.
        runs: the runs of some of them, by the job's id.
    """
    rows = [
        (
            *(job.id, job.state, str(job.source), str(job.destination)),
            *("" if job.error is None else job.error.code, date(job.finished_on), runs.get(job.id)),
        )
        for job in jobs
    ]
    if has_room(ROOM_FOR_VOLUME_JOBS):
        print_rows(("JOB", "STATE", "SOURCE", "DESTINATION", "CODE", "FINISHED", "RUN"), rows)
        return
    print_blocks(
        (f"{job} {state}", [f"{source} to {destination}", *([f"code {code}"] if code else []), *([run] if run else [])])
        for job, state, source, destination, code, _, run in rows
    )


def _job_row(job: Job) -> tuple[object, ...]:
    counts = (job.total_files, job.completed_files, job.failed_files)
    return (job.id, job.type, job.state, *counts, date(job.started_on), date(job.finished_on))


def _job_block(job: Job, run: str | None) -> tuple[str, list[str]]:
    files = [] if job.total_files is None else [f"{job.completed_files or 0:,} of {counted(job.total_files, 'file')}"]
    files += [f"{job.failed_files:,} failed"] if job.failed_files else []
    dates = ((job.started_on, "started"), (job.finished_on, "finished"))
    lines = [", ".join(files), *(f"{word} {date(moment)}" for moment, word in dates if moment is not None)]
    lines += [] if run is None else [f"run {run}"]
    return f"{job.id}  {job.type} {job.state}", [line for line in lines if line]


def print_files(files: Iterable[File]) -> None:
    """Print a table with a row for each file or folder."""
    _output(narrow=True).table(("ID", "TYPE", "NAME"), ((file.id, file.type, file.name) for file in files))


def print_job(job: Job) -> None:
    """Print a job with its result, what is not done first."""
    _print_with_entries(job, sorted(_numbered(job), key=lambda entry: entry[1].ok))


def print_not_done(job: Job) -> None:
    """Print a job with those entries of its result that are errors, or cannot be read."""
    _print_with_entries(job, [entry for entry in _numbered(job) if not entry[1].ok])


def _numbered(job: Job) -> Iterable[tuple[int, ItemResult]]:
    return enumerate(job.result or (), 1)


def _print_with_entries(job: Job, entries: list[tuple[int, ItemResult]]) -> None:
    print_jobs([job])
    if not entries:
        return
    console = _output()
    console.print()
    rows = (_entry_row(*entry) for entry in entries[:RESULTS_SHOWN])
    console.table(("ENTRY", "OUTCOME", "ID", "CODE", "MESSAGE"), rows)
    if len(entries) > RESULTS_SHOWN:
        say(f"... and {len(entries) - RESULTS_SHOWN:,} more; --json lists them all.")


def _entry_row(number: int, entry: ItemResult) -> tuple[object, ...]:
    if entry.error is None:
        return (number, "ok" if entry.ok else "unreadable", entry.id, None, None)
    return (number, "failed", entry.id, entry.error.code, entry.error.message)


def summary(job: Job) -> str:
    """Return the result of a finished job, in a sentence."""
    done = "an unknown number of files" if job.completed_files is None else counted(job.completed_files, "file")
    failed = job.failed_files or len(job.failures)
    told = f"Job {job.id} has finished: {done} done"
    if job.shortfall:
        return f"{told}{f', {failed:,} failed' if failed else ''}, but its results are incomplete: {job.shortfall}."
    return f"{told}, {f'{failed:,}' if failed else 'none'} failed."
