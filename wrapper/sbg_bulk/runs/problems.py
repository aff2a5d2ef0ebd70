"""The faults of a manifest, each with its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from attrs import frozen

from sbg_bulk.errors import InputError


@frozen
class Problem:
    """A fault of a manifest, and its place.

    Attributes:
        row: the row, numbered as in `sbg_bulk.transfers.manifest`; 0 for the manifest as a whole.
        column: the column, if it is one of them.
        message: what is wrong.
        source: the file that the row is about, told with the first problem of a row, if it is known.
    """

    row: int
    column: str | None
    message: str
    source: str | None = None

    def __str__(self) -> str:
        place = f"row {self.row}" if self.row else "manifest"
        return f"{place}, column {self.column}: {self.message}" if self.column else f"{place}: {self.message}"


Record: TypeAlias = tuple[int, Mapping[str, Any] | Problem]
"""What is read of a row: its number, and its values by column, or what is wrong with it."""


class ManifestError(InputError):
    """A manifest is not fit to be run. Nothing has been sent.

    Attributes:
        problems: the first hundred.
        count: how many there are.
    """

    SHOWN: Final = 100

    def __init__(self, problems: Sequence[Problem], count: int) -> None:
        self.problems = tuple(problems[: self.SHOWN])
        self.count = count
        lines = [str(problem) for problem in self.problems]
        if count > len(lines):
            lines.append(f"... and {count - len(lines):,} more problems.")
        summary = f"The manifest has {count:,} problem{'' if count == 1 else 's'}; nothing was sent."
        super().__init__("\n".join([summary, *lines]))
