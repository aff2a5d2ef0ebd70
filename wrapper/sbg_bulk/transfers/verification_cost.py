"""Estimates of the requests that it takes to verify a run. Apart from the other estimates, which each client needs."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from sbg_bulk.files.resolver import requests_to_look_up
from sbg_bulk.items import COPY, DELETE, MOVE
from sbg_bulk.limits import BULK_LIMIT, PAGE_LIMIT

if TYPE_CHECKING:
    from sbg_bulk.transfers.choice import Choice


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
