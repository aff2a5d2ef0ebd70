"""Choose what to copy, move or delete, by paths, ids and filters; and make the folders that it goes to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from functools import partial

from attrs import define, evolve, field

from sbg_bulk.api import lookups
from sbg_bulk.api.pages import ALL_FIELDS
from sbg_bulk.api.policy import Counter, RequestPolicy
from sbg_bulk.api.steps import Flow, record
from sbg_bulk.errors import InputError
from sbg_bulk.files import filters
from sbg_bulk.files.filters import Filters
from sbg_bulk.files.hints import Seen
from sbg_bulk.files.paths import Location, is_path, path_of, place_of
from sbg_bulk.files.resolver import PathResolver, check_new_names, file_as_destination, no_folder
from sbg_bulk.items import COPY, DELETE, MOVE
from sbg_bulk.limits import BULK_LIMIT
from sbg_bulk.models.resources import File
from sbg_bulk.runs.left_out import Chosen, Conflicts, Pending
from sbg_bulk.runs.task import asked
from sbg_bulk.text import either
from sbg_bulk.transfers.choice import Choice, OnConflict, check
from sbg_bulk.transfers.claims import Claims
from sbg_bulk.transfers.conflicts import look, under_way


@define
class Selection:
    """The things chosen so far, and the means to choose more."""

    resolver: PathResolver
    filters: Filters
    recursive: bool
    flatten: bool
    to: Location | None
    items: list[Chosen] = field(factory=list)
    subfolders: int = 0
    undated: int = 0
    filtered: list[str] = field(factory=list)
    seen: Seen = field(factory=Seen)

    def take(self, entry: File, place: Location | None, *folders: str) -> Flow[None]:
        """Choose an entry, to be put into these folders below the destination, unless it is too old."""
        changed, size, alias = entry.changed_on, entry.size, entry.is_alias
        if self.filters.newer_than is not None and changed is None:
            details = yield from lookups.file(self.resolver.policy, entry.id)
            changed, size, alias = details.changed_on, details.size, details.is_alias
            self.undated += changed is None
        if not self.filters.in_time(changed):
            self.seen.outdated(changed)
        else:
            self.seen.take()
            to = None if self.to is None else self.to.below(*(() if self.flatten else folders))
            self.items.append(
                Chosen(entry.id, entry.name, entry.is_folder, size, entry.parent, place, to, alias, entry.project)
            )

    def walk(self, source: Location) -> Flow[None]:
        """Choose from what is in a folder or project."""
        left = [source]
        self.seen.sources.append(source)
        while left:
            folder = left.pop()
            below = folder.names[len(source.names) :]
            entries = yield from self._entries(folder)
            inner = []
            for entry in entries:
                path, place = (*below, entry.name), folder.below(entry.name)
                if not entry.is_folder:
                    if self.filters.wants(path, filters.FILE):
                        yield from self.take(entry, place, *below)
                    else:
                        self.seen.see(path, filters.FILE)
                    continue
                if self._is_whole(path):
                    yield from self.take(entry, place, *below)
                    continue
                self.seen.see(path, filters.FOLDER)
                if not self.recursive:
                    self.subfolders += self.filters.type is None and not self.filters.excludes(path)
                elif not self.filters.excludes(path):
                    self.resolver.found[place] = entry
                    self._check_not_the_destination(place)
                    inner.append(place)
            left += reversed(inner)

    def hint(self) -> Flow[str]:
        """Return what may have been meant if nothing matched; empty otherwise.

        Of tags and metadata the service shows only what has them: then a page of the first folder with files is read
        without, if that is at most two levels down.
        """
        if self.filters.by_contents and not self.seen.matched and self.seen.sources:
            self.seen.partial = self.seen.full = True
            source = place = self.seen.sources[0]
            for _ in range(3 if self.recursive else 1):
                files, folder = yield from self.resolver.some(place)
                below = place.names[len(source.names) :]
                fit = [one for one in files if self.filters.wants((*below, one.name), filters.FILE)]
                self.seen.undescribed(fit, self.filters)
                if files or folder is None:
                    break
                place = folder
        return self.seen.hint(self.filters)

    def described(self, entry: File) -> Flow[bool]:
        """Return whether something that was named has the tags and the metadata that are wanted."""
        if not self.filters.by_contents:
            return True
        if entry.is_folder:
            return False
        [entry] = yield from self.resolver.with_description([entry])
        return self.filters.describes(entry.tags, entry.metadata)

    def _entries(self, folder: Location) -> Flow[list[File]]:
        """List what is in a folder: of the files those whose tags and metadata are wanted, and the folders."""
        if not self.filters.by_contents:
            return (yield from self.resolver.contents(folder, ALL_FIELDS))
        files = yield from self.resolver.described(folder, self.filters.tags, self.filters.metadata)
        fit = [entry for entry in files if self.filters.describes(entry.tags, entry.metadata)]
        if not self.recursive:
            return fit
        return fit + [entry for entry in (yield from self.resolver.contents(folder)) if entry.is_folder]

    def _is_whole(self, path: Sequence[str]) -> bool:
        """Return whether a folder is to be taken with all its contents."""
        if self.filters.type == filters.FOLDER:
            return self.filters.wants(path, filters.FOLDER)
        return self.recursive and not self.flatten and not self.filters.given

    def _check_not_the_destination(self, place: Location) -> None:
        if self.to is not None and (place == self.to or self.resolver.folder_id(place) == self.to.folder):
            leave_out = either(f"--exclude {place.name!r}", f"exclude=[{place.name!r}]")
            raise InputError(
                f"The destination {self.to} is inside the source. Exclude it with {leave_out}, or choose "
                "another destination."
            )


def choose(
    policy: RequestPolicy,
    sources: Iterable[str],
    to: str | None,
    filters: Filters,
    *,
    recursive: bool = False,
    parents: bool = False,
    flatten: bool = False,
    on_conflict: OnConflict = OnConflict.SKIP,
    whole: bool = False,
    moves: bool = False,
    endpoint: str | None = None,
    on_request: Callable[[int], object] | None = None,
) -> Flow[Choice]:
    """Choose what to copy or move to a place, or to delete. Nothing is changed.

    Args:
        policy: how to send requests.
        sources: paths and ids. A path of a folder or project means what is in it; a path of a file, and an id, the
            thing itself.
        to: the destination, a path or a folder's id; None to delete.
        filters: what is wanted.
        recursive: whether what is in subfolders is meant too. Without filters each of them is one item, unless it is
            there already: then what is in it is looked at.
        parents: whether the destination is to be made if it is missing. Without it that is an error.
        flatten: whether all files are put into the destination itself, without the folders that they are in.
        on_conflict: what is to be done with a file whose name is taken where it goes.
        whole: whether the path of a folder means the folder itself.
        moves: whether what goes to a destination is to be moved.
        endpoint: the platform whose unfinished runs keep what they are still going to do, and whose earlier runs may
            spare the listing of destinations; None if none does.
        on_request: called with the number of requests so far.

    Raises:
        InputError: a source or the destination is not there, or what is chosen does not go together.
        ApiError, ConnectionFailed, UnreadableAnswer: see `sbg_bulk.api.request.request`.
    """
    counter = Counter(on_request)
    resolver = PathResolver(counter.counting(policy))
    given = list(dict.fromkeys(sources))
    if not given:
        raise InputError("Give at least one path or id.")
    target = None if to is None else place_of(to)
    paths = {one: path_of(one) for one in given if is_path(one)}
    yield from resolver.look_up([*paths.values(), *([] if target is None else [target])])
    for path in paths.values():
        if path.names:
            yield from resolver.check(path)
    selection = Selection(resolver, filters, recursive, flatten, target)
    read = yield from resolver.read(one for one in given if one not in paths)
    for one in given:
        yield from _choose_from(selection, one, paths.get(one), read.get(one), whole)
    hint = yield from selection.hint()
    items, found = selection.items, Conflicts()
    if target is None:
        check(items, {})
    else:
        ids = yield from look_where_things_go(selection, target)
        if (gap := resolver.missing(target)) is not None:
            if not parents:
                raise no_folder(gap)
            check_new_names(target, gap)
        check(items, ids, renames=on_conflict is OnConflict.RENAME)
        found = yield from look(resolver, items, on_conflict, endpoint)
        items = found.left
    job_type = DELETE if target is None else MOVE if moves else COPY
    with closing((yield from record(partial(Claims.of, endpoint)))) as claimed:
        items = yield from claimed.left(resolver, items, job_type)
        pending = yield from record(partial(claimed.found, job_type))
    if pending and on_conflict is OnConflict.FAIL:
        raise under_way(pending)
    items = yield from _sized(resolver, items)
    missing = missing_folders(resolver, items)
    # To make a folder takes the id of the one that it is in.
    used = [*_targets(items), *(folder.parent for folder in missing)]
    return Choice(
        sources=tuple(given),
        to=target,
        items=tuple(items),
        places={place: there for place in used if (there := resolver.folder_id(place)) is not None},
        folders=tuple(missing),
        subfolders=selection.subfolders,
        existing=found.existing,
        unsized=found.unsized,
        different=tuple(found.clashes),
        renamed=found.renamed,
        pending=pending,
        undated=selection.undated,
        filtered=tuple(selection.filtered),
        hint=hint,
        requests=counter.requests,
        task=asked(given, to, filters, recursive=recursive, flatten=flatten),
        movable=moves or endpoint is None,
    )


def claimed(policy: RequestPolicy, choice: Choice, job_type: str, endpoint: str) -> Flow[tuple[Pending, ...]]:
    """Return what unfinished runs on a platform still need of a choice, if such jobs are to be made of it."""
    resolver = PathResolver(policy)
    with closing((yield from record(partial(Claims.of, endpoint)))) as claims:
        yield from claims.left(resolver, choice.items, job_type)
        return (yield from record(partial(claims.found, job_type)))


def _choose_from(selection: Selection, given: str, path: Location | None, read: File | None, whole: bool) -> Flow[None]:
    """Choose from one source: what a path names, or what was read by its id."""
    if path is None:
        if read is None:
            # Asked for by itself, it says what is wrong with it.
            read = yield from lookups.file(selection.resolver.policy, given)
        entry, place = read, None
    elif not path.names or (selection.resolver.existing(path).is_folder and not whole):
        if whole:
            raise InputError(f"{path} is a project: its contents can be selected, but not the project itself.")
        yield from selection.walk(path)
        return
    else:
        entry, place = selection.resolver.existing(path), path
    if entry.is_folder and selection.filters.given and selection.filters.type != filters.FOLDER:
        by_path = either("Write its path, without --dir,", "Give its path, without whole=True,")
        raise InputError(
            f"{given} means the folder {entry.name!r} itself, with all its contents: filters would not apply "
            f"inside it. {by_path} to select from its contents."
        )
    fits = selection.filters.wants((entry.name,), filters.FOLDER if entry.is_folder else filters.FILE)
    if fits and (yield from selection.described(entry)):
        yield from selection.take(entry, place)
    else:
        selection.filtered.append(given)


def look_where_things_go(selection: Selection, target: Location) -> Flow[dict[Location, str]]:
    """Find the folders that things go to. Return the ids of those that are there."""
    resolver = selection.resolver
    missing = resolver.missing(target)
    if missing is None and not resolver.is_there(target):
        raise file_as_destination(target)
    targets = _targets(selection.items)
    yield from resolver.look_up(targets)
    on_the_way = [place for target in targets for place in target.lineage()]
    ids = {place: found for place in on_the_way if (found := resolver.folder_id(place)) is not None}
    if target.project is not None and not target.names:
        project = yield from lookups.project(resolver.policy, target.project)
        if project.permissions.get("write") is False:
            raise InputError(f"You do not have permission to write to {target}. Ask an administrator of the project.")
        if project.root_folder is not None:
            ids[target] = project.root_folder
    return ids


def _sized(resolver: PathResolver, items: list[Chosen]) -> Flow[list[Chosen]]:
    """Return the same things, a few files of unknown size with theirs: as many as one request tells, to be shown."""
    unknown = [item.id for item in items if item.size is None and not item.is_folder]
    if not 0 < len(unknown) <= BULK_LIMIT:
        return items
    sizes = yield from resolver.sizes(unknown)
    return [evolve(item, size=sizes[item.id]) if item.id in sizes else item for item in items]


def _targets(items: Iterable[Chosen]) -> list[Location]:
    """Return the folders that things go to, each once."""
    return list(dict.fromkeys(item.to for item in items if item.to is not None))


def missing_folders(resolver: PathResolver, items: Iterable[Chosen]) -> list[Location]:
    """Return the folders that things go to and that are not there, parents first."""
    missing: dict[Location, None] = {}
    for target in _targets(items):
        first = resolver.missing(target)
        if first is None:
            if not resolver.is_there(target):
                raise file_as_destination(target)
            continue
        missing.update(dict.fromkeys(target.lineage()[len(first.names) :]))
    return list(missing)
