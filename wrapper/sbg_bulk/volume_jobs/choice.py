"""Choices of what to export to a volume or to import from one, and what was left out of them."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from attrs import frozen

from sbg_bulk.errors import InputError
from sbg_bulk.files.paths import Location
from sbg_bulk.items import ExportItem
from sbg_bulk.models.storage import Volume
from sbg_bulk.runs.columns import SIZE_COLUMN, SOURCE_COLUMN
from sbg_bulk.runs.left_out import Pending, Refused, Taken
from sbg_bulk.runs.records import NewFolder
from sbg_bulk.runs.rows import Row


class OnTaken(StrEnum):
    """What is done with something in whose place there is something already."""

    SKIP = "skip"
    """It is left out if it is there already, with the same size; with another size it is left out and reported."""
    OVERWRITE = "overwrite"
    """It takes the place of what is there."""
    FAIL = "fail"
    """Nothing is done at all."""

    @classmethod
    def of(cls, text: str) -> OnTaken:
        """Return the one of this name.

        Raises:
            InputError: there is none.
        """
        try:
            return cls(text)
        except ValueError:
            raise InputError(f"on_conflict: {text!r} is none of: {', '.join(cls)}.") from None


@frozen
class VolumeChosen:
    """Something chosen.

    Attributes:
        item: what is to be done with it.
        source: its path, or its id if it has none.
        destination: the place on the volume that it goes to.
        size: its size in bytes, where that is known.
    """

    item: ExportItem
    source: str
    destination: str
    size: int | None

    @property
    def name(self) -> str:
        """Return the name that it will have."""
        return self.destination.rpartition("/")[2]


@frozen
class VolumeChoice:
    """The things chosen to be exported, as they were found.

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
        refused: what was left out because the platform would refuse it.
        undated: how many were left out because nobody knows when they were changed.
        filtered: the sources that name one thing each, and that the filters leave out.
        hint: where filters have matched nothing, what may have been meant, as a sentence.
        requests: how many requests it took.
        task: what was asked for, to know it again; see `sbg_bulk.runs.task`.
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
    refused: tuple[Refused, ...] = ()
    undated: int = 0
    filtered: tuple[str, ...] = ()
    hint: str = ""
    requests: int = 0
    task: str | None = None

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
            yield Row(number, one.item, {SOURCE_COLUMN: one.source, SIZE_COLUMN: one.size})

    def new_folders(self) -> Iterator[NewFolder]:
        """Produce nothing: a volume has no folders that would have to be made."""
        return iter(())

    @property
    def folders(self) -> tuple[Location, ...]:
        """Return the folders that are to be made first."""
        return ()

    @property
    def plan_columns(self) -> tuple[str, ...]:
        """Return the columns of what `plan` produces."""
        return ("file", "volume", "location", "overwrite", SOURCE_COLUMN, SIZE_COLUMN)

    def plan(self) -> Iterator[dict[str, str | int | None]]:
        """Produce the choice as the records of a manifest that gives the same run."""
        for one in self.items:
            item = one.item
            overwrite = "true" if item.overwrite else "false"
            where = {"file": item.file, "volume": item.volume, "location": item.location, "overwrite": overwrite}
            yield {**where, SOURCE_COLUMN: one.source, SIZE_COLUMN: one.size}

    def check_type(self, job_type: str) -> None:
        """Raise InputError unless such a job goes with the choice."""
        if job_type not in self.job_types:
            raise InputError(f"Such a choice can be run as {' or '.join(self.job_types)}, not as {job_type}.")
