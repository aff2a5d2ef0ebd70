"""`sbg-bulk export`: nothing is exported unless it was said what to do with the copies, and the plan tells the rest."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sbg_bulk.simulator import File, Permissions, Simulator
from sbg_bulk.simulator.world.moving import Export
from sbg_bulk.volume_jobs.choose import PUBLIC
from tests.cli.harness import COMMAND, Run
from tests.support.terminal import Dialogue

VOLUME, PROJECT = "rfranklin/bucket", "rfranklin/here"


@pytest.fixture(autouse=True)
def world(simulator: Simulator) -> None:
    world = simulator.world
    project = world.add_project(PROJECT)
    run = world.add_folder("run", project)
    for number in range(3):
        world.add_file(f"{number}.bam", run, size=1_000_000 * (number + 1))
    world.add_file("alias.bam", run, size=5, alias_of=("rfranklin/my-volume", "chimeras.html.gz"))
    world.volumes.add(VOLUME)
    world.volumes.add("rfranklin/sealed", access_mode="RO")


def exports(simulator: Simulator) -> list[Export]:
    started = [one.wanted for one in simulator.transfers.all()]
    return [one for one in started if isinstance(one, Export) and one.volume == VOLUME]


def files(simulator: Simulator) -> list[File]:
    return [one for one in simulator.world.nodes.values() if isinstance(one, File) and one.name[0] in "012"]


def test_it_has_to_be_said_what_to_do_with_the_copies(sbg: Run, simulator: Simulator) -> None:
    for words in ([], ["--copy-only", "--replace-with-alias"]):
        ran = sbg("export", PROJECT, "--to", VOLUME, *words, "--yes")
        assert (ran.code, ran.out) == (2, "")
        assert "Say what to do with the platform's copies: --copy-only keeps them" in ran.err
    assert len(simulator.requests) == 0


def test_the_plan_shows_files_bytes_volume_cloud_and_what_is_refused(sbg: Run, simulator: Simulator) -> None:
    ran = sbg("export", PROJECT, "-r", "--to", f"{VOLUME}:x/", "--copy-only", "--dry-run")
    assert ran.code == 3  # something cannot be exported
    assert ran.err.splitlines()[:4] == [
        f"3 files (6 MB) from {PROJECT} to {VOLUME}:x/.",
        f"Volume: {VOLUME} on AWS, bucket rfranklin-bucket. The platform's copies are kept.",
        "Skipped: 1 item that cannot be exported:",
        f"  {PROJECT}/run/alias.bam: an alias: its contents are already on a volume",
    ]
    assert "Plan: 3 jobs; 3 requests" in ran.err
    assert f"{PROJECT}/run/0.bam  {VOLUME}:x/run/0.bam" in ran.out
    assert "Total: 3 files (6 MB)." in ran.out
    document = sbg("export", PROJECT, "-r", "--to", f"{VOLUME}:x/", "--copy-only", "--dry-run", "--json").documents[0]
    assert (document["items"], document["jobs"], document["cloud"], len(document["refused"])) == (3, 3, "AWS", 1)
    assert document["choice"][0]["destination"] == f"{VOLUME}:x/run/0.bam"
    assert not exports(simulator)


@pytest.mark.parametrize("words", [["--copy-only"], ["--replace-with-alias"]])
def test_what_was_agreed_to_is_exported_once(sbg: Run, simulator: Simulator, words: list[str]) -> None:
    command = ("export", f"{PROJECT}/run", "--include", "?.bam", "--to", f"{VOLUME}:x", *words, "--yes")
    ran = sbg(*command, "--verify")
    assert ran.code == 0, ran.err
    assert "Finished: 3 files exported" in ran.err
    assert "Verified: 3 files, all as expected." in ran.err
    assert sum(file.alias_of is not None for file in files(simulator)) == (3 if "alias" in words[0] else 0)
    again = sbg(*command)
    assert (again.code, len(exports(simulator))) == (0, 3)
    assert "Nothing to do: everything is already there." in again.err


def test_what_cannot_be_exported_shows_in_the_exit_code(sbg: Run, simulator: Simulator) -> None:
    ran = sbg("export", PROJECT, "-r", "--to", VOLUME, "--copy-only", "--yes")
    assert (ran.code, len(exports(simulator))) == (3, 3)
    assert "alias.bam: an alias" in ran.err


def test_without_a_terminal_and_yes_nothing_is_exported(sbg: Run, simulator: Simulator) -> None:
    ran = sbg("export", PROJECT, "-r", "--to", VOLUME, "--copy-only")
    assert (ran.code, len(simulator.requests)) == (2, 0)
    assert "pass --yes" in ran.err


UNFIT = {
    "no destination": (["--copy-only"], "Give the destination: --to OWNER/VOLUME:PREFIX."),
    "read only": (["--to", "rfranklin/sealed", "--copy-only"], "Volume rfranklin/sealed is read-only (RO)."),
    "not there": (["--to", "rfranklin/none:x", "--copy-only"], "olume rfranklin/none was not found"),
    "a slash": (["--to", f"{VOLUME}:/x", "--copy-only"], f"Write {VOLUME}:x"),
    "two dots": (["--to", f"{VOLUME}:a/../x", "--copy-only"], "'..' has no meaning"),
    "a path": (
        ["--to", "rfranklin/here/run", "--copy-only"],
        "Write OWNER/VOLUME[:PREFIX]",
    ),
    "a bucket": (["--to", "s3://mine/x", "--copy-only"], "is a bucket"),
    "rename": (["--to", VOLUME, "--copy-only", "--on-conflict", "rename"], "'skip', 'overwrite', 'fail'"),
    "two platforms": (["--to", f"cgc:{VOLUME}", "--copy-only"], "The token in the environment is for"),
}


@pytest.mark.parametrize(("words", "told"), UNFIT.values(), ids=list(UNFIT))
def test_unfit_input_is_told_before_anything_is_sent_with_exit_code_2(
    sbg: Run, simulator: Simulator, words: list[str], told: str
) -> None:
    ran = sbg("export", PROJECT, "-r", *words, "--yes")
    assert (ran.code, told in " ".join(ran.err.split())) == (2, True), ran.err
    assert not exports(simulator)
    assert {one.operation for one in simulator.requests} <= {"get_volume"}


def test_a_manifest_is_exported_and_its_plan_is_one(sbg: Run, simulator: Simulator, tmp_path: Path) -> None:
    plan = tmp_path / "plan.csv"
    ran = sbg("export", f"{PROJECT}/run", "--to", f"{VOLUME}:x", "--copy-only", "--dry-run", "--save-plan", str(plan))
    assert f"sbg-bulk export --copy-only --manifest {plan}" in " ".join(ran.err.split())
    dry = sbg("export", "--copy-only", "--manifest", str(plan), "--dry-run")
    assert (dry.code, f"{VOLUME}:x/0.bam" in dry.out) == (0, True), dry.out
    assert "Export 3 files (6 MB)" in dry.err
    done = sbg("export", "--copy-only", "--manifest", str(plan), "--json")
    assert (done.code, len(exports(simulator))) == (0, 3), done.err
    assert {one["event"] for one in done.documents} >= {"run-started", "run-finished"}


@pytest.mark.parametrize("copies", ["--copy-only", "--replace-with-alias"])
def test_a_manifest_that_is_typed_again_finds_everything_there(
    sbg: Run, simulator: Simulator, tmp_path: Path, copies: str
) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("path,location\n" + "".join(f"{PROJECT}/run/{number}.bam,{number}\n" for number in range(3)))
    command = ("export", copies, "--manifest", str(rows), "--to", f"{VOLUME}:x", "--yes")
    assert sbg(*command).code == 0
    told = "Nothing to do: everything is already there.\nSkipped: 3 files already there (same name and size).\n"
    again = sbg(*command, "--verify")
    assert (again.code, again.err, len(exports(simulator))) == (0, told, 3)
    dry = sbg(*command, "--dry-run")
    assert (dry.code, dry.err) == (0, told)
    listed = tmp_path / "list.txt"
    listed.write_text(f"{PROJECT}/run/0.bam\n")
    ran = sbg("export", copies, "--files-from", str(listed), "--to", f"{VOLUME}:y", "--yes")
    assert ran.code == (0 if copies == "--copy-only" else 3), ran.err  # it is an alias now


def test_what_is_in_the_place_of_a_row_is_told_or_dealt_with_as_was_said(
    sbg: Run, simulator: Simulator, tmp_path: Path
) -> None:
    objects = simulator.world.volumes[VOLUME].objects
    objects.put("x/1", 7)
    rows = tmp_path / "rows.csv"
    rows.write_text("path,location\n" + "".join(f"{PROJECT}/run/{number}.bam,{number}\n" for number in range(2)))
    command = ("export", "--copy-only", "--manifest", str(rows), "--to", f"{VOLUME}:x", "--yes")
    told = (
        "1 name exists at the destination with a different size or type. Skipped; to replace, add --on-conflict "
        f"overwrite:\n  {VOLUME}:x/1: a file with this name and a different size exists there (7 B; this one has 2 MB)"
    )
    refused = sbg(*command, "--on-conflict", "fail")
    assert (refused.code, exports(simulator)) == (2, [])
    assert f"1 name exists on the volume: {VOLUME}:x/1. Nothing was exported." in refused.err
    ran = sbg(*command)
    assert (ran.code, [one.location for one in exports(simulator)]) == (3, ["x/0"])
    assert " ".join(told.split()) in " ".join(ran.err.split())
    assert sbg(*command).err.startswith("Nothing else to do.\nSkipped: 1 file already there")
    before = len(simulator.requests) + 1  # what is left of the rate limit is asked besides
    dry = sbg(*command, "--dry-run", "--on-conflict", "overwrite")
    assert "2 objects on the volume will be overwritten.\nExport 2 files (3 MB)" in dry.err
    assert f"Listing used {len(simulator.requests) - before} requests." in dry.err
    unchecked = sbg(*command, "--no-check")
    assert (unchecked.code, len(exports(simulator)), "2 failed" in unchecked.err) == (3, 3, True), unchecked.err
    refused = sbg("export", PROJECT, "--copy-only", "--to", VOLUME, "--no-check", "--yes")
    assert (refused.code, "--no-check needs --manifest: paths" in refused.err) == (2, True)
    over = sbg(*command, "--on-conflict", "overwrite")
    assert (over.code, objects.size("x/1")) == (0, 2_000_000)


def test_a_manifest_with_unfit_rows_is_told_with_row_column_and_remedy(sbg: Run, tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("file,volume,location\nf1,bucket,a\nf2,rfranklin/bucket,/b\n")
    ran = sbg("export", "--copy-only", "--manifest", str(rows))
    assert ran.code == 2
    assert "row 2" in ran.err
    assert "volume" in ran.err
    assert "row 3" in ran.err
    assert "begins with a slash: write it as 'b', without one." in ran.err


def test_runs_of_exports_are_listed_shown_and_reported_in_words(sbg: Run) -> None:
    sbg("export", f"{PROJECT}/run", "--to", f"{VOLUME}:x", "--copy-only", "--yes", "--label", "leaving")
    listed = sbg("runs", "list")
    assert f"leaving: export {PROJECT}/run to {VOLUME}:x" in listed.out
    run = sbg("runs", "list", "--json").documents[0]["run"]
    assert "export" in sbg("runs", "show", run).out
    report = sbg("runs", "report", run).out
    assert f"leaving: Export of 3 files (6 MB) from {PROJECT}/run to {VOLUME}:x" in " ".join(report.split())
    assert "3 files exported" in report
    assert "3 jobs" in report
    exported = sbg("runs", "export", run, "--json").out
    assert json.loads(exported.splitlines()[0])["location"] == "x/0.bam"


def test_where_a_person_must_decide_the_message_says_what_to_check_and_how_to_go_on(
    sbg: Run, simulator: Simulator
) -> None:
    simulator.faults.arm("kind=cut_before op=bulk_start_exports call=1")
    given = ("export", f"{PROJECT}/run", "--include", "?.bam", "--to", VOLUME, "--replace-with-alias", "--yes")
    ran = sbg(*given, "--list-lag", "0")
    assert ran.code == 6
    told = " ".join(ran.err.split())
    assert "not known whether 3 files were submitted" in told
    assert "It may be:" not in told
    run = sbg("runs", "list", "--json").documents[0]["run"]
    assert f"sbg-bulk runs resume {run} --resubmit" in told
    for words in (["--adopt", "x" * 32], ["--new-ids"]):
        refused = sbg("runs", "resume", run, *words)
        assert (refused.code, len(exports(simulator))) == (2, 0), refused.err
    assert sbg("runs", "resume", run, "--resubmit").code == 0
    assert len(exports(simulator)) == 3


def test_a_verification_of_nothing_is_not_told_as_a_success(sbg: Run, tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text(f"path,volume,location\n{PROJECT}/run/alias.bam,{VOLUME},a\n")
    ran = sbg("export", "--copy-only", "--manifest", str(rows), "--verify")
    assert ran.code == 3
    assert "Nothing to verify. Not checked: 1 file that failed." in ran.err


def test_the_plan_of_a_manifest_shows_its_volumes_and_what_is_refused_before_the_question(
    sbg: Run, env: dict[str, str], simulator: Simulator, tmp_path: Path
) -> None:
    rows = tmp_path / "rows.csv"
    simulator.world.add_folder("other", simulator.world.projects[PROJECT])
    simulator.world.add_user("admin")
    project = simulator.world.add_project(PUBLIC, members={"rfranklin": Permissions(read=True, copy=True)})
    public = simulator.world.add_file("public.bam", project, size=7)
    rows.write_text(
        f"path,location\n{PROJECT}/run/0.bam,a\n{PROJECT}/run/alias.bam,b\n{PROJECT}/other,c\n{public.id},d\n"
    )
    told = [
        f"Volume: {VOLUME} on AWS, bucket rfranklin-bucket. The platform's copies are kept.",
        "3 items cannot be exported, and will fail:",
        f"  {PROJECT}/run/alias.bam: an alias: its contents are already on a volume",
        f"  {PROJECT}/other: a folder; to export its contents, give its path with --recursive",
        f"  {public.id}: a public file",
    ]
    command = ("export", "--manifest", str(rows), "--to", f"{VOLUME}:x")
    dry = sbg(*command, "--copy-only", "--dry-run")
    what = f"1 file (1 MB) in 4 rows of {rows}"
    assert dry.err.splitlines()[0] == f"Export {what} to {VOLUME}:x."
    assert (dry.code, dry.err.splitlines()[1:6]) == (3, told), dry.err
    assert "Total: 1 file (1 MB)." in dry.out
    [document] = sbg(*command, "--copy-only", "--dry-run", "--json").documents
    assert document["volumes"] == [{"volume": VOLUME, "cloud": "AWS", "bucket": "rfranklin-bucket"}]
    assert [one["source"] for one in document["refused"]] == [f"{PROJECT}/run/alias.bam", f"{PROJECT}/other", public.id]
    dialogue = Dialogue([str(COMMAND), *command, "--replace-with-alias"], env)
    try:
        seen = dialogue.expect("[y/N]")
        dialogue.send("n\n")
        assert dialogue.end()[0] == 130
    finally:
        dialogue.close()
    assert all(line.strip() in " ".join(seen.split()) for line in told[1:]), seen
    assert "The platform's copies are deleted" in seen
    assert not exports(simulator)


def test_an_unfinished_export_is_named_and_not_begun_again_whatever_becomes_of_the_copies(
    sbg: Run, simulator: Simulator
) -> None:
    simulator.faults.arm("kind=cut_before op=bulk_start_exports call=1")
    words = ("export", f"{PROJECT}/run", "--include", "?.bam", "--to", VOLUME, "--yes")
    assert sbg(*words, "--replace-with-alias", "--list-lag", "0").code == 6
    run = sbg("runs", "list", "--json").documents[0]["run"]
    told = f"sbg-bulk: Run {run} has the same sources and destination"
    remedy = (
        f"is not finished: 0 of 3 are done.\nResume it with: sbg-bulk runs resume {run}\nTo start a new run instead, "
        "add --new-run: files that this run's jobs are still exporting would be exported twice.\n"
    )
    again = sbg(*words, "--replace-with-alias")
    assert (again.code, again.err) == (2, f"{told}, and {remedy}")
    other = sbg(*words, "--copy-only")
    assert (other.code, other.err) == (2, f"{told}, but deletes the platform's copies, and {remedy}")
    assert not exports(simulator)
    assert sbg(*words, "--copy-only", "--new-run").code == 0


@pytest.mark.parametrize("column", ["to", "drs_uri", "source", "autorename"])
def test_a_column_of_another_kind_of_manifest_is_told_before_anything_is_sent(
    sbg: Run, simulator: Simulator, tmp_path: Path, column: str
) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text(f"path,location,{column}\n{PROJECT}/run/0.bam,a,true\n")
    ran = sbg("export", "--copy-only", "--manifest", str(rows), "--to", VOLUME)
    told = f"row 2, column {column}: this column belongs to another kind of manifest: remove it"
    assert (ran.code, told in ran.err, len(simulator.requests)) == (2, True, 0), ran.err
