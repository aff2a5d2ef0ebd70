"""Make the journal of a run: of a manifest, or of what failed in another run. `store` knows where journals are."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final

from sbg_bulk.errors import InputError
from sbg_bulk.runs import store
from sbg_bulk.runs.draft import Draft
from sbg_bulk.runs.estimate import ITEMS_PER_JOB
from sbg_bulk.runs.family import Family
from sbg_bulk.runs.forms import ReadFormat, guess_format
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.journal_reader import ASKED
from sbg_bulk.runs.problems import Problem
from sbg_bulk.runs.records import CHOSEN, KeptRow, NewFolder, Plan
from sbg_bulk.runs.rows import Defaults, PathRow, Row, opened
from sbg_bulk.runs.task import asked
from sbg_bulk.text import command_line, either

RETRIED: Final = ("failed",)
"""The outcomes whose rows `retry` tries again: only what certainly was not done."""

_STDIN: Final = ("<stdin>", "standard input")
"""What Python calls it, and what people do."""


def draft(
    rows: Iterable[Row | PathRow | Problem],
    family: Family,
    endpoint: str,
    *,
    items_per_job: int = ITEMS_PER_JOB,
    journal: Path | None = None,
    name: str = "-",
    form: str = "csv",
    retry_of: str | None = None,
    folders: Iterable[NewFolder] = (),
    task: str | None = None,
) -> Draft:
    """Read the rows of a new run, which is not begun yet. It is to be closed.

    Args:
        rows: those of a manifest, with its problems.
        family: what the run does.
        endpoint: the platform it is for.
        items_per_job: how many rows are submitted as one job.
        journal: where to keep its journal; None for the usual folder.
        name: the manifest's name, for people.
        form: the format of its report.
        retry_of: the run whose failures this one tries again.
        folders: those that it makes first, parents before what is in them.
        task: what was asked for, to know it again; see `sbg_bulk.runs.task`.

    Raises:
        ManifestError: the manifest has problems; nothing is left behind.
        JournalError: the journal cannot be written.
    """
    if items_per_job < 1:
        raise InputError(f"items_per_job: expected at least 1, not {items_per_job}.")
    if family.batch is not None and items_per_job > family.batch:
        raise InputError(f"items_per_job: expected at most {family.batch}, not {items_per_job}.")
    now = datetime.now(UTC)
    run = f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    plan = Plan(
        run=run,
        job_type=family.job_type,
        endpoint=endpoint,
        created_on=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        items_per_job=items_per_job,
        manifest=name,
        form=form,
        retry_of=retry_of,
        task=task,
        columns=family.columns,
    )
    return Draft.create(
        journal or store.folder() / f"{run}{store.SUFFIX}", plan, rows, folders=folders, item=family.item
    )


def create(rows: Iterable[Row | PathRow | Problem], family: Family, endpoint: str, **settings: Any) -> Journal:
    """Make the journal of a new run of rows in which no path stands. The arguments and errors are those of `draft`."""
    with draft(rows, family, endpoint, **settings) as made:
        return made.begin()


def read(
    source: Path | IO[bytes],
    family: Family,
    endpoint: str,
    defaults: Defaults,
    form: ReadFormat | None,
    *,
    items_per_job: int = ITEMS_PER_JOB,
    journal: Path | None = None,
) -> Draft:
    """Read a manifest, once, as a run that is not begun yet. It is to be closed.

    Args:
        source: the manifest's file, or a stream of bytes, which is left open.
        family: what the run does.
        endpoint: the platform it is for.
        defaults: the destination of rows that name none.
        form: its format; None to go by its first lines, and its name.
        items_per_job: how many rows are submitted as one job.
        journal: where to keep the run's journal; None for the usual folder.

    Raises:
        ManifestError: the manifest has problems; nothing is left behind.
        InputError: it cannot be read.
        JournalError: the journal cannot be written.
    """
    name = source.name if isinstance(source, Path) else str(getattr(source, "name", "-"))
    with opened(source) if isinstance(source, Path) else nullcontext(source) as stream:
        rows = family.read(stream, form, defaults, guess_format(name))
        return draft(
            rows,
            family,
            endpoint,
            items_per_job=items_per_job,
            journal=journal,
            name=str(getattr(stream, "name", "-")).replace(*_STDIN),
            form=rows.form,
            task=asked([str(source.resolve())], defaults.given) if isinstance(source, Path) else None,
        )


def check_retry(earlier: Journal) -> None:
    """Raise InputError if nothing has failed in a run, or what failed is tried again by another run already."""
    plan = earlier.plan
    already = earlier.remembered("retry")
    if already is not None:
        raise InputError(
            f"Run {already} already retries the failures of run {plan.run}.\n{_instead(already, plan.run)}"
        )
    if not earlier.tally().failed:
        raise InputError(f"Nothing failed in run {plan.run}, so there is nothing to retry.")


def _instead(later: str, earlier: str) -> str:
    """Return what to do in place of a second retry of a run, in a line."""
    try:
        path = store.find(later)
    except InputError:
        export = command_line("runs", "export", earlier, "--outcome", "failed", "--output", "failed.csv")
        return f"Its journal is not on this machine. To retry the failures, export them as a manifest: {export}"
    with Journal.read(path) as journal:
        tally = journal.tally()
        if journal.in_use:
            return "Wait until it has finished."
    if not tally.complete:
        return f"Resume it with: {either(command_line('runs', 'resume', later), f'client.resume({later!r})')}"
    if not tally.failed:
        return "Nothing failed in it."
    return f"Retry its own failures with: {either(command_line('runs', 'retry', later), f'client.retry({later!r})')}"


def retry(earlier: Journal, family: Family, journal: Path | None = None) -> Journal:
    """Make the journal of a new run of what failed in another, of the same family.

    Raises:
        InputError: see `check_retry`.
    """
    check_retry(earlier)
    plan = earlier.plan
    later = create(
        (Row(row.number, family.item(_values(row, family)), row.extra) for row in earlier.rows(RETRIED)),
        family,
        plan.endpoint,
        items_per_job=plan.items_per_job,
        journal=journal,
        name=plan.manifest,
        form=plan.form,
        retry_of=plan.run,
    )
    for key, value in (
        ("label", earlier.remembered("label")),
        (CHOSEN, earlier.remembered(CHOSEN)),
        (ASKED, earlier.asked),
    ):
        if value is not None:
            later.remember(key, value)
    later.saw_folders(earlier.folders_seen())
    earlier.remember("retry", later.plan.run)
    return later


def _values(row: KeptRow, family: Family) -> Mapping[str, Any]:
    """Return what is to be done with a row that has failed: what has been done of it is not done again."""
    done = family.half_done is not None and row.new_id is not None
    return {**row.values, family.half_done or "": row.new_id} if done else row.values


def check_platform(journal: Journal, endpoint: str) -> None:
    """Raise InputError unless a run is for the platform that a client is connected to."""
    if journal.plan.endpoint != endpoint:
        raise InputError(
            f"Run {journal.plan.run} is on {journal.plan.endpoint}, but the endpoint is {endpoint}. Use the run's "
            f"endpoint."
        )
