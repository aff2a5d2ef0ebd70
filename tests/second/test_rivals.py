"""Other tools are put before the same bugs: what they say is read as they say it, and false alarms find nothing."""

from __future__ import annotations

import subprocess
from functools import partial
from pathlib import Path

import pytest

from tests.second.bugs import BUGS
from tests.second.bugs.rivals import ROOT, SCRIPT, said, schemathesis, script_before, sources_before, table_of

ONE_CALL = ("--include-operation-id", "list_projects", "--phases", "coverage")


def test_schemathesis_says_more_of_a_server_with_a_bug_that_it_can_find() -> None:
    def look(url: str, folder: Path) -> frozenset[str]:
        return schemathesis(url, folder, *ONE_CALL)

    usual = said(look, None)
    assert {one.partition(":")[0] for one in said(look, "an_offset_of_minus_1_is_taken") - usual} == {"GET /projects"}
    assert said(look, "others_see_projects") == usual


def test_the_script_before_is_run_as_it_was(tmp_path: Path) -> None:
    known = subprocess.run(["git", "log", "-1", "--format=%H", "--", SCRIPT], cwd=ROOT, capture_output=True, text=True)
    if not known.stdout.strip():
        pytest.skip("the history of this checkout does not reach back to the script")
    look = partial(script_before, sources_before(tmp_path))
    assert said(look, "codes_are_texts")


def test_the_table_counts_the_bugs_of_each_family() -> None:
    names = [name for name in BUGS if BUGS[name].family == "files"][:2]
    assert table_of({"a tool": names[:1]}, names).splitlines() == [
        "| tool | all | files |",
        "| --- | --- | --- |",
        "| a tool | 1 of 2 | 1 |",
    ]
