"""openapi-generator: makes clients of the contract in many languages. Its package on PyPI carries its jar."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from scripts.lib.languages.scenario import SPEC
from scripts.lib.languages.tools import command, module_folder, run


def jar() -> Path:
    """Find the jar of the generator. Raises MissingToolError if its package is not installed."""
    return module_folder("openapi_generator_cli") / "openapi-generator.jar"


def generate(language: str, target: Path, options: Sequence[str] = ()) -> str:
    """Make a client in the folder `target`; returns how many files it has, in words.

    Raises MissingToolError without a Java runtime, FailedError if the generator rejects the contract.
    """
    # Compiling what runs for two seconds takes longer than it saves.
    java: list[str | Path] = [command("java"), "-XX:TieredStopAtLevel=1", "-jar", jar()]
    run([*java, "generate", "-i", SPEC, "-g", language, "-o", target, *options], target.parent)
    return f"{sum(path.is_file() for path in target.rglob('*'))} files"
