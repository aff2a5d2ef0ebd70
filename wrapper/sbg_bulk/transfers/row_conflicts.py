"""Find out which names are taken where the rows of a manifest go, before any of them is sent.

What a row means is read for its name and size, a hundred for a request, and each folder that rows go to is listed once,
or asked for the names, unless it is proved that all of it is there (`sbg_bulk.transfers.copies`). What follows from a
name that is taken is the same as for what was chosen by path.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from functools import partial
from typing import Final

from attrs import evolve

from sbg_bulk.api.policy import Counter, RequestPolicy
from sbg_bulk.api.steps import Flow, record
from sbg_bulk.files.paths import Location
from sbg_bulk.files.resolver import PathResolver
from sbg_bulk.items import DELETE, MOVE, DeleteItem, Item
from sbg_bulk.models.resources import File
from sbg_bulk.runs.draft import Draft, raise_problems
from sbg_bulk.runs.draft_rows import Going
from sbg_bulk.runs.left_out import Chosen, Conflicts
from sbg_bulk.runs.problems import ManifestError, Problem
from sbg_bulk.transfers.choice import OnConflict
from sbg_bulk.transfers.claims import Claims
from sbg_bulk.transfers.conflicts import look, remedy, taken, under_way
from sbg_bulk.transfers.misplaced import check_paths, misplaced

BATCH: Final = 1_000
"""Rows that are held in memory together."""


def look_at_rows(
    policy: RequestPolicy,
    draft: Draft,
    on_conflict: OnConflict,
    endpoint: str | None = None,
    on_request: Callable[[int], object] | None = None,
) -> Flow[Conflicts]:
    """Find what is in the way of the rows of a draft, and leave out of it what is not to be done.

    A row whose file cannot be read stays: the service says what is wrong with it.

    Args:
        policy: how to send requests.
        draft: a run that is not begun.
        on_conflict: what is to be done with a row whose name is taken where it goes.
        endpoint: the platform whose unfinished runs keep what they are still going to do, and whose earlier runs may
            spare the listing of destinations; None if none does.
        on_request: called with the number of requests so far.

    Raises:
        ManifestError: two rows would become the same name in one place, and are not to be renamed.
        InputError: a name is taken, and nothing is to be done then.
        ApiError, ConnectionFailed, UnreadableAnswer: see `sbg_bulk.api.request.request`.
    """
    counter, found = Counter(on_request), Conflicts()
    resolver = PathResolver(counter.counting(policy))
    problems: list[Problem] = []
    count = 0
    batches = draft.by_destination(BATCH)
    folders = yield from record(draft.folder_places)
    with closing((yield from record(partial(Claims.of, endpoint)))) as claimed:
        while (rows := (yield from record(lambda: next(batches, None)))) is not None:
            details = yield from resolver.read(row.file for row in rows)
            items: list[Chosen] = []
            for row in rows:
                source = details[row.file]
                if source is None or not (row.name or source.name):
                    continue
                item = _chosen(row, source, folders)
                earlier = yield from record(lambda row=row, item=item: draft.claim(row, item.name))  # type: ignore[misc]
                if earlier is not None and on_conflict is not OnConflict.RENAME:
                    count += 1
                    if len(problems) < ManifestError.SHOWN:
                        told = f"it would become {item.name!r} in the same place as row {earlier}"
                        problems.append(Problem(row.number, None, told))
                else:
                    items.append(item)
            if not count:
                if draft.plan.job_type == MOVE:
                    yield from _leave_out_moved(
                        resolver, draft, [row for row in rows if details[row.file] is None], found
                    )
                left = yield from _look(resolver, draft, rows, items, on_conflict, found, claimed, endpoint)
                # What was moved where it goes by an earlier run is not where it was.
                problems += yield from misplaced(resolver, [row for row in rows if row.file in left], details)
        found.pending = yield from record(partial(claimed.found, draft.plan.job_type))
    raise_problems(problems[: ManifestError.SHOWN], count or len(problems))
    found.requests = counter.requests
    if on_conflict is OnConflict.FAIL and (found.existing or found.differing):
        raise taken(found.existing, found.different, remedy(), found.differing)
    if on_conflict is OnConflict.FAIL and found.pending:
        raise under_way(found.pending)
    yield from record(draft.settle)
    return found


def look_at_deletions(
    policy: RequestPolicy,
    draft: Draft,
    endpoint: str | None,
    on_request: Callable[[int], object] | None = None,
) -> Flow[Conflicts]:
    """Leave out of a draft of a deletion what unfinished runs are still going to use or to delete.

    No requests are sent unless there are such runs, or rows that have both an id and a path.

    Args:
        policy: how to send requests.
        draft: a run that is not begun.
        endpoint: the platform whose unfinished runs count; None if none does.
        on_request: called with the number of requests so far.

    Raises:
        ManifestError: the path of a row is not that of its id.
        ApiError, ConnectionFailed, UnreadableAnswer: see `sbg_bulk.api.request.request`.
    """
    counter, found = Counter(on_request), Conflicts()
    yield from check_paths(counter.counting(policy), draft)
    found.requests = counter.requests
    resolver = PathResolver(counter.counting(policy))
    with closing((yield from record(partial(Claims.of, endpoint)))) as claimed:
        if not claimed:
            return found
        batches = draft.by_destination(BATCH)
        while (rows := (yield from record(lambda: next(batches, None)))) is not None:
            details = yield from resolver.read(row.file for row in rows)
            there = [(row.file, source) for row in rows if (source := details[row.file]) is not None]
            items = [Chosen(id_, one.name, one.is_folder, one.size, one.parent, None, None) for id_, one in there]
            left = {item.id for item in (yield from claimed.left(resolver, items, DELETE))}
            for row in rows:
                if details[row.file] is not None and row.file not in left:
                    yield from record(partial(draft.leave_out, row.place))
        found.pending = yield from record(partial(claimed.found, DELETE))
    yield from record(draft.settle)
    found.requests = counter.requests
    return found


def check_items(policy: RequestPolicy, items: Sequence[Item], job_type: str, endpoint: str) -> Flow[None]:
    """Raise InputError if unfinished runs of this machine are going to do what items of one job name, or still need it.

    No requests are sent unless there are such runs.

    Args:
        policy: how to send requests.
        items: the items.
        job_type: COPY, MOVE or DELETE: what is to be done with them.
        endpoint: the deployment whose unfinished runs count.

    Raises:
        ApiError, ConnectionFailed, UnreadableAnswer: see `sbg_bulk.api.request.request`.
    """
    with closing((yield from record(partial(Claims.of, endpoint)))) as claimed:
        if not claimed:
            return
        resolver = PathResolver(policy)
        details = yield from resolver.read(item.file for item in items)
        named = [_named(item, source) for item in items if (source := details[item.file]) is not None]
        yield from claimed.left(resolver, named, job_type)
        pending = yield from record(partial(claimed.found, job_type))
    if pending:
        raise under_way(pending)


def _named(item: Item, source: File) -> Chosen:
    """Return an item as something chosen."""
    name, to = source.name, None
    if not isinstance(item, DeleteItem):
        name, to = item.name or source.name, Location(project=item.project, folder=item.parent)
    return Chosen(source.id, name, source.is_folder, source.size, source.parent, None, to)


def _leave_out_moved(resolver: PathResolver, draft: Draft, gone: Sequence[Going], found: Conflicts) -> Flow[None]:
    """Leave out folders that were moved by an earlier run of the same plan: a folder gets another id by that.

    They are not where they were, so that nothing could be done with them, and one of their name is where they go.
    """
    for row in gone:
        name = yield from record(partial(draft.folder_name, row))
        if name is None or row.folder is not None:
            continue
        there = yield from resolver.among(Location(project=row.project, folder=row.parent), {name})
        if any(one.is_folder for one in there.get(name, [])):
            yield from record(partial(draft.leave_out, row.place))
            found.moved += 1


def _chosen(row: Going, source: File, folders: Mapping[int, Location]) -> Chosen:
    """Return a row as something chosen."""
    to = Location(project=row.project, folder=row.parent) if row.folder is None else folders[row.folder]
    return Chosen(source.id, row.name or source.name, source.is_folder, source.size, source.parent, None, to)


def _look(
    resolver: PathResolver,
    draft: Draft,
    rows: Sequence[Going],
    items: Sequence[Chosen],
    on_conflict: OnConflict,
    found: Conflicts,
    claimed: Claims,
    endpoint: str | None,
) -> Flow[set[str]]:
    """Leave out what is not to be done of some rows; return the ids of what is."""
    by_file = {row.file: row for row in rows}
    # Nothing is in the way of what goes to a folder that is not there yet.
    new = [item for item in items if by_file[item.id].folder is not None]
    # Whether anything is to be done at all is decided when all is known.
    how = OnConflict.SKIP if on_conflict is OnConflict.FAIL else on_conflict
    to_folders = [item for item in items if by_file[item.id].folder is None]
    conflicts = yield from look(resolver, to_folders, how, endpoint)
    found.add(conflicts, ManifestError.SHOWN)
    done = yield from claimed.left(resolver, [*conflicts.left, *new], draft.plan.job_type)
    left = {item.id for item in done}
    for item in items:
        if item.id not in left:
            yield from record(lambda item=item: draft.leave_out(by_file[item.id].place))  # type: ignore[misc]
    for item in done:
        if item.is_folder:
            yield from record(partial(draft.saw_folder, item.id, item.name))
        if item.id not in by_file:
            # Found in a folder that was to be put where one of its name is.
            assert item.to is not None
            above = next(row for row in rows if row.file == item.place.folder) if item.place is not None else rows[0]
            child = evolve(above, file=item.id, name=None, parent=resolver.folder_id(item.to), project=None)
            yield from record(lambda child=child: draft.add(child))  # type: ignore[misc]
    return left
