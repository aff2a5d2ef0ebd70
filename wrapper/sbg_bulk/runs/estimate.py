"""Estimates of what a run would take."""

from __future__ import annotations

import math
from typing import Final

from attrs import frozen

from sbg_bulk.limits import PAGE_LIMIT, RATE_LIMIT_WINDOW, USUAL_LIMIT

ITEMS_PER_JOB: Final = 100
"""What public programs use; nothing is documented for these calls."""


@frozen
class Estimate:
    """The work, the requests and the time that a run takes, at least.

    Attributes:
        items: rows.
        jobs: jobs they make.
        requests: requests needed: one to submit each job, and one for each hundred to see them end.
        seconds: what the rate limit makes of that.
    """

    items: int
    jobs: int
    requests: int
    seconds: float


def estimate(items: int, items_per_job: int, reserve: int = 0, besides: int = 0) -> Estimate:
    """Return what a run takes, at least, with the documented rate limit all to itself.

    Args:
        items: how many rows it has.
        items_per_job: how many rows are submitted as one job.
        reserve: requests in each window that are left to other programs.
        besides: requests for other things: folders to make, destinations to look at afterwards.
    """
    jobs = math.ceil(items / items_per_job)
    requests = jobs + math.ceil(jobs / PAGE_LIMIT) + besides
    windows = max(0, math.ceil(requests / max(1, USUAL_LIMIT - reserve)) - 1)
    return Estimate(items, jobs, requests, windows * RATE_LIMIT_WINDOW)
