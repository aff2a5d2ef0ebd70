"""The call that starts an import by DRS, and what its answer tells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sbg_async_api import models
from sbg_bulk.api import operations
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.request import request
from sbg_bulk.api.steps import Flow, Reply
from sbg_bulk.drs.items import DrsItem
from sbg_bulk.models.storage import DrsImport

MOST: Final = 100
"""The most objects of a job (https://docs.sevenbridges.com/reference/start-a-bulk-drs-import-job)."""


def start(policy: RequestPolicy, items: Sequence[DrsItem]) -> Flow[DrsImport]:
    """Start a job that imports these objects, all of which have one way with names that are taken, and the same tags.

    Raises:
        Uncertain: the server may have started it, but has not said so.
        ApiError, ConnectionFailed: it was not started.
    """
    way = models.DrsRequestConflictResolution(items[0].conflict_resolution)
    body = models.DrsRequest([_item(one) for one in items], conflict_resolution=way)
    if items[0].tags:
        body.tags = list(items[0].tags)
    return (yield from request(policy, operations.START_DRS_IMPORT, _read, body=body))


def _item(item: DrsItem) -> models.DrsItem:
    made = models.DrsItem(item.drs_uri)
    for name in ("parent", "project", "name"):
        if (value := getattr(item, name)) is not None:
            setattr(made, name, value)
    if item.metadata:
        metadata = models.DrsItemImportedMetadata()
        metadata.additional_properties = dict(item.metadata)
        made.metadata = metadata
    return made


def _read(reply: Reply) -> DrsImport:
    found = DrsImport.from_answer(reply.answer())
    if found is None:
        raise reply.unreadable("it contains no import")
    return found
