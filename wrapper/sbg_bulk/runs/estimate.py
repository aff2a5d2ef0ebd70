"""Estimates of what a run would take."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from attrs import frozen

from sbg_bulk.files.resolver import requests_to_look_up
from sbg_bulk.items import COPY, DELETE, MOVE
from sbg_bulk.limits import BULK_LIMIT, PAGE_LIMIT, RATE_LIMIT_WINDOW, USUAL_LIMIT

if TYPE_CHECKING:
    from sbg_bulk.models.resources import RateLimit
    from sbg_bulk.runs.choice import Choice

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
    """

    items: int
    jobs: int
    requests: int
    seconds: float
    left: int | None = None


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
) -> Estimate:
    """Return what a run takes, at least, with the rate limit all to itself from now on.

    Args:
        items: how many rows it has.
        items_per_job: how many rows are submitted as one job.
        reserve: requests in each window that are left to other programs.
        besides: requests for other things: folders to create, destinations to check afterwards.
        rate: what is left of the rate limit; None for a window of the documented limit that has not begun.
        now: the time, in Unix seconds, by the clock of this machine.
    """
    jobs = jobs_of(items, items_per_job)
    requests = jobs + math.ceil(jobs / PAGE_LIMIT) + besides
    limit = max(1, ((rate and rate.limit) or USUAL_LIMIT) - reserve)
    left = None if rate is None or rate.remaining is None else max(0, rate.remaining - reserve)
    # A clock that is wrong must not make it look shorter than a window.
    resets_in = 0.0 if rate is None or rate.reset is None else rate.reset - now
    first = resets_in if 0 <= resets_in <= RATE_LIMIT_WINDOW else RATE_LIMIT_WINDOW
    beyond = max(0, requests - (limit if left is None else left))
    windows = math.ceil(beyond / limit)
    seconds = 0.0 if not windows else (RATE_LIMIT_WINDOW if left is None else first) + (windows - 1) * RATE_LIMIT_WINDOW
    return Estimate(items, jobs, requests, seconds, left)


def verification(choice: Choice, job_type: str, jobs: int, below: int | None = None, *, new_ids: bool = False) -> int:
    """Return how many requests it takes, at least, to verify what a run has made of a choice (`runs.verify`).

    More are needed where destinations hold other things too.

    Args:
        choice: what was chosen.
        job_type: COPY, MOVE or DELETE.
        jobs: how many jobs the run makes.
        below: how many requests list the folders chosen and all below them; None if that is not known.
        new_ids: whether the run keeps the ids of copies, so that its jobs are not read for them.
    """
    listed = _listed(Counter(item.to for item in choice.items if item.to is not None).values())
    folders = [item for item in choice.items if item.is_folder]
    if job_type == COPY:
        # A copied folder and its source are listed both.
        return listed + (0 if new_ids else jobs) + 2 * max(below or 0, len(folders))
    gone = choice.items if job_type == DELETE else folders  # a moved file keeps its id, and can be in one place only
    left = {item.path.parent for item in gone if item.path is not None}
    by_id = sum(item.path is None for item in choice.items) if job_type == DELETE else 0
    old = {item.path.parent for item in choice.items if item.path is not None}
    return listed + requests_to_look_up(old) + len(left) + math.ceil(by_id / BULK_LIMIT)


def verification_of_rows(rows: int, arrivals: Iterable[int], job_type: str, jobs: int, *, new_ids: bool = False) -> int:
    """Return how many requests it takes, at least, to verify what a run has made of a manifest (`runs.verify`).

    More are needed where destinations hold other things too, and for copied folders.

    Args:
        rows: how many it has.
        arrivals: how many of them go to each destination.
        job_type: COPY, MOVE or DELETE.
        jobs: how many jobs the run makes.
        new_ids: whether the run keeps the ids of copies, so that its jobs are not read for them.
    """
    # What was moved is known by its id; of copies the sizes are read, and what was deleted is asked for.
    read = 0 if job_type == MOVE else math.ceil(rows / BULK_LIMIT)
    return read + _listed(arrivals) + (jobs if job_type == COPY and not new_ids else 0)


def _listed(arrivals: Iterable[int]) -> int:
    return sum(math.ceil(number / PAGE_LIMIT) for number in arrivals)
