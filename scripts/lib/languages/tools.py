"""The tools of other languages: found, or named with what installs them; run, or failing with what they said."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final


class MissingToolError(Exception):
    """Something is not installed on this machine. The message says what, and what installs it."""


class FailedError(Exception):
    """A tool, a program or a comparison has failed. The message says how."""


PACKAGES: Final[Mapping[str, str]] = {
    "java": "default-jre-headless",
    "javac": "default-jdk-headless",
    "R": "r-base-core",
    "Rscript": "r-base-core",
    "go": "golang-go",
}
"""The Debian packages that have these commands."""


def command(name: str) -> str:
    """Find a command; return its path. Raises MissingToolError, naming the Debian package that has it."""
    found = shutil.which(name)
    if found is None:
        raise MissingToolError(f"{name} is not installed: apt-get install {PACKAGES[name]}")
    return found


def module_folder(name: str) -> Path:
    """Find the folder of a package of this Python. Raises MissingToolError if it is not installed."""
    found = find_spec(name)
    if found is None or found.origin is None:
        raise MissingToolError(f"{name} is not installed in {sys.prefix}: pip install 'sbg-bulk[test]'")
    return Path(found.origin).parent


def run(command: Sequence[str | Path], folder: Path, environment: Mapping[str, str] | None = None) -> str:
    """Run a command in a folder; return what it wrote to its standard output.

    `environment` is added to this process's. Raises FailedError, with what the command wrote, if it fails.
    """
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **(environment or {})}, stdin=subprocess.DEVNULL, capture_output=True
    )
    output = done.stdout.decode("utf-8", errors="replace")
    if done.returncode:
        errors = done.stderr.decode("utf-8", errors="replace")
        said = "\n".join(text for text in (output.strip(), errors.strip()) if text)
        raise FailedError(f"{Path(command[0]).name} failed with exit status {done.returncode}:\n{said[-4000:]}")
    return output
