"""Retries: whether a request is sent again, and when, as a pure function of its outcome.

Two questions are kept apart. *May* it be sent again: a call that only reads, always; a submission only if it
was certainly not carried out (a refusal, or a connection that never came about). And *is it worth it*: after
a refusal or a passing fault yes, after a plain error no.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Final

from attrs import field, frozen, validators

from sbg_bulk.api.headers import number, unix_time
from sbg_bulk.api.waits import FIRST_PAUSE
from sbg_bulk.limits import RATE_LIMIT_WINDOW

OF_THINGS: Final = (403, 404)
"""The statuses that say of a thing that it is not there, or not for this user; if it is the API that says so."""

NOT_IMPLEMENTED: Final = 501
"""The status of what the service does not do at all. What only reads is not asked for again, whatever the verdict."""


class Verdict(Enum):
    """The outcome of a request, as far as sending it again is concerned."""

    DONE = "done"
    """It succeeded."""
    REFUSED = "refused"
    """It was certainly not carried out, and may be later: 429, maintenance, no connection."""
    UNCERTAIN = "uncertain"
    """It may have been carried out: a 5xx, a broken connection, an answer that cannot be read."""
    FINAL = "final"
    """It was answered with an error that the same request will meet again."""


@frozen
class Retry:
    """The time for trying again, and the pauses in it.

    The n-th pause is `first * 2**(n-1)` seconds, at most `longest`, shortened at random by up to a quarter,
    so that many clients do not come back at once. If the server asks for more, it is what the server asks.

    Attributes:
        within: seconds from the first attempt in which another may still begin; 0 for no retries, infinity
            for no end. The default lasts longer than a window of the rate limit.
        first: seconds of the first pause.
        longest: the most seconds of a pause, unless the server asks for more.
    """

    within: float = field(default=600.0, validator=validators.ge(0))
    first: float = field(default=FIRST_PAUSE, validator=validators.gt(0))
    longest: float = field(default=30.0, validator=validators.gt(0))

    def pause(self, attempt: int, random: Callable[[], float]) -> float:
        """Return the seconds before the attempt after the `attempt`-th (from 1), by back-off alone."""
        # 2.0**1000 would overflow long after the pause has reached its longest.
        full = min(self.longest, self.first * 2.0 ** min(attempt - 1, 60))
        return full * (1 - 0.25 * random())


def verdict_on_status(status: int, code: int | None) -> Verdict:
    """Return what an answer's status, and the API code in its body, say of the request.

    Facts: 429 with code 1000 is the rate limit; 503 with code 0 is maintenance
    (https://docs.sevenbridges.com/reference/api-status-codes).
    """
    if 200 <= status <= 299:
        return Verdict.DONE
    if status == 429 or (status == 503 and code == 0):
        return Verdict.REFUSED
    if status >= 500 or status == 408:
        return Verdict.UNCERTAIN
    return Verdict.FINAL


def may_repeat(verdict: Verdict, *, repeatable: bool) -> bool:
    """Return whether a request with this outcome may be sent again."""
    return verdict is Verdict.REFUSED or (verdict is Verdict.UNCERTAIN and repeatable)


def asked_pause(status: int, headers: Mapping[str, str]) -> float | None:
    """Return the seconds that the server asks to wait, by its own clock; None if it does not, or absurdly.

    `Retry-After` counts first, then, on a 429, `X-RateLimit-Reset` (Unix seconds) against the server's `Date`,
    so that a client's clock that is wrong does no harm. More than two windows of the rate limit are not
    believed from `X-RateLimit-Reset`, and more than a day from nobody.
    """
    after = _retry_after(headers)
    if after is not None:
        return after
    if status != 429:
        return None
    reset, date = number(headers.get("X-RateLimit-Reset")), unix_time(headers.get("Date"))
    if reset is None or date is None:
        return None
    wait = reset - date
    # Dates have whole seconds: the window may begin up to a second later than the difference says.
    return wait + 1.0 if -1.0 <= wait <= 2 * RATE_LIMIT_WINDOW else None


def _retry_after(headers: Mapping[str, str]) -> float | None:
    value = headers.get("Retry-After")
    seconds = number(value)
    if seconds is None:
        until, date = unix_time(value), unix_time(headers.get("Date"))
        seconds = None if until is None or date is None else until - date
    return seconds if seconds is not None and 0 <= seconds <= 86_400 else None
