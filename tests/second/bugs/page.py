"""The table of bugs in the documentation."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from attrs import frozen

from tests.second.bugs import BUGS

TABLE: Final = Path(__file__).resolve().parents[3] / "wrapper" / "docs" / "reference" / "contract-bugs.md"
BEGINS: Final = "| family | bug | what is wrong | found by |"


@frozen
class Row:
    """A row of the table.

    Attributes:
        family: the calls that have the bug.
        text: what is wrong.
        found: the promises that find it, whatever the seed.
    """

    family: str
    text: str
    found: frozenset[str]


def table_of(page: str) -> dict[str, Row]:
    """Read the table of a page: rows by the names of the bugs."""
    rows: dict[str, Row] = {}
    for line in page.partition(BEGINS)[2].splitlines()[2:]:
        if not line.startswith("| "):
            break
        family, name, text, found = (cell.strip() for cell in line.strip("|").split(" | "))
        rows[name.strip("`")] = Row(family, text, frozenset(one.strip("`") for one in found.split(", ") if one))
    return rows


def with_table(page: str, found: Mapping[str, frozenset[str]]) -> str:
    """Return a page with another table, made of what was found for each bug."""
    before, _, rest = page.partition(BEGINS)
    after = "\n".join(line for line in rest.splitlines() if not line.startswith("|")).strip("\n")
    lines = [BEGINS, "| --- | --- | --- | --- |"]
    for name, bug in BUGS.items():
        told = ", ".join(f"`{promise}`" for promise in sorted(found[name]))
        lines.append(f"| {bug.family} | `{name}` | {bug.text} | {told} |")
    return before + "\n".join(lines) + "\n" + (f"\n{after}\n" if after else "")
