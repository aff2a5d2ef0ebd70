"""The pace of requests, by the server's own headers, which all processes with one token share."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from attrs import define, field, frozen, validators

from sbg_bulk.api.headers import number, unix_time
from sbg_bulk.limits import RATE_LIMIT_WINDOW

EASE_OFF: Final = 0.1
"""The share of a window's requests that is spread over what is left of the window; before, nothing is held back."""

DATE_SLACK: Final = 2.0
"""Seconds by which the server's time may gain on the client's clock from answer to answer: Dates are in whole ones."""


@frozen
class Budget:
    """The budget of requests, as the headers of an answer told it.

    Attributes:
        limit: requests in a window.
        remaining: requests left in this one.
        ends: when the window ends, by the client's clock (seconds from an unknown start).
    """

    limit: int
    remaining: int
    ends: float


@frozen
class Pace:
    """The way in which a budget is spent.

    Attributes:
        reserve: requests in each window that are left to the user's other programs.
    """

    reserve: int = field(default=0, validator=validators.ge(0))

    def pause(self, budget: Budget | None, now: float, to_come: int | None = None) -> float:
        """Return the seconds to wait before the next request.

        None are needed without a budget (nothing is known yet, or the headers make no sense), after its window,
        or while more than the last tenth is left. From there on the rest is spread evenly over what is left of
        the window, unless it suffices for all that is `to_come`. With nothing left but the reserve the wait is until
        the window ends.
        """
        if budget is None or now >= budget.ends:
            return 0.0
        left = budget.ends - now
        spendable = budget.remaining - self._kept(budget)
        if spendable <= 0:
            return left
        if spendable > budget.limit * EASE_OFF or (to_come is not None and to_come <= spendable):
            return 0.0
        return left / (spendable + 1)

    def spare(self, budget: Budget | None, now: float, to_come: int) -> float:
        """Return how many requests beside those `to_come` can be sent without putting the last off to a later window.

        Without a budget there is no telling: infinitely many.
        """
        if budget is None:
            return math.inf
        in_each = budget.limit - self._kept(budget)
        spendable = in_each if now >= budget.ends else max(0, budget.remaining - self._kept(budget))
        windows_to_come = max(0, math.ceil((to_come - spendable) / in_each))
        return spendable + windows_to_come * in_each - to_come

    def _kept(self, budget: Budget) -> int:
        return min(self.reserve, budget.limit - 1)


def budget_of(headers: Mapping[str, str], received: float) -> Budget | None:
    """Return the budget that an answer's headers tell; None if they do not, or make no sense.

    Args:
        headers: those of the answer. `X-RateLimit-Reset` is compared with the server's own `Date`.
        received: when the answer came, by the client's clock.
    """
    limit, remaining = _whole(headers.get("X-RateLimit-Limit")), _whole(headers.get("X-RateLimit-Remaining"))
    reset, date = number(headers.get("X-RateLimit-Reset")), unix_time(headers.get("Date"))
    if limit is None or remaining is None or reset is None or date is None or limit < 1 or remaining < 0:
        return None
    left = reset - date
    if not 0 <= left <= 2 * RATE_LIMIT_WINDOW:
        return None
    # Both times have whole seconds: the window may end up to a second later than their difference says.
    return Budget(limit, min(remaining, limit), received + left + 1.0)


def _whole(value: str | None) -> int | None:
    found = number(value)
    return None if found is None else int(found)


@define
class Meter:
    """The budget, followed from answer to answer.

    Attributes:
        pace: how the budget is spent.
        budget: what the last answer with sensible headers said.
        limit: requests in a window, if an answer has told; that needs fewer headers than a budget.
        server_time: the server's time at the last answer that told it, in Unix seconds, or somewhat earlier.
        latest: the latest time that the server has told, in Unix seconds.
        to_come: how many requests are still to be sent without a wait for anything else, if that is known.
    """

    pace: Pace = field(factory=Pace)
    budget: Budget | None = None
    limit: int | None = None
    server_time: float | None = None
    latest: float | None = None
    to_come: int | None = None
    _observed: float = 0.0

    def observe(self, headers: Mapping[str, str], received: float) -> None:
        """Take note of an answer's headers."""
        self.budget = budget_of(headers, received) or self.budget
        limit = _whole(headers.get("X-RateLimit-Limit"))
        self.limit = limit if limit is not None and limit >= 1 else self.limit
        date = unix_time(headers.get("Date"))
        if date is None:
            return
        self.latest = date if self.latest is None else max(date, self.latest)
        if self.server_time is not None:
            # The server's time may seem to be late, which does no harm, but it is never taken to jump ahead.
            date = min(date, self.server_time + max(0.0, received - self._observed) + DATE_SLACK)
        self.server_time, self._observed = date, received

    def started(self, moment: datetime | None) -> None:
        """Take note of when a job was started that was submitted just now, in case the Date is another clock's."""
        if self.server_time is not None and moment is not None:
            self.server_time = min(self.server_time, moment.timestamp())

    def pause(self, now: float) -> float:
        """Return the seconds to wait before the next request."""
        return self.pace.pause(self.budget, now, self.to_come)

    def spare(self, now: float) -> float:
        """Return how many requests there are beside those to come, without putting the last off to a later window."""
        return self.pace.spare(self.budget, now, self.to_come or 0)
