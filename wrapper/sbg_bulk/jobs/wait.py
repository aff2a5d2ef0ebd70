"""Wait for jobs until all of them have ended."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final

from attrs import define, field, frozen

from sbg_bulk import errors
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.steps import Flow, now
from sbg_bulk.jobs.track import Track
from sbg_bulk.jobs.watch import JobRef, PollResult, Watch
from sbg_bulk.models.job import Job

PASSING: Final = (
    errors.ConnectionFailed,
    errors.RateLimited,
    errors.Maintenance,
    errors.ServerError,
    errors.UnreadableAnswer,
)
"""What may be over when the next look is due."""


@frozen
class Totals:
    """The state of a wait, over all its jobs.

    Attributes:
        jobs: how many are waited for.
        finished: how many of them have ended.
        failed: how many of those have failed items.
        lost: how many cannot be found any more.
        total_files: how many files they deal with, as far as that is known.
        completed_files: how many of those are done.
        failed_files: how many of those failed.
    """

    jobs: int
    finished: int = 0
    failed: int = 0
    lost: int = 0
    total_files: int = 0
    completed_files: int = 0
    failed_files: int = 0


@define
class _Wait:
    """A wait under way."""

    watch: Watch
    on_change: Callable[[Job], object] | None
    on_progress: Callable[[Totals], object] | None
    jobs: dict[str, Job] = field(factory=dict)
    lost: dict[str, Track] = field(factory=dict)
    wanted: int = 0
    reported: Totals | None = None

    def tell(self, polled: PollResult) -> None:
        """Say what has changed, if anything."""
        self.lost.update((track.id, track) for track in polled.lost)
        for track in polled.changed:
            assert track.job is not None
            self.jobs[track.id] = track.job
            if self.on_change is not None:
                self.on_change(track.job)
        if self.on_progress is None:
            return
        totals = self.totals()
        if totals != self.reported:
            self.reported = totals
            self.on_progress(totals)

    @property
    def ended(self) -> list[Job]:
        return [job for job in self.jobs.values() if job.finished]

    def totals(self) -> Totals:
        seen, ended = list(self.jobs.values()), self.ended
        return Totals(
            self.wanted,
            finished=len(ended),
            failed=sum(not job.succeeded for job in ended),
            lost=len(self.lost),
            total_files=sum(job.total_files or 0 for job in seen),
            completed_files=sum(job.completed_files or 0 for job in seen),
            failed_files=sum(job.failed_files or 0 for job in seen),
        )


def wait(
    policy: RequestPolicy,
    wanted: Sequence[JobRef],
    timeout: float | None,
    on_change: Callable[[Job], object] | None,
    on_progress: Callable[[Totals], object] | None,
    finished: Callable[[str, Job], Flow[None]],
) -> Flow[None]:
    """Watch jobs until all of them are FINISHED. An unknown state means that a job is still under way.

    Args:
        policy: how often to look, and how long to try again when a request fails.
        wanted: which jobs. One that was finished when it was read is not looked at again.
        timeout: the most seconds to wait; None for no end, 0 for one look.
        on_change: called with a job when it is first seen and whenever its state or counts have changed. What it
            raises ends the wait.
        on_progress: called after a look that has changed something, with the totals. What it raises ends the wait.
        finished: a flow that is performed with each job that has ended, in the order in which that is noticed.

    Raises:
        WaitTimeout: the time was up before.
        JobLost: some cannot be found; raised when all others have ended.
        ApiError, ConnectionFailed, UnreadableAnswer: a look failed, retries included.
    """
    began = yield from now()
    until = math.inf if timeout is None else began + timeout
    watch = Watch(policy)
    state = _Wait(watch, on_change, on_progress, wanted=len({one.id for one in wanted}))
    for one in {one.id: one for one in wanted}.values():
        if one.job is not None and one.job.finished:
            state.jobs[one.id] = one.job
            yield from finished(one.id, one.job)
        else:
            watch.add(one, began)
    # The first look is worth its retries whatever the timeout is: a job never seen cannot be reported on.
    watch.patient = True
    while watch.tracks:
        moment = yield from now()
        try:
            polled = yield from watch.poll(until)
        except PASSING as error:
            if watch.patient or timeout is None or until - moment > policy.retry.within:
                raise
            raise _timeout(state, timeout) from error
        watch.patient = False
        state.tell(polled)
        for track in polled.finished:
            assert track.job is not None
            yield from finished(track.id, track.job)
        if not watch.tracks:
            break
        if (yield from now()) >= until:
            assert timeout is not None
            raise _timeout(state, timeout)
        yield from watch.rest(until)
    if state.lost:
        refusals = [track.refusal for track in state.lost.values() if isinstance(track.refusal, errors.ApiError)]
        last = refusals[-1] if refusals else None
        raise errors.JobLost(
            list(state.lost),
            last.operation if last else "list_async_jobs",
            last.request_id if last else None,
            state.ended,
        ) from last


def _timeout(state: _Wait, seconds: float) -> errors.WaitTimeout:
    tracks = state.watch.tracks
    seen = [track.job for track in tracks.values() if track.job is not None]
    return errors.WaitTimeout(seen, list(tracks), seconds, state.ended, list(state.lost))
