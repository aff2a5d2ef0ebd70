"""Go: the client that openapi-generator makes, compiled. It imports nothing but the standard library."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from scripts.lib.languages import generator
from scripts.lib.languages.judge import Performance
from scripts.lib.languages.scenario import Scenario
from scripts.lib.languages.stages import Stage
from scripts.lib.languages.tools import command, run

# A go.mod of the generator's own asks for a newer Go than its code does.
OPTIONS: Final = ("--additional-properties", "packageName=sbg,withGoMod=false")


def stages(folder: Path, scenario: Scenario, keep: Callable[[Performance], object]) -> Sequence[Stage]:  # noqa: ARG001
    """Generate and compile."""
    # Nothing is fetched, and nothing is left behind.
    environment = {
        "GOFLAGS": "-mod=mod",
        "GOPROXY": "off",
        "GOCACHE": str(folder / ".cache"),
        "GOPATH": str(folder / ".go"),
    }

    def generate() -> str:
        command("go")
        return generator.generate("go", folder / "sbg", OPTIONS)

    def compile_() -> str:
        run([command("go"), "mod", "init", "start"], folder, environment)
        run([command("go"), "build", "./sbg"], folder, environment)
        return run([command("go"), "version"], folder, environment).strip()

    return (Stage("generated", generate), Stage("compiled", compile_))
