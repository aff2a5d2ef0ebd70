"""Make the journal of a run: of a manifest, or of what failed in another run. `store` knows where journals are."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import IO, Final

from sbg_bulk.errors import InputError
from sbg_bulk.runs import manifest, store
from sbg_bulk.runs.estimate import ITEMS_PER_JOB
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.manifest import Problem, Row
from sbg_bulk.runs.records import NewFolder, Plan

RETRIED: Final = ("failed",)
"""The outcomes whose rows `retry` tries again: only what certainly was not done."""


def create(
    rows: Iterable[Row | Problem],
    job_type: str,
    endpoint: str,
    *,
    items_per_job: int = ITEMS_PER_JOB,
    journal: Path | None = None,
    name: str = "-",
    form: str = "csv",
    retry_of: str | None = None,
    folders: Iterable[NewFolder] = (),
    task: str | None = None,
) -> Journal:
    """Make the journal of a new run.

    Args:
        rows: those of a manifest, with its problems.
        job_type: COPY, MOVE or DELETE.
        endpoint: the deployment it is for.
        items_per_job: how many rows are submitted as one job.
        journal: where to keep it; None for the usual folder.
        name: the manifest's name, for people.
        form: its format.
        retry_of: the run whose failures this one tries again.
        folders: those that it makes first, parents before what is in them.
        task: what was asked for, to know it again; see `sbg_bulk.runs.task`.

    Raises:
        ManifestError: the manifest has problems; nothing is left behind.
        JournalError: the journal cannot be written.
    """
    if items_per_job < 1:
        raise InputError(f"items_per_job: {items_per_job} is not at least 1.")
    now = datetime.now(UTC)
    run = f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    plan = Plan(
        run=run,
        job_type=job_type,
        endpoint=endpoint,
        created_on=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        items_per_job=items_per_job,
        manifest=name,
        form=form,
        retry_of=retry_of,
        task=task,
    )
    return Journal.create(journal or store.folder() / f"{run}{store.SUFFIX}", plan, rows, folders=folders)


def retry(earlier: Journal, journal: Path | None = None) -> Journal:
    """Make the journal of a new run of what failed in another.

    Raises:
        InputError: nothing has failed in it, or what failed is tried again by another run already.
    """
    plan = earlier.plan
    already = earlier.remembered("retry")
    if already is not None:
        raise InputError(
            f"Run {already} tries again what failed in run {plan.run}. Resume that one, or retry what failed in it."
        )
    rows = iter(earlier.rows(RETRIED))
    first = next(rows, None)
    if first is None:
        raise InputError(f"Nothing has failed in run {plan.run}, so there is nothing to try again.")
    later = create(
        chain([first], rows),
        plan.job_type,
        plan.endpoint,
        items_per_job=plan.items_per_job,
        journal=journal,
        name=plan.manifest,
        form=plan.form,
        retry_of=plan.run,
    )
    earlier.remember("retry", later.plan.run)
    return later


def check_deployment(journal: Journal, endpoint: str) -> None:
    """Raise InputError unless a run is for the deployment that a client is connected to."""
    if journal.plan.endpoint != endpoint:
        raise InputError(
            f"Run {journal.plan.run} is for {journal.plan.endpoint}, and the endpoint is {endpoint}. Give the run's."
        )


def count(job_type: str, source: Path | IO[bytes], defaults: manifest.Defaults, form: manifest.Format | None) -> int:
    """Return how many rows a manifest has, if all of them are fit to be run.

    Raises:
        ManifestError: some are not.
    """
    if isinstance(source, Path):
        with manifest.opened(source) as stream:
            return count(job_type, stream, defaults, form or manifest.guess_format(source.name))
    with tempfile.TemporaryDirectory(prefix="sbg-bulk-") as scratch:
        # A journal finds duplicates without holding the manifest in memory.
        rows = manifest.read(source, manifest.ITEMS[job_type], form, defaults)
        with create(rows, job_type, "", journal=Path(scratch) / f"dry{store.SUFFIX}") as journal:
            return journal.tally().rows
