"""Pauses of a client, and their causes, as values."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from sbg_bulk.text import duration

if TYPE_CHECKING:
    from sbg_bulk.api.pace import Meter

FOR_THE_LIMIT: Final = "to stay within the rate limit"
"""The reason of a pause that is made before the server refuses."""

NO_CONNECTION: Final = "no connection"
"""How the reason of a pause begins where nothing was reached. The error of the transport follows in brackets."""

FIRST_PAUSE: Final = 0.5
"""Seconds of the first pause before a request is repeated, if nothing else is wished for."""


def status_check(jobs: str) -> str:
    """Return the reason of a pause until the status of jobs is looked up, such as of "1 job"."""
    return f"next status check ({jobs})"


class Cause(StrEnum):
    """The cause of a pause."""

    RATE_LIMIT = "rate-limit"
    """The requests of this window are used up, or are to last until its end."""
    MAINTENANCE = "maintenance"
    """The platform is down for maintenance."""
    RETRY = "retry"
    """A request has failed, and is sent again."""
    NEXT_LOOK = "next-look"
    """Jobs are running, and the next check of their status is not due yet."""
    PACE = "pace"
    """No more items may be submitted for now, while jobs may be running."""
    SETTLING = "settling"
    """It is not known yet whether a submission was accepted."""


@frozen
class BudgetLeft:
    """The rest of the rate limit, which all programs with one token share.

    Attributes:
        limit: requests in a window.
        remaining: requests left in this window.
        resets_in: seconds until the window ends. It is not compared.
    """

    limit: int
    remaining: int
    resets_in: float = field(eq=False)

    @classmethod
    def of(cls, meter: Meter | None, moment: float) -> BudgetLeft | None:
        """Return what a meter knows of it; None if it knows nothing, or if the window has ended since.

        Args:
            meter: follows the answers' headers.
            moment: the time, by the clock of the meter.
        """
        budget = None if meter is None else meter.budget
        if budget is None or moment >= budget.ends:
            return None
        return cls(budget.limit, budget.remaining, budget.ends - moment)


@frozen
class Wait:
    """A pause that is about to be made.

    Attributes:
        seconds: how long it is.
        cause: what it is for, to tell kinds of pauses apart.
        reason: what it is for, in words for people.
        budget: what is left of the rate limit, if that is known.
    """

    seconds: float
    cause: Cause
    reason: str
    budget: BudgetLeft | None = None


def waiting(wait: Wait) -> str:
    """Return what is waited for, in words, such as `Waiting 5 min: the rate limit (HTTP 429)`."""
    time = duration(wait.seconds)
    if wait.cause == "next-look":
        what, of, jobs = wait.reason.partition(" (")
        return f"{what.capitalize()} in {time}{of}{jobs}"
    if wait.cause == "retry":
        return f"Trying again in {time}: {wait.reason}"
    joint = " " if wait.reason.startswith(("to ", "for ")) else ": "
    return f"Waiting {time}{joint}{wait.reason}"
