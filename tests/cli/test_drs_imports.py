"""`sbg-bulk import --drs`: the objects of a portal's manifest become files of a project, each once."""

from __future__ import annotations

from pathlib import Path

import pytest

from sbg_bulk.simulator import File, Simulator
from tests.cli.harness import Run

PROJECT = "rfranklin/here"
HOST = "drs://portal.example"


@pytest.fixture
def portal(simulator: Simulator, tmp_path: Path) -> Path:
    """A manifest as portals write it, of three objects that there are."""
    simulator.world.add_project(PROJECT)
    for number in range(3):
        simulator.world.repository.add(f"{HOST}/{number}", f"x{number}.bam", size=5)
    path = tmp_path / "portal.tsv"
    rows = [f"{HOST}/{number}\tf{number}.bam\tS{number}" for number in range(3)]
    path.write_text("\n".join(["drs_uri\tfile_name\tSample ID", *rows, ""]), encoding="utf-8")
    return path


def there(simulator: Simulator) -> dict[str, dict[str, str]]:
    children = simulator.world.projects[PROJECT].root.children
    return {name: node.metadata for name, node in children.items() if isinstance(node, File)}


def test_the_objects_of_a_manifest_are_imported_with_names_and_metadata(
    sbg: Run, simulator: Simulator, portal: Path
) -> None:
    ran = sbg("import", "--drs", str(portal), "--to", PROJECT, "--verify")
    assert ran.code == 0, ran.err
    assert "Finished: 3 files imported" in ran.err
    assert "Verified: 3 files, all as expected." in ran.err
    assert there(simulator) == {f"f{number}.bam": {"Sample ID": f"S{number}"} for number in range(3)}
    # Typed again, the platform skips what is there.
    assert sbg("import", "--drs", str(portal), "--to", PROJECT).code == 0
    assert len(there(simulator)) == 3
    assert sbg("runs", "show", "--json").document["type"] == "DRS_IMPORT"


def test_a_dry_run_tells_the_pace_and_changes_nothing(sbg: Run, simulator: Simulator, portal: Path) -> None:
    ran = sbg("import", "--drs", str(portal), "--to", PROJECT, "--dry-run")
    assert ran.code == 0, ran.err
    assert "Pace: at most 500 items in 5 min." in ran.err
    assert f"{PROJECT}/f0.bam" in ran.out
    assert not there(simulator)
    rows = "".join(f"{HOST}/{number}\n" for number in range(1001))
    portal.write_text(rows, encoding="utf-8")
    words = ("import", "--drs", str(portal), "--to", PROJECT, "--dry-run")
    assert "Pace: at most 500 items in 5 min: this takes at least 10 min." in sbg(*words).err
    assert "Pace: at most 200 items in 5 min: this takes at least 25 min." in sbg(*words, "--pace", "200").err
    assert sbg(*words, "--pace", "200", "--json").document["pace_seconds"] == 1500
    assert sbg(*words, "--pace", "0").code == 2


def test_all_files_get_the_tags_that_are_given(sbg: Run, simulator: Simulator, portal: Path) -> None:
    ran = sbg("import", "--drs", str(portal), "--to", PROJECT, "--with-tag", "portal", "--with-tag", "raw")
    assert ran.code == 0, ran.err
    files = [node for node in simulator.world.projects[PROJECT].root.children.values() if isinstance(node, File)]
    assert [sorted(node.tags) for node in files] == [["portal", "raw"]] * 3
    refused = sbg("import", "--manifest", str(portal), "--to", PROJECT, "--with-tag", "portal")
    assert (refused.code, "--with-tag needs --drs" in refused.err) == (2, True)


@pytest.mark.parametrize(("way", "number"), [("skip", 3), ("rename", 4), ("overwrite", 3)])
def test_a_taken_name_is_dealt_with_as_was_said(
    sbg: Run, simulator: Simulator, portal: Path, way: str, number: int
) -> None:
    root = simulator.world.projects[PROJECT].root
    old = simulator.world.add_file("f1.bam", root, size=1)
    ran = sbg("import", "--drs", str(portal), "--to", PROJECT, "--on-conflict", way)
    assert ran.code == 0, ran.err
    assert len(there(simulator)) == number
    assert (root.children["f1.bam"] is old) == (way != "overwrite")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--manifest", "a.csv"], "Give --drs alone"),
        (["rfranklin/bucket:a"], "Give --drs alone"),
        (["--on-conflict", "fail"], "cannot be combined with --drs"),
        (["--no-check"], "cannot be combined with --drs"),
        (["--recursive"], "a manifest already lists its files"),
    ],
)
def test_what_contradicts_itself_is_refused(sbg: Run, portal: Path, words: list[str], told: str) -> None:
    ran = sbg("import", "--drs", str(portal), "--to", PROJECT, *words)
    assert ran.code == 2
    assert told in ran.err


def test_an_address_that_is_none_is_told_with_its_row(sbg: Run, simulator: Simulator, portal: Path) -> None:
    portal.write_text("drs_uri,name\nhttps://portal.example/1,a\n", encoding="utf-8")
    ran = sbg("import", "--drs", str(portal), "--to", PROJECT)
    assert ran.code == 2
    assert "row 2, column drs_uri: expected drs://host/id or drs://prefix:id, not 'https://portal.example/1'" in ran.err
    assert not there(simulator)
