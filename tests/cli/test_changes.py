"""`sbg-bulk metadata` and `tag`: what comes out goes in, old and new values are shown, and nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from sbg_bulk.cli.output.draw import Output
from sbg_bulk.simulator import File, Simulator
from tests.cli.harness import Run

FOLDER = "rfranklin/cohort/batch"


@pytest.fixture(autouse=True)
def files(simulator: Simulator) -> list[File]:
    world = simulator.world
    batch = world.add_folder("batch", world.add_project("rfranklin/cohort").root)
    world.add_folder("sub", batch)
    return [
        world.add_file(f"s{n}.bam", batch, size=5, metadata={"sample_id": f"S{n}", "name": "x"}, tags=["raw"])
        for n in range(3)
    ]


@pytest.fixture
def table(sbg: Run, tmp_path: Path) -> Path:
    """The metadata of all files, as the command writes it."""
    path = tmp_path / "metadata.csv"
    path.write_text(sbg("metadata", "get", FOLDER, "--csv").out, encoding="utf-8")
    return path


def test_metadata_that_was_written_is_a_manifest(sbg: Run, table: Path, files: list[File]) -> None:
    assert table.read_text(encoding="utf-8").splitlines() == [
        "path,sample_id,metadata.name",
        *(f"{FOLDER}/s{n}.bam,S{n},x" for n in range(3)),
    ]
    for file in files:
        file.metadata = {"other": "kept"}
    ran = sbg("metadata", "set", "--manifest", str(table), "--yes")
    assert (ran.code, ran.out) == (0, "")
    assert "Finished: 3 files updated" in ran.err
    assert [file.metadata for file in files] == [{"other": "kept", "sample_id": f"S{n}", "name": "x"} for n in range(3)]
    assert all(file.tags == ["raw"] for file in files)


def test_a_dry_run_shows_old_and_new_values_and_changes_nothing(sbg: Run, tmp_path: Path, files: list[File]) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"id,sample_id,case\n{files[0].id},new,\n{files[1].id},S1,C1\n", encoding="utf-8")
    ran = sbg("metadata", "set", "--manifest", str(path), "--clear", "name", "--dry-run")
    assert ran.code == 0
    assert [line.split() for line in ran.out.splitlines()] == [
        ["FILE", "KEY", "OLD", "NEW"],
        ["s0.bam", "sample_id", "S0", "new"],
        ["s0.bam", "name", "x", "-"],
        ["s1.bam", "case", "-", "C1"],
        ["s1.bam", "name", "x", "-"],
    ]
    assert "4 values to change in 2 of 2 files; 3 of them replace or remove an existing value." in ran.err
    assert "Nothing was changed." in ran.err
    assert files[0].metadata == {"sample_id": "S0", "name": "x"}
    documents = sbg("metadata", "set", "--manifest", str(path), "--dry-run", "--json").documents
    assert documents[0] == {"file": files[0].id, "path": "s0.bam", "key": "sample_id", "old": "S0", "new": "new"}


def test_on_a_narrow_terminal_old_and_new_values_are_whole(
    sbg: Run, table: Path, files: list[File], monkeypatch: pytest.MonkeyPatch
) -> None:
    files[0].metadata = {"sample_id": "x" * 30}
    drawn = Output()
    drawn.width = 60
    monkeypatch.setattr("sbg_bulk.cli.output.tables._output", lambda **_: drawn)
    assert sbg("metadata", "set", "--manifest", str(table), "--dry-run").out.splitlines() == [
        f"{FOLDER}/s0.bam",
        f"  sample_id: {'x' * 30} -> S0",
        "  name: - -> x",
    ]


def test_what_removes_a_key_is_named(sbg: Run, table: Path, files: list[File]) -> None:
    table.write_text("path,name\n" + "".join(f"{FOLDER}/s{n}.bam,ignored\n" for n in range(3)), encoding="utf-8")
    assert sbg("metadata", "set", "--manifest", str(table), "--clear", "name", "--yes").code == 0
    assert [file.metadata for file in files] == [{"sample_id": f"S{n}"} for n in range(3)]


def test_a_dry_run_says_whether_tags_are_lost(sbg: Run) -> None:
    assert "3 values to change in 3 of 3 files.\n" in sbg("tag", "add", FOLDER, "--tag", "new", "--dry-run").err
    told = "3 values to change in 3 of 3 files; 3 of them replace or remove an existing value.\n"
    assert told in sbg("tag", "set", FOLDER, "--tag", "new", "--dry-run").err


def test_tags_are_added_removed_and_replaced(sbg: Run, tmp_path: Path, files: list[File]) -> None:
    assert sbg("tag", "add", FOLDER, "--tag", "new", "--tag", "b; c", "--yes").code == 0
    assert sbg("tag", "remove", files[0].id, "--tag", "raw", "--yes").code == 0
    assert [file.tags for file in files] == [["new", "b; c"], *[["raw", "new", "b; c"]] * 2]
    path = tmp_path / "tags.csv"
    path.write_text(sbg("tag", "list", FOLDER, "--csv").out, encoding="utf-8")
    assert sbg("tag", "set", FOLDER, "--yes").code == 0
    assert [file.tags for file in files] == [[]] * 3
    assert sbg("tag", "set", "--manifest", str(path), "--yes").code == 0
    assert [file.tags for file in files] == [["new", "b; c"], *[["raw", "new", "b; c"]] * 2]
    shown = sbg("tag", "list", f"{FOLDER}/s1.bam")
    assert (shown.out.split("\n")[0], shown.err) == (f"{FOLDER}/s1.bam", "1 file.\n")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["metadata", "set", "--yes"], "Give --manifest"),
        (["tag", "add", "--yes"], "Give SOURCEs"),
        (["tag", "add", FOLDER, "--yes"], "--tag TAG"),
        (["tag", "add", f"{FOLDER}/sub", "--tag", "a", "--yes"], "There are no files in"),
        (["tag", "add", FOLDER, "--tag", "a"], "pass --yes"),
        (["metadata", "get", FOLDER, "--csv", "--json"], "not both"),
        (["metadata", "get", "0" * 24], "was not found"),
    ],
)
def test_what_is_missing_or_contradicts_itself_is_refused(sbg: Run, words: list[str], told: str) -> None:
    ran = sbg(*words)
    assert ran.code == 2
    assert told in ran.err


def test_the_rows_and_columns_that_are_wrong_are_told(sbg: Run, tmp_path: Path, files: list[File]) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"id,{'k' * 101},to\n{files[0].id},v,x\n", encoding="utf-8")
    ran = sbg("metadata", "set", "--manifest", str(path), "--yes")
    assert ran.code == 2
    assert "row 2, column to: this column belongs to another kind of manifest" in ran.err
    assert "the key has 101 bytes" in ran.err


def test_runs_of_tags_are_listed_and_shown_with_what_they_are_of(sbg: Run) -> None:
    assert sbg("tag", "add", FOLDER, "--tag", "new", "--yes").code == 0
    assert f"tag {FOLDER}\n" in sbg("runs", "list").out
    shown = sbg("runs", "show").out
    assert f"from      {FOLDER}\n" in shown
    # No bytes are carried.
    assert "size" not in shown
