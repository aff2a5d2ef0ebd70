"""The requests of a run and how they fare, counted in slots of time, so that a long run stays a short list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import define, field, frozen

from sbg_bulk.api.headers import number, unix_time

SLOT: Final = 5
"""Seconds of a slot: a day of requests is at most 17,280 of them."""


@frozen
class Slot:
    """The requests of five seconds.

    Attributes:
        start: when it begins, in Unix seconds by this machine's clock; a multiple of SLOT.
        sent: how many requests were answered, or given up, in it. Those to the rate limit itself, which are free, are
            left out.
        refused: how many of them the server refused because the rate limit was reached (429).
        failed: how many of them got no answer, or one of a server in trouble (5xx).
        waited: seconds of the pauses that began in it: for the rate limit or the pace of items, after a
            failure, or to find something out.
        cause: why, of most of them (`sbg_bulk.api.waits.Cause`).
        limit: requests in a window, as last told in it.
        remaining: requests left of them, as last told in it.
        resets: when the window ends, as last told in it, in Unix seconds by the server's clock.
        ahead: seconds by which the server's clock was ahead of this machine's, by the last date in it.
    """

    start: int
    sent: int = 0
    refused: int = 0
    failed: int = 0
    waited: float = 0.0
    cause: str | None = None
    limit: int | None = None
    remaining: int | None = None
    resets: float | None = None
    ahead: float | None = None

    def plus(self, other: Slot) -> Slot:
        """Return the sum of both, of which the other one is the later."""
        return Slot(
            self.start,
            self.sent + other.sent,
            self.refused + other.refused,
            self.failed + other.failed,
            self.waited + other.waited,
            other.cause if other.waited > self.waited else self.cause,
            self.limit if other.limit is None else other.limit,
            self.remaining if other.remaining is None else other.remaining,
            self.resets if other.resets is None else other.resets,
            self.ahead if other.ahead is None else other.ahead,
        )


@define
class Traffic:
    """The slots that are not written down yet, by their start."""

    slots: dict[int, Slot] = field(factory=dict)

    def answered(self, moment: float, status: int | None, headers: Mapping[str, str], *, free: bool = False) -> None:
        """Count a request that was answered.

        Args:
            moment: when, in Unix seconds by this machine's clock.
            status: the HTTP status; None if there was no answer.
            headers: the answer's.
            free: whether the request does not count against the rate limit.
        """
        date = unix_time(headers.get("Date"))
        slot = Slot(
            _start(moment),
            sent=0 if free else 1,
            refused=int(status == 429),
            failed=int(status is None or status >= 500),
            limit=_whole(headers.get("X-RateLimit-Limit")),
            remaining=_whole(headers.get("X-RateLimit-Remaining")),
            resets=number(headers.get("X-RateLimit-Reset")),
            ahead=None if date is None else date - moment,
        )
        self._add(slot)

    def waits(self, moment: float, seconds: float, cause: str) -> None:
        """Count a pause that begins."""
        self._add(Slot(_start(moment), waited=seconds, cause=str(cause)))

    def _add(self, slot: Slot) -> None:
        earlier = self.slots.get(slot.start)
        self.slots[slot.start] = slot if earlier is None else earlier.plus(slot)


def _start(moment: float) -> int:
    return int(moment // SLOT) * SLOT


def _whole(value: str | None) -> int | None:
    """Return a number that a database takes too, else None."""
    found = number(value)
    return None if found is None or not 0 <= found < 1 << 53 else int(found)
