"""Lists as tables in notebooks."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from sbg_bulk.html import listed


@frozen(repr=False)
class Table:
    """Entries that show themselves as one table in a notebook.

    Attributes:
        entries: what was given, in its order.
    """

    entries: tuple[object, ...]

    def __repr__(self) -> str:
        return f"Table of {self.entries!r}"

    def _repr_html_(self) -> str:
        return listed(self.entries, f"{len(self.entries):,} in all")


def table(entries: Iterable[object]) -> Table:
    """Return jobs, files, projects or results as a table.

    Args:
        entries: a list, or what a client produces, which is read to its end: a request for each hundred entries.
    """
    return Table(tuple(entries))
