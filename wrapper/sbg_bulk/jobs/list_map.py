"""The places of jobs in the list, and the parts of it that are worth reading.

A page of the list shows up to a hundred jobs for the price of one request. But the order of the list is not
documented, the jobs that are looked for may stand far apart or many pages deep, others come in between, and a page of
finished jobs brings along their results, which may be megabytes. So their places are learned from what is read, and
each look reads what is cheapest, in requests and in bytes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from attrs import define, field, frozen

from sbg_bulk.limits import PAGE_LIMIT

HEAVY: Final = 1 << 20
"""Bytes that count as much as a request: they take about as long to come as the rate limit has a request wait."""

ROOM: Final = 5
"""Entries that are read beyond the last one wanted: new jobs push the others on."""


@frozen
class Stretch:
    """A part of the list.

    Attributes:
        offset: how many entries come before it.
        limit: how many entries it has, 1 to 100.
        jobs: the ids of the jobs that are expected in it.
    """

    offset: int
    limit: int = PAGE_LIMIT
    jobs: Sequence[str] = ()

    @property
    def end(self) -> int:
        """Return how many entries there are up to its last one."""
        return self.offset + self.limit


@define
class JobListMap:
    """The list, as far as it is known.

    Attributes:
        places: how many entries come before each job that was found in the list.
        total: how many entries there are, if the server tells.
    """

    places: dict[str, int] = field(factory=dict)
    total: int | None = None
    _bytes: float = 0.0
    _front: int = 0
    _back: int = 0
    _from_back: bool = False
    _searched: bool = False
    _asked: int = 0
    _patience: int = 1

    def worth(self, stretch: Stretch, jobs: int) -> bool:
        """Return whether to read a stretch is cheaper than to ask for so many jobs one by one."""
        return 1 + stretch.limit * self._bytes / HEAVY < jobs

    def stretches(self, jobs: Collection[str]) -> list[Stretch]:
        """Return the parts of the list in which these jobs stand, as far as their places are known, from the front."""
        places = sorted((self.places[job], job) for job in jobs if job in self.places)
        found: list[Stretch] = []
        first = 0
        while first < len(places):
            start = places[first][0]
            last = first
            while last + 1 < len(places) and places[last + 1][0] < start + PAGE_LIMIT:
                last += 1
            limit = min(PAGE_LIMIT, places[last][0] - start + 1 + ROOM)
            found.append(Stretch(start, limit, [job for _, job in places[first : last + 1]]))
            first = last + 1
        return found

    def next_search(self) -> Stretch | None:
        """Return the part to search next for jobs whose place is not known; None if all of the list was searched.

        The list is searched from both ends, since those that were submitted last stand at one of them.
        """
        if self._searched:
            return None
        if self.total is not None and self._front + self._back >= self.total and (self._front or self._back):
            return None
        if self._from_back and self.total is not None:
            return Stretch(max(self._front, self.total - self._back - PAGE_LIMIT))
        return Stretch(self._front)

    def searched(self, stretch: Stretch, found: int, *, more: bool) -> None:
        """Note that a part was searched and so many jobs found there; `more` says whether entries come after it."""
        if self._from_back:
            self._back += PAGE_LIMIT
        else:
            self._front = stretch.end
        if self.total is None:
            self._searched = not more
        elif not found:
            # The other end, then: where some stand, there are more of them.
            self._from_back = not self._from_back

    def missed(self) -> None:
        """Note that the search has not found all. It begins anew from time to time, ever more seldom."""
        self._asked += 1
        if self.next_search() is None and self._asked >= self._patience:
            self.search_anew()
            self._patience *= 2

    def search_anew(self) -> None:
        """Begin the search anew: what is looked for may stand anywhere."""
        self._front = self._back = self._asked = 0
        self._searched = False

    def read(
        self, stretch: Stretch, found: Sequence[str], watched: Collection[str], unseen: Collection[str], size: int
    ) -> None:
        """Note what was found in a stretch.

        Args:
            stretch: which.
            found: the ids of its jobs, in the list's order.
            watched: the ids of all jobs that are watched; their places are kept.
            unseen: those of them that this look has not come upon yet.
            size: the bytes of the answer.
        """
        self._bytes = size / max(1, len(found))
        here = {job: stretch.offset + index for index, job in enumerate(found) if job in watched}
        moved = next((here[job] - self.places[job] for job in stretch.jobs if job in here and job in self.places), None)
        astray = [job for job in stretch.jobs if job not in here]
        if moved is None or (moved == 0 and astray):
            for job in astray:
                self.places.pop(job, None)
            if astray:
                self.search_anew()
        elif moved:
            for job in unseen:
                if job in self.places and job not in here:
                    self.places[job] = max(0, self.places[job] + moved)
        self.places.update(here)
