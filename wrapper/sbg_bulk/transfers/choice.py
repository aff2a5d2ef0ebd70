"""Choices of what to copy, move or delete, and where to; and what speaks against them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Final

from attrs import frozen

from sbg_bulk.errors import InputError
from sbg_bulk.files.paths import Location
from sbg_bulk.items import DELETE
from sbg_bulk.runs.columns import DESTINATION_COLUMN as DESTINATION_COLUMN
from sbg_bulk.runs.columns import SIZE_COLUMN as SIZE_COLUMN
from sbg_bulk.runs.columns import SOURCE_COLUMN as SOURCE_COLUMN
from sbg_bulk.runs.columns import TYPE_COLUMN
from sbg_bulk.runs.left_out import Chosen, Clash, Pending
from sbg_bulk.runs.records import NewFolder
from sbg_bulk.runs.rows import Row
from sbg_bulk.text import either, one_of
from sbg_bulk.transfers.manifest import ITEMS

RENAMED: Final = "on_conflict='rename'"
"""How names that are taken are changed, in Python."""


class OnConflict(StrEnum):
    """What is done with a file whose name is taken where it goes."""

    SKIP = "skip"
    """It is left out if it is there already, with the same size; with another size it is left out and reported."""
    RENAME = "rename"
    """The service puts a number before the name: `1_a.bam`."""
    FAIL = "fail"
    """Nothing is done at all."""

    @classmethod
    def of(cls, text: str) -> OnConflict:
        """Return the one of this name.

        Raises:
            InputError: there is none.
        """
        try:
            return cls(text)
        except ValueError:
            raise InputError(f"on_conflict: expected {one_of(cls)}, not {text!r}.") from None


@frozen
class Choice:
    """The things chosen to be copied, moved or deleted, as they were found.

    Attributes:
        sources: as they were given.
        to: the destination; None for a deletion.
        items: what was chosen, in the order in which the server lists it.
        places: the id of each folder that something goes to and that is there, by its place. Where a project's root is
            meant there is none.
        folders: the folders that are to be made, parents first.
        subfolders: how many folders were left out, because they are only taken when asked for.
        existing: how many files were left out because they are there already: name and size are the same.
        unsized: how many of these have the same name, and the service does not tell whether the size is.
        different: what is in the way of a file: something of its name that is not the same. They are left as they are.
        renamed: how many files will be renamed by the service, as their name is taken.
        pending: what was left out because unfinished runs of this machine are still going to do it.
        undated: how many things were left out because nobody knows when they were changed.
        filtered: the sources that name one thing each, and that the filters leave out.
        hint: where filters have matched nothing, what may have been meant, as a sentence.
        requests: how many requests it took.
        task: what was asked for, to know it again; see `sbg_bulk.runs.task`.
        movable: whether what unfinished runs still need where it is was left out, or is to be ignored.
    """

    sources: tuple[str, ...]
    to: Location | None
    items: tuple[Chosen, ...]
    places: Mapping[Location, str]
    folders: tuple[Location, ...] = ()
    subfolders: int = 0
    existing: int = 0
    unsized: int = 0
    different: tuple[Clash, ...] = ()
    renamed: int = 0
    pending: tuple[Pending, ...] = ()
    undated: int = 0
    filtered: tuple[str, ...] = ()
    hint: str = ""
    requests: int = 0
    task: str | None = None
    movable: bool = False

    def __len__(self) -> int:
        return len(self.items)

    @property
    def files(self) -> int:
        """Return how many files were chosen, not counting those within folders."""
        return sum(not item.is_folder for item in self.items)

    @property
    def size(self) -> int | None:
        """Return the bytes of all files chosen; None if they are not known of each, or if folders are among them."""
        sizes = [item.size for item in self.items]
        return None if not sizes or None in sizes else sum(size for size in sizes if size is not None)

    @property
    def name(self) -> str:
        """Return the choice in a few words, as the name of a manifest."""
        more = f" and {len(self.sources) - 1:,} more" if len(self.sources) > 1 else ""
        return f"{self.sources[0]}{more}" + ("" if self.to is None else f" to {self.to}")

    def rows(self, job_type: str) -> Iterator[Row]:
        """Produce the choice as the rows of a manifest, of a job of this type: COPY, MOVE or DELETE."""
        numbers = {folder: number for number, folder in enumerate(self.folders)}
        for number, item in enumerate(self.items, 1):
            extra: dict[str, str | int | None] = {SOURCE_COLUMN: item.source}
            if item.to is not None:
                extra[DESTINATION_COLUMN] = item.destination
            extra |= {SIZE_COLUMN: item.size, **({TYPE_COLUMN: "folder"} if item.is_folder else {})}
            if item.to is None:
                yield Row(number, ITEMS[job_type](file=item.id), extra)
                continue
            # What goes to a folder that is to be made is placed there when it is.
            start = self.places.get(item.to) or item.to.folder
            where = {"project": item.to.project} if start is None else {"parent": start}
            yield Row(number, ITEMS[job_type](file=item.id, **where), extra, numbers.get(item.to))

    def new_folders(self) -> Iterator[NewFolder]:
        """Produce the folders that are to be made, as a run keeps them."""
        return new_folders(self.folders, self.places)

    @property
    def plan_columns(self) -> tuple[str, ...]:
        """Return the columns of what `plan` produces."""
        where = () if self.to is None else ("to",)
        return ("file", *where, "type", SOURCE_COLUMN)

    def plan(self) -> Iterator[dict[str, str]]:
        """Produce the choice as the records of a manifest that gives the same run, with destinations as paths.

        Raises:
            InputError: something goes to a folder that is to be made below one that was given by its id.
        """
        for item in self.items:
            to = {} if item.to is None else {"to": self._target(item.to)}
            yield {"file": item.id, **to, "type": "folder" if item.is_folder else "file", SOURCE_COLUMN: item.source}

    def _target(self, place: Location) -> str:
        if place.folder is None:
            return str(place)
        found = self.places.get(place) if place.names else place.folder
        if found is None:
            raise InputError(f"{place} does not exist yet: to save the plan, give the destination as a path.")
        return found

    def check_type(self, job_type: str) -> None:
        """Raise InputError unless such a job goes with the choice."""
        if (job_type == DELETE) != (self.to is None):
            raise InputError(
                "Files selected without a destination can only be deleted; with one, only copied or moved. Select "
                "again."
            )


def new_folders(folders: Sequence[Location], places: Mapping[Location, str]) -> Iterator[NewFolder]:
    """Produce folders that are to be made, as a run keeps them.

    Args:
        folders: those, parents first.
        places: the ids of folders that are there, by their places.
    """
    numbers = {folder: number for number, folder in enumerate(folders)}
    for number, folder in enumerate(folders):
        above, parent = numbers.get(folder.parent), places.get(folder.parent) or folder.parent.folder
        project = folder.project if above is None and parent is None else None
        yield NewFolder(number, str(folder), folder.name, project, parent, above)


def check(items: Sequence[Chosen], ids: Mapping[Location, str], *, renames: bool = False) -> None:
    """Raise InputError if something is chosen twice, put upon another, or put where it is.

    Args:
        items: what was chosen.
        ids: the id of each folder that something goes to, where it is known.
        renames: whether what finds its name taken is renamed.

    Raises:
        InputError: naming what is wrong with which.
    """
    by_id: dict[str, Chosen] = {}
    by_target: dict[tuple[Location, str], Chosen] = {}
    folders = {item.place: item for item in items if item.is_folder and item.place is not None}
    for item in items:
        if item.id in by_id:
            twice = by_id[item.id].source
            raise InputError(
                f"{item.source} is selected twice."
                if twice == item.source
                else f"{twice} and {item.source} are the same: select it once."
            )
        by_id[item.id] = item
        around = _around(item, folders)
        if around is not None:
            raise InputError(f"{item.source} is inside {around.source}, which is selected too: select one of them.")
        if item.to is None:
            continue
        _check_not_within_itself(item, item.to, ids)
        if ids.get(item.to, item) == item.folder or (item.place is not None and item.place == item.to.below(item.name)):
            raise InputError(f"{item.source} is already in {item.to}: source and destination are the same.")
        other = by_target.setdefault((item.to, item.name), item)
        if other is not item and not renames:
            raise InputError(
                f"{other.source} and {item.source} would both become {item.destination}. Select one of them, or "
                f"rename the second with {either('--on-conflict rename', RENAMED)}."
            )


def _around(item: Chosen, folders: Mapping[Location, Chosen]) -> Chosen | None:
    """Return the chosen folder that something chosen is in, if any."""
    if item.place is None or not folders:
        return None
    return next((folders[place] for place in item.place.lineage()[1:-1] if place in folders), None)


def _check_not_within_itself(item: Chosen, to: Location, ids: Mapping[Location, str]) -> None:
    if not item.is_folder:
        return
    if (item.place is not None and to.is_within(item.place)) or item.id in {ids.get(place) for place in to.lineage()}:
        raise InputError(
            f"{item.source} cannot be copied or moved into itself: the destination {to} is inside it. Narrow the "
            f"selection with {either('--include or --exclude', 'match or exclude')}, or choose another destination."
        )
