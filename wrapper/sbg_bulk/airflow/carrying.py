"""A run of a task, carried by a worker as far as there is something to do for it.

Waiting is not a worker's work: when there is nothing to do but to wait, for jobs or for the rate limit, the run is
left, as an interrupted one is, and whoever called is told what is waited for.
"""

from __future__ import annotations

import json
import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from attrs import define, field, frozen

from sbg_bulk.airflow.journals import Kept
from sbg_bulk.airflow.sources import Source, tell_left_out
from sbg_bulk.api.waits import Cause, Wait
from sbg_bulk.client.runs import CHOICES
from sbg_bulk.client.sync import Client
from sbg_bulk.errors import SbgBulkError
from sbg_bulk.items import COPY, DELETE, MOVE
from sbg_bulk.models.job import Job
from sbg_bulk.report import document, page
from sbg_bulk.report.facts import Facts, gather
from sbg_bulk.runs import forms, kept_options
from sbg_bulk.runs.estimate import ITEMS_PER_JOB
from sbg_bulk.runs.forms import ReadFormat
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.progress import LIST_LAG, Progress, RunOptions
from sbg_bulk.runs.records import Outcome, State
from sbg_bulk.runs.result import RunReport
from sbg_bulk.text import counted

LOG: Final = logging.getLogger(__name__)

STAY: Final = 10.0
"""Seconds of waiting that a worker spends, in all, before it leaves a run: to be started again takes some too."""

LATER: Final = 15.0, 300.0
"""The fewest and the most seconds until the next look at jobs that only a worker can look at."""

SHARE: Final = 0.1
"""The share of a run's age that passes until that look, within `LATER`."""

MOST_JOBS: Final = 1000
"""Jobs that are waited for at most before a worker looks again: the list is kept in Airflow's database."""

TOLD_EVERY: Final = 30.0
"""Seconds between two lines of progress in the log."""

NEEDS_WORKER: Final = frozenset({Cause.RETRY, Cause.SETTLING})
"""Pauses that a worker makes itself: they are short, or begin again when the run is left."""


class Left(SbgBulkError):
    """A run has been left, as nothing is to be done but to wait. It is of the errors that void what was not sent."""

    def __init__(self, wait: Wait) -> None:
        super().__init__(f"paused for {wait.seconds:.0f} s {wait.reason}")
        self.wait = wait


@frozen
class Waits:
    """What a run waits for: these jobs to end or, if there are none, a time.

    Attributes:
        jobs: their ids.
        job_type: their type.
        until: Unix seconds.
    """

    jobs: tuple[str, ...] = ()
    job_type: str | None = None
    until: float | None = None


@frozen
class Task:
    """What a run is to do, and how.

    Attributes:
        job_type: see `Client.run`, as for those that follow.
        for_rows: `to`, `project`, `parent`, `parents`, `destination_from_manifest` and `settings` of `Client.run`.
        items_per_job: rows in a job.
        on_conflict: see `Client.plan`.
        options: how to do it.
        within: seconds for which each request is retried; infinity for no limit.
    """

    job_type: str
    for_rows: Mapping[str, Any] = field(factory=dict)
    items_per_job: int = ITEMS_PER_JOB
    on_conflict: str | None = None
    options: RunOptions = field(factory=RunOptions)
    within: float = math.inf


@define
class Carrier:
    """Carries the run of a task.

    Attributes:
        kept: its journals.
        client: what it is carried with.
        task: what it is to do.
        clock: seconds that never go back.
        now: Unix seconds.
        facts: those of the last run, when its report has been written.
    """

    kept: Kept
    client: Client
    task: Task
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    facts: Facts | None = None
    _told: float = -TOLD_EVERY

    def create(self, source: Source, form: ReadFormat | None = None) -> bool:
        """Make the journal of the run; nothing is submitted. If another attempt was first, the run is that one's.

        Args:
            source: what it is made of.
            form: the format of a manifest.

        Returns:
            Whether there is something to do.

        Raises:
            SbgBulkError: see `Client.run`.
        """
        made, task = self.kept.new(), self.task

        def stop(_: Progress) -> None:
            raise _CreatedError

        given = {**task.for_rows, "form": form, "journal": made, "items_per_job": task.items_per_job}
        if task.on_conflict is not None:
            assert not isinstance(source, CHOICES)
            source = self.client.plan(task.job_type, source, **given, on_conflict=task.on_conflict)
            assert source.conflicts is not None
            tell_left_out(source.conflicts)
            if not len(source):
                source.close()
                return False
        try:
            # The first progress of a run comes when its journal is on disk, before anything is sent.
            self.client.run(task.job_type, source, **given, options=task.options, within=task.within, on_change=stop)
        except _CreatedError:
            self.kept.publish(made)
        return True

    @property
    def complete(self) -> bool:
        """Return whether nothing is left of the last run."""
        journal = self.kept.latest
        assert journal is not None
        with Journal.read(journal) as read:
            return read.tally().complete

    def carry(self) -> RunReport | Waits:
        """Carry the last run of the task on, and return its end, or what it waits for."""
        journal = self.kept.latest
        assert journal is not None
        with Journal.read(journal) as read:
            lost = _intended(read)
            lag = kept_options.earlier(read)[0].list_lag
        # To find out what came of a submission takes more than the lag, from the start each time.
        settle = 2 * (LIST_LAG if lag is None else lag)

        def unsettled() -> bool:
            with Journal.read(journal) as read:
                return not lost.isdisjoint(_intended(read))

        leave = _Leaving(self.clock() + settle if lost else 0.0, self.clock, unsettled)
        try:
            return self.client.resume(
                journal, options=self.task.options, within=self.task.within, on_change=self._tell, on_wait=leave
            )
        except Left as left:
            return self._waits(journal, left.wait)

    def _tell(self, progress: Progress) -> None:
        tally = progress.tally
        if self.clock() - self._told >= TOLD_EVERY or tally.complete:
            self._told = self.clock()
            LOG.info("%s of %s items done, %s failed", f"{tally.done:,}", f"{tally.rows:,}", f"{tally.failed:,}")

    def _waits(self, journal: Path, wait: Wait) -> Waits:
        if wait.cause is not Cause.NEXT_LOOK:
            return Waits(until=self.now() + wait.seconds)
        with Journal.read(journal) as read:
            job_type, jobs = read.plan.job_type, [one.job for one in read.unfinished() if one.job is not None]
            [(began, _), *_] = [*read.sessions(), (self.now(), None)]
        if job_type in (COPY, MOVE, DELETE) and jobs:
            return Waits(tuple(jobs[-MOST_JOBS:]), job_type)
        fewest, most = LATER
        return Waits(until=self.now() + min(most, max(fewest, SHARE * (self.now() - began))))

    def submitted(self) -> list[str]:
        """Return the ids of the jobs of the last run."""
        journal = self.kept.latest
        assert journal is not None
        with Journal.read(journal) as read:
            return sorted(read.own_jobs() | read.row_jobs())

    def result(self, report: RunReport) -> dict[str, Any]:
        """Write the reports of the task, and return what is told in a few numbers."""
        rows = done = size = 0
        for number, path in enumerate(self.kept.journals):
            with Journal.read(path) as read:
                tally = read.tally()
                rows, done = rows or tally.rows, done + tally.done
                size += read.carried().size
                if path == self.kept.latest:
                    written = self._write(read, number)
        tally = report.tally
        for reason in report.reasons:
            LOG.warning("%s: %s %s", counted(reason.files, "item"), reason.what, reason.advice)
        for outcome, code, count, _ in report.failures:
            LOG.warning("%s %s, API code %s", counted(count, "item"), outcome, code)
        return {
            "run": report.run,
            "journal": self.kept.shown(report.journal),
            "rows": rows,
            "done": done,
            "failed": tally.failed,
            "unclear": tally.unattributed + tally.unknown,
            "bytes": size,
            "retries": self.kept.retries,
            **written,
        }

    def _write(self, read: Journal, number: int) -> dict[str, str | None]:
        stem = "report" if not number else f"report.retry-{number}"
        shown = self.kept.shown(read.path)
        with ExitStack() as stack:
            files = {
                suffix: stack.enter_context((self.kept.folder / f"{stem}{suffix}").open("w", encoding="utf-8"))
                for suffix in (".html", ".json")
            }
            page.write(read, files[".html"], name=shown)
            self.facts = gather(read)
            json.dump(document.document(self.facts, shown), files[".json"])
        failed = None
        if read.tally().done < read.tally().rows:
            failed = self.kept.folder / f"failed{stem.removeprefix('report')}.csv"
            with failed.open("w", encoding="utf-8", newline="") as stream:
                outcomes = [str(one) for one in Outcome if one is not Outcome.DONE]
                forms.write(stream, "csv", read.report_columns(), read.report(outcomes))
        return {
            "report": self.kept.shown(self.kept.folder / f"{stem}.html"),
            "data": self.kept.shown(self.kept.folder / f"{stem}.json"),
            "failed_rows": None if failed is None else self.kept.shown(failed),
        }


class _CreatedError(Exception):
    """The journal of a run is there."""


def _intended(journal: Journal) -> set[int]:
    """Return the submissions of which it is not known whether they were accepted."""
    return {one.id for one in journal.unfinished() if one.state is State.INTENDED}


class _Leaving:
    """Raise `Left` when a worker has waited for long enough, and the pause is one that others can wait for.

    While it is looked for what came of an earlier submission, the rate limit is waited for: who is called again later
    has to look from the start.
    """

    def __init__(self, stay_until: float, clock: Callable[[], float], unsettled: Callable[[], bool]) -> None:
        self._stay_until = stay_until
        self._clock = clock
        self._unsettled = unsettled
        self._waited = 0.0

    def __call__(self, wait: Wait) -> None:
        self._waited += wait.seconds
        if wait.cause in NEEDS_WORKER or self._waited <= STAY or self._clock() < self._stay_until:
            return
        if wait.cause is not Cause.RATE_LIMIT or not self._unsettled():
            raise Left(wait)


def failed_items(jobs: Sequence[Job]) -> list[str]:
    """Return what went wrong in jobs that have ended, a line for each of them with something."""
    told = []
    for job in jobs:
        if not job.succeeded:
            codes = sorted({str(one.error.code) for one in job.failures if one.error is not None})
            why = f", API codes {', '.join(codes)}" if codes else ""
            failed = counted(job.failed_files or len(job.failures), "item")
            told.append(f"job {job.id}: {failed} failed{why} {job.shortfall}".strip())
    return told
