"""List what is on a volume: directly under a prefix, or all below it."""

from __future__ import annotations

from collections import deque

from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.steps import Flow, produce
from sbg_bulk.api.storage import ObjectPager
from sbg_bulk.models.storage import VolumeObject
from sbg_bulk.volumes.places import VolumePlace


def objects(policy: RequestPolicy, place: VolumePlace, *, recursive: bool, details: bool) -> Flow[None]:
    """Produce what is on a volume under a prefix, in the order of the locations as far as pages have one.

    A page is read when its first entry is asked for. However large the volume is, no more is kept than a page for each
    level of folders.

    Args:
        policy: how to send requests.
        place: the volume and the prefix.
        recursive: whether to enter folders, which are not produced themselves then. Takes a request for each at least.
        details: whether to ask for what the storage says of the objects: size and date.

    Raises:
        PagingError: the pages of a list do not fit together.
        ApiError, ConnectionFailed, UnreadableAnswer: see `sbg_bulk.api.request.request`.
    """
    levels = [(ObjectPager(policy, place.volume, place.prefix, details), deque[VolumeObject]())]
    while levels:
        pager, left = levels[-1]
        if not left:
            page = yield from pager.next()
            if page is None:
                levels.pop()
            else:
                left.extend(page)
            continue
        entry = left.popleft()
        if not (recursive and entry.is_folder):
            yield from produce(entry)
        elif entry.location.startswith(pager.prefix) and entry.location != pager.prefix:
            # Whatever a server shows, each level is deeper than the one before.
            levels.append((ObjectPager(policy, place.volume, entry.location, details), deque()))
