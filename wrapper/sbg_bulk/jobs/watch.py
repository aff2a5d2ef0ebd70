"""Watch any number of jobs until they end, for as few requests as that takes.

Each look reads those parts of the list in which enough of the jobs stand that are due, and asks for the rest one by one
(`sbg_bulk.jobs.list_map`). When a job is due follows from its age and from how its counts grow
(`sbg_bulk.jobs.track`).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Final, TypeVar

from attrs import define, evolve, field, frozen

from sbg_bulk import errors
from sbg_bulk.api import pages
from sbg_bulk.api.pace import Meter
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.request import pause
from sbg_bulk.api.steps import Flow, now
from sbg_bulk.api.waits import FOR_THE_LIMIT, Cause, status_check
from sbg_bulk.jobs import read
from sbg_bulk.jobs.list_map import JobListMap, Stretch
from sbg_bulk.jobs.track import Allowance, Track
from sbg_bulk.models.job import Job
from sbg_bulk.models.resources import Page

R = TypeVar("R")

ATTEMPTS: Final = 2
"""How often a look reads where a job is expected, before it asks for the job itself."""

_NO_LIST: Final = (errors.BadRequest, errors.Forbidden, errors.NotFound, errors.PagingError)
"""What leaves a look without the list, but not without the jobs."""


class _TimeUp(Exception):
    """The next request would come too late. Never leaves this module."""


@frozen
class JobRef:
    """A job to wait for.

    Attributes:
        id: its id.
        type: COPY, MOVE or DELETE, if known.
        job: the job as it was when it was read, if it was.
    """

    id: str
    type: str | None = None
    job: Job | None = None


@frozen
class PollResult:
    """The outcome of a look.

    Attributes:
        changed: the jobs seen for the first time, or with another state or other counts.
        finished: those that have ended. They are watched no longer.
        lost: those that cannot be found any more. They are watched no longer.
    """

    changed: Sequence[Track]
    finished: Sequence[Track]
    lost: Sequence[Track]


@define
class Watch:
    """Jobs that are watched.

    Attributes:
        policy: how to send requests, and how often to look.
        grace: seconds for which a job may not be found before it is lost.
        patient: whether requests are tried again even when the time is up.
        tracks: the jobs that have not ended, by the ids they are asked for by.
    """

    policy: RequestPolicy
    grace: float = 0.0
    patient: bool = True
    tracks: dict[str, Track] = field(factory=dict)
    allowance: Allowance = field(init=False)
    _meter: Meter = field(init=False)
    _map: JobListMap = field(factory=JobListMap)
    _due: float = math.inf

    def __attrs_post_init__(self) -> None:
        self._meter = self.policy.meter or Meter()
        self.allowance = Allowance(self.policy.polling, self.policy.polling.share)
        self.policy = evolve(self.policy, meter=self._meter, on_send=self.allowance.spend)

    def add(self, ref: JobRef, moment: float, *, due: bool = True) -> None:
        """Watch a job from this moment on. Unless it is due at once, it was submitted just now."""
        track = Track(ref.id, ref.type, moment, moment if due else moment + self.policy.polling.first)
        if ref.job is not None:
            self._saw(track, ref.job, moment)
        self.tracks[ref.id] = track
        self._map.search_anew()
        self._due = min(self._due, track.due)

    def forget(self, job_id: str) -> None:
        """Watch a job no longer."""
        self.tracks.pop(job_id, None)
        self._map.places.pop(job_id, None)

    def overdue(self, moment: float) -> bool:
        """Return whether a look is due, and allowed."""
        return moment >= self._due and self.allowance.pause(moment) <= 0

    def rest(self, until: float = math.inf) -> Flow[None]:
        """Let time pass until the next look is due and allowed, or until the time is up."""
        moment = yield from now()
        hold = max(self.allowance.pause(moment), self._meter.pause(moment))
        seconds = max(0.0, min(max(self._due - moment, hold), until - moment))
        if hold >= seconds:
            yield from pause(self.policy, seconds, Cause.RATE_LIMIT, FOR_THE_LIMIT)
        else:
            jobs = "1 job" if len(self.tracks) == 1 else f"{len(self.tracks):,} jobs"
            yield from pause(self.policy, seconds, Cause.NEXT_LOOK, status_check(jobs))

    def poll(self, until: float = math.inf) -> Flow[PollResult]:
        """Look at the jobs that are due; when the time is up, at all of them once more.

        What was seen before the time was up counts, even if it does not suffice for all.

        Raises:
            ApiError, ConnectionFailed, UnreadableAnswer: a request failed, retries included.
        """
        moment = yield from now()
        due = [track.id for track in self.tracks.values() if moment >= until or track.is_due(moment)]
        unseen = dict.fromkeys(due)
        before = {track.id: track.aspect for track in self.tracks.values()}
        try:
            if len(due) > 1 or any(self.tracks[job].listed for job in due):
                yield from self._by_list(unseen, until)
            for job in list(unseen):
                yield from self._one_by_one(self.tracks[job], until)
                del unseen[job]
        except _TimeUp:
            pass
        return (yield from self._conclude(before, [job for job in due if job not in unseen]))

    def _conclude(self, before: dict[str, tuple[object, ...] | None], polled_for: Collection[str]) -> Flow[PollResult]:
        moment = yield from now()
        tracks = list(self.tracks.values())
        changed = [track for track in tracks if track.aspect != before[track.id]]
        finished = [track for track in tracks if track.job is not None and track.job.finished]
        lost = [track for track in tracks if track.lost(moment, self.grace)]
        for track in (*finished, *lost):
            del self.tracks[track.id]
            self._map.places.pop(track.id, None)
        # One chance for all, so that those that were due together stay so.
        chance = self.policy.random()
        for job in polled_for:
            if job in self.tracks:
                self.tracks[job].polled(moment, self.policy.polling, chance)
        self._due = min((track.due for track in self.tracks.values()), default=math.inf)
        return PollResult(changed, finished, lost)

    def _by_list(self, unseen: dict[str, None], until: float) -> Flow[None]:
        """Read what is worth reading of the list. Who is seen is taken out of `unseen`."""
        try:
            yield from self._where_expected(unseen, until)
            yield from self._search(unseen, until)
        except _NO_LIST:
            return
        for job in [job for job in unseen if self.tracks[job].listed]:
            # It is not in the list, and there is no other way to ask for it.
            self.tracks[job].missed((yield from now()))
            del unseen[job]

    def _where_expected(self, unseen: dict[str, None], until: float) -> Flow[None]:
        tried: Counter[str] = Counter()
        while True:
            left = [job for job in unseen if tried[job] < ATTEMPTS]
            stretch = next(
                (
                    stretch
                    for stretch in self._map.stretches(left)
                    if self._map.worth(stretch, len(stretch.jobs))
                    or any(self.tracks[job].listed for job in stretch.jobs)
                ),
                None,
            )
            if stretch is None:
                return
            tried.update(stretch.jobs)
            yield from self._read(stretch, unseen, until)

    def _search(self, unseen: dict[str, None], until: float) -> Flow[None]:
        """Search the list for jobs whose place is not known, for no more requests than it takes to ask for each."""
        asked = 0
        if listed := [job for job in unseen if self.tracks[job].listed]:
            # There is no other way to ask for these: the whole list is searched, wherever they were expected.
            self._map.search_anew()
            for job in listed:
                self._map.places.pop(job, None)
        while lacking := [job for job in unseen if job not in self._map.places]:
            must = any(self.tracks[job].listed for job in lacking)
            stretch = self._map.next_search()
            if stretch is None or not (must or (asked < len(lacking) and self._map.worth(stretch, len(lacking)))):
                self._map.missed()
                return
            asked += 1
            had = len(unseen)
            page = yield from self._read(stretch, unseen, until)
            self._map.searched(stretch, had - len(unseen), more=page.next_offset is not None)

    def _read(self, stretch: Stretch, unseen: dict[str, None], until: float) -> Flow[Page[Job]]:
        page: Page[Job] = yield from self._send(
            until, lambda policy: pages.page(policy, pages.jobs(), stretch.offset, stretch.limit)
        )
        moment = yield from now()
        for job in page.items:
            track = self.tracks.get(job.id)
            # The details may have a result that the list leaves out.
            if track is not None and (not job.finished or job.result is not None or only_listed(job)):
                self._saw(track, job, moment)
                unseen.pop(job.id, None)
        self._map.total = page.total
        self._map.read(stretch, [job.id for job in page.items], self.tracks.keys(), unseen.keys(), page.size)
        return page

    def _one_by_one(self, track: Track, until: float) -> Flow[None]:
        for job_type in (track.type,) if track.type is not None else tuple(read.READERS):
            try:
                job = yield from self._send(until, partial(read.get, job_id=track.id, job_type=job_type))
            except errors.NotFound as error:
                track.refusal = error
                continue
            self._saw(track, job, (yield from now()))
            return
        track.missed((yield from now()))

    def _saw(self, track: Track, job: Job, moment: float) -> None:
        if job.type in read.READERS:
            track.type = track.type or job.type
        track.listed = track.type is None and only_listed(job)
        track.saw(job, moment, self._meter.server_time)

    def _send(self, until: float, ask: Callable[[RequestPolicy], Flow[R]]) -> Flow[R]:
        """Have a request sent when that is allowed, and return its outcome.

        Raises:
            _TimeUp: the time would be up before.
        """
        moment = yield from now()
        hold = self.allowance.pause(moment)
        held = max(hold, self._meter.pause(moment))
        if held > 0 and moment + held >= until:
            raise _TimeUp
        if hold > 0:
            # What the budget asks for on top, the request waits by itself.
            yield from pause(self.policy, hold, Cause.RATE_LIMIT, FOR_THE_LIMIT)
        policy = self.policy if self.patient else self.policy.within(until - moment - hold)
        answer = yield from ask(policy)
        self.allowance.limit = self._meter.limit or self.allowance.limit
        return answer


def only_listed(job: Job) -> bool:
    """Return whether a job is of a new type, which no call reads: it can only be followed in the list."""
    return bool(job.type) and job.type not in read.READERS
