"""The rows of a new run, as a manifest or a choice of files gives them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, Any, Final

from attrs import field, frozen

from sbg_bulk import text_reader
from sbg_bulk.runs.forms import Format
from sbg_bulk.runs.problems import Problem

WHAT: Final = "manifest"
"""What a file of rows is called in messages."""


@frozen
class Row:
    """A row of a manifest that is fit to be run.

    Attributes:
        number: where it stands, numbered as in `sbg_bulk.runs.forms`.
        item: what is to be done.
        extra: the other columns, as they came.
        folder: the number of the new folder that it goes to, instead of the item's place; None if it is there already.
    """

    number: int
    item: Any
    extra: Mapping[str, Any] = field(factory=dict)
    folder: int | None = None


@frozen
class PathRow:
    """A row of a manifest in which a path stands where the API wants an id.

    Attributes:
        number: where it stands.
        file: the id of what is meant, or its path.
        source: the column of that path; None if it is an id.
        to: the path of the destination; None if its id is known, or for a deletion.
        target: the column of that path; None where it is the destination of all rows that name none.
        parent: the id of the destination folder, if that is known.
        project: the destination project, if its root is meant.
        name: the new name, if there is one.
        extra: the other columns, as they came.
        more: what else the item has, by its columns.
        beside: the column of a path that stands beside an id, and that path: both are to name the same.
    """

    number: int
    file: str
    source: str | None
    to: str | None
    target: str | None
    parent: str | None
    project: str | None
    name: str | None
    extra: Mapping[str, Any]
    more: Mapping[str, Any] = field(factory=dict)
    beside: tuple[str, str] | None = None


@frozen
class Defaults:
    """The destination of rows that name none. At most one of the three is given.

    Attributes:
        parent: a folder's id.
        project: a project's id; its root is meant.
        to: the path of a folder or project, or a folder's id.
        from_manifest: whether rows may name another than the one that is given here, and whether `parent` and `project`
            are destinations in a list of what there is.
        settings: what else is given for all rows that do not say it themselves, by the family's own names.
    """

    parent: str | None = None
    project: str | None = None
    to: str | None = None
    from_manifest: bool = False
    settings: Mapping[str, Any] = field(factory=dict)

    @property
    def given(self) -> str | None:
        """Return the destination as it was given; None if there is none."""
        return next((one for one in (self.to, self.project, self.parent) if one is not None), None)


class Rows(Iterator["Row | PathRow | Problem"]):
    """The rows and the problems of a manifest, one at a time as they are read.

    Attributes:
        form: the format that its report has.
    """

    def __init__(self, form: Format, found: Iterator[Row | PathRow | Problem]) -> None:
        self.form = form
        self._found = found

    def __next__(self) -> Row | PathRow | Problem:
        return next(self._found)


def opened(path: Path) -> AbstractContextManager[IO[bytes]]:
    """Open a manifest's file. Raises InputError if it cannot be read."""
    return text_reader.opened(path, WHAT)
