"""Journals to report on, made without a service: of any size, and with anything in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from attrs import define

from sbg_bulk.items import CopyItem
from sbg_bulk.models.job import Job
from sbg_bulk.runs.create import create
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.manifest import Row
from sbg_bulk.runs.outcomes import Outcome, RowOutcome
from sbg_bulk.runs.records import Submission

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
    extra: Callable[[int], Mapping[str, str]] = lambda place: {"sample": f"CA-{place:06}"},
    manifest: str = "cohort.csv",
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
        clock: the clock of the machine; it is left at the end.
    """
    clock = clock or Clock()
    items = (
        Row(place + 2, CopyItem(f"{place:024x}", project="rfranklin/analysis", name=name(place)), extra(place))
        for place in range(rows)
    )
    create(items, "COPY", ENDPOINT, items_per_job=items_per_job, journal=path, name=manifest).close()
    with Journal.open(path, clock) as journal:
        journal._db.execute("PRAGMA synchronous = OFF")  # nothing here has to survive a crash
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
