"""R: the client that openapi-generator makes, installed in a library of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from scripts.lib.languages import generator
from scripts.lib.languages.judge import Performance
from scripts.lib.languages.programs import SOURCES, process
from scripts.lib.languages.scenario import Scenario
from scripts.lib.languages.stages import Stage, carrying_out
from scripts.lib.languages.tools import MissingToolError, command, run

OPTIONS: Final = (
    # The other library, httr, fails on a parameter that is repeated.
    *("--library", "httr2"),
    # The generator's R reads an open enumeration with a variable that does not exist. It is a string all the same.
    *("--type-mappings", "AnyJobState=character,AnyJobType=character,AnyFileType=character"),
)

NEEDED: Final = ("R6", "base64enc", "httr2", "jsonlite", "stringr")
"""The packages that the client imports."""


def stages(folder: Path, scenario: Scenario, keep: Callable[[Performance], object]) -> Sequence[Stage]:
    """Generate, install, run the program."""
    client, library = folder / "client", folder / "library"

    def generate() -> str:
        require_packages(folder)
        return generator.generate("r", client, OPTIONS)

    def install() -> str:
        library.mkdir()
        run([command("R"), "CMD", "INSTALL", "--no-docs", "--no-byte-compile", f"--library={library}", client], folder)
        return "package openapi, in a library of its own"

    program = process(
        lambda: (command("Rscript"), "--vanilla", SOURCES / "r" / "program.R"),
        folder,
        scenario,
        {"R_LIBS": str(library)},
    )
    return (
        Stage("generated", generate),
        Stage("installed", install),
        *carrying_out(scenario, program, keep),
    )


def require_packages(folder: Path) -> None:
    """Raise MissingToolError unless R and the packages that the client imports are installed."""
    script = 'for (name in commandArgs(TRUE)) if (!requireNamespace(name, quietly = TRUE)) cat(name, "")'
    missing = run([command("Rscript"), "--vanilla", "-e", script, *NEEDED], folder).split()
    if missing:
        packages = " ".join(f"r-cran-{name.lower()}" for name in missing)
        raise MissingToolError(f"R has no {', '.join(missing)}: apt-get install {packages}")
