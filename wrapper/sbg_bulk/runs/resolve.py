"""Find what the paths in a manifest name: a request for each folder on the way, however many rows go through it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Final

from attrs import define, field

from sbg_bulk import errors
from sbg_bulk.api.policy import Counter, RequestPolicy
from sbg_bulk.api.steps import Flow, record
from sbg_bulk.errors import InputError
from sbg_bulk.files.paths import Location
from sbg_bulk.files.resolver import PathResolver, check_new_names, file_as_destination, no_folder
from sbg_bulk.models.resources import File
from sbg_bulk.runs.draft import Draft, raise_problems
from sbg_bulk.runs.draft_rows import Source, Target
from sbg_bulk.runs.problems import ManifestError, Problem
from sbg_bulk.runs.records import NewFolder

BATCH: Final = 5_000
"""Rows whose paths are looked up, and held in memory, together."""


@define
class _Lookup:
    """The means to find what paths name, and what is wrong with them.

    Attributes:
        draft: whose paths.
        resolver: finds them.
        where: what place a path means, checked against where the client is connected.
        problems: the first of them.
        count: how many there are.
    """

    draft: Draft
    resolver: PathResolver
    where: Callable[[str], Location]
    problems: list[Problem] = field(factory=list)
    count: int = 0

    def say(self, row: int, column: str | None, message: str) -> None:
        self.count += 1
        if len(self.problems) < ManifestError.SHOWN:
            self.problems.append(Problem(row, column, message.removesuffix(".")))

    def say_of_target(self, target: Target, message: str) -> None:
        """Note what is wrong with a destination, once: in the first row that has it."""
        if target.column is None:
            raise InputError(message)
        first, *others = self.draft.rows_to(target)
        more = f" ({len(others):,} more such {'row' if len(others) == 1 else 'rows'})" if others else ""
        self.say(first, target.column, f"{message.removesuffix('.')}{more}")

    def look_up(self, places: Iterable[Location]) -> Flow[dict[Location, str]]:
        """Look these places up; return what is wrong with the projects and folders that cannot be looked into."""
        by_start: dict[Location, list[Location]] = {}
        for place in places:
            by_start.setdefault(place.start, []).append(place)
        wrong: dict[Location, str] = {}
        for start, those in by_start.items():
            try:
                yield from self.resolver.look_up(those)
            except (errors.NotFound, errors.Forbidden):
                wrong[start] = f"{start} was not found, or is not shared with you"
        return wrong


def resolve(
    policy: RequestPolicy,
    draft: Draft,
    where: Callable[[str], Location],
    *,
    takes_away: bool,
    parents: bool = False,
    on_request: Callable[[int], object] | None = None,
) -> Flow[None]:
    """Find what the paths of a draft's rows name. Nothing is changed: missing folders are made when the run begins.

    Args:
        policy: how to send requests.
        draft: the draft.
        where: what place a path means. Raises InputError if it can be none.
        takes_away: see `sbg_bulk.runs.family.Family`.
        parents: whether missing folders of destinations are to be made. Without it they are problems of their rows.
        on_request: called with the number of requests so far.

    Raises:
        ManifestError: something is not there; nothing was sent that changes anything.
        InputError: the destination that was given for all rows is not there.
        ApiError, ConnectionFailed, UnreadableAnswer: see `sbg_bulk.api.request.request`.
    """
    if not draft.unresolved:
        return
    counter = Counter(on_request)
    lookup = _Lookup(draft, PathResolver(counter.counting(policy)), where)
    yield from _targets(lookup, parents)
    yield from _sources(lookup)
    if not lookup.count:
        yield from record(partial(_check_not_nested, lookup, takes_away))
    draft.requests = counter.requests
    raise_problems(lookup.problems, lookup.count)
    draft.unresolved = False


def _targets(lookup: _Lookup, parents: bool) -> Flow[None]:
    places: dict[Target, Location] = {}
    for target in (yield from record(lookup.draft.targets)):
        try:
            places[target] = lookup.where(target.to)
        except InputError as error:
            lookup.say_of_target(target, str(error))
    wrong = yield from lookup.look_up(dict.fromkeys(places.values()))
    resolver, missing = lookup.resolver, dict[Location, None]()
    for target, place in places.items():
        try:
            if place.start in wrong:
                raise InputError(wrong[place.start])
            first = resolver.missing(place)
            if first is not None and not parents:
                raise no_folder(first)
            if first is not None:
                check_new_names(place, first)
            if first is None and not resolver.is_there(place):
                raise file_as_destination(place)
        except InputError as error:
            lookup.say_of_target(target, str(error))
            continue
        if first is None:
            folder = resolver.folder_id(place)
            project = place.project if folder is None else None
            yield from record(partial(lookup.draft.lead, target.to, folder, project))
        else:
            missing.update(dict.fromkeys(place.lineage()[len(first.names) :]))
    numbers = {folder: number for number, folder in enumerate(missing)}
    made = {target.to: numbers[place] for target, place in places.items() if place in numbers}
    yield from record(partial(lookup.draft.make, list(_new_folders(resolver, numbers)), made))


def _new_folders(resolver: PathResolver, numbers: Mapping[Location, int]) -> Iterator[NewFolder]:
    """Produce the folders that are to be made, as a run keeps them."""
    for folder, number in numbers.items():
        above, parent = numbers.get(folder.parent), resolver.folder_id(folder.parent)
        project = folder.project if above is None and parent is None else None
        yield NewFolder(number, str(folder), folder.name, project, parent, above)


def _sources(lookup: _Lookup) -> Flow[None]:
    batches = lookup.draft.sources(BATCH)
    while (batch := (yield from record(lambda: next(batches, None)))) is not None:
        places: dict[Source, Location] = {}
        for source in batch:
            try:
                places[source] = lookup.where(source.path)
            except InputError as error:
                lookup.say(source.number, source.column, str(error))
        wrong = yield from lookup.look_up(places.values())
        for source, place in places.items():
            try:
                if place.start in wrong:
                    raise InputError(wrong[place.start])
                file = lookup.resolver.existing(place)
            except InputError as error:
                lookup.say(source.number, source.column, str(error))
                continue
            twice = yield from record(partial(lookup.draft.found, source, file.id))
            if file.is_folder:
                yield from record(partial(lookup.draft.saw_folder, file.id, ""))
            if twice is not None:
                lookup.say(twice.row, twice.column, twice.message)
        # What was found of one batch is of no use to the next, but for the folders on the way.
        kept: dict[Location, File | None] = {
            place: file for place, file in lookup.resolver.found.items() if file is not None and file.is_folder
        }
        lookup.resolver.found = kept


def _check_not_nested(lookup: _Lookup, takes_away: bool) -> None:
    """Note the rows that are inside what another row takes whole: of both, it would be done twice."""
    folders = {place: file.id for place, file in lookup.resolver.found.items() if file is not None}
    taken = {place: file for place, file in folders.items() if lookup.draft.has(file)}
    for batch in lookup.draft.sources(BATCH) if taken else ():
        for source in batch:
            for here in lookup.where(source.path).lineage()[1:-1]:
                around = lookup.draft.around(source, taken[here], takes_away=takes_away) if here in taken else None
                if around is not None:
                    told = f"{source.path} is inside {here}, which row {around} selects: keep one of them"
                    lookup.say(source.number, source.column, told)
