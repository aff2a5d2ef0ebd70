"""Read the whole list of jobs, at one moment as it were."""

from __future__ import annotations

from typing import Any, Final

from sbg_bulk import errors
from sbg_bulk.api import pages
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.steps import Flow

REREADS: Final = 5
"""How often the list is read again at once when its pages do not add up."""


def whole_list(policy: RequestPolicy, listing: pages.Listing[Any] | None = None) -> Flow[dict[str, Any]]:
    """Read all jobs in the list, or all entries of another one, by their ids.

    Pages shift while jobs come and expire: what does not add up is read again. So is a list with an entry that cannot
    be read, which may be the one that is looked for.

    Raises:
        PagingError: it never adds up.
        ApiError, ConnectionFailed, UnreadableAnswer: see `request`.
    """
    for _ in range(REREADS):
        found: dict[str, Any] = {}
        total: int | None = None
        unread = 0
        pager: pages.Pager[Any] = pages.Pager(policy, listing or pages.jobs())
        try:
            while (page := (yield from pager.next())) is not None:
                # What was there at the beginning has to be found; what came meanwhile need not.
                total = page.total if page.offset == 0 else total
                found.update((job.id, job) for job in page.items)
                unread += page.unread
        except errors.PagingError:
            continue
        if not unread and (total is None or len(found) >= total):
            return found
    raise errors.PagingError(
        f"The list of jobs changes faster than it can be read, so it is unclear which jobs exist. Resume the run "
        f"later. [{(listing or pages.jobs()).operation.name}]"
    )
