"""What linters and the type checker say of everything that is written by hand."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = {
    "client/program.py": ("client.jobs(), Iterator[Job]", "client.jobs(), Job"),
    "generated/typed_program.py": ("job.state, JobState | str", "job.state, JobState"),
}
"""Programs as users write them, each with a type and a wrong one in its place."""


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True)


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["ruff", "check", "."], id="lint"),
        pytest.param(["ruff", "format", "--check", "."], id="format"),
    ],
)
def test_the_code_is_clean(command: list[str]) -> None:
    done = run(*command)
    assert done.returncode == 0, done.stdout + done.stderr


def test_types_are_right_those_that_users_programs_see_among_them(tmp_path: Path) -> None:
    files = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]["files"]
    wrong = []
    for name, (right, other) in PROGRAMS.items():
        text = (ROOT / "tests" / name).read_text(encoding="utf-8")
        assert right in text
        wrong.append(tmp_path / Path(name).name)
        wrong[-1].write_text(text.replace(right, other), encoding="utf-8")
    # One run, with these beside the code: the checker has looked at programs like them, and complains of nothing else.
    done = run("mypy", "--no-error-summary", "--hide-error-context", *files, *map(str, wrong))
    complaints = [line for line in done.stdout.splitlines() if ": note: " not in line]
    assert len(complaints) == len(wrong), done.stdout + done.stderr
    assert all("error: Expression is of type" in complaint for complaint in complaints), complaints
    for program in wrong:  # "/": the name of one program ends that of the other
        assert sum(f"/{program.name}:" in complaint for complaint in complaints) == 1, complaints
