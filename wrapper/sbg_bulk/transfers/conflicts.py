"""Find out which names are taken where things go, and enter the folders that are there already.

Each folder that something goes to is listed once, or asked for the names, whichever takes fewer requests; unless it is
proved that all of it is there (`sbg_bulk.transfers.copies`). Of a folder that was chosen whole and is there already,
what is in it is chosen in its place, level by level.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from attrs import evolve, frozen

from sbg_bulk.api.pages import ALL_FIELDS
from sbg_bulk.api.steps import Flow
from sbg_bulk.errors import InputError
from sbg_bulk.files.paths import Location
from sbg_bulk.files.resolver import PathResolver
from sbg_bulk.models.resources import File
from sbg_bulk.runs.left_out import Chosen, Clash, Conflicts, Pending, Taken
from sbg_bulk.text import either
from sbg_bulk.transfers.choice import RENAMED, OnConflict
from sbg_bulk.transfers.copies import entirely_there

SHOWN: Final = 5
"""How many clashes an error names."""


def remedy() -> str:
    """Return what one can do where names are taken, a sentence."""
    skip = either("--on-conflict skip", "on_conflict='skip'")
    return f"Skip existing names with {skip}, or rename the copies with {either('--on-conflict rename', RENAMED)}."


@frozen
class _Ranked:
    """Something chosen, and its place in the order: that of the folder that it was found in, and its own in there."""

    rank: tuple[int, ...]
    item: Chosen


def look(
    resolver: PathResolver, items: Sequence[Chosen], on_conflict: OnConflict, endpoint: str | None = None
) -> Flow[Conflicts]:
    """Find what has the names of things where they go.

    Args:
        resolver: what knows what is where.
        items: what was chosen, each with the folder that it goes to.
        on_conflict: what is to be done with it.
        endpoint: the platform whose earlier runs may spare the listing of folders; None if none does.

    Raises:
        InputError: a name is taken, and nothing is to be done then; or a file is in the place of a folder.
        ApiError, ConnectionFailed, UnreadableAnswer: see `sbg_bulk.api.request.request`.
    """
    found = Conflicts()
    left: list[_Ranked] = []
    level = [_Ranked((number,), item) for number, item in enumerate(items)]
    while level:
        by_target: dict[Location, list[_Ranked]] = {}
        for ranked in level:
            assert ranked.item.to is not None
            by_target.setdefault(ranked.item.to, []).append(ranked)
        level = []
        yield from resolver.look_up(by_target)
        whole = yield from _whole(resolver, by_target, endpoint)
        for target, those in by_target.items():
            if resolver.missing(target) is not None:
                left += those
                continue
            folder_id = resolver.folder_id(target)
            there_by_name = None if folder_id is None else whole.get(folder_id)
            if there_by_name is None:
                there_by_name = yield from resolver.among(target, {ranked.item.name for ranked in those})
            clashes: list[tuple[_Ranked, list[File]]] = []
            for ranked in those:
                there = there_by_name.get(ranked.item.name, [])
                folder = next((one for one in there if one.is_folder), None) if ranked.item.is_folder else None
                if not there:
                    left.append(ranked)
                elif folder is not None:
                    resolver.found[target.below(folder.name)] = folder
                    level += yield from _within(resolver, ranked, target.below(folder.name))
                else:
                    clashes.append((ranked, there))
            left += yield from _weigh(resolver, clashes, on_conflict, found)
    if on_conflict is OnConflict.FAIL and (found.existing or found.different):
        raise taken(found.existing, found.different, remedy(), found.differing)
    found.left = [ranked.item for ranked in sorted(left, key=lambda ranked: ranked.rank)]
    return found


def _whole(
    resolver: PathResolver, by_target: Mapping[Location, Sequence[_Ranked]], endpoint: str | None
) -> Flow[Mapping[str, dict[str, list[File]]]]:
    """Return what there is in the folders, by their ids, that need not be listed for it."""
    wanted: dict[str, list[Chosen]] = {}
    for target, those in by_target.items():
        folder = resolver.folder_id(target)
        if folder is not None:
            wanted.setdefault(folder, []).extend(ranked.item for ranked in those)
    return (yield from entirely_there(resolver.policy, wanted, endpoint))


def _within(resolver: PathResolver, ranked: _Ranked, to: Location) -> Flow[list[_Ranked]]:
    """List what is in a folder that was chosen whole, to be put into the one that is there already."""
    item = ranked.item
    place = Location(folder=item.id) if item.place is None else item.place
    if item.place is not None and place not in resolver.found:
        resolver.found[place] = File(item.id, item.name, "folder")
    entries = yield from resolver.contents(place, ALL_FIELDS)
    return [
        _Ranked(
            (*ranked.rank, number),
            Chosen(entry.id, entry.name, entry.is_folder, entry.size, entry.parent, place.below(entry.name), to),
        )
        for number, entry in enumerate(entries)
    ]


def _weigh(
    resolver: PathResolver,
    clashes: Sequence[tuple[_Ranked, list[File]]],
    on_conflict: OnConflict,
    found: Conflicts,
) -> Flow[list[_Ranked]]:
    """Count clashes by what they are, and return what is to be done all the same."""
    if on_conflict is OnConflict.RENAME:
        found.renamed += len(clashes)
        return [ranked for ranked, _ in clashes]
    ids = [ranked.item.id for ranked, _ in clashes if ranked.item.size is None and not ranked.item.is_folder]
    sizes = yield from resolver.read(ids)
    there = yield from resolver.with_sizes([one for _, those in clashes for one in those])
    by_id = {one.id: one for one in there}
    for ranked, those in clashes:
        item = ranked.item
        own = sizes.get(item.id)
        if item.size is None and own is not None:
            item = evolve(item, size=own.size)
        files = [by_id[one.id] for one in those if not one.is_folder] if not item.is_folder else []
        same = next((one for one in files if one.size == item.size is not None), None)
        if same is not None:
            found.existing += 1
        elif files and (item.size is None or any(one.size is None for one in files)):
            found.existing += 1
            found.unsized += 1
        else:
            found.different.append(Clash(item, (files or [by_id[those[0].id]])[0]))
            found.differing += 1
    return []


def taken(existing: int, different: Sequence[Clash | Taken], remedy: str, differing: int | None = None) -> InputError:
    """Return the error that names are taken, with what has them, and what one can do."""
    differing = len(different) if differing is None else differing
    number = existing + differing
    told = "".join(f"\n  {clash}" for clash in different[:SHOWN])
    more = f"\n  ... and {differing - SHOWN:,} more" if differing > SHOWN else ""
    same = f" {existing:,} with the same size." if existing else ""
    return InputError(
        f"{number:,} name{' exists' if number == 1 else 's exist'} at the destination, and nothing was changed:"
        f"{same}{told}{more}\n{remedy}"
    )


def under_way(pending: Sequence[Pending], *, optional: bool = True) -> InputError:
    """Return the error that unfinished runs are going to do what was chosen.

    Args:
        pending: what.
        optional: whether a new run may be started all the same.
    """
    told = "\n".join(f"{one}\n{one.remedy(optional=optional)}" for one in pending)
    return InputError(f"Nothing was changed.\n{told}")
