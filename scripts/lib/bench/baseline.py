"""The ratios that were reached once, and must not be lost again."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

from scripts.lib.bench.table import Row

FILE: Final = Path(__file__).parent / "baseline.json"

Reached = Mapping[str, Mapping[str, float]]
"""For each row the ratios that were reached, each with the factor by which noise may make it worse than its bound."""


def load(path: Path = FILE) -> Reached:
    """Load the figures that were reached."""
    found: Reached = json.loads(path.read_text(encoding="utf-8"))
    return found


def lost(rows: Sequence[Row], reached: Reached, measured: Collection[str]) -> list[str]:
    """Return a line for each ratio that was reached and is not any more.

    Args:
        rows: what was measured now.
        reached: what was reached.
        measured: the measurements that were made. Rows belong to the one that their name begins with.
    """
    lines = []
    found = {row.name: {claim.ratio: claim for claim in row.claims} for row in rows}
    for name, ratios in reached.items():
        if name.split("-")[0] not in measured:
            continue
        for ratio, margin in ratios.items():
            claim = found.get(name, {}).get(ratio)
            if claim is None:
                lines.append(f"{name}: {ratio} was not measured")
            elif not claim.within(margin):
                lines.append(f"{name}: {claim}, even with a margin of {margin:g} for noise")
    return lines
