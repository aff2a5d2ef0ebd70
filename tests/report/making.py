"""Journals to report on, made without a service: of any size, and with anything in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from attrs import define

from sbg_bulk.families import FAMILIES
from sbg_bulk.items import CopyItem
from sbg_bulk.models.job import Job
from sbg_bulk.runs.create import create
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.records import Outcome, RowOutcome, Submission
from sbg_bulk.runs.rows import Row
from sbg_bulk.runs.task import asked
from sbg_bulk.transfers.verify import CHOSEN

START: Final = 1_795_000_000.0
"""2026-11-18 11:06:40 UTC."""

ENDPOINT: Final = "https://cavatica-api.sbgenomics.com/v2"


@define
class Clock:
    """A clock that is moved by hand."""

    time: float = START

    def __call__(self) -> float:
        return self.time


def failed(code: int | None = 10225, message: str = "There is no such file.") -> RowOutcome:
    return RowOutcome(Outcome.FAILED, None, code, message)


DONE: Final = RowOutcome(Outcome.DONE, "new")


def finished(job: str, began: float, ended: float) -> Job:
    """A job as the service tells it in the end."""
    started_on, finished_on = (datetime.fromtimestamp(moment, UTC) for moment in (began, ended))
    return Job(job, "COPY", "FINISHED", started_on=started_on, finished_on=finished_on)


def made(
    path: Path,
    rows: int,
    outcome: Callable[[int], RowOutcome] = lambda _: DONE,
    *,
    items_per_job: int = 100,
    ended: float = 1.0,
    name: Callable[[int], str | None] = lambda place: f"sample-{place:06}.bam",
    extra: Callable[[int], Mapping[str, str | int | None]] = lambda place: {"sample": f"CA-{place:06}"},
    manifest: str = "cohort.csv",
    task: str | None = None,
    clock: Clock | None = None,
) -> Path:
    """A journal of a run in which a job is sent each second, and takes a minute.

    Args:
        path: where.
        rows: how many it has.
        outcome: what became of the row in a place.
        items_per_job: how many of them make a job.
        ended: which share of the jobs have ended; the others are under way.
        name: what the row in a place is to be called.
        extra: its other columns.
        manifest: the manifest's name.
        task: what was asked for, by paths.
        clock: the clock of the machine; it is left at the end.
    """
    clock = clock or Clock()
    items = (
        Row(place + 2, CopyItem(f"{place:024x}", project="rfranklin/analysis", name=name(place)), extra(place))
        for place in range(rows)
    )
    create(
        items, FAMILIES["COPY"], ENDPOINT, items_per_job=items_per_job, journal=path, name=manifest, task=task
    ).close()
    with Journal.open(path, clock) as journal:
        journal._db.execute("PRAGMA synchronous = OFF")  # nothing here has to survive a crash
        if task is not None:
            journal.remember(CHOSEN, "paths")
        sent: list[tuple[Submission, float]] = []
        while (places := journal.next_rows()) is not None:
            submission = journal.intend(*places, clock.time)
            remaining = 1000 - len(sent) % 1000
            journal.answered(202, {"X-RateLimit-Limit": "1000", "X-RateLimit-Remaining": f"{remaining}"})
            journal.started(submission, f"7{submission.id:016}")
            sent.append((submission, clock.time))
            clock.time += 1.0
        for submission, began in sent[: round(ended * len(sent))]:
            clock.time = max(clock.time, began + 60)
            job = finished(f"7{submission.id:016}", began, began + 60)
            outcomes = [outcome(place) for place in range(submission.first, submission.last + 1)]
            journal.ended(submission, job.id, outcomes, job)
    return path


SOURCE: Final = "rfranklin/source"
GIVEN: Final = "rfranklin/analysis/new #1"
"""Where a run by paths takes its files from, and where they go."""


def chosen(path: Path, rows: int, outcome: Callable[[int], RowOutcome] = lambda _: DONE, **settings: Any) -> Path:
    """A journal of a run of files that were chosen by their paths: each a byte larger than the one before."""

    def extra(place: int) -> dict[str, str | int | None]:
        name = f"batch {place // 100}/f{place}.bam"
        return {"source_path": f"{SOURCE}/{name}", "destination_path": f"{GIVEN}/{name}", "size": 1000 + place}

    asked_for = asked([SOURCE], GIVEN, recursive=True)
    return made(
        path,
        rows,
        outcome,
        name=lambda _: None,
        manifest=f"{SOURCE} to {GIVEN}",
        task=asked_for,
        **{"extra": extra, **settings},
    )


def resumed(path: Path, clock: Clock, *, killed: bool = False, ended: int | None = None) -> None:
    """Have a process carry a run for ten seconds from now, and see the ends of so many jobs, or of all."""
    journal = Journal.open(path, clock)
    journal.note_session()
    clock.time += 10
    for submission in journal.unfinished()[:ended]:
        journal.ended(submission, submission.job, [DONE] * submission.size)
    if killed:
        journal._db.close()
    else:
        journal.close()
