"""Choose what to import from a volume, by places and filters, and look what has its names where it goes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Final

from attrs import define, field

from sbg_bulk.api.policy import Counter, RequestPolicy
from sbg_bulk.api.steps import Flow
from sbg_bulk.api.storage import ObjectPager
from sbg_bulk.errors import InputError
from sbg_bulk.files.filters import FILE, FOLDER, Filters
from sbg_bulk.files.hints import Seen
from sbg_bulk.files.paths import Location, place_of
from sbg_bulk.files.resolver import PathResolver, check_new_names, no_folder
from sbg_bulk.items import IMPORT, ImportItem
from sbg_bulk.models.storage import VolumeObject
from sbg_bulk.runs.left_out import Chosen, Refused, Taken
from sbg_bulk.runs.task import asked
from sbg_bulk.text import either
from sbg_bulk.transfers import choose as files
from sbg_bulk.transfers.choice import OnConflict, check
from sbg_bulk.transfers.conflicts import look
from sbg_bulk.volume_jobs.choice import OnTaken, VolumeChoice, VolumeChosen
from sbg_bulk.volume_jobs.choose import usable
from sbg_bulk.volumes.places import VolumePlace, volume_place

_LOOKS: Final = {OnTaken.RENAME: OnConflict.RENAME, OnTaken.FAIL: OnConflict.FAIL}
"""How to look at names that are taken. What is to be overwritten is found as what is to be skipped."""


@define
class _Objects:
    """The objects chosen so far, each with the folder that it goes to.

    Attributes:
        policy: how to send requests.
        filters: what is wanted.
        recursive: whether to enter folders.
        keep: whether to keep their structure.
        to: the destination.
        items: what was chosen; as its id each has its place on the volume.
    """

    policy: RequestPolicy
    filters: Filters
    recursive: bool
    keep: bool
    to: Location
    items: list[Chosen] = field(factory=list)
    locations: dict[str, tuple[str, str]] = field(factory=dict)
    refused: list[Refused] = field(factory=list)
    subfolders: int = 0
    undated: int = 0
    filtered: list[str] = field(factory=list)
    seen: Seen = field(factory=Seen)

    def choose(self, given: str, place: VolumePlace) -> Flow[None]:
        """Choose from one source: the object of that key, or what is in the folder."""
        if place.prefix and not place.prefix.endswith("/"):
            # Nothing that begins with a key comes before it.
            found = yield from ObjectPager(self.policy, place.volume, place.prefix, details=True).next()
            one = next((one for one in found or () if one.location == place.prefix and not one.is_folder), None)
            if one is not None:
                path = (one.location.rpartition("/")[2],)
                if self.filters.wants(path, FILE):
                    self._take(place, one, path)
                else:
                    self.filtered.append(given)
                return
        yield from self._walk(given, place.folder)

    def _walk(self, given: str, place: VolumePlace) -> Flow[None]:
        """Choose from what is in a folder."""
        left, nothing = [place.prefix], True
        while left:
            prefix = left.pop()
            pager = ObjectPager(self.policy, place.volume, prefix, details=True)
            inner: list[str] = []
            while (page := (yield from pager.next())) is not None:
                nothing = nothing and not page
                for entry in page:
                    path = tuple(entry.location.removeprefix(place.prefix).strip("/").split("/"))
                    if entry.is_folder:
                        inner += self._inner(entry, path, prefix)
                    elif entry.location.endswith("/"):
                        continue  # it marks a folder, and has no contents
                    elif self.filters.wants(path, FILE):
                        self._take(place, entry, path)
                    else:
                        self.seen.see(path, FILE)
            left += reversed(inner)
        if nothing and place.prefix:
            raise InputError(f"There is nothing at {given}. Upper and lower case differ.")

    def _inner(self, entry: VolumeObject, path: tuple[str, ...], prefix: str) -> Iterator[str]:
        self.seen.see(path, FOLDER)
        if not self.recursive:
            self.subfolders += not self.filters.excludes(path)
        elif not self.filters.excludes(path) and entry.location.startswith(prefix) and entry.location != prefix:
            # Whatever a server shows, each level is deeper than the one before.
            yield entry.location

    def _take(self, place: VolumePlace, entry: VolumeObject, path: tuple[str, ...]) -> None:
        """Choose an object, unless it is too old, or cannot be imported."""
        if not self.filters.in_time(entry.modified_on):
            self.undated += entry.modified_on is None
            self.seen.outdated(entry.modified_on)
            return
        self.seen.take()
        source = f"{place.volume}:{entry.location}"
        try:
            ImportItem(place.volume, entry.location, parent="unknown")
        except InputError as error:
            self.refused.append(Refused(source, str(error).rstrip(".")))
            return
        to = self.to.below(*path[:-1]) if self.keep else self.to
        self.locations[source] = place.volume, entry.location
        self.items.append(Chosen(source, path[-1], False, entry.size, None, None, to))


def choose_imports(
    policy: RequestPolicy,
    sources: Sequence[str],
    to: str,
    filters: Filters,
    *,
    recursive: bool = False,
    preserve_structure: bool = False,
    parents: bool = False,
    on_conflict: OnTaken = OnTaken.SKIP,
    on_request: Callable[[int], object] | None = None,
) -> Flow[VolumeChoice]:
    """Choose what to import from a volume into a folder or project. Nothing is changed.

    Takes a request for each hundred entries of each folder of the volume; what has the names at the destination is
    found as for copies.

    Args:
        policy: how to send requests.
        sources: places on one volume: an object, or a folder, which means what is in it.
        to: the destination, a path or a folder's id.
        filters: what is wanted, by the path below the source.
        recursive: whether what is in subfolders is meant too.
        preserve_structure: whether these folders are made at the destination; without it all files go into one.
        parents: whether the destination is to be made if it is missing. Without it that is an error.
        on_conflict: what is to be done with an object whose name is taken where it goes.
        on_request: called with the number of requests so far.

    Raises:
        InputError: there is nothing at a source, or no destination, or what is chosen does not go together.
        NotFound: there is no such volume.
        ApiError, ConnectionFailed, UnreadableAnswer: see `sbg_bulk.api.request.request`.
    """
    given = list(dict.fromkeys(sources))
    if not given:
        raise InputError("Give at least one place on a volume.")
    places = {one: volume_place(one) for one in given}
    volumes = sorted({place.volume for place in places.values()})
    if len(volumes) > 1:
        raise InputError(f"{volumes[0]} and {volumes[1]} are two volumes. Import from one at a time.")
    counter = Counter(on_request)
    resolver = PathResolver(counter.counting(policy))
    volume = yield from usable(resolver.policy, volumes[0])
    target = place_of(to)
    yield from resolver.look_up([target])
    if (gap := resolver.missing(target)) is not None:
        if not parents:
            raise no_folder(gap)
        check_new_names(target, gap)
    chosen = _Objects(resolver.policy, filters, recursive, preserve_structure, target)
    for one, place in places.items():
        yield from chosen.choose(one, place)
    selection = files.Selection(resolver, filters, recursive, not preserve_structure, target, chosen.items)
    ids = yield from files.look_where_things_go(selection, target)
    _check_names(chosen.items, on_conflict)
    check(chosen.items, ids, renames=on_conflict is OnTaken.RENAME)
    found = yield from look(resolver, chosen.items, _LOOKS.get(on_conflict, OnConflict.SKIP))
    # A folder is never replaced.
    replaced = [one for one in found.clashes if on_conflict is OnTaken.OVERWRITE and not one.there.is_folder]
    left = [*found.left, *(one.item for one in replaced)]
    missing = files.missing_folders(resolver, left)
    used = [*(one.to for one in left if one.to is not None), *(folder.parent for folder in missing)]
    known = {place: there for place in used if (there := resolver.folder_id(place)) is not None}
    over = {one.item.id for one in replaced}
    items = list(_items(chosen.locations, left, over, missing, known, renames=on_conflict is OnTaken.RENAME))
    different = [one for one in found.clashes if one.item.id not in over]
    return VolumeChoice(
        (IMPORT,),
        tuple(given),
        str(target),
        volume,
        tuple(items),
        subfolders=chosen.subfolders,
        existing=found.existing,
        unsized=found.unsized,
        different=tuple(Taken(c.item.source, c.item.destination, c.item.size, c.there.size) for c in different),
        overwritten=sum(one.item.overwrite for one in items),
        renamed=found.renamed,
        refused=tuple(chosen.refused),
        undated=chosen.undated,
        filtered=tuple(chosen.filtered),
        hint=chosen.seen.hint(filters),
        requests=counter.requests,
        task=asked(given, to, filters, recursive=recursive, flatten=not preserve_structure),
        folders=tuple(missing),
        places=known,
    )


def _items(
    locations: Mapping[str, tuple[str, str]],
    left: Sequence[Chosen],
    replaced: Collection[str],
    missing: Sequence[Location],
    known: Mapping[Location, str],
    *,
    renames: bool,
) -> Iterator[VolumeChosen]:
    """Produce what is to be imported, each with the folder that it goes to."""
    numbers = {folder: number for number, folder in enumerate(missing)}
    for one in left:
        assert one.to is not None
        parent = known.get(one.to) or one.to.folder
        item = ImportItem(
            *locations[one.id],
            parent=parent,
            # What goes to a folder that is to be made is placed there when it is.
            project=one.to.project if parent is None else None,
            overwrite=one.id in replaced,
            autorename=renames,
        )
        yield VolumeChosen(item, one.id, one.destination, one.size, numbers.get(one.to))


def _check_names(items: Sequence[Chosen], on_conflict: OnTaken) -> None:
    """Raise InputError if two objects would have the same name in one place."""
    if on_conflict is OnTaken.RENAME:
        return
    taken: dict[tuple[Location | None, str], Chosen] = {}
    for one in items:
        other = taken.setdefault((one.to, one.name), one)
        if other is not one and other.id != one.id:
            raise InputError(
                f"{other.source} and {one.source} would both become {one.destination}. Keep their folders with "
                f"{either('--preserve-structure', 'preserve_structure=True')}, or rename the second with "
                f"{either('--on-conflict rename', 'on_conflict=' + repr('rename'))}."
            )
