"""Tell what came of each row of a job, and read what the job made where its result alone does not prove it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sbg_bulk.api.steps import Flow
from sbg_bulk.files.details import FileDetails
from sbg_bulk.items import CopyItem, DeleteItem, Item, MoveItem
from sbg_bulk.models.job import Job
from sbg_bulk.models.resources import File
from sbg_bulk.runs.records import Outcome, RowOutcome
from sbg_bulk.transfers.match import Match, likeness
from sbg_bulk.transfers.outcomes import attribute, by_absence, by_content, done_in_full, unclaimed


def outcomes(details: FileDetails, items: Sequence[Item], job: Job, *, new_ids: bool = False) -> Flow[list[RowOutcome]]:
    """Return the outcome of each item of a job that has finished, in the items' order.

    A job of which everything was done costs no request, unless new ids are wanted or one folder was moved. Otherwise a
    hundred things that are compared cost one: copies and their sources, or what should have been moved or deleted.

    Args:
        details: reads files, and keeps what was read.
        items: those of the job.
        job: the job.
        new_ids: whether the ids of copies are wanted, each with proof whose it is.

    Raises:
        ApiError, ConnectionFailed, UnreadableAnswer: see `api.request.request`.
    """
    found = attribute(items, job)
    if isinstance(items[0], DeleteItem):
        return found if found is not None else (yield from _by_absence(details, items, job))
    if isinstance(items[0], MoveItem):
        if found is None:
            return (yield from _by_absence(details, items, job))
        return (yield from _with_the_id_of_the_one_folder(details, items, job, found))
    if found is not None and not (new_ids and done_in_full(job, items) and job.result):
        return found
    made = [entry.id for entry in job.result or () if entry.ok and entry.id is not None]
    yield from details.load((*made, *(item.file for item in items)))
    roots = yield from _roots(details, items)

    def alike(made_id: str, item: Item) -> bool:
        thing = details.known[made_id]
        return thing is not None and _likeness(thing, item, details.known[item.file], roots) is Match.YES

    proved = by_content(items, job, alike)
    if found is None:
        return proved
    ids = {item.file: one.new_id for item, one in zip(items, proved, strict=True)}
    return [RowOutcome(one.outcome, one.new_id or ids[item.file]) for item, one in zip(items, found, strict=True)]


def _by_absence(details: FileDetails, items: Sequence[Item], job: Job) -> Flow[list[RowOutcome]]:
    # What was read while the job was under way says nothing of what is there now.
    anew, others = details.emptied(), unclaimed(items, job)
    moved = isinstance(items[0], MoveItem)
    yield from anew.load((*(item.file for item in items), *(others if moved else ())))
    there = [item.file for item in items if anew.known[item.file] is not None]
    if not moved:
        return by_absence(items, job, there)
    gone = [item for item in items if anew.known[item.file] is None]
    roots = yield from _roots(details, gone)
    folders = [one for one in others if any(_is_it_now(anew.known[one], item, roots) for item in gone)]
    return by_absence(items, job, there, folders)


def _with_the_id_of_the_one_folder(
    details: FileDetails, items: Sequence[Item], job: Job, found: Sequence[RowOutcome]
) -> Flow[list[RowOutcome]]:
    """Add the new id of a folder that was moved, if it is the only one: for a request, as there is no other way."""
    left = [place for place, one in enumerate(found) if one.outcome is Outcome.DONE and one.new_id is None]
    others = unclaimed(items, job)
    told = list(found)
    if len(left) == len(others) == 1:
        anew, item = details.emptied(), items[left[0]]
        yield from anew.load(others)
        roots = yield from _roots(details, [item])
        if _is_it_now(anew.known[others[0]], item, roots):
            told[left[0]] = RowOutcome(Outcome.DONE, others[0])
    return told


def _roots(details: FileDetails, items: Sequence[Item]) -> Flow[dict[str, str | None]]:
    """Find out the root folders of the projects that items go to."""
    for item in items:
        assert isinstance(item, CopyItem | MoveItem)
        if item.project is not None:
            yield from details.root(item.project)
    return details.roots


def _is_it_now(thing: File | None, item: Item, roots: Mapping[str, str | None]) -> bool:
    """Return whether a thing that was moved is a folder where this item was to go to, and not one within it."""
    assert isinstance(item, CopyItem | MoveItem)
    if thing is None or not thing.is_folder or thing.parent is None:
        return False
    placed = thing.parent == (item.parent or roots.get(item.project or ""))
    return placed and _likeness(thing, item, None, roots) is not Match.NO


def _likeness(thing: File, item: Item, source: File | None, roots: Mapping[str, str | None]) -> Match:
    assert isinstance(item, CopyItem | MoveItem)
    return likeness(thing, item, source, roots.get(item.project or ""))
