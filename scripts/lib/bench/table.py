"""The table of the benchmark: rows of figures, and the ratios that they are to reach, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attrs import asdict, field, frozen


@frozen
class Claim:
    """A ratio of figures of one row, and what it is to reach.

    Attributes:
        ratio: what is divided by what, in words.
        value: the ratio that was measured.
        bound: the one to reach.
        at_most: whether the ratio is to be at most the bound; otherwise it is to be at least that.
    """

    ratio: str
    value: float
    bound: float
    at_most: bool = True

    @property
    def reached(self) -> bool:
        """True if the bound is kept."""
        return self.within(1.0)

    def within(self, margin: float) -> bool:
        """Return whether the bound is kept, or missed by no more than this factor."""
        return self.value <= self.bound * margin if self.at_most else self.value >= self.bound / margin

    def __str__(self) -> str:
        sign = "≤" if self.at_most else "≥"
        return f"{self.ratio} {brief(self.value)} ({sign} {brief(self.bound)}: {'yes' if self.reached else 'NO'})"


@frozen
class Row:
    """A row of the table.

    Attributes:
        name: the row's own; those of one measurement begin with the same word.
        what: what was measured.
        unit: that of all figures.
        ours: our figure.
        peers: those of what one would use instead.
        floor: what it takes at least, and how that was measured.
        claims: what the figures are to reach.
        note: what must be known to read them, and where a claim is not reached, why.
    """

    name: str
    what: str
    unit: str
    ours: float
    peers: Mapping[str, float] = field(factory=dict)
    floor: Mapping[str, float] = field(factory=dict)
    claims: Sequence[Claim] = ()
    note: str = ""


HEADER = ("row", "unit", "ours", "peer", "floor", "ratio (target)")
NOTHING = "-"


def brief(value: float) -> str:
    """Write a figure to three digits, whole where it is large."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.what,
        row.unit,
        brief(row.ours),
        "; ".join(f"{name}: {brief(value)}" for name, value in row.peers.items()) or NOTHING,
        "; ".join(f"{name}: {brief(value)}" for name, value in row.floor.items()) or NOTHING,
        "; ".join(map(str, row.claims)) or NOTHING,
    )


def as_text(rows: Iterable[Row]) -> str:
    """Write the table for a terminal: a block of lines for each row."""
    blocks = []
    for row in rows:
        named = zip((*HEADER, "note"), (*_cells(row), row.note or NOTHING), strict=True)
        lines = [f"  {name:<18}{cell}" for name, cell in named if name != "row" and cell != NOTHING]
        blocks.append("\n".join([f"{row.name}: {row.what}", *lines]))
    return "\n\n".join(blocks)


def as_markdown(rows: Sequence[Row]) -> str:
    """Write the table for a page, with the notes below it."""
    lines = [HEADER, *([("---",) * len(HEADER)]), *map(_cells, rows)]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    notes = "\n".join(f"- {row.what}: {row.note}" for row in rows if row.note)
    return f"{table}\n\n{notes}" if notes else table


def as_json(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Write the rows for programs."""
    return [
        {
            **asdict(row, recurse=False),
            "claims": [{**asdict(claim), "reached": claim.reached} for claim in row.claims],
        }
        for row in rows
    ]
