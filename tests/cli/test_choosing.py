"""`sbg-bulk copy`, `move` and `delete` of paths: what is shown, what is done, and what is told afterwards."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from sbg_bulk import Client, ConnectionFailed
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.steps import Flow
from sbg_bulk.api.waits import Cause, Wait
from sbg_bulk.files.folders import make_folder
from sbg_bulk.simulator import Folder, Simulator
from tests.cli.harness import (
    FILE,
    FILE_2,
    FOLDER,
    MINE,
    TARGET,
    Run,
    add_files,
    folder_of,
    journals,
    printed_commands,
    started_jobs,
    tree,
)
from tests.support.world import World

IN = f"{TARGET}/incoming"


def below(simulator: Simulator, *names: str, files: Sequence[str] = ()) -> Folder:
    """A folder of `MINE` with files in it; both are made if they are not there."""
    folder = simulator.world.projects[MINE].root
    for name in names:
        found = folder.children.get(name) or simulator.world.add_folder(name, folder)
        assert isinstance(found, Folder)
        folder = found
    for name in files:
        simulator.world.add_file(name, folder, size=1_500_000)
    return folder


@pytest.fixture(autouse=True)
def run(simulator: Simulator) -> Folder:
    """The folder `run` of `MINE`: two files, and a subfolder with one."""
    below(simulator, "run", "old", files=["c.bam"])
    return below(simulator, "run", files=["a.bam", "b.txt"])


def test_what_is_chosen_is_shown_and_carried_in_a_run(sbg: Run, simulator: Simulator, home: Path) -> None:
    ran = sbg("copy", f"{MINE}/run", "--to", IN, "--yes")
    assert (ran.code, ran.out) == (0, "")
    first, second, third, fourth, *_, last = ran.err.splitlines()
    assert first == f"2 files (3 MB) from {MINE}/run to {IN}."
    assert second == "Skipped: 1 subfolder (add --recursive to include them)."
    assert third.startswith("Plan: 1 job; 2 requests (")
    assert third.endswith(" left now: starts at once).")
    assert fourth == "Listing used 4 requests."
    assert last == "Finished: 2 files copied in 0 s, 3 MB."
    assert tree(simulator, FOLDER) == ["a.bam", "b.txt"]
    assert len(journals(home)) == 1


def test_the_report_has_paths(sbg: Run) -> None:
    report = sbg("copy", f"{MINE}/run/a.bam", "--to", IN, "--yes", "--json").document
    (row,) = sbg("runs", "export", report["run"], "--json").documents
    assert (row["source_path"], row["destination_path"]) == (f"{MINE}/run/a.bam", f"{IN}/a.bam")


def test_patterns_dates_and_types_narrow_the_choice(sbg: Run) -> None:
    def names(*words: str) -> list[str]:
        found = sbg("copy", f"{MINE}/run", "--to", TARGET, "--parents", "--dry-run", "--json", *words)
        return [one["destination"].removeprefix(f"{TARGET}/") for one in found.document["choice"]]

    assert names() == ["a.bam", "b.txt"]
    assert names("-r") == ["old", "a.bam", "b.txt"]
    assert names("-r", "--match", "*.bam") == ["a.bam", "old/c.bam"]
    assert names("--match", "*.bam", "--match", "*.txt", "--exclude", "a*") == ["b.txt"]
    assert names("--type", "folder") == ["old"]
    assert names("--newer-than", "2019-01-01") == ["a.bam", "b.txt"]
    assert names("--newer-than", "1h") == []  # the service's files are of 2019


@pytest.mark.parametrize(
    ("to", "told"),
    [
        (f"{IN}/there.bam", f"{IN}/there.bam is a file, not a folder. "),
        (f"{IN}/new.bam", f"Folder {IN}/new.bam does not exist. Create it with --parents. "),
    ],
)
def test_a_file_as_destination_is_answered_with_its_folder(sbg: Run, simulator: Simulator, to: str, told: str) -> None:
    World(simulator).add(f"{IN}/there.bam")
    ran = sbg("copy", f"{MINE}/run/a.bam", "--to", to, "--yes")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        f"sbg-bulk: {told}Files keep their names: to put one into {IN}, give that folder. To rename files, use the "
        "name column of a manifest.\n"
    )


def test_missing_folders_are_made_or_named(sbg: Run, simulator: Simulator) -> None:
    words = ["copy", f"{MINE}/run", "--to", f"{IN}/x/y", "-r", "--match", "*.bam", "--yes"]
    refused = sbg(*words)
    assert (refused.code, refused.out) == (2, "")
    assert refused.err == f"sbg-bulk: Folder {IN}/x does not exist. Create it with --parents.\n"
    assert tree(simulator, FOLDER) == []
    ran = sbg(*words, "--parents")
    assert ran.code == 0
    assert "Plan: create 3 folders, 1 job; 5 requests (" in ran.err
    assert tree(simulator, FOLDER) == ["x"]


def test_a_name_may_be_odd(sbg: Run, simulator: Simulator) -> None:
    odd = ["-rf", "a *.bam", "Größe\x1b[1m"]
    below(simulator, "-odd", files=odd)
    for name in odd:
        assert sbg("copy", "--to", IN, "--yes", "--", f"{MINE}/-odd/{name}").code == 0
    assert tree(simulator, FOLDER) == sorted(odd)
    assert "\x1b" not in sbg("copy", f"{MINE}/-odd/", "--to", TARGET, "--dry-run").out


# A dry run


def test_a_dry_run_shows_the_choice_and_changes_nothing(sbg: Run, simulator: Simulator, home: Path) -> None:
    simulator.requests.clear()
    ran = sbg("move", f"{MINE}/run", FILE, "--to", f"{IN}/new", "--parents", "--dry-run")
    assert ran.code == 0
    header, *rows = [line.split() for line in ran.out.splitlines()]
    assert header == ["TYPE", "SIZE", "SOURCE", "DESTINATION"]
    assert [(row[0], *row[3:]) for row in rows[:-1]] == [
        ("file", f"{MINE}/run/a.bam", f"{IN}/new/a.bam"),
        ("file", f"{MINE}/run/b.txt", f"{IN}/new/b.txt"),
        ("file", FILE, f"{IN}/new/sample.bam"),
    ]
    assert rows[2][1:3] == ["2.15", "GB"]
    assert rows[-1] == ["Total:", "3", "files", "(2.15", "GB)."]
    assert "3 files (2.15 GB) from 2 sources to" in ran.err
    assert ran.err.endswith("Nothing was changed.\n")
    asked = {request.operation for request in simulator.requests}
    assert asked == {"list_files", "bulk_get_files", "get_rate_limit"}
    assert journals(home) == []


def test_of_a_large_choice_the_first_are_shown_and_json_has_all(sbg: Run, simulator: Simulator) -> None:
    below(simulator, "many", files=[f"{number:03}" for number in range(120)])
    words = ["delete", f"{MINE}/many", "--dry-run"]
    ran = sbg(*words)
    assert len(ran.out.splitlines()) == 1 + 20 + 2
    assert ran.out.endswith("... and 100 more; --json lists them all.\nTotal: 120 files (180 MB).\n")
    document = sbg(*words, "--json", "--items-per-job", "50").document
    assert len(document["choice"]) == document["items"] == 120
    assert (document["jobs"], document["requests"], document["looked"]) == (3, 4, 3)
    assert document["choice"][0].keys() == {"file", "name", "type", "size", "source", "destination"}
    assert document["choice"][0]["destination"] is None


@pytest.mark.parametrize("words", [["copy"], ["sync"]])
def test_60_columns_are_enough_to_read_what_would_be_done(
    sbg: Run, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.setattr("sbg_bulk.cli.output.draw.PIPE_WIDTH", 60)
    ran = sbg(*words, f"{MINE}/run", "--to", IN, "--dry-run")
    lines = ran.out.splitlines()
    assert any(line.endswith(f"file {MINE}/run/a.bam") for line in lines)
    assert f"  1.5 MB, to {IN}/a.bam" in lines
    assert max(map(len, lines)) <= 60


def test_60_columns_are_enough_to_read_what_would_be_deleted(
    sbg: Run, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sbg_bulk.cli.output.draw.PIPE_WIDTH", 60)
    below(simulator, "a-folder-with-a-name", files=["and-a-file-with-another-one.bam"])
    path = f"{MINE}/a-folder-with-a-name/and-a-file-with-another-one.bam"
    ran = sbg("delete", f"{MINE}/a-folder-with-a-name", "--dry-run")
    assert ran.out.splitlines()[:2] == [f"file {path}", "  1.5 MB"]


def test_that_nothing_fits_is_told_and_no_failure(sbg: Run, home: Path) -> None:
    ran = sbg("copy", f"{MINE}/run", "--to", IN, "--match", "*.cram", "--yes")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.startswith(f"sbg-bulk: no files matched in {MINE}/run. One of the names is 'a.bam'.\n")
    assert journals(home) == []
    assert sbg("copy", f"{MINE}/run", "--to", IN, "--include", "*.cram", "--error-on-no-match", "--yes").code == 3
    assert sbg("delete", f"{MINE}/run", "--include", "*.cram", "--error-on-no-match", "--dry-run").code == 3


@pytest.mark.parametrize("words", [("delete",), ("copy", "--to", IN), ("move", "--to", IN)], ids=lambda words: words[0])
def test_a_folder_that_holds_only_folders_is_told_as_such_and_fails(
    sbg: Run, simulator: Simulator, words: tuple[str, ...]
) -> None:
    below(simulator, "hollow", "deep", files=["x"])
    job_type, *to = words
    told = f"sbg-bulk: {MINE}/hollow contains only folders. To include them, add --recursive."
    told += " To delete the folder itself, add --dir.\n" if job_type == "delete" else "\n"
    for option in ("--yes", "--dry-run"):
        ran = sbg(job_type, f"{MINE}/hollow", *to, option)
        assert (ran.code, ran.out, ran.err) == (3, "", told)
    assert sbg(job_type, f"{MINE}/hollow", *to, "--yes", "--recursive").code == 0


# What is there already


def test_a_name_taken_by_something_else_is_told_and_shows_in_the_exit_code(sbg: Run, simulator: Simulator) -> None:
    destination = simulator.world.nodes[FOLDER]
    assert isinstance(destination, Folder)
    simulator.world.add_file("a.bam", destination, size=7)
    words = ["copy", f"{MINE}/run", "--to", IN]
    dry = sbg(*words, "--dry-run")
    assert dry.code == 3
    told = "Skipped; to copy under another name, add --on-conflict rename; to replace, use sync:\n"
    told += f"  {IN}/a.bam: a file with this name and a different size exists there (7 B; this one has 1.5 MB)\n"
    assert told in dry.err
    (different,) = sbg(*words, "--dry-run", "--json").document["different"]
    assert different["destination"] == f"{IN}/a.bam"
    ran = sbg(*words, "--yes")
    assert ran.code == 3
    assert told in ran.err
    assert ran.err.endswith(
        "1 name exists at the destination with a different size or type. Nothing there was changed.\n"
    )
    again = sbg(*words, "--yes", "--quiet")
    assert again.code == 3
    assert told in again.err
    assert tree(simulator, FOLDER) == ["a.bam", "b.txt"]
    refused = sbg(*words, "--yes", "--on-conflict", "fail")
    assert refused.code == 2
    assert "nothing was changed" in refused.err
    assert sbg(*words, "--yes", "--on-conflict", "rename").code == 0
    assert tree(simulator, FOLDER) == ["1_a.bam", "1_b.txt", "a.bam", "b.txt"]


def test_a_file_that_is_named_and_filtered_out_is_told(sbg: Run) -> None:
    ran = sbg("copy", f"{MINE}/run", f"{MINE}/sample.bam", "--include", "*.txt", "--to", IN, "--yes")
    assert ran.code == 0
    assert f"Excluded by the filters: {MINE}/sample.bam.\n" in ran.err


def test_a_folder_itself_is_deleted_if_that_is_said(sbg: Run, simulator: Simulator) -> None:
    assert sbg("delete", f"{MINE}/run", "--dir", "--yes").code == 0
    assert "run" not in simulator.world.projects[MINE].root.children
    refused = sbg("delete", MINE, "--dir", "--yes")
    assert refused.code == 2
    assert "is a project: its contents can be selected, but not the project itself" in refused.err


def test_files_are_chosen_by_tags_and_metadata(sbg: Run, simulator: Simulator) -> None:
    folder = simulator.world.add_folder("tagged", simulator.world.projects[MINE].root)
    simulator.world.add_file("s1", folder, tags=["wgs"], metadata={"sample_id": "S1"})
    simulator.world.add_file("s2", folder, tags=["wgs"], metadata={"sample_id": "S2"})
    words = ["copy", f"{MINE}/tagged", "--to", IN, "--yes", "--tag", "wgs"]
    assert sbg(*words, "--metadata", "sample_id=S2").code == 0
    assert tree(simulator, FOLDER) == ["s2"]
    assert sbg(*words, "--metadata", "sample_id").code == 2


def test_what_is_there_is_left_out_and_counted(sbg: Run, simulator: Simulator) -> None:
    words = ["copy", f"{MINE}/run", "--to", IN, "--yes"]
    assert sbg(*words, "--include", "a*").code == 0
    ran = sbg(*words)
    assert "1 file (" in ran.err
    assert "Skipped: 1 subfolder (add --recursive to include them).\n" in ran.err
    assert "Skipped: 1 file already there (same name and size).\n" in ran.err
    again = sbg(*words)
    assert again.code == 0
    assert again.err.startswith("Nothing to do: everything is already there.\n")
    assert tree(simulator, FOLDER) == ["a.bam", "b.txt"]


def test_rows_of_a_manifest_that_are_there_are_left_out(sbg: Run, simulator: Simulator, tmp_path: Path) -> None:
    manifest = tmp_path / "m.csv"
    manifest.write_text(f"file\n{FILE}\n{FILE_2}\n", "utf-8")
    assert sbg("copy", FILE, "--to-folder", FOLDER).code == 0
    words = ["copy", "--manifest", str(manifest), "--to", IN]
    dry = sbg(*words, "--dry-run")
    assert dry.out.splitlines()[1].split() == ["file", "3.22", "GB", FILE_2, f"{IN}/sample-1.bam"]
    skipped, head, plan, last = dry.err.splitlines()
    assert skipped == "Skipped: 1 file already there (same name and size)."
    assert head == f"Copy 1 file (3.22 GB) in 1 row of {manifest} to {IN}."
    assert plan.startswith("Plan: 1 job; 2 requests (")
    assert last == "Nothing was changed."
    assert sbg(*words).code == 0
    assert tree(simulator, FOLDER) == ["sample-1.bam", "sample.bam"]
    for all_there in (words, [*words, "--dry-run"], ["copy", FILE, FILE_2, "--to", IN]):
        again = sbg(*all_there)
        assert again.code == 0
        assert again.err.endswith(
            "Nothing to do: everything is already there.\nSkipped: 2 files already there (same name and size).\n"
        )


# Where things go


def test_ids_and_a_manifest_go_to_a_path_too(sbg: Run, simulator: Simulator, tmp_path: Path) -> None:
    manifest = tmp_path / "m.csv"
    manifest.write_text(f"file\n{FILE_2}\n", "utf-8")
    simulator.requests.clear()
    assert sbg("copy", FILE, "--to", f"{IN}/x", "--parents").code == 0
    asked = [request.operation for request in simulator.requests]
    assert [one for one in asked if one in ("bulk_get_files", "create_folder", "submit_copy_job")] == [
        "bulk_get_files", "create_folder", "submit_copy_job",
    ]  # fmt: skip
    assert sbg("move", "--yes", "--manifest", str(manifest), "--to", f"{IN}/x").code == 0
    folder = next(node for node in simulator.world.nodes.values() if node.name == "x")
    assert tree(simulator, folder.id) == ["sample-1.bam", "sample.bam"]
    assert sbg("copy", FILE, "--to", f"{IN}/none").code == 2


@pytest.mark.parametrize(
    ("words", "operation"),
    [
        (("copy", "--to", FOLDER), "submit_copy_job"),
        (("move", "--yes", "--to", FOLDER), "submit_move_job"),
        (("delete", "--yes"), "submit_delete_job"),
    ],
)
def test_more_ids_than_a_job_takes_are_a_run(
    sbg: Run, simulator: Simulator, home: Path, words: tuple[str, ...], operation: str
) -> None:
    ids = add_files(simulator, 250)
    simulator.requests.clear()
    ran = sbg(*words, *ids)
    assert (ran.code, ran.out) == (0, "")
    assert re.search(r"Finished: 250 files (copied|moved|deleted) in 0 s, 281 kB\.", ran.err)
    posted = [request.operation for request in simulator.requests if request.method == "POST"]
    # They are read a hundred at a time, and submitted so.
    assert posted == ["bulk_get_files"] * 3 + [operation] * 3
    (journal,) = journals(home)
    assert sbg("runs", "resume", journal.stem).code == 0
    assert len([request for request in simulator.requests if request.operation == operation]) == 3


def test_a_hundred_ids_are_one_job(sbg: Run, simulator: Simulator, home: Path) -> None:
    simulator.requests.clear()
    assert sbg("move", "--yes", *add_files(simulator, 100), "--to", FOLDER).code == 0
    sent = [request.operation for request in simulator.requests if request.method == "POST"]
    assert sent == ["bulk_get_files", "submit_move_job"]
    assert journals(home) == []


def test_a_run_of_ids_that_is_interrupted_names_the_command_that_resumes_it(
    sbg: Run, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = add_files(simulator, 250)

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("sbg_bulk.transfers.family.post", interrupted)
        ran = sbg("copy", *ids, "--to", FOLDER)
    assert ran.code == 130
    (again,) = printed_commands(ran.err)
    ran = sbg(*again)
    assert ran.code == 0
    assert len(tree(simulator, FOLDER)) == 250


@pytest.mark.parametrize(
    "option", ["--items-per-job=5", "--journal={}/j.sbg-run", "--jobs-in-flight=1", "--reserve=0", "--list-lag=1"]
)
def test_an_option_of_runs_makes_ids_a_run(sbg: Run, home: Path, option: str) -> None:
    ran = sbg("copy", FILE, "--to", FOLDER, option.format(home))
    assert ran.code == 0
    assert "Finished: 1 file copied in 0 s, 2.15 GB." in ran.err


@pytest.mark.parametrize(
    "words", [["delete"], ["copy", "--to", TARGET], ["move", "--to", TARGET]], ids=lambda it: it[0]
)
def test_ids_can_be_looked_at_before_with_a_dry_run(sbg: Run, simulator: Simulator, words: list[str]) -> None:
    ran = sbg(*words, FILE, "--dry-run")
    assert (ran.code, FILE in ran.out) == (0, True)
    assert "Nothing was changed." in ran.err
    assert started_jobs(simulator) == []


# Verify


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["copy", "--to", IN], "3 items with 1 file in folders, all as expected.\n"),
        (
            ["move", "--to", IN],
            "3 items, all as expected. Of these, 1 folder by name; its contents were not compared.\n"
            f"Compare one with another copy: sbg-bulk check OTHER {IN}/old\n",
        ),
        (["delete"], "3 items, all as expected.\n"),
    ],
    ids=["copy", "move", "delete"],
)
def test_what_was_done_is_verified(sbg: Run, words: list[str], told: str) -> None:
    ran = sbg(*words, f"{MINE}/run", "-r", "--yes", "--verify")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.endswith(f"Verified: {told}")


@pytest.mark.parametrize("words", [["copy", "--to", IN], ["move", "--to", IN], ["delete"]], ids=lambda words: words[0])
@pytest.mark.parametrize("by", ["path", "manifest"])
def test_a_plan_counts_the_requests_of_the_verification(
    sbg: Run, simulator: Simulator, home: Path, tmp_path: Path, words: list[str], by: str
) -> None:
    below(simulator, "run", "old", "older", files=["x", "y"])
    manifest = tmp_path / "m.csv"
    manifest.write_text(f"file\n{MINE}/run/a.bam\n{MINE}/run/b.txt\n")
    chosen = [f"{MINE}/run", "-r"] if by == "path" else ["--manifest", str(manifest)]

    def planned(*more: str) -> int:
        ran = sbg(*words, *chosen, "--dry-run", *more)
        found = re.search(r"Plan: .* (\d+) requests", ran.out + ran.err)
        assert found
        return int(found[1])

    extra = planned("--verify") - planned()
    assert sbg(*words, *chosen, "--yes").code == 0
    simulator.requests.clear()
    assert sbg("runs", "verify", journals(home)[-1].stem).code == 0
    assert extra == len([one for one in simulator.requests if one.operation != "get_rate_limit"]) > 0


def test_folders_that_were_moved_are_verified_by_name_only(sbg: Run, simulator: Simulator) -> None:
    below(simulator, "whole", "inner", files=["a"])
    ran = sbg("move", f"{MINE}/whole", "-r", "--to", IN, "--yes", "--verify")
    assert "Verified: 1 folder by name; its contents were not compared.\n" in ran.err


def test_a_difference_has_its_exit_code_and_is_told(sbg: Run, simulator: Simulator) -> None:
    simulator.world.add_file("a.bam", simulator.world.projects[TARGET].root, size=1)
    words = [f"{MINE}/run", "--yes", "--verify", "--on-conflict", "rename"]
    ran = sbg("copy", *words, "--to", TARGET)
    assert ran.code == 3
    assert ran.err.endswith(f"Verified: 2 files, 1 difference:\n  {TARGET}/a.bam: exists as 1_a.bam\n")
    found = sbg("move", *words, "--to", TARGET, "--json")
    assert found.code == 3
    verified = found.documents[-1]
    assert (verified["event"], verified["agrees"], verified["checked"]) == ("run-verified", False, 2)
    assert {(one["expected"], one["finding"], one["found"]) for one in verified["differences"]} == {
        (f"{TARGET}/a.bam", "renamed", "2_a.bam"),
        (f"{TARGET}/b.txt", "renamed", "1_b.txt"),
    }


def test_many_differences_are_told_in_part(sbg: Run, simulator: Simulator) -> None:
    names = [f"{number:03}" for number in range(30)]
    below(simulator, "many", files=names)
    for name in names:
        simulator.world.add_file(name, simulator.world.projects[TARGET].root, size=1)
    ran = sbg("copy", f"{MINE}/many", "--to", TARGET, "--yes", "--verify", "--on-conflict", "rename")
    assert ran.err.endswith("  ... and 10 more; --json lists them all.\n")
    assert ran.err.count(": exists as 1_") == 20


def test_a_manifest_is_verified_too_and_a_run_at_any_time(sbg: Run, simulator: Simulator, tmp_path: Path) -> None:
    manifest = tmp_path / "m.csv"
    manifest.write_text(f"file,name\n{FILE},new.bam\n", "utf-8")
    ran = sbg("copy", "--manifest", str(manifest), "--to", IN, "--verify")
    assert ran.code == 0
    assert ran.err.endswith("Verified: 1 file, all as expected.\n")
    run = sbg("runs", "list", "--json").document["run"]
    (copy,) = (node for node in simulator.world.nodes.values() if node.name == "new.bam")
    simulator.world.delete(copy)
    again = sbg("runs", "verify", run)
    assert again.code == 3
    assert again.err == f"Verified: 1 file, 1 difference:\n  new.bam in folder {FOLDER}: is missing\n"
    assert sbg("runs", "verify", "none").code == 2


def test_a_verification_that_breaks_off_says_how_to_take_it_up(
    sbg: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Client, "verify", _broken)
    ran = sbg("copy", f"{MINE}/run/a.bam", "--to", IN, "--yes", "--verify")
    (journal,) = journals(home)
    assert ran.code == 1
    assert ran.err.endswith(f"but was not verified. Verify it with: sbg-bulk runs verify {journal.stem}\n")


def test_an_interrupted_verification_says_how_to_take_it_up(
    sbg: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Client, "verify", _interrupted)
    ran = sbg("copy", f"{MINE}/run/a.bam", "--to", IN, "--yes", "--verify")
    (journal,) = journals(home)
    assert ran.code == 130
    assert ran.err.endswith(f"but was not verified. Verify it with: sbg-bulk runs verify {journal.stem}\n")


def test_a_run_that_breaks_off_says_how_to_verify_it_afterwards(sbg: Run, home: Path, simulator: Simulator) -> None:
    simulator.arm("kind=500 op=list_async_jobs")
    simulator.arm("kind=500 op=get_copy_job")
    ran = sbg("copy", f"{MINE}/run/a.bam", "--to", IN, "--yes", "--verify", "--give-up-after", "0")
    (journal,) = journals(home)
    assert ran.code == 1
    assert ran.err.splitlines()[-2:] == [
        f"Resume with: sbg-bulk runs resume {journal.stem}",
        f"Then verify it with: sbg-bulk runs verify {journal.stem}",
    ]


@pytest.mark.parametrize("job_type", ["copy", "move"])
def test_a_folder_that_is_created_for_ids_is_part_of_a_run_that_can_be_resumed(
    sbg: Run, simulator: Simulator, job_type: str
) -> None:
    words = [job_type, FILE, "--to", f"{IN}/new", "--parents", *(["--yes"] if job_type == "move" else [])]
    with_faults = ("kind=maintenance op=submit_* times=9", "kind=500 op=list_async_jobs times=9")
    for fault in with_faults:
        simulator.arm(fault)
    ran = sbg(*words, "--give-up-after", "0")
    assert ran.code == 1
    [resume] = [words for words in printed_commands(ran.err) if words[:2] == ["runs", "resume"]]
    folder = next(node.id for node in simulator.world.nodes.values() if node.name == "new")
    assert tree(simulator, folder) == []
    simulator.disarm()
    assert sbg(*words).code == 2  # the run is named, and no other begun
    assert sbg(*resume).code == 0
    assert tree(simulator, folder) == ["sample.bam"]


def test_no_folder_is_made_for_a_run_whose_journal_cannot_be(sbg: Run, simulator: Simulator, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", "utf-8")
    before = tree(simulator, FOLDER)
    for journal in (tmp_path / "file", tmp_path / "file" / "j"):
        assert sbg("copy", f"{MINE}/run", "--to", f"{IN}/new", "--parents", "--yes", "--journal", str(journal)).code
    assert tree(simulator, FOLDER) == before
    assert (tmp_path / "file").read_text("utf-8") == "mine"


def test_a_pause_while_folders_are_made_is_told(sbg: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(policy: RequestPolicy, *others: Any) -> Flow[str]:
        assert policy.on_wait is not None
        policy.on_wait(Wait(300, Cause.RATE_LIMIT, "the rate limit (HTTP 429)"))
        return (yield from make_folder(policy, *others))

    monkeypatch.setattr("sbg_bulk.runs.run.make_folder", refused)
    ran = sbg("copy", f"{MINE}/run", "--to", f"{IN}/new", "--parents", "--yes")
    assert ran.code == 0
    assert ran.err.splitlines().count("Waiting 5 min: the rate limit (HTTP 429).") == 1


def test_a_name_cannot_begin_a_line_of_its_own(sbg: Run, simulator: Simulator) -> None:
    name = "a\nVerified: 1 file, all as expected."
    below(simulator, "odd", name, files=[name])
    simulator.world.add_file(name, folder_of(simulator), size=1)
    ran = sbg("copy", f"{MINE}/odd/{name}", "--to", IN, "--match", "*", "--yes", "--verify")
    assert ran.code == 3
    assert not any(line.startswith("Verified: 1 file, all") for line in ran.err.splitlines())


def test_a_run_of_what_was_chosen_is_listed_by_its_paths(sbg: Run) -> None:
    assert sbg("copy", f"{MINE}/run", "--to", IN, "--yes").code == 0
    assert f"{MINE}/run to {IN}" in sbg("runs", "list").out


# Deployments and accounts


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["cavatica:a/b", "--to", "cgc:c/d"], "cavatica: and cgc: are on different platforms. Data cannot be copied"),
        (["here:a/b", "--to", "cgc:c/d"], "here: and cgc: are on different platforms"),
        (["here:a/b", "--to", "there:c/d"], "here: and there: are different accounts"),
        (["cavatcia:a/b", "--to", "c/d"], "cavatcia: is neither a platform (us, eu, cgc"),
        (["cgc:a/b", "--to", "c/d", "--endpoint", "eu"], "cgc: is https://cgc-api.sbgenomics.com/v2, but --endpoint"),
        (["here:a/b", "--to", "c/d", "--profile", "there"], "here: is a different account from --profile there"),
        (["cgc:a/b", "--to", "c/d", "--profile", "there"], "cgc: is a different account from --profile there"),
        (["cgc:a/b", "--to", "c/d"], "is not sent to https://cgc-api.sbgenomics.com/v2"),
    ],
)
def test_names_that_contradict_each_other_or_the_options_are_refused(
    sbg: Run, simulator: Simulator, home: Path, env: dict[str, str], words: list[str], told: str
) -> None:
    _profiles(home, env["SB_API_ENDPOINT"], "here", "there")
    simulator.requests.clear()
    ran = sbg("copy", *words, "--yes")
    assert (ran.code, ran.out) == (2, "")
    assert told in " ".join(ran.err.split())
    assert len(simulator.requests) == 0


def test_a_name_connects_to_where_it_leads(
    sbg: Run, simulator: Simulator, home: Path, env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _profiles(home, env["SB_API_ENDPOINT"], "here")
    monkeypatch.delenv("SB_API_ENDPOINT")
    monkeypatch.delenv("SB_AUTH_TOKEN")
    assert sbg("copy", f"here:{MINE}/run", "--to", IN, "--yes").code == 0
    assert sbg("files", "list", f"here:{IN}").code == 0
    assert sbg("files", "tree", f"here:{IN}", "--profile", "here").code == 0
    assert tree(simulator, FOLDER) == ["a.bam", "b.txt"]
    # The commands that are told lead there too.
    monkeypatch.setattr(Client, "verify", _broken)
    ran = sbg("copy", f"here:{MINE}/run", "--to", TARGET, "--yes", "--verify")
    assert ran.err.endswith(f"with: sbg-bulk --profile here runs verify {journals(home)[-1].stem}\n")


def _broken(*_: object, **__: object) -> None:
    raise ConnectionFailed("list_files: no answer.")


def _interrupted(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def _profiles(home: Path, url: str, *names: str) -> None:
    path = home / ".sevenbridges" / "credentials"
    path.parent.mkdir()
    path.write_text("".join(f"[{name}]\napi_endpoint = {url}\nauth_token = demo-token\n" for name in names), "utf-8")
    path.chmod(0o600)


# What does not go together


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["copy", f"{MINE}/run"], "Give one destination: --to PATH or --to ID"),
        (["delete", f"{MINE}/run", "--format", "csv"], "--format needs --manifest."),
        (["copy", "--manifest", "m", "--to", IN, "--match", "*"], "--include needs SOURCEs"),
        (["copy", "--manifest", "m", "--to", IN, "--type", "file"], "--type needs SOURCEs"),
        (["copy", f"{MINE}/run", "--to", IN, "--newer-than", "yesterday"], "'yesterday' is neither a date such as"),
        (["copy", f"{MINE}/run", "--to", IN, "--match", ""], "A glob to include or to exclude is empty."),
        (["delete", f"{MINE}/run", "--on-conflict", "skip"], "No such option"),
        (["delete", f"{MINE}//x"], "a name is missing between two slashes"),
    ],
)
def test_what_does_not_go_together_is_told_and_sends_nothing(
    sbg: Run, simulator: Simulator, words: list[str], told: str
) -> None:
    simulator.requests.clear()
    ran = sbg(*words, "--yes")
    assert (ran.code, ran.out) == (2, "")
    assert told in " ".join(ran.err.split())
    assert len(simulator.requests) == 0


@pytest.mark.parametrize("command", ["copy", "move", "delete"])
@pytest.mark.parametrize("words", [["--exclude", "*.bam"], ["--include", "*.bam"], ["--newer-than", "7d"]])
def test_filters_are_not_ignored_in_a_folder_that_is_taken_whole(
    sbg: Run, simulator: Simulator, command: str, words: list[str]
) -> None:
    to = [] if command == "delete" else ["--to", IN]
    before = tree(simulator, FOLDER)
    sources = [[_folder(simulator), "--recursive"], [_folder(simulator)]]
    if command == "delete":
        sources.append([f"{MINE}/run", "--dir", "--recursive"])
    for source in sources:
        ran = sbg(command, *source, *words, *to, "--yes")
        assert (ran.code, ran.out) == (2, "")
        assert "means the folder 'run' itself, with all its contents" in ran.err
    assert [request for request in simulator.requests if request.method == "POST" and "async" in request.path] == []
    assert tree(simulator, FOLDER) == before


def _folder(simulator: Simulator) -> str:
    return next(node.id for node in simulator.world.nodes.values() if node.name == "run")


def test_no_check_does_not_override_what_was_asked_for_on_conflicts(sbg: Run, simulator: Simulator) -> None:
    before = len(simulator.jobs.all())
    for words in ([FILE, "--on-conflict", "fail"], [f"{MINE}/sample.bam"], [FILE, "--exclude", "*.bai"]):
        ran = sbg("copy", *words, "--to", IN, "--no-check", "--yes")
        assert ran.code == 2
        assert "--no-check" in ran.err
    assert len(simulator.jobs.all()) == before


def test_that_nothing_is_left_to_do_is_a_document_too(sbg: Run) -> None:
    assert sbg("copy", FILE, "--to", IN, "--yes").code == 0
    assert sbg("copy", FILE, "--to", IN, "--json").document["items"] == 0


def test_a_file_that_filters_leave_out_is_not_said_to_be_an_empty_folder(sbg: Run) -> None:
    ran = sbg("copy", f"{MINE}/sample.bam", "--to", IN, "--include", "*.bai", "--yes")
    assert ran.code == 0
    assert "empty" not in ran.err
