"""Rows of a run that is not begun, as those need them who look up, compare and show them."""

from __future__ import annotations

from attrs import frozen


@frozen
class Target:
    """A destination that is a path.

    Attributes:
        to: the path, as it was given.
        column: the column that it stands in; None for the destination of all rows that name none.
    """

    to: str
    column: str | None


@frozen
class Source:
    """The path of what a row means.

    Attributes:
        place: the row's place in the journal.
        number: its number in the manifest.
        column: the column that the path stands in.
        path: the path, as it was given.
    """

    place: int
    number: int
    column: str
    path: str


@frozen
class Planned:
    """A row as it is shown before anything is done, as far as that is known.

    Attributes:
        file: the id of what it means; its path until that was looked up.
        source: its path.
        destination: where it goes: the path or the project, or `folder` and an id; None for a deletion.
        name: the name that it will have there.
        type: `file` or `folder`.
        size: in bytes.
    """

    file: str
    source: str | None
    destination: str | None
    name: str | None
    type: str | None
    size: int | None


@frozen
class Going:
    """A row, and where it goes.

    Attributes:
        place: the row's place in the journal.
        number: its number in the manifest.
        file: the id of what it means.
        name: the name that it is to have; None for its own.
        parent: the id of the folder that it goes to.
        project: the project whose root it goes to.
        folder: the number of the new folder that it goes to.
        beside: the column of a path that stands beside the id in the manifest.
        also: that path.
        item: what else is said of what is to be done, as JSON; None if nothing is.
    """

    place: int
    number: int
    file: str
    name: str | None
    parent: str | None
    project: str | None
    folder: int | None
    beside: str | None
    also: str | None
    item: str | None
