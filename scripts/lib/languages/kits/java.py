"""Java: the client that openapi-generator makes for Java's own HTTP client, compiled."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from scripts.lib.languages import generator
from scripts.lib.languages.judge import Performance
from scripts.lib.languages.scenario import Scenario
from scripts.lib.languages.stages import Stage
from scripts.lib.languages.tools import MissingToolError, command, run

OPTIONS: Final = (
    *("--library", "native"),
    # Neither Debian nor the generator's jar has the library for nullable properties, or the older annotations.
    *("--additional-properties", "openApiNullable=false,useJakartaEe=true"),
    *("--global-property", "apiTests=false,modelTests=false"),
)

ANNOTATIONS: Final = Path("/usr/share/java/jakarta-annotation-api.jar")


def classpath() -> str:
    """Return the classpath of the client. Raises MissingToolError if some of it is not installed.

    Debian's Jackson lacks the module for dates (jackson-datatype-jsr310). The jar of the generator has all of Jackson.
    """
    if not ANNOTATIONS.exists():
        raise MissingToolError(f"{ANNOTATIONS} does not exist: apt-get install libjakarta-annotation-api-java")
    return os.pathsep.join([str(generator.jar()), str(ANNOTATIONS)])


def stages(folder: Path, scenario: Scenario, keep: Callable[[Performance], object]) -> Sequence[Stage]:  # noqa: ARG001
    """Generate and compile."""

    def generate() -> str:
        command("javac")
        classpath()
        return generator.generate("java", folder / "client", OPTIONS)

    def compile_() -> str:
        sources = sorted((folder / "client" / "src" / "main" / "java").rglob("*.java"))
        run([command("javac"), "-nowarn", "-d", "classes", "-cp", classpath(), *sources], folder)
        return run([command("javac"), "-version"], folder).strip()

    return (Stage("generated", generate), Stage("compiled", compile_))
