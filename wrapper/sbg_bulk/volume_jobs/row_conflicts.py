"""Find out what is there already where the rows of a manifest of exports or imports go, before any of them is sent.

What has a row's place is looked for as for what was chosen by paths: each folder is listed once, or asked for what is
wanted, and files are read a hundred for a request. A row that says itself what is to be done then, `overwrite` or
`autorename`, is not looked for; one of which nothing can be read stays: the service says what is wrong with it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from functools import partial
from typing import Any, Final

from attrs import define, field, frozen

from sbg_bulk.api.policy import Counter, RequestPolicy
from sbg_bulk.api.steps import Flow, record
from sbg_bulk.errors import Forbidden, NotFound
from sbg_bulk.files.details import FileDetails
from sbg_bulk.files.paths import Location
from sbg_bulk.files.resolver import PathResolver
from sbg_bulk.metadata.items import MetadataItem
from sbg_bulk.models.resources import File
from sbg_bulk.runs.draft import Draft, raise_problems
from sbg_bulk.runs.draft_rows import Going
from sbg_bulk.runs.left_out import Chosen, Clash, Conflicts, Taken
from sbg_bulk.runs.problems import ManifestError, Problem
from sbg_bulk.transfers.conflicts import remedy, taken
from sbg_bulk.volume_jobs.choice import OnTaken
from sbg_bulk.volume_jobs.choose import all_taken
from sbg_bulk.volume_jobs.described import IMPORTED, metadata_in
from sbg_bulk.volume_jobs.keys import Key, Keys
from sbg_bulk.volumes.compare import same_as_on_volume
from sbg_bulk.volumes.places import VolumePlace

BATCH: Final = 5_000
"""Rows that are held in memory together."""

SHOWN: Final = ManifestError.SHOWN
"""How many of the things that differ are kept; the rest is counted."""


@define
class _Problems:
    """Rows that would become the same: the first of them, and how many there are."""

    first: list[Problem] = field(factory=list)
    count: int = 0

    def say(self, row: Going, name: str, earlier: int | None) -> bool:
        """Note that a row would become what an earlier one becomes, if there is one; return whether there is."""
        if earlier is not None:
            self.count += 1
            self.first += [Problem(row.number, None, f"it would become {name!r} in the same place as row {earlier}")]
            del self.first[SHOWN:]
        return earlier is not None


def look_at_exports(
    policy: RequestPolicy,
    draft: Draft,
    on_conflict: OnTaken,
    on_request: Callable[[int], object] | None = None,
) -> Flow[Conflicts]:
    """Find which rows of a draft of an export have an object in their place, and leave out what is not to be done.

    Args:
        policy: how to send requests.
        draft: a run that is not begun.
        on_conflict: what is to be done with a file in whose place there is an object.
        on_request: called with the number of requests so far.

    Raises:
        ManifestError: two rows would become the same object.
        InputError: there is an object, and nothing is to be done then.
        ApiError, ConnectionFailed, UnreadableAnswer, PagingError: see `sbg_bulk.api.request.request`.
    """
    counter, found, problems = Counter(on_request), Conflicts(), _Problems()
    counting = counter.counting(policy)
    details = FileDetails(counting)
    with closing((yield from record(Keys))) as keys:
        batches = draft.by_destination(BATCH)
        while (rows := (yield from record(lambda: next(batches, None)))) is not None:
            yield from record(partial(_add_exports, keys, rows, problems))
        raise_problems(problems.first, problems.count)
        yield from keys.look(counting)
        there = keys.found(BATCH)
        while (some := (yield from record(lambda: next(there, None)))) is not None:
            details = details.emptied()
            yield from details.load(key.about[1] for key in some)
            yield from record(partial(_weigh_exports, draft, some, details.known, on_conflict, found))
    if on_conflict is OnTaken.FAIL and found.differing:
        raise all_taken(found.different, found.differing)
    yield from record(draft.settle)
    found.requests = counter.requests
    return found


def _add_exports(keys: Keys, rows: Sequence[Going], problems: _Problems) -> None:
    """Note the objects that rows become."""
    for row in rows:
        said = json.loads(row.item or "{}")
        if not said.get("overwrite"):
            earlier = keys.add(said["volume"], said["location"], row.number, (row.place, row.file))
            problems.say(row, said["location"], earlier)


def _weigh_exports(
    draft: Draft, keys: Sequence[Key], files: Mapping[str, File | None], on_conflict: OnTaken, found: Conflicts
) -> None:
    """Decide what to do with rows in whose place there is an object."""
    for key in keys:
        place, identity = key.about
        file = files.get(identity)
        if file is None or file.is_folder:
            continue
        same = None in (file.size, key.size) or file.size == key.size
        if file.is_alias:
            # It was exported before, perhaps, and cannot be again.
            if not file.is_alias_of(key.volume, key.location) and (file.size is None or file.size != key.size):
                continue
            same = True
        elif on_conflict is OnTaken.OVERWRITE:
            found.overwritten += 1
            draft.change(place, {"overwrite": True})
            continue
        if not same or (on_conflict is OnTaken.FAIL and not file.is_alias):
            found.differs(Taken(identity, f"{key.volume}:{key.location}", file.size, key.size), SHOWN)
        else:
            found.existing += 1
            found.unsized += None in (file.size, key.size)
        draft.leave_out(place)


@frozen
class _Import:
    """A row of an import, and what has its name where it goes.

    Attributes:
        place: the row's place in the journal.
        item: what it is to become; as its id it has its place on the volume.
        metadata: what the file is to have.
        there: the files and folders of its name, each as its id, whether it is a folder, its size, and whether it lacks
            any of the metadata, as far as these are known.
    """

    place: int
    item: Chosen
    metadata: Mapping[str, str]
    there: Sequence[tuple[str, bool, int | None, bool | None]]

    def as_json(self) -> list[Any]:
        to = self.item.to or Location()
        return [self.place, self.item.id, self.item.name, to.project, to.folder, dict(self.metadata), list(self.there)]

    @classmethod
    def of(cls, key: Key) -> _Import:
        place, source, name, project, folder, metadata, there = key.about
        item = Chosen(source, name, False, key.size, None, None, Location(project=project, folder=folder))
        return cls(place, item, metadata, there)


def look_at_imports(
    policy: RequestPolicy,
    draft: Draft,
    on_conflict: OnTaken,
    on_request: Callable[[int], object] | None = None,
) -> Flow[Conflicts]:
    """Find which rows of a draft of an import have their name taken, and leave out what is not to be done.

    What is to be done with a file that is there already, but lacks metadata that its row gives it, is to set that. A
    folder is there already if all its files are. One whose structure is not kept is not looked for.

    Args:
        policy: how to send requests.
        draft: a run that is not begun.
        on_conflict: what is to be done with an object whose name is taken where it goes.
        on_request: called with the number of requests so far.

    Raises:
        ManifestError: two rows would become the same name in one place, and are not to be renamed.
        InputError: a name is taken, and nothing is to be done then.
        ApiError, ConnectionFailed, UnreadableAnswer, PagingError: see `sbg_bulk.api.request.request`.
    """
    counter, found, problems = Counter(on_request), Conflicts(), _Problems()
    resolver = PathResolver(counter.counting(policy))
    details = FileDetails(resolver.policy)
    with closing((yield from record(Keys))) as keys:
        batches = draft.by_destination(BATCH)
        while (rows := (yield from record(lambda: next(batches, None)))) is not None:
            by_target = yield from record(partial(_wanted_imports, draft, rows, on_conflict, problems))
            for target, wanted in () if problems.count else by_target.items():
                named = yield from _in_the_way(resolver, target, wanted)
                if on_conflict is OnTaken.RENAME:
                    found.renamed += len(named)
                    continue
                for one in named:
                    if one.item.is_folder:
                        yield from _weigh_folder(resolver, draft, one, found)
                    else:
                        yield from record(partial(_add_import, draft, keys, one, found))
        raise_problems(problems.first, problems.count)
        yield from keys.look(resolver.policy)
        there = keys.found(BATCH)
        while (some := (yield from record(lambda: next(there, None)))) is not None:
            imports = [_Import.of(key) for key in some]
            details = details.emptied()
            yield from details.load(_untold(imports))
            yield from record(partial(_weigh_imports, draft, imports, details.known, on_conflict, found))
    existing = found.existing + found.described
    if on_conflict is OnTaken.FAIL and (existing or found.differing):
        raise taken(existing, found.different, remedy(), found.differing)
    yield from record(draft.settle)
    found.requests = counter.requests
    return found


def _wanted_imports(
    draft: Draft, rows: Sequence[Going], on_conflict: OnTaken, problems: _Problems
) -> dict[Location, list[_Import]]:
    """Return what rows become, by the folder or project that it goes to; without what goes to a folder that is not
    there yet."""
    by_target: dict[Location, list[_Import]] = {}
    for row in rows:
        said = json.loads(row.item or "{}")
        if said.get("overwrite") or said.get("autorename") or IMPORTED in said:
            continue
        if said.get("preserve_folder_structure") is False:
            continue
        location = said["location"]
        name = row.name or location.rstrip("/").rpartition("/")[2]
        if on_conflict is OnTaken.RENAME:
            draft.change(row.place, {"autorename": True})
        elif problems.say(row, name, draft.claim(row, name)):
            continue
        if row.folder is None:
            to = Location(project=row.project, folder=row.parent)
            item = Chosen(row.file, name, location.endswith("/"), None, None, None, to)
            by_target.setdefault(to, []).append(_Import(row.place, item, metadata_in(said), ()))
    return by_target


def _in_the_way(resolver: PathResolver, target: Location, wanted: Sequence[_Import]) -> Flow[list[_Import]]:
    """Return those of which the name is taken in a folder or project, with what has it."""
    try:
        named = yield from resolver.among(target, {one.item.name for one in wanted})
    except (NotFound, Forbidden):
        return []  # the service says of each row what is wrong
    return [
        _Import(one.place, one.item, one.metadata, [_told(file, one.metadata) for file in named[one.item.name]])
        for one in wanted
        if one.item.name in named
    ]


def _told(file: File, metadata: Mapping[str, str]) -> tuple[str, bool, int | None, bool | None]:
    lacks = None if file.metadata is None else bool(MetadataItem(file.id, metadata).differences(file))
    return file.id, file.is_folder, file.size, lacks if metadata else False


def _weigh_folder(resolver: PathResolver, draft: Draft, one: _Import, found: Conflicts) -> Flow[None]:
    """Decide what to do with a folder whose name is taken: its files are compared with those that are there."""
    volume, location = one.item.id.split(":", 1)
    source = VolumePlace(volume, "" if location == "/" else location)
    folders = [identity for identity, is_folder, *_ in one.there if is_folder]
    same = (yield from same_as_on_volume(resolver, source, folders[0])) if folders else None
    yield from record(partial(draft.leave_out, one.place))
    if same is None:
        found.differs(_clash(one), SHOWN)
    else:
        found.existing += max(1, same[0])
        found.unsized += same[1]


def _add_import(draft: Draft, keys: Keys, one: _Import, found: Conflicts) -> None:
    """Note an object whose name is taken, to be compared with the files that have it; if a folder has, it differs."""
    if all(is_folder for _, is_folder, *_ in one.there):
        draft.leave_out(one.place)
        found.differs(_clash(one), SHOWN)
    else:
        volume, location = one.item.id.split(":", 1)
        keys.add(volume, location, about=one.as_json())


def _clash(one: _Import, size: int | None = None) -> Clash:
    identity, is_folder, *_ = next((file for file in one.there if file[1] == one.item.is_folder), one.there[0])
    return Clash(one.item, File(identity, one.item.name, "folder" if is_folder else "file", size=size))


def _untold(imports: Iterable[_Import]) -> list[str]:
    """Return the ids of the files of which it is not known what counts."""
    return [
        identity
        for one in imports
        for identity, is_folder, size, lacks in one.there
        if not is_folder and (size is None or lacks is None)
    ]


def _weigh_imports(
    draft: Draft,
    imports: Sequence[_Import],
    known: Mapping[str, File | None],
    on_conflict: OnTaken,
    found: Conflicts,
) -> None:
    """Decide what to do with objects whose names are taken by files."""
    for one in imports:
        files = [
            (identity, size, lacks) if (read := known.get(identity)) is None else _of_file(read, one.metadata)
            for identity, is_folder, size, lacks in one.there
            if not is_folder
        ]
        sizes = [size for _, size, _ in files]
        same = next((file for file in files if file[1] == one.item.size is not None), None)
        if same is not None and same[2] is not False:
            found.described += 1
            draft.change(one.place, {IMPORTED: same[0]})
            continue
        if same is not None or one.item.size is None or None in sizes:
            found.existing += 1
            found.unsized += same is None
        elif on_conflict is OnTaken.OVERWRITE:
            found.overwritten += 1
            draft.change(one.place, {"overwrite": True})
            continue
        else:
            found.differs(_clash(one, sizes[0]), SHOWN)
        draft.leave_out(one.place)


def _of_file(file: File, metadata: Mapping[str, str]) -> tuple[str, int | None, bool | None]:
    identity, _, size, lacks = _told(file, metadata)
    return identity, size, lacks
