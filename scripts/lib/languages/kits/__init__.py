"""The languages: how each gets its client, checks it, and carries out the scenario with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from scripts.lib.languages.judge import Performance
from scripts.lib.languages.kits import go, java, python, r, typescript
from scripts.lib.languages.scenario import Scenario
from scripts.lib.languages.stages import Stage

Kit = Callable[[Path, Scenario, Callable[[Performance], object]], Sequence[Stage]]
"""The stages of a language: they work in the folder given, and hand on what a program has seen and sent."""

KITS: Final[Mapping[str, Kit]] = {
    "python": python.stages,
    "typescript": typescript.stages,
    "r": r.stages,
    "go": go.stages,
    "java": java.stages,
}
"""All languages, by their names on the command line."""
