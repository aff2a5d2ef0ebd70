"""What `--json` writes of a run and of a wait for jobs: events, one a line, as `events.schema.json` describes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from attrs import asdict

from sbg_bulk.cli.exits import Exit
from sbg_bulk.cli.output.console import write_json
from sbg_bulk.cli.output.documents import job_document
from sbg_bulk.cli.output.failures import failure
from sbg_bulk.cli.progress.tracker import ProgressTracker

if TYPE_CHECKING:
    from sbg_bulk.api.waits import Wait
    from sbg_bulk.models.job import Job
    from sbg_bulk.runs.progress import Progress

VERSION: Final = 1
"""Grows when an event or a field gets another meaning or goes. New ones may come at any time."""

EVERY: Final = 1.0
"""Seconds between two events that tell how far it has come."""

OUTCOMES: Final = ("run-finished", "job-finished", "job-unfinished", "error")
"""The events that are left with `--quiet`; those of a run's jobs are not."""


class Events:
    """Writes events, each at once.

    Args:
        following: what is known of the run or the wait.
        clock: seconds that never go back.
        quiet: whether only the outcome is told.
        write: writes an event.
        now: the time that an event gets.
    """

    def __init__(
        self,
        following: ProgressTracker,
        clock: Callable[[], float],
        *,
        quiet: bool = False,
        write: Callable[[Mapping[str, Any]], object] = write_json,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._following = following
        self._clock = clock
        self._quiet = quiet
        self._write = write
        self._now = now
        self._told: float | None = None
        self._begun = False
        self._jobs_of: Progress | None = None
        self._seen: list[Job] = []
        self._finished: set[str] = set()

    def changed(self) -> None:
        """Something has changed."""
        self._jobs_of_a_run()
        if self._told is None or self._clock() - self._told >= EVERY:
            self._progress()
        # After the progress, so that a wait does not end with that.
        for job in self._seen:
            self.job_told(job)
        self._seen.clear()

    def waits(self, wait: Wait) -> None:
        """Tell that a pause is about to be made."""
        self.changed()
        if wait.seconds >= EVERY:
            self._emit("waiting", {"seconds": round(wait.seconds, 3), "cause": str(wait.cause), "reason": wait.reason})

    def wait_started(self, jobs: int) -> None:
        """Tell that a wait for so many jobs has begun."""
        self._emit("wait-started", {"jobs": jobs})

    def job_seen(self, job: Job) -> None:
        """Tell that a job that is waited for was seen."""
        if job.finished:
            self._seen.append(job)

    def job_told(self, job: Job) -> None:
        """Tell, once, that a job is no longer waited for."""
        if job.id not in self._finished:
            self._finished.add(job.id)
            self._emit("job-finished" if job.finished else "job-unfinished", job_document(job))

    def run_finished(self, document: Mapping[str, Any]) -> None:
        """Tell that a run has come to its end."""
        if self._following.progress is not None:
            self._progress()
        self._emit("run-finished", document)

    def failed(self, kind: str, message: str, code: Exit, error: Exception | None) -> None:
        """Tell that it has ended before its end. The arguments are those of `failure`."""
        self._emit("error", {"error": failure(kind, message, code, error)})

    def _jobs_of_a_run(self) -> None:
        progress = self._following.progress
        if progress is None or progress is self._jobs_of:
            return
        self._jobs_of = progress
        if not self._begun:
            self._begun = True
            self._emit("run-started", {"run": progress.run, "journal": progress.journal, **asdict(progress.tally)})
        if not self._quiet:
            for job in progress.ended:
                self._emit("job-finished", asdict(job))

    def _progress(self) -> None:
        self._told = self._clock()
        outlook, progress = self._following.outlook(), self._following.progress
        facts: dict[str, Any]
        if progress is None:
            facts = {
                "files": outlook.total,
                "done": outlook.done,
                "failed": outlook.failed,
                "jobs_lost": outlook.lost,
            }
        else:
            facts = {"run": progress.run, **asdict(progress.tally)}
            facts |= {"folders_made": progress.folders_made, "folders_total": progress.folders_total}
        budget = outlook.budget
        self._emit(
            "progress",
            {
                **facts,
                "jobs_total": outlook.jobs_total,
                "jobs_ended": outlook.jobs_ended,
                "jobs_running": outlook.jobs_running,
                "rate": _rounded(outlook.rate),
                "seconds_left": _rounded(outlook.left),
                "budget": None
                if budget is None
                else {
                    "limit": budget.limit,
                    "remaining": budget.remaining,
                    "resets_in": _rounded(budget.resets_in),
                },
            },
        )

    def _emit(self, event: str, fields: Mapping[str, Any]) -> None:
        if self._quiet and event not in OUTCOMES:
            return
        time = self._now().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self._write({"event": event, "version": VERSION, "time": time, **fields})


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 3)
