"""Read the whole list of jobs, at one moment as it were."""

from __future__ import annotations

from typing import Final

from sbg_bulk import errors
from sbg_bulk.api import pages
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.steps import Flow
from sbg_bulk.models.job import Job

REREADS: Final = 5
"""How often the list is read again at once when its pages do not add up."""


def whole_list(policy: RequestPolicy) -> Flow[dict[str, Job]]:
    """Read all jobs in the list, by their ids.

    Pages shift while jobs come and expire: what does not add up is read again.

    Raises:
        PagingError: it never adds up.
        ApiError, ConnectionFailed, UnreadableAnswer: see `request`.
    """
    for _ in range(REREADS):
        found: dict[str, Job] = {}
        total: int | None = None
        pager = pages.Pager(policy, pages.jobs())
        try:
            while (page := (yield from pager.next())) is not None:
                # What was there at the beginning has to be found; what came meanwhile need not.
                total = page.total if page.offset == 0 else total
                found.update((job.id, job) for job in page.items)
        except errors.PagingError:
            continue
        if total is None or len(found) >= total:
            return found
    raise errors.PagingError(
        "list_async_jobs: the list changes faster than it can be read, so it is unclear which jobs exist. "
        "Resume the run later."
    )
