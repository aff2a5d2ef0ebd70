"""Keep a place in step with a source: what is to be copied, replaced and deleted for that, and in which order.

First what is missing is copied. Only if all of it is there, what is in the way and what the source lacks is deleted,
and last the replacements are copied, each if what it replaces is gone. The source is never changed. Whatever interrupts
this, the next comparison finds what is left.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial

from attrs import evolve, frozen

from sbg_bulk.api import lookups
from sbg_bulk.api.policy import Counter, RequestPolicy
from sbg_bulk.api.steps import Flow, record
from sbg_bulk.errors import InputError
from sbg_bulk.files.compare import compare, measure
from sbg_bulk.files.comparison import Compared, Comparison, Mismatch
from sbg_bulk.files.filters import Filters
from sbg_bulk.files.paths import Location
from sbg_bulk.files.resolver import PathResolver
from sbg_bulk.items import COPY, DELETE
from sbg_bulk.models.amount import Amount
from sbg_bulk.models.resources import File
from sbg_bulk.runs import task
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.left_out import Chosen
from sbg_bulk.runs.records import Outcome
from sbg_bulk.runs.result import RunReport
from sbg_bulk.runs.task import Unfinished
from sbg_bulk.text import command_line, counted, either
from sbg_bulk.transfers.choice import Choice
from sbg_bulk.transfers.claims import Claims
from sbg_bulk.transfers.conflicts import under_way


@frozen
class Turned:
    """A folder in the place of a file, or the reverse, that is replaced by what the source has.

    Attributes:
        compared: the two.
        gone: how much is deleted, with what is in a folder.
        copied: how much is put in its place, with what is in a folder.
    """

    compared: Compared
    gone: Amount
    copied: Amount


@frozen
class SyncPlan:
    """What it takes to sync a place with a source.

    Attributes:
        comparison: what was found on either side.
        missing: what is copied because it is missing.
        removed: what is deleted at the place: what is replaced, and with `delete` what is not in the source.
        replacing: what is copied in the place of something that is deleted.
        replaces: the files of another size that are replaced.
        replaced: how much that is.
        turned: what is replaced by something of another type, with `delete`.
        deletes: what is deleted for good, because it is not in the source.
        deleted: how much that is, with what is in folders.
        left: what differs and is left as it is: without `delete` a folder in the place of a file and the reverse, and
            files of which the platform does not tell the size.
        extra: how many files and folders are left that are not in the source.
        requests: how many requests it took to find out.
    """

    comparison: Comparison
    missing: Choice
    removed: Choice
    replacing: Choice
    replaces: tuple[Compared, ...]
    replaced: Amount
    turned: tuple[Turned, ...]
    deletes: tuple[Compared, ...]
    deleted: Amount
    left: tuple[Compared, ...]
    extra: int
    requests: int

    def __len__(self) -> int:
        return sum(len(one) for one in (self.missing, self.removed, self.replacing))

    @property
    def steps(self) -> tuple[tuple[str, Choice], ...]:
        """Return the runs that it takes in their order, each with its type of job and what is to be done."""
        runs = ((COPY, self.missing), (DELETE, self.removed), (COPY, self.replacing))
        return tuple(one for one in runs if len(one[1]))

    def next(self, reports: Sequence[RunReport]) -> tuple[str, Choice] | None:
        """Return the run that comes after these, with what it may do now; None if there is none.

        Nothing is deleted unless all that was missing could be copied, and nothing is copied to where something that
        it replaces is left.

        Args:
            reports: those of the runs so far.

        Raises:
            JournalError: the journal of the last of them cannot be read.
        """
        if len(reports) == len(self.steps):
            return None
        job_type, choice = self.steps[len(reports)]
        if not reports or reports[-1].succeeded:
            return job_type, choice
        if choice is not self.replacing:
            return None
        with Journal.read(reports[-1].journal) as journal:
            kept = {row["file"] for row in journal.report() if row["outcome"] != Outcome.DONE}
        there = {(one.to, one.name) for one in self.replacing.items}
        for one in self.comparison.mismatches:
            if one.there is not None and one.there.id in kept:
                there.discard((self.comparison.place.below(*one.names[:-1]), one.names[-1]))
        items = tuple(one for one in choice.items if (one.to, one.name) in there)
        return (job_type, evolve(choice, items=items)) if items else None

    def report(self, reports: Sequence[RunReport]) -> SyncReport:
        """Return what came of it, of the reports of its runs."""
        whole = len(reports) == len(self.steps) and all(one.succeeded for one in reports)
        return SyncReport(tuple(reports), whole and not self.left)


@frozen
class SyncReport:
    """The end of a sync.

    Attributes:
        reports: those of its runs, in their order.
        succeeded: whether the place is in sync now, as far as was asked for.
    """

    reports: tuple[RunReport, ...]
    succeeded: bool


@frozen
class Earlier:
    """A run of an earlier sync of the same source and place that is not finished.

    Attributes:
        run: what is known of it.
        deletes: whether it deletes what the source lacks.
    """

    run: Unfinished
    deletes: bool


def _task(kind: str, source: Location, place: Location, *, deletes: bool = False) -> str:
    """Return what the runs of a sync are known by, with their own sources and destination as in `task.asked`."""
    if kind == COPY:
        return json.dumps([[str(source)], str(place), "sync"])
    return json.dumps([[str(place)], None, "sync", str(source), deletes])


def unfinished(endpoint: str, source: Location, place: Location) -> list[Earlier]:
    """Find the runs of an earlier sync of the same source and place that are not finished."""
    kinds = ((COPY, False), (DELETE, False), (DELETE, True))
    return [
        Earlier(run, deletes)
        for kind, deletes in kinds
        if (run := task.unfinished(kind, endpoint, _task(kind, source, place, deletes=deletes))) is not None
    ]


def plan(
    policy: RequestPolicy,
    source: Location,
    place: Location,
    filters: Filters,
    *,
    delete: bool = False,
    parents: bool = False,
    endpoint: str | None = None,
    on_request: Callable[[int], object] | None = None,
) -> Flow[SyncPlan]:
    """Find what brings a place in step with a source. Nothing is changed.

    Args:
        policy: how to send requests.
        source: a folder or project.
        place: the folder or project that is to have the same.
        filters: which files count on either side; what they leave out is neither copied nor deleted.
        delete: whether what the source lacks is to be deleted at the place.
        parents: whether the place is to be made if it is missing. Without it that is an error.
        endpoint: the platform whose unfinished runs keep what they are still going to do; None if none does.
        on_request: called with the number of requests so far.

    Raises:
        InputError: one of the two does not exist, or is the other or in it; or more would be deleted than can be meant;
            or an unfinished run of something else is going to do some of it.
        ApiError, ConnectionFailed, UnreadableAnswer: see `sbg_bulk.api.request.request`.
    """
    if delete and filters.newer_than is not None:
        how = either("--delete", "delete"), either("--newer-than", "newer_than")
        raise InputError(
            f"{how[0]} cannot be combined with {how[1]}: files missing from the source have no date there."
        )
    counter = Counter(on_request)
    counting = counter.counting(policy)
    resolver = PathResolver(counting)
    found = yield from compare(counting, source, place, filters, to_be_made=parents)
    # A folder may hold what the filters leave out, so none is deleted, or copied, as a whole then.
    clearing = delete and not filters.given
    missing = found.of(Mismatch.MISSING)
    different = found.of(Mismatch.DIFFERENT)
    turned = found.of(Mismatch.TYPE) if clearing else []
    extra = found.of(Mismatch.EXTRA) if delete else []
    if extra:
        _check_deletion(found, extra, filters)
    removed = [*different, *turned, *extra]
    replacing = list({one.file.id: one for one in [*different, *turned]}.values())
    if replacing:
        yield from _check_may_copy(counting, source, replacing)
    deleted = Amount()
    for one in extra:
        deleted += yield from _amount(resolver, one.file)
    both = []
    for one in turned:
        assert one.source is not None
        assert one.there is not None
        gone = yield from _amount(resolver, one.there)
        both.append(Turned(one, gone, (yield from _amount(resolver, one.source))))
    copies = [_copies(found, each) for each in (missing, replacing)]
    _check_copies(found, [item for each in copies for item in each.items])
    removal = _removal(found, removed, deletes=bool(extra or turned))
    yield from _check_claims(resolver, found, endpoint, [item for one in copies for item in one.items], removal.items)
    return SyncPlan(
        comparison=found,
        missing=copies[0],
        removed=removal,
        replacing=copies[1],
        replaces=tuple(different),
        turned=tuple(both),
        deletes=tuple(extra),
        replaced=Amount.of(None if one.there is None else one.there.size for one in different),
        deleted=deleted,
        left=tuple(found.of(Mismatch.UNKNOWN, *(() if clearing else (Mismatch.TYPE,)))),
        extra=0 if delete else len(found.of(Mismatch.EXTRA)),
        requests=counter.requests,
    )


def _check_deletion(found: Comparison, extra: Sequence[Compared], filters: Filters) -> None:
    """Raise InputError if everything would be deleted at a place that has nothing of the source.

    That is a source that was emptied, or filters that match nothing in it, or the wrong place.
    """
    if found.same or found.of(Mismatch.DIFFERENT, Mismatch.UNKNOWN):
        return
    what = " that matches" if filters.given else ""
    empty = command_line("delete", str(found.place.folder or found.place), "--recursive", "--dry-run")
    raise InputError(
        f"{found.place} has no file in common with {found.source}{what}, and {either('--delete', 'delete=True')} would "
        f"delete {counted(len(extra), 'item')} there. If both are the right places, sync without it first. To see "
        f"what emptying it would delete: {empty}"
    )


def _check_may_copy(policy: RequestPolicy, source: Location, replacing: Sequence[Compared]) -> Flow[None]:
    """Raise InputError if what was deleted could not be copied anew."""
    first = replacing[0].source
    project = source.project or (None if first is None else first.project)
    if project is None:
        return
    permissions = (yield from lookups.project(policy, project)).permissions
    if permissions.get("copy") is False:
        raise InputError(
            f"You do not have permission to copy from {project}, so nothing was replaced. Ask an "
            f"administrator of the project."
        )


def _amount(resolver: PathResolver, file: File) -> Flow[Amount]:
    if file.is_folder:
        return (yield from measure(resolver, file))
    [sized] = yield from resolver.with_sizes([file])
    return Amount.of([sized.size])


def _check_copies(found: Comparison, items: Sequence[Chosen]) -> None:
    """Raise InputError if two would become the same, or a folder would be put into itself."""
    by_target: dict[str, Chosen] = {}
    around = set(found.folders.values())
    for item in items:
        other = by_target.setdefault(item.destination, item)
        if other is not item:
            raise InputError(f"Two items are named {item.source} and would become one: rename one of them.")
        if item.id in around:
            raise InputError(f"{item.destination} would be copied into itself: choose places that do not overlap.")


def _check_claims(
    resolver: PathResolver,
    found: Comparison,
    endpoint: str | None,
    copied: Sequence[Chosen],
    removed: Sequence[Chosen],
) -> Flow[None]:
    """Raise InputError if an unfinished run is going to make or remove some of it: the places are not settled then."""
    resolver.found |= {here: File(folder, here.name, "folder") for here, folder in found.folders.items() if here.names}
    with closing((yield from record(partial(Claims.of, endpoint)))) as claimed:
        yield from claimed.left(resolver, copied, COPY)
        yield from claimed.left(resolver, removed, DELETE)
        pending = yield from record(partial(claimed.found, DELETE))
    if pending:
        raise under_way(pending, optional=False)


def _copies(found: Comparison, compared: Sequence[Compared]) -> Choice:
    """Return what is to be copied, with the folders that it takes."""
    items, folders = [], dict[Location, None]()
    for one in compared:
        file, to = one.file, found.place.below(*one.names[:-1])
        place = found.source.below(*one.names)
        items.append(Chosen(file.id, file.name, file.is_folder, file.size, file.parent, place, to))
        folders.update(dict.fromkeys(here for here in to.lineage() if here.names and here not in found.folders))
    return Choice(
        sources=(str(found.source),),
        to=found.place,
        items=tuple(items),
        places=found.folders,
        folders=tuple(folders),
        task=_task(COPY, found.source, found.place),
    )


def _removal(found: Comparison, compared: Sequence[Compared], *, deletes: bool) -> Choice:
    """Return what is to be deleted."""
    items = []
    for one in compared:
        assert one.there is not None
        there, place = one.there, found.place.below(*one.names)
        items.append(Chosen(there.id, there.name, there.is_folder, there.size, there.parent, place, None))
    return Choice(
        sources=(str(found.place),),
        to=None,
        items=tuple(items),
        places={},
        task=_task(DELETE, found.source, found.place, deletes=deletes),
    )
