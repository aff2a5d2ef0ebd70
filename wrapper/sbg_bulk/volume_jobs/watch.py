"""Watch jobs on volumes until they end: by how many are left in the list, and a hundred at a time for their details.

A look reads one page of the list of jobs that have not ended. Its total tells how many of the run's have, as long as
nobody else starts or ends any; if all stand on that page, it tells which. So many hundreds are read then, those first
that were started first. That the oldest end first is taken for likely, and for nothing else: what has not ended yet is
read again after all others.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from attrs import define, evolve, field, frozen

from sbg_bulk import errors
from sbg_bulk.api import pages
from sbg_bulk.api.pace import Meter
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.request import pause
from sbg_bulk.api.steps import Flow, now
from sbg_bulk.api.waits import FOR_THE_LIMIT, Cause, status_check
from sbg_bulk.jobs.track import Allowance
from sbg_bulk.limits import PAGE_LIMIT
from sbg_bulk.models.resources import Page
from sbg_bulk.models.storage import VolumeJob
from sbg_bulk.volume_jobs.calls import MOST, UNFINISHED, Kind, read

UNASKED: Final = 0.2
"""The share of the oldest job's age after which a hundred are read though the list does not tell that so many ended."""

BATCHES: Final = 10
"""Hundreds that are read before what came of them is written down."""

_NO_LIST: Final = (errors.BadRequest, errors.Forbidden, errors.NotFound, errors.PagingError)


@frozen
class SeenJob:
    """A job that was watched; `job` as it was last seen, None if it cannot be found any more."""

    id: str
    job: VolumeJob | None


@frozen
class PolledJobs:
    """The outcome of a look; see `sbg_bulk.runs.family.Polled`."""

    finished: Sequence[SeenJob]
    lost: Sequence[SeenJob]


@define
class VolumeWatch:
    """Watches jobs on volumes; see `sbg_bulk.runs.family.Watcher`.

    Attributes:
        policy: how to send requests.
        kind: which jobs.
        grace: seconds for which a job may not be found before it is lost.
        tracks: when each job that has not ended was started, by the client's clock; those to be read first come first.
    """

    policy: RequestPolicy
    kind: Kind
    grace: float
    tracks: dict[str, float] = field(factory=dict)
    _allowance: Allowance = field(init=False)
    _meter: Meter = field(init=False)
    _ended: list[VolumeJob] = field(factory=list)
    _missing: dict[str, float] = field(factory=dict)
    _due: float = math.inf
    _read_at: float = -math.inf
    _others: int = 0
    """How many that have not ended seem to be others', less those of ours that the list does not show yet."""
    _unasked: int = 0
    """How many hundreds to read whatever the list tells: twice as many as the last time, if all of those had ended."""

    def __attrs_post_init__(self) -> None:
        self._meter = self.policy.meter or Meter()
        self._allowance = Allowance(self.policy.polling, self.policy.polling.share)
        self.policy = evolve(self.policy, meter=self._meter)

    def follow(self, job_id: str, moment: float, job: VolumeJob | None = None, *, due: bool = True) -> None:
        self.tracks[job_id] = moment
        if job is not None and job.finished:
            self._ended.append(job)
            due = True
        self._due = min(self._due, moment if due else moment + self.policy.polling.first)

    def forget(self, job_id: str) -> None:
        self.tracks.pop(job_id, None)

    def take(self, share: float) -> None:
        self._allowance.share = share

    def overdue(self, moment: float) -> bool:
        return moment >= self._due and self._allowance.pause(moment) <= 0

    def rest(self, until: float = math.inf) -> Flow[None]:
        moment = yield from now()
        hold = max(self._allowance.pause(moment), self._meter.pause(moment))
        seconds = max(0.0, min(max(self._due - moment, hold), until - moment))
        if hold >= seconds:
            yield from pause(self.policy, seconds, Cause.RATE_LIMIT, FOR_THE_LIMIT)
        else:
            jobs = "1 job" if len(self.tracks) == 1 else f"{len(self.tracks):,} jobs"
            yield from pause(self.policy, seconds, Cause.NEXT_LOOK, status_check(jobs))

    def poll(self) -> Flow[PolledJobs]:
        moment = yield from now()
        finished, self._ended = {job.id: job for job in self._ended if job.id in self.tracks}, []
        for job_id in finished:
            del self.tracks[job_id]
        lost: list[str] = []
        over = yield from self._ended_by_list()
        batches, expected = self._to_read(over, moment)
        before, asked = len(finished), 0
        for ids in batches:
            asked += len(ids)
            found, gone = yield from read(self.policy, self.kind, ids)
            self._read_at = moment
            for job_id in ids:
                since = self.tracks.pop(job_id)
                job = found.get(job_id)
                if job is not None and job.finished:
                    finished[job_id] = job
                    continue
                if job_id in gone and moment - self._missing.setdefault(job_id, moment) >= self.grace:
                    lost.append(job_id)
                    continue
                if job is not None:
                    self._missing.pop(job_id, None)
                self.tracks[job_id] = since  # after all others
        if expected is not None:
            # As many more or fewer have ended than the total told as others' stand in the list, or ours do not yet.
            self._others += len(finished) - before - min(asked, expected)
        more = 0 < asked == len(finished) - before
        self._unasked = 2 * len(batches) if more else 0
        moment = yield from now()
        age = moment - min(self.tracks.values(), default=moment)
        self._due = moment + self.policy.polling.pause(age) if self.tracks else math.inf
        if self.tracks and (len(batches) == BATCHES or self._unasked):
            self._due = moment  # there is more to read, most likely
        for job_id in (*finished, *lost):
            self._missing.pop(job_id, None)
        return PolledJobs([SeenJob(*one) for one in finished.items()], [SeenJob(one, None) for one in lost])

    def _ended_by_list(self) -> Flow[list[str] | int | None]:
        """Read a page of the list, and return which jobs have ended, or how many, as far as it tells."""
        if len(self.tracks) <= 1:
            return list(self.tracks)
        looking = evolve(self.policy, on_send=self._allowance.spend)
        try:
            page: Page[VolumeJob] = yield from pages.page(looking, self.kind.jobs.listing(UNFINISHED), 0, PAGE_LIMIT)
        except _NO_LIST:
            return None
        if page.next_offset is None:
            going_on = {job.id for job in page.items}
            return [one for one in self.tracks if one not in going_on]
        return None if page.total is None else len(self.tracks) - page.total + self._others

    def _to_read(self, ended: list[str] | int | None, moment: float) -> tuple[list[list[str]], int | None]:
        """Return the ids of jobs to read, a hundred at a time, and how many should have ended, if that is told."""
        if isinstance(ended, list):
            return _batches(ended), None
        ids = list(self.tracks)
        if ended is None:
            return _batches(ids[:MOST]), None
        number = max(max(0, ended) // MOST, self._unasked)
        if not number and moment - self._read_at >= UNASKED * (moment - self.tracks[ids[0]]):
            number = 1
        return _batches(ids[: number * MOST]), max(0, ended)


def _batches(ids: Sequence[str]) -> list[list[str]]:
    return [list(ids[start : start + MOST]) for start in range(0, len(ids), MOST)][:BATCHES]
