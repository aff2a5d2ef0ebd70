"""The budget of requests: so many in each window of so many seconds, for each user."""

from __future__ import annotations

import math
from typing import NamedTuple

from attrs import frozen

from sbg_bulk.simulator.errors import ApiError


class RateLimit(NamedTuple):
    """So many `requests` in each window of so many `seconds`."""

    requests: int = 1000
    seconds: float = 300.0


UNLIMITED = RateLimit(requests=1_000_000_000)
"""A limit so high that nobody reaches it, for a simulator without one: answers stay of the same form."""


def check_rate_limit(limit: tuple[int, float]) -> RateLimit:
    """Return the limit itself. Raises ValueError if it is not 1 or more requests in a positive time."""
    requests, seconds = limit
    if requests < 1 or not 0 < seconds < math.inf:
        raise ValueError(f"rate limit: expected 1 or more requests in a positive number of seconds, not {limit!r}")
    return RateLimit(requests, seconds)


def parse_rate_limit(text: str) -> RateLimit | None:
    """Read a rate limit as it is written on the command line: `1000/300`, requests per seconds, or `off`.

    Returns None for `off`. Raises ValueError, with what is expected, for anything else.
    """
    if text == "off":
        return None
    requests, _, seconds = text.partition("/")
    try:
        return check_rate_limit((int(requests), float(seconds)))
    except ValueError:
        raise ValueError(f"rate limit: expected REQUESTS/SECONDS, such as 1000/300, or off, not {text!r}") from None


@frozen
class Budget:
    """The requests that a user's token has left. `reset` is in whole Unix seconds."""

    limit: int
    remaining: int
    reset: int


class Limiter:
    """Counts requests in fixed windows. A user's window begins with the first request in it."""

    def __init__(self, limit: RateLimit) -> None:
        self._limit = limit
        self._windows: dict[str, tuple[float, int]] = {}

    def budget(self, username: str, now: float) -> Budget:
        """Return the budget that the user has left now."""
        start, used = self._window(username, now)
        # Rounded up: who waits until the second that the header names must find the new window open.
        return Budget(self._limit.requests, self._limit.requests - used, math.ceil(start + self._limit.seconds))

    def charge(self, username: str, now: float) -> None:
        """Count one request. Raises ApiError (1000) if none is left; it is not counted then."""
        start, used = self._window(username, now)
        if used >= self._limit.requests:
            raise ApiError(1000, "The rate limit is reached.")
        self._windows[username] = (start, used + 1)

    def _window(self, username: str, now: float) -> tuple[float, int]:
        start, used = self._windows.get(username, (now, 0))
        return (start, used) if now < start + self._limit.seconds else (now, 0)
