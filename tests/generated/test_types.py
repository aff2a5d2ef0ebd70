"""The generated package is typed: strictly checked itself, and of use to programs that are."""

from __future__ import annotations

from pathlib import Path

from mypy import api

from scripts.lib.generate import PACKAGE

PROGRAM = Path(__file__).with_name("typed_program.py")


def test_the_package_and_a_program_that_uses_it_pass_the_strict_type_check(tmp_path: Path) -> None:
    # Without the project's configuration: the promise holds for whoever checks a program against this package.
    options = ["--strict", "--config-file=", f"--cache-dir={tmp_path}", "--no-error-summary"]
    report, crash, status = api.run([*options, str(PACKAGE), str(PROGRAM)])
    assert (report, crash, status) == ("", "", 0)
