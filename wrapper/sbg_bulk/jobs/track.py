"""Jobs that are watched: what is known of each, and when the next look at it is due."""

from __future__ import annotations

from collections import deque
from typing import Final

from attrs import define, field, frozen

from sbg_bulk.api.polling import Polling
from sbg_bulk.limits import RATE_LIMIT_WINDOW, USUAL_LIMIT
from sbg_bulk.models.job import Job

TOGETHER: Final = 0.25
"""The part of its pause by which a look at a job comes early, if others are looked at anyway."""

OLDEST: Final = 31 * 86_400.0
"""Seconds. A job that says it began earlier is not believed: jobs are kept for a month."""


@frozen
class Growth:
    """A count as it was at a time."""

    time: float
    count: int


@define
class Track:
    """A job that is watched.

    Attributes:
        id: the id that it is asked for by.
        type: its type, if that is known and can be asked for.
        job: the job as last seen; None before the first look.
        began: when it began, by the client's clock, as far as is known.
        due: when the next look at it is due.
        missing_since: since when it cannot be found.
        misses: how many looks in a row have not found it.
        refusal: what was said last when it was not found.
        listed: whether it can only be read in the list, being of a type that has no call of its own.
    """

    id: str
    type: str | None
    began: float
    due: float
    job: Job | None = None
    missing_since: float | None = None
    misses: int = 0
    refusal: Exception | None = None
    listed: bool = False
    _first: Growth | None = None
    _last: Growth | None = None
    _early: float = 0.0

    @property
    def aspect(self) -> tuple[object, ...] | None:
        """Return what there is to tell of it; None if it has not been seen."""
        job = self.job
        return None if job is None else (job.state, job.total_files, job.completed_files, job.failed_files)

    def saw(self, job: Job, now: float, server_time: float | None) -> None:
        """Note that the job was seen."""
        self.job, self.missing_since, self.misses = job, None, 0
        if job.started_on is not None and server_time is not None:
            age = server_time - job.started_on.timestamp()
            self.began = now - age if 0 <= age <= OLDEST else self.began
        if job.completed_files is None:
            return
        seen = Growth(now, job.completed_files + (job.failed_files or 0))
        if self._first is None or self._last is None or seen.count < self._last.count:
            self._first = self._last = seen
        elif seen.count > self._last.count:
            self._last = seen

    def left(self, now: float) -> float | None:
        """Return the seconds until the job will end, by how its counts have grown; None if they do not tell."""
        if self.job is None or self._first is None or self._last is None or self.job.total_files is None:
            return None
        grown, took = self._last.count - self._first.count, self._last.time - self._first.time
        if grown <= 0 or took <= 0:
            return None
        left = (self.job.total_files - self._last.count) * took / grown - (now - self._last.time)
        # It should have ended, or gone on: what it promised is void.
        return left if left > 0 else None

    def missed(self, now: float) -> None:
        """Note that the job was not found."""
        self.missing_since = now if self.missing_since is None else self.missing_since
        self.misses += 1

    def lost(self, now: float, grace: float) -> bool:
        """Return whether it has not been found for so many seconds.

        The list may change while it is read, so that a job falls between two pages; where there is no other way to ask
        for a job, it is looked for twice.
        """
        if self.missing_since is None or now - self.missing_since < grace:
            return False
        return self.misses > 1 or not self.listed

    def polled(self, now: float, polling: Polling, chance: float) -> None:
        """Set when the next look is due, after one that has found the job or not. `chance` is from 0 up to 1."""
        pause = polling.pause(now - self.began, self.left(now)) * (1 - 0.1 * chance)
        self.due, self._early = now + pause, TOGETHER * pause

    def is_due(self, now: float) -> bool:
        """Return whether a look is worth it, now that others are looked at."""
        return now >= self.due - self._early


@define
class Allowance:
    """The requests that looks may take: a share of each window, spread evenly once half of it is used.

    Attributes:
        polling: how often is a look to be possible in any case.
        share: the part of a window's requests, above 0 and at most 1.
        limit: requests in a window.
    """

    polling: Polling
    share: float
    limit: int = USUAL_LIMIT
    _sent: deque[float] = field(factory=deque)

    @property
    def allowed(self) -> int:
        """Return the number of requests in a window that looks may take."""
        return max(int(self.share * self.limit), int(RATE_LIMIT_WINDOW / self.polling.longest), 1)

    def spend(self, now: float) -> None:
        """Note that a request is sent."""
        self._sent.append(now)

    def pause(self, now: float) -> float:
        """Return the seconds to wait before the next request."""
        while self._sent and self._sent[0] <= now - RATE_LIMIT_WINDOW:
            self._sent.popleft()
        if len(self._sent) >= self.allowed:
            return self._sent[len(self._sent) - self.allowed] + RATE_LIMIT_WINDOW - now
        if 2 * len(self._sent) < self.allowed:
            return 0.0
        return max(0.0, self._sent[-1] + RATE_LIMIT_WINDOW / self.allowed - now)
