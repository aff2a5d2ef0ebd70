"""The calls that start, read and list jobs on volumes, a hundred at a time."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final, TypeAlias

from attrs import frozen

from sbg_async_api import models
from sbg_bulk import errors
from sbg_bulk.api import operations
from sbg_bulk.api.operations import Operation
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.request import request
from sbg_bulk.api.steps import Flow, Reply
from sbg_bulk.api.storage import EXPORTS, IMPORTS, TransferKind
from sbg_bulk.items import ExportItem, ImportItem
from sbg_bulk.models.job import ItemError
from sbg_bulk.models.storage import VolumeJob

MOST: Final = 100
"""The most jobs that one call starts or reads (https://docs.sevenbridges.com/reference/start-a-bulk-export-job)."""

UNFINISHED: Final = ("PENDING", "RUNNING")

Key: TypeAlias = tuple[str | None, ...]
"""What a job takes and where to: what the service echoes, by which a job is tied to its item."""


@frozen
class Kind:
    """A kind of jobs on volumes.

    Attributes:
        start: the call that starts jobs.
        jobs: the calls that read and list them.
        body: the arguments of `start` for these items.
        key: what an item asks for. The first part is what no two items of a run have in common.
        echo: what a job was asked for; None if it does not say.
        same: whether what an item asks for is what a job echoes.
        undoable: whether it can be undone, so that it may be started again where it certainly was not.
        makes: whether what a job comes to is new on the platform.
    """

    start: Operation
    jobs: TransferKind[Any]
    body: Callable[[Sequence[Any]], Mapping[str, Any]]
    key: Callable[[Any], Key]
    echo: Callable[[VolumeJob], Key | None]
    same: Callable[[Key, Key], bool]
    undoable: bool
    makes: bool


def _export(item: ExportItem) -> models.ExportItem:
    made = models.ExportItem(
        models.ExportSource(item.file), models.VolumeLocation(volume=item.volume, location=item.location)
    )
    if item.overwrite:
        made.overwrite = True
    names = ("sse_algorithm", "sse_aws_kms_key_id", "aws_canned_acl", "aws_storage_class")
    given = {name: value for name in names if (value := getattr(item, name)) is not None}
    if given:
        made.properties = models.ExportProperties(**given)
    return made


def exports(*, copy_only: bool) -> Kind:
    """Return the exports that keep the platform's copies, or those that have aliases take their place."""

    def body(items: Sequence[ExportItem]) -> Mapping[str, Any]:
        made = models.ExportRequest([_export(item) for item in items])
        # What is not said means no: it is left out, as programs do that are in use.
        return {"body": made, "copy_only": models.BulkStartExportsCopyOnly.TRUE} if copy_only else {"body": made}

    def echo(job: VolumeJob) -> Key | None:
        told = job.source.file, job.destination.volume, job.destination.location
        return None if None in told else told

    return Kind(
        operations.START_EXPORTS,
        EXPORTS,
        body,
        lambda item: (item.file, item.volume, item.location),
        echo,
        operator.eq,
        undoable=copy_only,
        makes=False,
    )


def imports() -> Kind:
    """Return the imports of objects and folders."""

    def body(items: Sequence[ImportItem]) -> Mapping[str, Any]:
        return {"body": models.ImportRequest(list(map(_import, items)))}

    def key(item: ImportItem) -> Key:
        # Where no name was asked for, some services echo the one that follows from the location.
        return item.identity, item.parent, item.project, item.name or item.named, item.name

    def echo(job: VolumeJob) -> Key | None:
        source, to = job.source, job.destination
        if None in (source.volume, source.location) or to.parent is to.project is None:
            return None
        return f"{source.volume}:{source.location}", to.parent, to.project, to.name

    def same(wanted: Key, told: Key) -> bool:
        source, parent, project, *names = wanted
        # The project of a folder may be told besides.
        there = told[1] == parent and (parent is not None or told[2] == project)
        return told[0] == source and there and told[3] in names

    return Kind(
        operations.START_IMPORTS,
        IMPORTS,
        body,
        key,
        echo,
        same,
        undoable=True,
        makes=True,
    )


def _import(item: ImportItem) -> models.ImportItem:
    to = {key: value for key in ("parent", "project", "name") if (value := getattr(item, key)) is not None}
    source = models.VolumeLocation(volume=item.volume, location=item.location)
    made = models.ImportItem(source, models.ImportDestination(**to))
    # What is not said means no, but for the structure of a folder, which is kept.
    if item.overwrite:
        made.overwrite = True
    if item.autorename:
        made.autorename = True
    if item.preserve_folder_structure is not None:
        made.preserve_folder_structure = item.preserve_folder_structure
    return made


def entries(kind: Kind, reply: Reply) -> tuple[list[VolumeJob], list[ItemError]]:
    """Return the jobs and the errors of a bulk answer, in any order."""
    items = reply.answer().get("items")
    if not isinstance(items, list):
        raise reply.unreadable("it contains no list of items")
    parts = [part for part in items if isinstance(part, dict)]
    jobs = [job for part in parts if (job := kind.jobs.read(part.get("resource"))) is not None]
    return jobs, [ItemError.from_answer(part["error"]) for part in parts if part.get("error") is not None]


def read(policy: RequestPolicy, kind: Kind, ids: Sequence[str]) -> Flow[tuple[dict[str, VolumeJob], set[str]]]:
    """Read up to a hundred jobs.

    Returns:
        The jobs, by their ids; and the ids of those that certainly cannot be read.
    """
    try:
        jobs, refused = yield from request(
            policy, kind.jobs.bulk_get, partial(entries, kind), body=kind.jobs.selection(list(ids))
        )
    except (errors.NotFound, errors.BadRequest):
        # It may be refused as a whole for one of them.
        if len(ids) == 1:
            return {}, set(ids)
        half = len(ids) // 2
        found, gone = yield from read(policy, kind, ids[:half])
        more, others = yield from read(policy, kind, ids[half:])
        return {**found, **more}, gone | others
    found = {job.id: job for job in jobs if job.id in set(ids)}
    left = set(ids) - found.keys()
    # An error does not say whose it is: it is everybody's of whom nothing else was said.
    return found, left if left and len(refused) == len(left) else set()
