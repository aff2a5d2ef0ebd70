"""`sbg-bulk files list`"""

from __future__ import annotations

import pytest

from sbg_bulk.simulator import Simulator
from tests.cli.harness import FOLDER, MINE, TARGET, Run, folder_of


def test_a_projects_root_is_listed_with_ids(sbg: Run) -> None:
    ran = sbg("files", "list", TARGET)
    header, *rows = ran.out.splitlines()
    assert header.split() == ["ID", "TYPE", "NAME"]
    assert [FOLDER, "folder", "incoming"] in [row.split() for row in rows]
    assert (ran.code, ran.err) == (0, "")


def test_with_json_each_entry_is_a_document_on_a_line(sbg: Run) -> None:
    documents = sbg("files", "list", MINE, "--json").documents
    assert {frozenset(document) for document in documents} == {frozenset({"id", "name", "type", "project", "parent"})}
    assert {"sample.bam", "run-1"} <= {document["name"] for document in documents}


def test_a_name_finds_an_id(sbg: Run) -> None:
    assert sbg("files", "list", TARGET, "--name", "incoming", "--json").document["id"] == FOLDER


def test_names_in_json_are_ascii_for_any_locale(sbg: Run, simulator: Simulator) -> None:
    simulator.world.add_file("Größe \x1b[1m.bam", folder_of(simulator), size=1)
    ran = sbg("files", "list", "--folder", FOLDER, "--json")
    assert ran.out.isascii()
    assert ran.document["name"] == "Größe \x1b[1m.bam"


def test_an_empty_folder_is_no_error(sbg: Run) -> None:
    ran = sbg("files", "list", "--folder", FOLDER)
    assert (ran.code, ran.out, ran.err) == (0, "", "Nothing there.\n")
    assert sbg("files", "list", "--folder", FOLDER, "--json").documents == []


@pytest.mark.parametrize("words", [[], [MINE, "--folder", FOLDER], ["my-project"]])
def test_one_well_formed_place_is_wanted(sbg: Run, simulator: Simulator, words: list[str]) -> None:
    simulator.requests.clear()
    ran = sbg("files", "list", *words)
    assert (ran.code, ran.out) == (2, "")
    assert "owner/project" in ran.err
    assert len(simulator.requests) == 0
