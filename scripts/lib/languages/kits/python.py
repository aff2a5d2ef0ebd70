"""Python: our own package, as it is in the repository."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from scripts.lib.languages.judge import Performance
from scripts.lib.languages.programs import SOURCES, process
from scripts.lib.languages.scenario import Scenario
from scripts.lib.languages.stages import Stage, carrying_out


def stages(folder: Path, scenario: Scenario, keep: Callable[[Performance], object]) -> Sequence[Stage]:
    """Run the program with `sbg_async_api`; that it is what the contract yields, `scripts/generate --check` says."""
    program = process(lambda: (sys.executable, SOURCES / "python" / "program.py"), folder, scenario)
    return carrying_out(scenario, program, keep)
