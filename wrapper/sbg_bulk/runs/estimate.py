"""Estimates of what a run would take."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from attrs import frozen

from sbg_bulk.limits import PAGE_LIMIT, RATE_LIMIT_WINDOW, USUAL_LIMIT
from sbg_bulk.runs.item_pace import ItemPace

if TYPE_CHECKING:
    from sbg_bulk.models.resources import RateLimit

ITEMS_PER_JOB: Final = 100
"""What public programs use; nothing is documented for these calls."""


@frozen
class Estimate:
    """The work, the requests and the time that a run takes, at least.

    Attributes:
        items: rows.
        jobs: jobs they make.
        requests: requests needed: one to submit each job, and one for each hundred to see them end.
        seconds: how long the rate limit makes it pause.
        left: how many requests are left in this window now; None if that is not known.
        pace: the most items that are submitted in some time; None for any number.
        pace_seconds: how long that makes it take until the last is submitted.
    """

    items: int
    jobs: int
    requests: int
    seconds: float
    left: int | None = None
    pace: ItemPace | None = None
    pace_seconds: float = 0.0


def jobs_of(items: int, items_per_job: int) -> int:
    """Return how many jobs so many rows make."""
    return math.ceil(items / items_per_job)


def estimate(
    items: int,
    items_per_job: int,
    reserve: int = 0,
    besides: int = 0,
    rate: RateLimit | None = None,
    now: float = 0.0,
    *,
    each_row: bool = False,
    pace: ItemPace | None = None,
) -> Estimate:
    """Return what a run takes, at least, with the rate limit all to itself from now on.

    Args:
        items: how many rows it has.
        items_per_job: how many rows are submitted as one job.
        reserve: requests in each window that are left to other programs.
        besides: requests for other things: folders to create, destinations to check afterwards.
        rate: what is left of the rate limit; None for a window of the documented limit that has not begun.
        now: the time, in Unix seconds, by the clock of this machine.
        each_row: whether each row is a job of its own, and `items_per_job` are submitted, and read, at once.
        pace: the most items that are submitted in some time, if there is a limit.
    """
    calls = jobs_of(items, items_per_job)
    jobs = items if each_row else calls
    requests = calls + math.ceil(jobs / PAGE_LIMIT) + besides
    limit = max(1, ((rate and rate.limit) or USUAL_LIMIT) - reserve)
    left = None if rate is None or rate.remaining is None else max(0, rate.remaining - reserve)
    # A clock that is wrong must not make it look shorter than a window.
    resets_in = 0.0 if rate is None or rate.reset is None else rate.reset - now
    first = resets_in if 0 <= resets_in <= RATE_LIMIT_WINDOW else RATE_LIMIT_WINDOW
    beyond = max(0, requests - (limit if left is None else left))
    windows = math.ceil(beyond / limit)
    seconds = 0.0 if not windows else (RATE_LIMIT_WINDOW if left is None else first) + (windows - 1) * RATE_LIMIT_WINDOW
    paced = 0.0 if pace is None else pace.least(items, items_per_job)
    return Estimate(items, jobs, requests, seconds, left, pace, paced)
