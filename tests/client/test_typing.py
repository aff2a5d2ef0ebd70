"""What a type checker makes of a user's program: the promises of `py.typed`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from mypy import api

ROOT: Final = Path(__file__).resolve().parents[2]
PROGRAM: Final = Path(__file__).with_name("program.py")


def complaints(program: Path, cache: Path) -> list[str]:
    """What mypy finds wrong with a program, in its strictest mode."""
    options = ["--config-file", str(ROOT / "pyproject.toml"), "--strict", "--no-error-summary"]
    output, errors, _ = api.run([*options, "--cache-dir", str(cache), str(program)])
    assert errors == ""
    return output.splitlines()


def test_a_users_program_has_the_types_that_it_says(tmp_path: Path) -> None:
    assert complaints(PROGRAM, tmp_path) == []
    # The checker has looked: with one type wrong, it complains of that line.
    wrong = tmp_path / "wrong.py"
    wrong.write_text(PROGRAM.read_text(encoding="utf-8").replace("client.jobs(), Iterator[Job]", "client.jobs(), Job"))
    (complaint, *_) = complaints(wrong, tmp_path)
    assert 'Expression is of type "Iterator[Job]", not "Job"' in complaint


def test_both_packages_say_that_they_are_typed() -> None:
    assert (ROOT / "wrapper" / "sbg_bulk" / "py.typed").exists()
    assert (ROOT / "generated" / "sbg_async_api" / "py.typed").exists()
