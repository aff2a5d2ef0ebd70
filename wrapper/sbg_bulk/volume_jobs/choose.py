"""Choose what to export to a volume, by paths, ids and filters: what is there already, and what would be refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from typing import Final

from attrs import evolve

from sbg_bulk.api import storage
from sbg_bulk.api.policy import Counter, RequestPolicy
from sbg_bulk.api.steps import Flow, record
from sbg_bulk.errors import InputError
from sbg_bulk.files.details import FileDetails
from sbg_bulk.files.filters import Filters
from sbg_bulk.files.paths import Location, is_path, path_of
from sbg_bulk.items import EXPORT_COPY, EXPORT_REPLACE, ExportItem
from sbg_bulk.models.resources import File
from sbg_bulk.models.storage import Volume
from sbg_bulk.runs.left_out import Chosen, Clash, Refused, Taken
from sbg_bulk.runs.task import asked
from sbg_bulk.text import counted, either
from sbg_bulk.transfers import choose as files
from sbg_bulk.volume_jobs.choice import OnTaken, VolumeChoice, VolumeChosen
from sbg_bulk.volume_jobs.keys import Keys
from sbg_bulk.volumes.places import VolumePlace, writable_place

SHOWN: Final = 5
"""How many names that are taken an error names."""

_MANY: Final = 1_000

_ALIAS: Final = "an alias: its contents are already on a volume"

PUBLIC: Final = "admin/sbg-public-data"
"""The project of the platforms' public files (https://docs.sevenbridges.com/reference/list-files-primary-method)."""


def choose_exports(
    policy: RequestPolicy,
    sources: Iterable[str],
    to: str,
    filters: Filters,
    *,
    recursive: bool = False,
    on_conflict: OnTaken = OnTaken.SKIP,
    on_request: Callable[[int], object] | None = None,
) -> Flow[VolumeChoice]:
    """Choose what to export to a place on a volume. Nothing is changed.

    What is in a folder goes below the place as it is below the folder. Which files are aliases the lists of folders
    tell, or else a request for each hundred files; what is on the volume a request for each hundred objects of the
    folders that files go to, or up to two for each file where that is less.

    Args:
        policy: how to send requests.
        sources: paths and ids of files. A path of a folder or project means what is in it.
        to: a place on a volume.
        filters: what is wanted.
        recursive: whether what is in subfolders is meant too.
        on_conflict: what is to be done with a file in whose place there is an object.
        on_request: called with the number of requests so far.

    Raises:
        InputError: a source is not there, the volume cannot be written to, or what is chosen does not go together.
        NotFound: there is no such volume.
        ApiError, ConnectionFailed, UnreadableAnswer: see `sbg_bulk.api.request.request`.
    """
    given = list(dict.fromkeys(sources))
    place = writable_place(to)
    counter = Counter(on_request)
    counting = counter.counting(policy)
    volume = yield from writable(counting, place.volume)
    chosen = yield from files.choose(counting, given, None, filters, recursive=recursive, flatten=True)
    details = FileDetails(counting)
    unknown = [one.id for one in chosen.items if (one.alias is None or one.size is None) and not one.is_folder]
    yield from details.load(unknown, singly=False)
    items = [_completed(one, details.known.get(one.id)) for one in chosen.items]
    named = [path_of(one) for one in given if is_path(one)]
    wanted, aliases, refused = _wanted(items, named, place)
    there = yield from _there(counting, [*wanted, *aliases])
    left, existing, unsized, taken = _left(wanted, there, on_conflict)
    done = yield from _exported_before(details, aliases, there)
    refused += [Refused(one.source, _ALIAS) for one in aliases if one.id not in done]
    if taken and on_conflict is OnTaken.FAIL:
        raise all_taken(taken)
    return VolumeChoice(
        (EXPORT_COPY, EXPORT_REPLACE),
        tuple(given),
        to,
        volume,
        tuple(left),
        subfolders=chosen.subfolders,
        existing=existing + len(done),
        unsized=unsized + sum(None in sizes for sizes in done.values()),
        different=tuple(taken),
        overwritten=sum(one.item.overwrite for one in left),
        refused=tuple(refused),
        undated=chosen.undated,
        filtered=chosen.filtered,
        hint=chosen.hint,
        requests=counter.requests,
        task=asked(given, to, filters, recursive=recursive),
    )


def writable(policy: RequestPolicy, volume_id: str) -> Flow[Volume]:
    """Read a volume that is to be written to.

    Raises:
        InputError: it cannot be written to.
        NotFound: there is no such volume, or it cannot be seen.
    """
    volume = yield from usable(policy, volume_id)
    if volume.read_only:
        raise InputError(
            f"Volume {volume_id} is read-only (RO). Choose another one, or attach its bucket with permission to write."
        )
    return volume


def usable(policy: RequestPolicy, volume_id: str) -> Flow[Volume]:
    """Read a volume that is to be used.

    Raises:
        InputError: it is not active.
        NotFound: there is no such volume, or it cannot be seen.
    """
    volume = yield from storage.volume(policy, volume_id)
    if volume.active is False:
        raise InputError(f"Volume {volume_id} is not active. Activate it on the platform.")
    return volume


def _completed(item: Chosen, read: File | None) -> Chosen:
    """Return the same with what was read of it, where a list did not tell."""
    if read is None:
        return item
    return evolve(
        item,
        alias=read.is_alias if item.alias is None else item.alias,
        size=read.size if item.size is None else item.size,
        project=read.project if item.project is None else item.project,
    )


def _wanted(
    items: Sequence[Chosen], named: Sequence[Location], place: VolumePlace
) -> tuple[list[VolumeChosen], list[VolumeChosen], list[Refused]]:
    """Return what is to be exported and where to; the same of aliases; and what else would be refused.

    Raises:
        InputError: two would become the same object.
    """
    wanted: list[VolumeChosen] = []
    aliases: list[VolumeChosen] = []
    refused: list[Refused] = []
    by_location: dict[str, VolumeChosen] = {}
    for one in items:
        location = place.prefix + "/".join(_below(one, named))
        reason = _refusal(one)
        try:
            item = None if reason else ExportItem(one.id, place.volume, location)
        except InputError as error:
            item, reason = None, str(error).rstrip(".")
        if item is None:
            refused.append(Refused(one.source, reason or ""))
            continue
        made = VolumeChosen(item, one.source, f"{place.volume}:{location}", one.size)
        if (other := by_location.setdefault(location, made)) is not made:
            raise InputError(
                f"{other.source} and {one.source} would both become {made.destination}. Export them in two runs, to "
                f"different prefixes, or leave one out with {either('--exclude', 'exclude')}."
            )
        (aliases if one.alias else wanted).append(made)
    return wanted, aliases, refused


def _below(item: Chosen, named: Sequence[Location]) -> tuple[str, ...]:
    """Return the names of a file below what was given as a source: its own alone, if it was named itself."""
    if item.place is None:
        return (item.name,)
    sources = [one for one in named if one != item.place and item.place.is_within(one)]
    deepest = max((len(one.names) for one in sources), default=len(item.place.names) - 1)
    return item.place.names[deepest:]


def refusal(item: Chosen) -> str | None:
    """Return why the platform would refuse to export something, as far as that is known; None if it is not."""
    return _refusal(item) or (_ALIAS if item.alias else None)


def _refusal(item: Chosen) -> str | None:
    """Return the same, but for an alias, which may be what was exported before."""
    if item.is_folder:
        return f"a folder; to export its contents, give its path with {either('--recursive', 'recursive=True')}"
    project = item.place.project if item.place is not None and item.place.project else item.project
    return "a public file" if project == PUBLIC else None


def _there(policy: RequestPolicy, items: Sequence[VolumeChosen]) -> Flow[dict[str, int | None]]:
    """Return which of the objects that these become there are, by their locations, with their sizes."""
    with closing((yield from record(Keys))) as keys:
        yield from record(lambda: [keys.add(one.item.volume, one.item.location) for one in items])
        yield from keys.look(policy)
        return (yield from record(lambda: {key.location: key.size for some in keys.found(_MANY) for key in some}))


def _exported_before(
    details: FileDetails, aliases: Sequence[VolumeChosen], there: Mapping[str, int | None]
) -> Flow[dict[str, tuple[int | None, int | None]]]:
    """Return which aliases are there already, by their ids, with their sizes and those of the objects in their places.

    Those of another size, or of one that is not told, are read: they are if they stand for these very objects.
    """
    known = {one.id: (one.size, there[one.item.location]) for one in aliases if one.item.location in there}
    same = {id_ for id_, (size, found) in known.items() if size == found is not None}
    yield from details.load([one.id for one in aliases if one.id in known and one.id not in same], singly=False)
    for one in aliases:
        file = details.known.get(one.id)
        if one.id in known and file is not None and file.is_alias_of(one.item.volume, one.item.location):
            same.add(one.id)
    return {id_: known[id_] for id_ in known if id_ in same}


def _left(
    wanted: Sequence[VolumeChosen], there: dict[str, int | None], on_conflict: OnTaken
) -> tuple[list[VolumeChosen], int, int, list[Taken]]:
    """Return what is left to be exported, how many are there already, of how many no size is told, and what differs."""
    left: list[VolumeChosen] = []
    existing, unsized, taken = 0, 0, list[Taken]()
    for one in wanted:
        if one.item.location not in there:
            left.append(one)
            continue
        found = there[one.item.location]
        same = None in (one.size, found) or one.size == found
        if on_conflict is OnTaken.OVERWRITE:
            left.append(evolve(one, item=evolve(one.item, overwrite=True)))
        elif on_conflict is OnTaken.FAIL or not same:
            taken.append(Taken(one.source, one.destination, one.size, found))
        else:
            existing += 1
            unsized += None in (one.size, found)
    return left, existing, unsized, taken


def all_taken(taken: Sequence[Clash | Taken], number: int | None = None) -> InputError:
    """Return the error that locations are taken on the volume.

    Args:
        taken: the first of them at least.
        number: how many there are; None if these are all.
    """
    number = len(taken) if number is None else number
    named = ", ".join(one.destination for one in taken[:SHOWN])
    more = f" and {number - SHOWN:,} more" if number > SHOWN else ""
    skip = either("--on-conflict skip", "on_conflict='skip'")
    overwrite = either("--on-conflict overwrite", "on_conflict='overwrite'")
    names = f"{counted(number, 'name')} {'exists' if number == 1 else 'exist'}"
    return InputError(
        f"{names} on the volume: {named}{more}. "
        f"Nothing was exported. Skip existing objects with {skip}, or replace them with {overwrite}."
    )
