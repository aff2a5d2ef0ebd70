"""`sbg-bulk import`: what is on a volume becomes files of a project, each once, and unfit input is told first."""

from __future__ import annotations

from pathlib import Path

import pytest

from sbg_bulk.simulator import File, Simulator
from sbg_bulk.simulator.world.moving import Import
from tests.cli.harness import Run

VOLUME, PROJECT = "rfranklin/bucket", "rfranklin/here"
OBJECTS = {"run/a.bam": 1_000_000, "run/deep/b.bam": 2_000_000, "run/notes.txt": 10, "other": 1}


@pytest.fixture(autouse=True)
def world(simulator: Simulator) -> None:
    simulator.world.add_project(PROJECT)
    simulator.world.volumes.add(VOLUME, access_mode="RO", objects=OBJECTS)


def imports(simulator: Simulator) -> list[Import]:
    started = [one.wanted for one in simulator.transfers.all()]
    return [one for one in started if isinstance(one, Import) and one.volume == VOLUME]


def test_the_plan_shows_files_bytes_volume_and_cloud_and_changes_nothing(sbg: Run, simulator: Simulator) -> None:
    ran = sbg("import", f"{VOLUME}:run/", "-r", "--to", PROJECT, "--dry-run")
    assert ran.code == 0, ran.err
    assert ran.err.splitlines()[:2] == [
        f"3 files (3 MB) from {VOLUME}:run/ to {PROJECT}.",
        f"Volume: {VOLUME} on AWS, bucket rfranklin-bucket. What is imported stays on it; the project gets aliases.",
    ]
    assert f"{VOLUME}:run/deep/b.bam  {PROJECT}/b.bam" in ran.out
    assert not imports(simulator)


def test_objects_are_imported_once_in_their_subfolders_if_that_is_wanted(sbg: Run, simulator: Simulator) -> None:
    command = ("import", f"{VOLUME}:run/", "-r", "--include", "*.bam", "--preserve-structure", "--to", f"{PROJECT}/in")
    ran = sbg(*command, "--parents", "--yes", "--verify")
    assert (ran.code, len(imports(simulator))) == (0, 2), ran.err
    assert "Finished: 2 files imported" in ran.err
    assert "Verified: 2 files, all as expected." in ran.err
    found = [one for one in simulator.world.nodes.values() if isinstance(one, File) and one.name in ("a.bam", "b.bam")]
    assert {one.alias_of for one in found} == {(VOLUME, "run/a.bam"), (VOLUME, "run/deep/b.bam")}
    again = sbg(*command, "--yes")
    assert (again.code, len(imports(simulator))) == (0, 2)
    assert "Nothing to do: everything is already there." in again.err
    assert sbg("ls", f"{PROJECT}/in/deep").out.split()[-1] == "b.bam"


def test_a_name_that_is_taken_by_another_file_is_reported_or_treated_as_was_said(
    sbg: Run, simulator: Simulator
) -> None:
    simulator.world.add_file("a.bam", simulator.world.projects[PROJECT].root, size=5)
    command = ("import", f"{VOLUME}:run/", "--to", PROJECT, "--yes")
    ran = sbg(*command)
    assert (ran.code, "to replace, add --on-conflict overwrite" in " ".join(ran.err.split())) == (3, True)
    assert [one.location for one in imports(simulator)] == ["run/notes.txt"]
    assert sbg(*command, "--on-conflict", "fail").code == 2
    over = sbg(*command, "--on-conflict", "overwrite")
    assert (over.code, "1 file at the destination will be overwritten." in over.err) == (0, True), over.err


UNFIT = {
    "no destination": ([f"{VOLUME}:run/"], "--to PATH"),
    "no place": (["rfranklin/here/run", "--to", PROJECT], "Write OWNER/VOLUME[:PREFIX]"),
    "not there": (["rfranklin/none:run/", "--to", PROJECT], "olume rfranklin/none was not found"),
    "a slash": ([f"{VOLUME}:/run/", "--to", PROJECT], f"Write {VOLUME}:run/"),
    "two dots": ([f"{VOLUME}:run/../x", "--to", PROJECT], "'..' has no meaning"),
    "nothing": (["--to", PROJECT], "Give SOURCEs, OWNER/VOLUME:PREFIX"),
    "a volume to go to": ([f"{VOLUME}:run/", "--to", "s3://mine"], "s3://mine"),
}


@pytest.mark.parametrize(("words", "told"), UNFIT.values(), ids=list(UNFIT))
def test_unfit_input_is_told_before_anything_is_sent_with_exit_code_2(
    sbg: Run, simulator: Simulator, words: list[str], told: str
) -> None:
    ran = sbg("import", *words, "--yes")
    assert (ran.code, told in " ".join(ran.err.split())) == (2, True), ran.err
    assert not imports(simulator)


def test_a_plan_is_a_manifest_of_the_same_imports(sbg: Run, simulator: Simulator, tmp_path: Path) -> None:
    plan = tmp_path / "plan.csv"
    ran = sbg("import", f"{VOLUME}:run/", "--to", PROJECT, "--dry-run", "--save-plan", str(plan))
    assert f"sbg-bulk import --manifest {plan}" in " ".join(ran.err.split())
    dry = sbg("import", "--manifest", str(plan), "--dry-run")
    assert (dry.code, f"{VOLUME}:run/a.bam" in dry.out) == (0, True), dry.err
    assert sbg("import", "--manifest", str(plan)).code == 0
    assert sorted(one.location for one in imports(simulator)) == ["run/a.bam", "run/notes.txt"]
    again = sbg("import", "--manifest", str(plan), "--on-conflict=skip", "--yes")
    told = "Nothing to do: everything is already there.\nSkipped: 2 files already there (same name and size).\n"
    assert (again.code, again.err, len(imports(simulator))) == (0, told, 2)
    assert sbg("import", "--manifest", str(plan), "--preserve-structure").code == 2
    assert "import" in sbg("runs", "list").out


def test_metadata_in_a_manifest_is_shown_by_the_plan_and_set_by_the_same_run(
    sbg: Run, simulator: Simulator, tmp_path: Path
) -> None:
    table = tmp_path / "samples.csv"
    table.write_text(f"source,metadata.Sample ID\n{VOLUME}:run/a.bam,S1\n{VOLUME}:run/notes.txt,\n", encoding="utf-8")
    command = ("import", "--manifest", str(table), "--to", PROJECT)
    plan = sbg(*command, "--dry-run")
    assert "Metadata of 1 file, set after the import: Sample ID." in plan.err
    assert "2 jobs; 5 requests" in plan.err
    assert not imports(simulator)
    ran = sbg(*command, "--verify")
    assert ran.code == 0, ran.err
    found = [node for node in simulator.world.projects[PROJECT].root.children.values() if isinstance(node, File)]
    assert {node.name: node.metadata for node in found} == {"a.bam": {"Sample ID": "S1"}, "notes.txt": {}}
    header, first, second = sbg("runs", "export").out.splitlines()
    assert "metadata.Sample ID" in header
    assert ("S1" in first, "S1" in second) == (True, False)


def test_what_is_there_already_gets_the_metadata_that_it_lacks_alone(
    sbg: Run, simulator: Simulator, tmp_path: Path
) -> None:
    places = tmp_path / "places.txt"
    places.write_text(f"{VOLUME}:run/a.bam\n{VOLUME}:run/notes.txt\n")
    assert sbg("import", "--files-from", str(places), "--to", PROJECT).code == 0
    table = tmp_path / "samples.csv"
    table.write_text(f"source,metadata.sample\n{VOLUME}:run/a.bam,S1\n{VOLUME}:run/notes.txt,\n", encoding="utf-8")
    command = ("import", "--manifest", str(table), "--to", PROJECT)
    plan = sbg(*command, "--dry-run")
    told = (
        "Skipped: 1 file already there (same name and size).\n"
        "1 file already there (same name and size): only the metadata will be set.\n"
    )
    assert plan.err.startswith(told)
    assert "Plan: 0 jobs; 2 requests" in plan.err
    assert sbg(*command, "--dry-run", "--json").documents[-1]["items"] == 1
    ran = sbg(*command, "--verify")
    assert (ran.code, len(imports(simulator))) == (0, 2), ran.err
    found = simulator.world.projects[PROJECT].root.children["a.bam"]
    assert isinstance(found, File)
    assert found.metadata == {"sample": "S1"}
    assert "Nothing to do: everything is already there." in sbg(*command).err


def test_a_list_of_places_is_imported_too(sbg: Run, simulator: Simulator, tmp_path: Path) -> None:
    places = tmp_path / "places.txt"
    places.write_text(f"{VOLUME}:run/a.bam\n{VOLUME}:other\n")
    ran = sbg("import", "--files-from", str(places), "--to", PROJECT)
    assert (ran.code, sorted(one.location for one in imports(simulator))) == (0, ["other", "run/a.bam"]), ran.err
