"""Compare two places by names, sizes and types, folder by folder, both sides at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from attrs import define, field, frozen

from sbg_bulk.api import lookups
from sbg_bulk.api.policy import Counter, RequestPolicy
from sbg_bulk.api.steps import Flow
from sbg_bulk.errors import InputError
from sbg_bulk.files import filters
from sbg_bulk.files.comparison import Compared, Comparison, Mismatch, pair
from sbg_bulk.files.filters import Filters
from sbg_bulk.files.hints import Seen
from sbg_bulk.files.paths import Location
from sbg_bulk.files.resolver import PathResolver, check_new_names, no_folder
from sbg_bulk.models.amount import Amount
from sbg_bulk.models.resources import File

Path: TypeAlias = tuple[str, ...]
"""The names of something below the source and below the place."""


@frozen
class Folder:
    """A folder that is to be compared, which may be on one side only."""

    path: Path
    source: File | None
    there: File | None


@define
class Comparing:
    """What has been compared so far, and the means to go on."""

    resolver: PathResolver
    source: Location
    place: Location
    filters: Filters
    each_file: bool
    one_way: bool
    mismatches: list[Compared] = field(factory=list)
    same: int = 0
    undated: int = 0
    left: list[Folder] = field(factory=list)
    folders: dict[Location, str] = field(factory=dict)
    seen: Seen = field(factory=Seen)

    def folder(self, here: Folder, on_source: bool, on_place: bool) -> Flow[None]:
        """Compare what is in a folder, and note the folders in it that are to be compared."""
        source = (yield from self._entries(self.source, here.path, here.source)) if on_source else []
        there = (yield from self._entries(self.place, here.path, here.there)) if on_place else []
        if here.path and not (source or there) and not (on_source and on_place) and not self.filters.given:
            # An empty folder has no files that would stand for it.
            self._tell(here.path, Mismatch.MISSING if on_source else Mismatch.EXTRA, here.source, here.there)
        wanted = yield from self._wanted(here.path, source)
        names = {one.name for one in wanted}
        # What the filters leave out of the source is no business of this comparison at the place either.
        lacking = {one.name for one in there} - {one.name for one in source}
        extra = yield from self._extra(here.path, [one for one in there if one.name in lacking])
        facing = [one for one in there if one.name in names]
        taken = {one.name for one in facing}
        sized = yield from self._sized([*(one for one in wanted if one.name in taken), *facing])
        by_id = {one.id: one for one in sized}
        pairs = pair((by_id.get(one.id, one) for one in wanted), [*(by_id[one.id] for one in facing), *extra])
        self.same += pairs.same
        inner = [Folder((*here.path, one.name), one, two) for one, two in pairs.entered]
        for name, kind, mine, theirs in pairs.mismatches:
            path = (*here.path, name)
            if kind is Mismatch.TYPE and mine and theirs and not (yield from self._turned(path, mine)):
                if not (yield from self._extra(here.path, [theirs])):
                    continue
                kind, mine = Mismatch.EXTRA, None
            file = mine or theirs
            assert file is not None
            if kind is Mismatch.EXTRA and self.one_way:
                continue  # a second file of one name
            if kind in (Mismatch.MISSING, Mismatch.EXTRA) and file.is_folder and self._looks_into:
                inner.append(Folder(path, mine, theirs))
            else:
                self._tell(path, kind, mine, theirs)
        self.left += inner

    def _turned(self, path: Path, source: File) -> Flow[bool]:
        """Return whether what the source has in the place of something else is wanted: of a folder, any file in it."""
        left = [(path, source)] if source.is_folder and self.filters.given else []
        wanted = not left
        while left and not wanted:
            above, folder = left.pop()
            found = yield from self._wanted(above, (yield from self._entries(self.source, above, folder)))
            wanted = any(not one.is_folder for one in found)
            left += [((*above, one.name), one) for one in found if one.is_folder]
        return wanted

    def found(self) -> tuple[Compared, ...]:
        """Return what is not the same, in the order of the paths."""
        return tuple(sorted(self.mismatches, key=lambda one: (one.names, one.mismatch)))

    def _sized(self, files: Sequence[File]) -> Flow[list[File]]:
        return self.resolver.with_sizes(files)

    @property
    def _looks_into(self) -> bool:
        """Return whether folders that are on one side only are listed, and do not stand for what is in them."""
        return self.each_file or self.filters.given

    def _tell(self, path: Path, kind: Mismatch, source: File | None, there: File | None) -> None:
        self.mismatches.append(Compared("/".join(path), kind, source, there))

    def _entries(self, start: Location, path: Path, folder: File | None) -> Flow[list[File]]:
        """List a folder below one of the two places. Raises InputError if the other is in it."""
        entries = yield from self._listed(start, path, folder)
        other = self.source if start is self.place else self.place
        beginning = self.resolver.folder_id(other)
        if beginning is not None and any(one.id == beginning for one in entries):
            raise _within(self.source, self.place)
        return entries

    def _listed(self, start: Location, path: Path, folder: File | None) -> Flow[list[File]]:
        where = start.below(*path)
        if path:
            self.resolver.found[where] = folder
        entries = yield from self.resolver.contents(where, "_all")
        identity = self.resolver.folder_id(where)
        if start is self.place and identity is not None:
            self.folders[where] = identity
        return entries

    def _wanted(self, above: Path, entries: Sequence[File]) -> Flow[list[File]]:
        """Return the files of the source that are wanted, and the folders in which there may be some."""
        folders = [one for one in entries if one.is_folder and not self.filters.excludes((*above, one.name))]
        files = [one for one in entries if not one.is_folder and self.filters.wants((*above, one.name), filters.FILE)]
        named = {one.id for one in files}
        for one in entries:
            if one.id not in named:
                self.seen.see((*above, one.name), filters.FOLDER if one.is_folder else filters.FILE)
        if self.filters.by_contents:
            described = yield from self.resolver.with_description(files)
            files = [one for one in described if self.filters.describes(one.tags, one.metadata)]
            self.seen.undescribed((one for one in described if one not in files), self.filters)
        if self.filters.newer_than is not None:
            dated = yield from self.resolver.with_dates(files)
            self.undated += sum(one.changed_on is None for one in dated)
            files = [one for one in dated if self.filters.in_time(one.changed_on)]
            for one in dated:
                self.seen.outdated(one.changed_on)
        if files:
            self.seen.take()
        return [*folders, *files]

    def _extra(self, above: Path, files: Sequence[File]) -> Flow[list[File]]:
        """Return what counts of what the source lacks."""
        if self.one_way:
            return []
        folders = [one for one in files if one.is_folder and not self.filters.excludes((*above, one.name))]
        wanted = [one for one in files if not one.is_folder and self.filters.wants((*above, one.name), filters.FILE)]
        if self.filters.by_contents:
            wanted = yield from self.resolver.with_description(wanted)
            wanted = [one for one in wanted if self.filters.describes(one.tags, one.metadata)]
        return [*folders, *wanted]


def compare(
    policy: RequestPolicy,
    source: Location,
    place: Location,
    filters: Filters,
    *,
    each_file: bool = False,
    one_way: bool = False,
    to_be_made: bool | None = None,
    on_request: Callable[[int], object] | None = None,
) -> Flow[Comparison]:
    """Compare what is in two places, and all below. Nothing is changed.

    Folders that are on both sides are listed once on either, a request for each hundred entries, and no others unless
    it is asked for. Where lists do not tell sizes, those of files that are on both sides are asked for, a hundred for a
    request.

    Args:
        policy: how to send requests.
        source: the folder or project that the other is held against.
        place: the other.
        filters: which files count. What they leave out of the source does not count at the place either. By date
            nothing is extra: what the source lacks has none.
        each_file: whether each file in a folder that is on one side only is a mismatch, and not the folder.
        one_way: whether what is at the place only does not count.
        to_be_made: whether the place is to be made if it is missing; everything is missing there then. None where no
            place is made.
        on_request: called with the number of requests so far.

    Raises:
        InputError: one of the two is not there, is a file, or is the other or in it.
        ApiError, ConnectionFailed, UnreadableAnswer: see `sbg_bulk.api.request.request`.
    """
    counter = Counter(on_request)
    resolver = PathResolver(counter.counting(policy))
    yield from resolver.look_up([source, place])
    yield from resolver.check(source)
    resolver.folder(source)
    gap = resolver.missing(place)
    if gap is not None and to_be_made is False:
        raise no_folder(gap)
    if gap is not None and to_be_made:
        check_new_names(place, gap)
    if gap is None or not to_be_made:
        yield from resolver.check(place)
        resolver.folder(place)
    yield from check_apart(resolver, source, place)
    one_way = one_way or filters.newer_than is not None
    state = Comparing(resolver, source, place, filters, each_file, one_way)
    state.seen.sources.append(source)
    state.folders |= {here: found for here in place.lineage() if (found := resolver.folder_id(here)) is not None}
    yield from compare_all(state, Folder((), None, None), gap is None)
    return Comparison(
        source=source,
        place=place,
        mismatches=state.found(),
        same=state.same,
        folders=state.folders,
        undated=state.undated,
        requests=counter.requests,
        hint=state.seen.hint(filters),
    )


def compare_all(state: Comparing, start: Folder, on_place: bool) -> Flow[None]:
    """Compare two folders and all below. `on_place` is whether there is one at the place."""
    yield from state.folder(start, True, on_place)
    while state.left:
        here = state.left.pop()
        yield from state.folder(here, here.source is not None, here.there is not None)


def lacking(resolver: PathResolver, source: str, there: str) -> Flow[tuple[list[Compared], int]]:
    """Compare what is in a folder and below it with another, both by their ids.

    Returns:
        What of the source is not the same in the other, and how many files are.
    """
    state = Comparing(resolver, Location(folder=source), Location(folder=there), Filters(), False, True)
    yield from state.folder(Folder((), None, None), True, True)
    while state.left:
        yield from state.folder(state.left.pop(), True, True)
    return sorted(state.mismatches, key=lambda one: one.names), state.same


def check_apart(resolver: PathResolver, source: Location, place: Location) -> Flow[None]:
    """Raise InputError if two places that were looked up are the same, or one is within the other.

    Of a place that was given by its id, what it is in is read, a request for each folder.

    Raises:
        InputError: saying which.
    """
    above_source, above_place = (yield from _chain(resolver, source)), (yield from _chain(resolver, place))
    if above_source[0] == above_place[0]:
        raise InputError(f"{source} and {place} are the same place.")
    if above_source[0] in above_place or above_place[0] in above_source:
        raise _within(source, place)


def _within(source: Location, place: Location) -> InputError:
    return InputError(f"{source} and {place}: one is inside the other. Choose places that do not overlap.")


def _chain(resolver: PathResolver, place: Location) -> Flow[list[object]]:
    """Return what tells a place from others, and the same of all that it is in, upwards."""
    if place.project is not None:
        ways = [resolver.folder_id(here) or here for here in place.lineage()]
        return list(reversed(ways))
    chain: list[object] = []
    names = [resolver.folder_id(here) or here for here in reversed(place.lineage()[1:])]
    above: str | None = place.folder
    while above is not None and above not in chain:
        folder = yield from lookups.file(resolver.policy, above)
        if not chain and folder.type is not None and not folder.is_folder:
            raise InputError(f"{above} is a file ({folder.name}). Give a folder or a project.")
        if folder.parent is not None or folder.project is None:
            chain.append(above)
        else:
            # Paths know a project's root by the project.
            root = (yield from lookups.project(resolver.policy, folder.project)).root_folder
            chain += [Location(folder.project)] if root == above else [above, Location(folder.project)]
        above = folder.parent
    return [*names, *chain]


def measure(resolver: PathResolver, folder: File) -> Flow[Amount]:
    """Count the files in a folder and all below it, and their bytes."""
    amount, left = Amount(), [folder]
    while left:
        here = Location(folder=left.pop().id)
        entries = yield from resolver.contents(here, "_all")
        left += [one for one in entries if one.is_folder]
        amount += Amount.of(one.size for one in (yield from resolver.with_sizes(entries)) if not one.is_folder)
    return amount
