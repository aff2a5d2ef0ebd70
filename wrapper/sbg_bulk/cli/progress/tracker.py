"""Follow a run, or a wait for jobs: keep what there is to tell at any moment, and have it shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Protocol

from attrs import evolve, frozen

from sbg_bulk.cli.progress.rate import Sample, rate, sampled, seconds_left

if TYPE_CHECKING:
    from sbg_bulk.api.waits import BudgetLeft, Wait
    from sbg_bulk.jobs.wait import Totals
    from sbg_bulk.models.job import Job
    from sbg_bulk.runs.progress import Progress

_AT_RATE: Final = ("next-look", "rate-limit", "pace")
"""Causes of pauses that belong to the rate at which it goes on."""

BARS: Final = 10
"""More jobs than this are waited for behind one bar."""


@frozen
class Snapshot:
    """What there is to tell of listing, of a run, or of a wait for jobs, at a moment.

    Attributes:
        lists: what is going on, such as "Listing", if that is no run and no wait for jobs.
        requests: how many requests that has taken so far.
        noun: what is counted: file, folder or item.
        total: how many there are; None as long as that is not known.
        done: how many of them are done.
        failed: how many have failed.
        unclear: how many have ended without its being known how.
        folders_made: how many folders the run has created.
        folders_total: how many it creates in all, before anything else.
        jobs_total: how many jobs it takes, as far as can be told.
        jobs_ended: how many of them have ended.
        jobs_running: how many are running.
        lost: how many jobs cannot be found any more.
        jobs: the jobs as last seen, if they are few and waited for.
        elapsed: seconds since it is followed.
        rate: how many a second; None if that cannot be told.
        left: seconds until the end; None if that cannot be told.
        budget: what is left of the rate limit; None if that is not known.
        waiting: what is waited for, with the seconds that are left of it; None if nothing is.
    """

    lists: str = ""
    requests: int = 0
    noun: str = "file"
    total: int | None = None
    done: int = 0
    failed: int = 0
    unclear: int = 0
    folders_made: int = 0
    folders_total: int = 0
    jobs_total: int = 0
    jobs_ended: int = 0
    jobs_running: int = 0
    lost: int = 0
    jobs: tuple[Job, ...] = ()
    elapsed: float = 0.0
    rate: float | None = None
    left: float | None = None
    budget: BudgetLeft | None = None
    waiting: Wait | None = None

    @property
    def makes_folders(self) -> bool:
        """Return whether folders are still to be created."""
        return self.folders_made < self.folders_total

    @property
    def ended(self) -> int:
        """Return how many have come to an end, whichever."""
        return self.done + self.failed + self.unclear


@frozen
class _Pause:
    """A pause, and when it began."""

    wait: Wait
    began: float


class Display(Protocol):
    """Shows how it goes on."""

    def changed(self) -> None:
        """Something has changed."""

    def waits(self, wait: Wait) -> None:
        """Tell that a pause is about to be made."""


class ProgressTracker:
    """What is known of listing, of a run, or of a wait for jobs. It may be read by another thread.

    Args:
        clock: seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._facts = Snapshot()
        self._samples: tuple[Sample, ...] = ()
        self._pause: _Pause | None = None
        self._budget: tuple[BudgetLeft, float] | None = None
        self._began = clock()
        self._displays: list[Display] = []
        self.progress: Progress | None = None

    def show_on(self, display: Display) -> None:
        """Have it shown there too."""
        self._displays.append(display)

    def outlook(self) -> Snapshot:
        """Return what there is to tell now."""
        now, facts, pause, budget = self._clock(), self._facts, self._pause, self._budget
        speed = rate(self._samples, now)
        # Something that is waited for first, such as the result of a lost submission, ends the estimate.
        at_rate = pause is None or pause.wait.cause in _AT_RATE
        left = None if facts.total is None or not at_rate else seconds_left(facts.total - facts.ended, speed)
        waiting = None if pause is None else evolve(pause.wait, seconds=pause.began + pause.wait.seconds - now)
        known = None if budget is None else evolve(budget[0], resets_in=budget[0].resets_in - (now - budget[1]))
        return evolve(
            facts,
            elapsed=now - self._began,
            rate=speed,
            left=left,
            budget=known if known is not None and known.resets_in > 0 else None,
            waiting=waiting if waiting is not None and waiting.seconds > 0 else None,
        )

    def run(self, progress: Progress) -> None:
        """Note that a run has come further. The pauses that it makes are told to `wait`, as all are."""
        self.progress = progress
        tally = progress.tally
        facts = Snapshot(
            noun=progress.noun,
            total=tally.rows,
            done=tally.done,
            failed=tally.failed,
            unclear=tally.unattributed + tally.unknown,
            folders_made=progress.folders_made,
            folders_total=progress.folders_total,
            jobs_total=progress.jobs_total,
            jobs_ended=progress.jobs_ended,
            jobs_running=progress.jobs_running,
        )
        self._learn(facts, progress.budget)

    def totals(self, totals: Totals) -> None:
        """Note that a wait for jobs has come further."""
        facts = Snapshot(
            total=totals.total_files or None,
            done=totals.completed_files,
            failed=totals.failed_files,
            jobs_total=totals.jobs,
            jobs_ended=totals.finished,
            jobs_running=totals.jobs - totals.finished - totals.lost,
            lost=totals.lost,
            jobs=self._facts.jobs,
        )
        self._learn(facts, None)

    def lists(self, what: str) -> None:
        """Something is looked up, of which only the number of requests is known, such as "Listing"."""
        self._facts = Snapshot(what)

    def requested(self, requests: int) -> None:
        """Note that it has taken so many requests so far."""
        self._learn(evolve(self._facts, requests=requests), None)

    def expect(self, jobs: int) -> None:
        """So many jobs are to be waited for."""
        self._facts = Snapshot(jobs_total=jobs, jobs_running=jobs)

    def job(self, job: Job) -> None:
        """Note that a job that is waited for was seen, for the first time or with something changed."""
        if self._facts.jobs_total <= BARS:
            jobs = {one.id: one for one in self._facts.jobs} | {job.id: job}
            self._facts = evolve(self._facts, jobs=tuple(jobs.values()))

    def wait(self, wait: Wait) -> None:
        """Note that the client makes a pause."""
        self._learn(self._facts, wait.budget, wait)

    def _learn(self, facts: Snapshot, budget: BudgetLeft | None, waiting: Wait | None = None) -> None:
        now = self._clock()
        self._facts = facts
        self._samples = sampled(self._samples, Sample(now, facts.ended))
        self._pause = None if waiting is None else _Pause(waiting, now)
        if budget is not None:
            self._budget = budget, now
        for display in self._displays:
            if waiting is None:
                display.changed()
            else:
                display.waits(waiting)
