"""What came of each row of a job. Nothing in the API ties a result's entry to its item, so nothing is guessed.

The order of a result is not documented, so the place of an entry proves nothing. A row is done if every item of its job
is, or if the result's own content proves it: the id for moves and deletions; the name, the size and the place of what
was made for copies, which has to be read. A row has failed if nothing of its job was done, or if all others of a result
with one entry for each item are proved. Any other row is `unattributed`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from sbg_bulk.items import CopyItem, DeleteItem, Item, MoveItem
from sbg_bulk.models.job import ItemError, ItemResult, Job
from sbg_bulk.runs.records import Outcome, RowOutcome
from sbg_bulk.runs.refusals import one_of


def attribute(items: Sequence[Item], job: Job) -> list[RowOutcome] | None:
    """Return the outcome of each item of a job that has finished, in the items' order, as far as the job tells.

    Returns:
        None if what the job made has to be read to know (`by_content`), or whether its sources are still there
        (`by_absence`).
    """
    entries = job.result or ()
    if done_in_full(job, items):
        return _all_done(items, {entry.id for entry in entries if entry.id is not None})
    errors = _errors(entries)
    if errors and len(errors) == len(entries) >= len(items) and not job.completed_files:
        return _by_elimination(items, job, {})
    if not any(entry.ok for entry in entries):
        return [_unattributed(job, len(items)) for _ in items]
    return None if isinstance(items[0], CopyItem) else _by_id(items, job)


def done_in_full(job: Job, items: Sequence[Item]) -> bool:
    """Return whether a finished job accounts for having done all of these items."""
    if not job.succeeded:
        return False
    ids, files = {entry.id for entry in job.result or ()}, {item.file for item in items}
    if isinstance(items[0], CopyItem):
        # A copy has a new id.
        believable = ids.isdisjoint(files)
    else:
        believable = not isinstance(items[0], DeleteItem) or ids <= files
    counted = job.failed_files == 0 and job.completed_files is not None and job.completed_files == job.total_files
    # Counts alone suffice only where there is no result that says less.
    in_counts = not job.result and counted and (job.completed_files or 0) >= len(items)
    return believable and (len(ids) >= len(items) or in_counts)


def _all_done(items: Sequence[Item], ids: Collection[str]) -> list[RowOutcome]:
    """Return that all items are done, with the ids that those have kept that were moved.

    An id that is left, of one item that is left, is no proof: it may be that of a file in a folder.
    """
    moved = isinstance(items[0], MoveItem)
    return [_done(item, item.file if moved and item.file in ids else None) for item in items]


def _by_id(items: Sequence[Item], job: Job) -> list[RowOutcome] | None:
    """Move and delete what keeps its id: done is what the ids that came back name."""
    entries = job.result or ()
    done = {entry.id for entry in entries if entry.ok}
    ours = {item.file for item in items}
    if done <= ours:
        return _by_elimination(items, job, {item.file: item.file for item in items if item.file in done})
    # A moved folder has a new id.
    return None


def unclaimed(items: Sequence[Item], job: Job) -> list[str]:
    """Return the ids of what a job did that are not those of its items: of moved folders, or of files in folders."""
    ours = {item.file for item in items}
    return list(dict.fromkeys(entry.id for entry in job.result or () if entry.ok and entry.id and entry.id not in ours))


def by_absence(
    items: Sequence[Item], job: Job, there: Collection[str], folders: Collection[str] = ()
) -> list[RowOutcome]:
    """Return the outcomes of a job that moved or deleted, some of it under ids that are not those of its items.

    What is moved or deleted is no more under its old id, unless it is a file that was moved. But it may never have been
    there.

    Args:
        items: those of the job.
        job: the job.
        there: which of the items' ids there still are.
        folders: which of the other ids (`unclaimed`) are certainly those of folders that were moved.
    """
    done = {entry.id for entry in job.result or () if entry.ok}
    kept = {item.file for item in items if item.file in done}
    gone = {item.file for item in items if item.file not in there} - kept
    others = unclaimed(items, job)
    one_for_each = len(gone) == len(others) and set(others) <= set(folders)
    complete = job.succeeded and job.failed_files == 0 and len(gone) + len(kept) == len(items)
    # Whatever the other ids are, they come of what is gone.
    if not (one_for_each or complete or len(gone) == 1):
        gone = set()
    new_id = others[0] if one_for_each and len(others) == 1 else ""
    return _by_elimination(items, job, {file: file for file in kept} | dict.fromkeys(gone, new_id))


def by_content(items: Sequence[Item], job: Job, alike: Callable[[str, Item], bool]) -> list[RowOutcome]:
    """Return the outcomes of a job that copied, by what it made.

    Things and items that are alike are taken together: as many things as items prove that all of them are done, and one
    of each that the one is the other's.

    Args:
        items: those of the job.
        job: the job.
        alike: whether what has this id is certainly such as an item asked for.
    """
    made = dict.fromkeys(entry.id for entry in job.result or () if entry.ok and entry.id is not None)
    fits = {one: [place for place, item in enumerate(items) if alike(one, item)] for one in made}
    proved: dict[str, str] = {}
    for things, places in _groups(fits):
        if len(things) == len(places):
            alone = things[0] if len(things) == 1 else ""
            proved.update((items[place].file, alone) for place in places)
    return _by_elimination(items, job, proved)


def _groups(fits: Mapping[str, Sequence[int]]) -> list[tuple[list[str], set[int]]]:
    """Return the things and the places of items that hang together."""
    groups: list[tuple[list[str], set[int]]] = []
    for one, places in fits.items():
        if not places:
            continue
        joined = ([one], set(places))
        apart = []
        for group in groups:
            if group[1].isdisjoint(joined[1]):
                apart.append(group)
            else:
                joined = (group[0] + joined[0], group[1] | joined[1])
        groups = [*apart, joined]
    return groups


def _by_elimination(items: Sequence[Item], job: Job, proved: Mapping[str, str]) -> list[RowOutcome]:
    """Return the outcomes where these items are done.

    The others have failed if there is an entry for each item, and for each of the others one that is an error.

    Args:
        items: those of the job.
        job: the job.
        proved: the new id of each item that is done, empty where that is not known, by the item's file.
    """
    entries = job.result or ()
    # An error that names what it is about is that item's own.
    named = {entry.id: entry.error for entry in entries if entry.error is not None and entry.id is not None}
    own = {item.file: error for item in items if (error := named.get(item.file)) and item.file not in proved}
    errors = [error for error in _errors(entries) if not any(error is one for one in own.values())]
    left = len(items) - len(proved) - len(own)
    whole = len(entries) == len(items) and len(errors) == left
    other = _failed(errors) if whole and errors else _unattributed(job, len(items))
    return [
        _done(item, proved[item.file])
        if item.file in proved
        else _failed([own[item.file]])
        if item.file in own
        else other
        for item in items
    ]


def _done(item: Item, new_id: str | None) -> RowOutcome:
    if isinstance(item, DeleteItem):
        return RowOutcome(Outcome.DONE)
    return RowOutcome(Outcome.DONE, new_id or None)


def _errors(entries: Sequence[ItemResult]) -> list[ItemError]:
    return [entry.error for entry in entries if entry.error is not None]


def _failed(errors: Sequence[ItemError]) -> RowOutcome:
    """Return the outcome of rows that have failed for these reasons. Which is whose is known if they are the same."""
    codes = list(dict.fromkeys(error.code for error in errors))
    messages = list(dict.fromkeys(error.message for error in errors if error.message))
    if len(codes) == 1 and len(messages) <= 1:
        return RowOutcome(Outcome.FAILED, api_code=codes[0], message="".join(messages))
    code = codes[0] if len(codes) == 1 else None
    return RowOutcome(Outcome.FAILED, api_code=code, message=one_of(errors, "job"))


def _unattributed(job: Job, items: int) -> RowOutcome:
    failed = "an unknown number" if job.failed_files is None else f"{job.failed_files}"
    return RowOutcome(
        Outcome.UNATTRIBUTED,
        message=f"job {job.id} has {len(job.result or ())} results for {items} items, "
        f"{job.shortfall or f'{failed} of them failed'}; see the job",
    )
