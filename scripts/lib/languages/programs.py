"""The programs that carry out the scenario, run as processes of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from scripts.lib.languages.judge import Program
from scripts.lib.languages.scenario import Scenario
from scripts.lib.languages.tools import run

SOURCES: Final = Path(__file__).resolve().parent
"""The folder that has one folder of sources for each language."""


def process(
    command: Callable[[], Sequence[str | Path]],
    folder: Path,
    scenario: Scenario,
    environment: Mapping[str, str] | None = None,
) -> Program:
    """Make a program of a command, run in a folder with the steps as its last argument.

    `command` is asked only when the program is to run, and may raise MissingToolError; FailedError is raised if the
    program fails.
    """

    def program(url: str) -> str:
        steps = folder / "scenario.json"
        steps.write_text(scenario.for_programs(), encoding="utf-8")
        access = {"SB_API_ENDPOINT": url, "SB_AUTH_TOKEN": scenario.settings.token}
        return run([*command(), steps], folder, {**(environment or {}), **access})

    return program
