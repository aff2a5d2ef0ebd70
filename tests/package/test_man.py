"""The manual pages: one for each command, in roff that `man` takes."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from scripts.lib.man import pages
from tests.cli.commands import commands

PAGES = pages("1.2.3")
GROUPS = {
    "sbg-bulk.1",
    *(f"sbg-bulk-{name}.1" for name in ("files", "jobs", "metadata", "projects", "runs", "tag", "volumes")),
}
MACROS = {".TH", ".SH", ".SS", ".PP", ".TP", ".RS", ".RE", ".nf", ".fi", ".nh", ".ad"}


def test_each_command_has_a_page() -> None:
    assert PAGES.keys() == {*GROUPS, *("-".join(("sbg-bulk", *path)) + ".1" for path, _ in commands())}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_what_man_looks_for(name: str) -> None:
    title, *lines = PAGES[name].splitlines()
    assert title == rf'.TH "{name[:-2].upper()}" "1" "" "sbg-bulk 1.2.3" "User Commands"'.replace("-", r"\-")
    sections = [line for line in lines if line.startswith(".SH")]
    assert sections[:4] == [".SH NAME", ".SH SYNOPSIS", ".SH DESCRIPTION", ".SH OPTIONS"]
    assert {line.split()[0] for line in lines if line.startswith((".", "'"))} <= MACROS
    # What means something to roff is escaped.
    assert not re.search(r"\\(?![-e&f(])", PAGES[name])


def test_pages_hold_options_in_their_groups_examples_and_exit_codes() -> None:
    copy = PAGES["sbg-bulk-copy.1"]
    assert (
        copy.index(".SS Selection") < copy.index(r"\fB\-\-include, \-\-match GLOB\fR") < copy.index(".SS Destination")
    )
    assert r"sbg\-bulk copy \-\-manifest samples.csv \-\-to rfranklin/analysis" in copy
    assert ".SH EXIT STATUS\n.TP\n\\fB0\\fR\ndone\n" in PAGES["sbg-bulk.1"]


@pytest.mark.skipif(shutil.which("man") is None or shutil.which("groff") is None, reason="man and groff are not here")
@pytest.mark.parametrize("name", ["sbg-bulk.1", "sbg-bulk-copy.1", "sbg-bulk-completion.1"])
def test_man_shows_a_page_without_a_warning(tmp_path: Path, name: str) -> None:
    page = tmp_path / name
    page.write_text(PAGES[name], "utf-8")
    shown = subprocess.run(
        ["man", "--warnings=w", "-l", str(page)],
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": "/usr/bin:/bin", "MANWIDTH": "80", "LANG": "C.UTF-8", "MANPAGER": "cat"},
    )
    assert (shown.returncode, shown.stderr) == (0, "")
    text = re.sub(r"\x1b\[[0-9;]*m|.\x08", "", shown.stdout)
    assert f"{name[:-2]} - " in " ".join(text.split())
    for section in ("NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXAMPLES"):
        assert f"\n{section}\n" in text
    if name == "sbg-bulk-completion.1":
        # As it is pasted.
        assert """echo 'eval "$(sbg-bulk completion bash)"' >> ~/.bashrc""" in text
