"""Tell what came of each row of a job, and read what the job made where its result alone does not prove it."""

from __future__ import annotations

from collections.abc import Sequence

from sbg_bulk.api.steps import Flow
from sbg_bulk.files.details import FileDetails
from sbg_bulk.items import CopyItem, Item
from sbg_bulk.models.job import Job
from sbg_bulk.runs.match import Match, likeness
from sbg_bulk.runs.outcomes import RowOutcome, attribute, by_absence, by_content, done_in_full


def outcomes(details: FileDetails, items: Sequence[Item], job: Job, *, new_ids: bool = False) -> Flow[list[RowOutcome]]:
    """Return the outcome of each item of a job that has finished, in the items' order.

    A job of which everything was done costs no request, unless new ids are wanted. Otherwise a hundred things that are
    compared cost one: copies and their sources, or what should have been moved or deleted.

    Args:
        details: reads files, and keeps what was read.
        items: those of the job.
        job: the job.
        new_ids: whether the ids of copies are wanted, each with proof whose it is.

    Raises:
        ApiError, ConnectionFailed, UnreadableAnswer: see `api.request.request`.
    """
    found = attribute(items, job)
    copied = isinstance(items[0], CopyItem)
    if found is not None and not (copied and new_ids and done_in_full(job, items) and job.result):
        return found
    if not copied:
        # What was read while the job was under way says nothing of what is there now.
        anew = FileDetails(details.policy)
        yield from anew.load(item.file for item in items)
        return by_absence(items, job, [item.file for item in items if anew.known[item.file] is not None])
    made = [entry.id for entry in job.result or () if entry.ok and entry.id is not None]
    yield from details.load((*made, *(item.file for item in items)))
    roots: dict[str, str | None] = {}
    for item in items:
        assert isinstance(item, CopyItem)
        if item.project is not None and item.project not in roots:
            roots[item.project] = yield from details.root(item.project)

    def alike(made_id: str, item: Item) -> bool:
        thing = details.known[made_id]
        return (
            thing is not None
            and likeness(thing, item, details.known[item.file], roots.get(getattr(item, "project", None) or ""))
            is Match.YES
        )

    proved = by_content(items, job, alike)
    if found is None:
        return proved
    ids = {item.file: one.new_id for item, one in zip(items, proved, strict=True)}
    return [RowOutcome(one.outcome, one.new_id or ids[item.file]) for item, one in zip(items, found, strict=True)]
