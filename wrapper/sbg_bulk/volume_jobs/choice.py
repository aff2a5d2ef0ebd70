"""Choices of what to export to a volume or to import from one, and what was left out of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum

from attrs import field, frozen

from sbg_bulk.errors import InputError
from sbg_bulk.files.paths import Location
from sbg_bulk.items import IMPORT, ExportItem, ImportItem
from sbg_bulk.models.storage import Volume
from sbg_bulk.runs.columns import DESTINATION_COLUMN, SIZE_COLUMN, SOURCE_COLUMN
from sbg_bulk.runs.left_out import Pending, Refused, Taken
from sbg_bulk.runs.records import NewFolder
from sbg_bulk.runs.rows import Row
from sbg_bulk.text import one_of
from sbg_bulk.transfers.choice import new_folders


class OnTaken(StrEnum):
    """What is done with something in whose place there is something already."""

    SKIP = "skip"
    """It is left out if it is there already, with the same size; with another size it is left out and reported."""
    OVERWRITE = "overwrite"
    """It takes the place of what is there."""
    RENAME = "rename"
    """The service puts a number before its name. Only of imports."""
    FAIL = "fail"
    """Nothing is done at all."""

    @classmethod
    def of(cls, text: str, *, renames: bool = False) -> OnTaken:
        """Return the one of this name.

        Args:
            text: the name.
            renames: whether the service can rename what is in the way.

        Raises:
            InputError: there is none.
        """
        known = [one for one in cls if renames or one is not cls.RENAME]
        if text not in known:
            raise InputError(f"on_conflict: expected {one_of(known)}, not {text!r}.")
        return cls(text)


@frozen
class VolumeChosen:
    """Something chosen.

    Attributes:
        item: what is to be done with it.
        source: its path, or its id if it has none.
        destination: the place that it goes to, on the volume or, of an import, in the project.
        size: its size in bytes, where that is known.
        folder: of an import, the number of the new folder that it goes to; None if that is there.
    """

    item: ExportItem | ImportItem
    source: str
    destination: str
    size: int | None
    folder: int | None = None

    @property
    def id(self) -> str:
        """Return the id of the file or, of an import, the place of the object."""
        return self.item.identity

    @property
    def is_folder(self) -> bool:
        """Return False: files and objects are chosen one by one."""
        return False

    @property
    def name(self) -> str:
        """Return the name that it will have."""
        return self.destination.rpartition("/")[2]


@frozen
class VolumeChoice:
    """The things chosen to be exported or imported, as they were found.

    Attributes:
        job_types: the types of the jobs that go with it.
        sources: as they were given.
        to: the destination, as it was given.
        volume: the volume.
        items: what was chosen, in the order in which the server lists it.
        subfolders: how many folders were left out, because they are only entered when asked for.
        existing: how many were left out because they are there already: name and size are the same.
        unsized: how many of these have the same name, and it is not told whether the size is.
        different: what would go where something else is. They are left as they are.
        overwritten: how many take the place of what is there.
        renamed: how many will be renamed by the service, as their name is taken.
        refused: what was left out because the platform would refuse it.
        undated: how many were left out because nobody knows when they were changed.
        filtered: the sources that name one thing each, and that the filters leave out.
        hint: where filters have matched nothing, what may have been meant, as a sentence.
        requests: how many requests it took.
        task: what was asked for, to know it again; see `sbg_bulk.runs.task`.
        folders: the folders that are to be made first, parents before what is in them.
        places: the id of each folder that is there and that something goes to, by its place.
    """

    job_types: tuple[str, ...]
    sources: tuple[str, ...]
    to: str
    volume: Volume
    items: tuple[VolumeChosen, ...]
    subfolders: int = 0
    existing: int = 0
    unsized: int = 0
    different: tuple[Taken, ...] = ()
    overwritten: int = 0
    renamed: int = 0
    refused: tuple[Refused, ...] = ()
    undated: int = 0
    filtered: tuple[str, ...] = ()
    hint: str = ""
    requests: int = 0
    task: str | None = None
    folders: tuple[Location, ...] = ()
    places: Mapping[Location, str] = field(factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.items)

    @property
    def pending(self) -> tuple[Pending, ...]:
        """Return nothing: what unfinished runs do is told when the same task is begun again."""
        return ()

    @property
    def size(self) -> int | None:
        """Return the bytes of all that was chosen; None if they are not known of each."""
        sizes = [item.size for item in self.items if item.size is not None]
        return sum(sizes) if sizes and len(sizes) == len(self.items) else None

    @property
    def name(self) -> str:
        """Return the choice in a few words, as the name of a manifest."""
        more = f" and {len(self.sources) - 1:,} more" if len(self.sources) > 1 else ""
        return f"{self.sources[0]}{more} to {self.to}"

    def rows(self, _job_type: str) -> Iterator[Row]:
        """Produce the choice as the rows of a manifest."""
        for number, one in enumerate(self.items, 1):
            extra = {SOURCE_COLUMN: one.source, SIZE_COLUMN: one.size}
            if isinstance(one.item, ImportItem):
                extra[DESTINATION_COLUMN] = one.destination
            yield Row(number, one.item, extra, one.folder)

    def new_folders(self) -> Iterator[NewFolder]:
        """Produce the folders that are to be made, as a run keeps them. A volume needs none."""
        return new_folders(self.folders, self.places)

    @property
    def plan_columns(self) -> tuple[str, ...]:
        """Return the columns of what `plan` produces."""
        if IMPORT in self.job_types:
            return ("volume", "location", "to", "overwrite", "autorename", SOURCE_COLUMN, SIZE_COLUMN)
        return ("file", "volume", "location", "overwrite", SOURCE_COLUMN, SIZE_COLUMN)

    def plan(self) -> Iterator[dict[str, str | int | None]]:
        """Produce the choice as the records of a manifest that gives the same run."""
        for one in self.items:
            item = one.item
            told = {"volume": item.volume, "location": item.location, "overwrite": _flag(item.overwrite)}
            if isinstance(item, ImportItem):
                to = item.parent or item.project if one.folder is None else str(self.folders[one.folder])
                where = {**told, "to": to, "autorename": _flag(item.autorename)}
            else:
                where = {"file": item.file, **told}
            yield {**where, SOURCE_COLUMN: one.source, SIZE_COLUMN: one.size}

    def check_type(self, job_type: str) -> None:
        """Raise InputError unless such a job goes with the choice."""
        if job_type not in self.job_types:
            raise InputError(f"This selection can be run as {' or '.join(self.job_types)}, not as {job_type}.")


def _flag(value: bool) -> str:
    return "true" if value else "false"
