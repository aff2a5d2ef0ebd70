"""Manifests on the command line: `sbg-bulk copy|move|delete --manifest`, up to the moment when something is sent."""

from __future__ import annotations

import csv
import io
import json
import sys
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest

from sbg_bulk.simulator import Simulator
from tests.cli.harness import (
    COMMAND,
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
    run_process,
    started_jobs,
    tree,
)
from tests.support.terminal import Dialogue
from tests.support.world import World

CSV = f"file,parent,name\n{FILE},{FOLDER},a.bam\n{FILE_2},{FOLDER},\n"
FORMS = {
    "csv": CSV,
    "tsv": CSV.replace(",", "\t"),
    "jsonl": f'{{"file": "{FILE}", "parent": "{FOLDER}", "name": "a.bam"}}\n'
    f'{{"name": null, "parent": "{FOLDER}", "file": "{FILE_2}"}}\n',
}


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    path = tmp_path / "manifest.csv"
    path.write_text(CSV, "utf-8")
    return path


def _type_in(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(text.encode())))


@pytest.mark.parametrize("form", FORMS)
def test_a_manifest_of_each_format_is_done(sbg: Run, simulator: Simulator, tmp_path: Path, form: str) -> None:
    path = tmp_path / f"rows.{form}"
    path.write_text(FORMS[form], "utf-8")
    ran = sbg("copy", "--manifest", str(path))
    assert (ran.code, ran.out) == (0, "")
    assert tree(simulator, FOLDER) == ["a.bam", "sample-1.bam"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("named", [True, False], ids=["named", "by its first line"])
def test_a_manifest_comes_from_standard_input(
    sbg: Run, simulator: Simulator, monkeypatch: pytest.MonkeyPatch, form: str, named: bool
) -> None:
    _type_in(monkeypatch, FORMS[form])
    ran = sbg("copy", "--manifest", "-", *(["--format", form] if named else []))
    assert (ran.code, ran.out) == (0, "")
    assert tree(simulator, FOLDER) == ["a.bam", "sample-1.bam"]


def test_the_first_line_counts_more_than_the_name_of_the_file_and_less_than_the_format_that_is_named(
    sbg: Run, simulator: Simulator, tmp_path: Path
) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(FORMS["jsonl"], "utf-8")
    assert sbg("copy", "--manifest", str(path), "--format", "csv").code == 2
    assert sbg("copy", "--manifest", str(path)).code == 0
    assert tree(simulator, FOLDER) == ["a.bam", "sample-1.bam"]


@pytest.mark.parametrize("option", [["--to-folder", FOLDER], ["--to-project", TARGET]], ids=" ".join)
def test_rows_that_name_no_destination_go_where_the_option_says(
    sbg: Run, simulator: Simulator, tmp_path: Path, option: list[str]
) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(f"file,project\n{FILE},\n{FILE_2},{MINE}\n", "utf-8")
    assert sbg("copy", "--manifest", str(path), "--destination-from-manifest", "--no-check", *option).code == 0
    folder = FOLDER if option[0] == "--to-folder" else simulator.world.projects[TARGET].root.id
    assert "sample.bam" in tree(simulator, folder)
    assert "1_sample-1.bam" in tree(simulator, simulator.world.projects[MINE].root.id)


@pytest.mark.parametrize(
    "words", [["move", "--yes", "--to-folder", FOLDER], ["delete", "--yes"]], ids=lambda words: words[0]
)
def test_moves_and_deletions_are_run_too(sbg: Run, simulator: Simulator, tmp_path: Path, words: list[str]) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(f"file\n{FILE}\n{FILE_2}\n", "utf-8")
    assert sbg(*words, "--yes", "--manifest", str(path)).code == 0
    assert tree(simulator, FOLDER) == (["sample-1.bam", "sample.bam"] if words[0] == "move" else [])
    assert not {"sample.bam", "sample-1.bam"} & set(tree(simulator, simulator.world.projects[MINE].root.id))


def test_rows_are_submitted_so_many_as_one_job(sbg: Run, simulator: Simulator, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("\n".join(["file", *add_files(simulator, 7)]), "utf-8")
    assert sbg("delete", "--yes", "--manifest", str(path), "--items-per-job", "3").code == 0
    assert [len(job.items) for job in started_jobs(simulator)] == [3, 3, 1]


def test_no_more_jobs_are_under_way_than_wanted(sbg: Run, simulator: Simulator, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("\n".join(["file", *add_files(simulator, 3)]), "utf-8")
    assert sbg("delete", "--yes", "--manifest", str(path), "--items-per-job", "1", "--jobs-in-flight", "1").code == 0
    asked = [request.operation for request in simulator.requests]
    places = [place for place, operation in enumerate(asked) if operation == "submit_delete_job"]
    assert len(places) == 3
    assert all("get_delete_job" in asked[one:other] for one, other in pairwise(places))


PROBLEMS = {
    "missing id": (f",{FOLDER},,", "file: the id is missing"),
    "no destination": ("a1,,,", "parent: the destination is missing"),
    "two destinations": (f"a2,{FOLDER},{TARGET},", "parent: give parent or project, not both"),
    "malformed project": ("a3,,target,", "project: 'target' is not of the form owner/project"),
    "long name": (f"a4,{FOLDER},,{'x' * 256}", "name: 256 characters; at most 255 are allowed"),
    "slash": (f"a5,{FOLDER},,a/b", "name: 'a/b' must not contain a slash"),
    "duplicate": (f"{FILE},{FOLDER},,", f"file: {FILE} duplicates row 2"),
    "too many values": (f"a6,{FOLDER},,,x", "5 values in 4 columns"),
}


def test_every_problem_is_told_with_its_row_and_column_and_nothing_is_sent(
    sbg: Run, simulator: Simulator, home: Path, tmp_path: Path
) -> None:
    path = tmp_path / "rows.csv"
    rows = ["file,parent,project,name", f"{FILE},{FOLDER},,", *(row for row, _ in PROBLEMS.values())]
    path.write_text("\n".join(rows), "utf-8")
    simulator.requests.clear()
    ran = sbg("copy", "--manifest", str(path))
    assert (ran.code, ran.out) == (2, "")
    first, *lines = ran.err.splitlines()
    assert first == f"sbg-bulk: The manifest has {len(PROBLEMS)} problems; nothing was sent."
    assert len(lines) == len(PROBLEMS)
    for number, (line, (_, told)) in enumerate(zip(lines, PROBLEMS.values(), strict=True), start=3):
        column = f", column {told}" if ": " in told else f": {told}"
        assert line.startswith(f"row {number}{column}")
    assert len(simulator.requests) == 0
    assert journals(home) == []


def test_of_many_problems_a_hundred_are_told_and_the_rest_is_counted(sbg: Run, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("file,parent\n" + f",{FOLDER}\n" * 1234, "utf-8")
    ran = sbg("copy", "--manifest", str(path))
    assert ran.code == 2
    first, *lines = ran.err.splitlines()
    assert first == "sbg-bulk: The manifest has 1,234 problems; nothing was sent."
    assert [line.startswith("row ") for line in lines] == [True] * 100 + [False]
    assert lines[-1] == "... and 1,134 more problems."


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "manifest: it has no rows"),
        (b"sample,parent\n1,2\n", "row 1: no column names the files: found 'sample', 'parent' (separated by commas)"),
        (b"file,parent\n", "manifest: it has no rows"),
        (b"file,parent,file\n1,2,3\n", "row 1, column file: two columns have this name"),
        (b"file,parent\n\xff\xfe,1\n", "row 2, column file: it is not UTF-8"),
    ],
)
def test_a_manifest_that_is_none_is_explained(
    sbg: Run, simulator: Simulator, tmp_path: Path, content: bytes, told: str
) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(content)
    simulator.requests.clear()
    ran = sbg("copy", "--manifest", str(path))
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err
    assert len(simulator.requests) == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["copy", FILE, "--manifest", "m"], "Give SOURCEs or --manifest, not both."),
        (["copy", "--manifest", "m", "--detach", "--timeout", "5"], "--timeout is for waiting"),
        (["copy", "--manifest", "m", "--to-project", TARGET, "--to-folder", FOLDER], "Give one destination"),
        (["copy", "--manifest", "m", "--to-project", "none"], "sbg-bulk: project: 'none' is not"),
        (["delete", "--yes", FILE, "--format", "csv"], "--format needs --manifest."),
        (["delete", "--yes", "--manifest", "m", "--format", "xlsx"], "--format"),
        (["delete", "--yes", "--manifest", "m", "--items-per-job", "0"], "--items-per-job"),
        (["delete", "--yes", "--manifest", "m", "--jobs-in-flight", "0"], "--jobs-in-flight"),
        (["delete", "--yes", "--manifest", "m", "--reserve", "-1"], "--reserve"),
        (["delete", "--yes", "--manifest", "m", "--give-up-after", "-1"], "--give-up-after"),
        (["delete", "--yes", "--manifest", "m", "--give-up-after", "nan"], "--give-up-after"),
        (["delete", "--yes", "--manifest", "m", "--list-lag", "nan"], "--list-lag"),
        (
            ["delete", "--yes", "--manifest", "no-such-manifest"],
            "The manifest no-such-manifest cannot be read: No such file",
        ),
        (
            ["delete", "--yes", "--manifest", "no-such-manifest", "--dry-run"],
            "The manifest no-such-manifest cannot be read",
        ),
    ],
    ids=lambda value: " ".join(value[1:]) if isinstance(value, list) else "",
)
def test_wrong_usage_of_manifests_is_explained_and_sends_nothing(
    sbg: Run, simulator: Simulator, words: list[str], told: str
) -> None:
    simulator.requests.clear()
    ran = sbg(*words)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err
    assert len(simulator.requests) == 0


def _no_client(*_: object, **__: object) -> None:
    raise AssertionError("a dry run has made a client")


@pytest.fixture
def dry(sbg: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command, with no token and no endpoint, where no client can be made."""
    monkeypatch.delenv("SB_AUTH_TOKEN")
    monkeypatch.delenv("SB_API_ENDPOINT")
    monkeypatch.setattr("sbg_bulk.client.sync.Client.__init__", _no_client)
    return sbg


def _of_rows(path: Path, number: int) -> Path:
    path.write_text("file\n" + "".join(f"{place:024x}\n" for place in range(number)), "utf-8")
    return path


def test_a_dry_run_needs_no_token_sends_nothing_and_leaves_nothing(
    dry: Run, simulator: Simulator, home: Path, manifest: Path, tmp_path: Path
) -> None:
    simulator.requests.clear()
    ran = dry("copy", "--manifest", str(manifest), "--no-check", "--dry-run", "--journal", str(tmp_path / "here"))
    assert ran.code == 0
    lines = [line.split() for line in ran.out.splitlines()]
    assert lines[0] == ["TYPE", "SOURCE", "DESTINATION"]
    assert [line[:2] for line in lines[1:3]] == [["-", FILE], ["-", FILE_2]]
    assert lines[3:] == [["Total:", "2", "rows."]]
    assert ran.err == (
        f"Copy the files and folders in 2 rows of {manifest} to the destinations in the manifest.\n"
        "Plan: 1 job; 2 requests.\nNothing was changed.\n"
    )
    assert len(simulator.requests) == 0
    assert [path.name for path in home.iterdir()] == ["manifest.csv"]


def test_a_dry_run_tells_problems_as_the_run_does(dry: Run, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(f"file\n{FILE}\n{FILE}\n", "utf-8")
    ran = dry("delete", "--manifest", str(path), "--dry-run")
    assert (ran.code, ran.out) == (2, "")
    assert f"row 3, column file: {FILE} duplicates row 2" in ran.err


def test_a_dry_run_reads_standard_input(dry: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    _type_in(monkeypatch, FORMS["jsonl"])
    assert dry("copy", "--manifest", "-", "--no-check", "--dry-run", "--json").document["items"] == 2


@pytest.mark.parametrize(
    ("rows", "options", "jobs", "requests", "seconds"),
    [
        (1, [], 1, 2, 0),
        (201, [], 3, 4, 0),
        (201, ["--items-per-job", "20"], 11, 12, 0),
        (5_000, ["--items-per-job", "1"], 5_000, 5_050, 5 * 300),
        (1_000, ["--items-per-job", "1", "--reserve", "900"], 1_000, 1_010, 10 * 300),
    ],
)
def test_the_numbers_of_a_dry_run(
    dry: Run, tmp_path: Path, rows: int, options: list[str], jobs: int, requests: int, seconds: int
) -> None:
    manifest = _of_rows(tmp_path / "rows.csv", rows)
    ran = dry("delete", "--manifest", str(manifest), "--dry-run", "--json", *options)
    assert (ran.code, ran.err) == (0, "")
    assert ran.document == {
        "items": rows,
        "jobs": jobs,
        "requests": requests,
        "seconds": seconds,
        "left": None,
        "pace": None,
        "pace_seconds": 0,
    }


def test_a_dry_run_says_in_minutes_what_the_rate_limit_means(dry: Run, tmp_path: Path) -> None:
    manifest = _of_rows(tmp_path / "rows.csv", 3_000)
    assert dry("delete", "--manifest", str(manifest), "--dry-run", "--items-per-job", "1").err == (
        f"Delete the files and folders in 3,000 rows of {manifest}.\n"
        "Plan: 3,000 jobs; 3,030 requests (pauses about 15 min).\nNothing was changed.\n"
    )


def test_other_columns_of_each_format_come_to_the_report(sbg: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"file": FILE, "parent": FOLDER, "batch": 7}, {"file": FILE_2, "parent": FOLDER, "sample": "S2"}]
    _type_in(monkeypatch, "\n".join(map(json.dumps, rows)))
    run = sbg("copy", "--manifest", "-", "--json").document["run"]
    report = sbg("runs", "export", run, "--format", "csv").out.splitlines()
    assert report[0] == "file,parent,project,name,batch,sample,outcome,new_id,job,api_code,message"
    assert report[2].startswith(f"{FILE_2},{FOLDER},,,,S2,done,")


# What there is goes in again

IN = f"{TARGET}/incoming"


def test_a_list_of_what_there_is_is_a_manifest(sbg: Run, simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = sbg("files", "list", MINE, "--match", "sample.bam", "--match", "sample-1.bam", "--json").out
    for words in (["--dry-run"], []):
        _type_in(monkeypatch, listed)
        assert sbg("copy", "--manifest", "-", "--to", IN, *words).code == 0
    assert tree(simulator, FOLDER) == ["sample-1.bam", "sample.bam"]
    _type_in(monkeypatch, sbg("files", "tree", IN, "--json").out)
    assert sbg("move", "--yes", "--manifest", "-", "--to", TARGET).code == 0
    assert tree(simulator, FOLDER) == []
    _type_in(monkeypatch, listed)
    ran = sbg("move", "--yes", "--manifest", "-")
    assert ran.code == 2
    assert "the destination is missing" in ran.err


def test_an_explicit_destination_is_never_overridden_in_silence(sbg: Run, simulator: Simulator, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(f"file,name,project,case\n{FILE},sample.bam,{MINE},x\n", "utf-8")
    simulator.requests.clear()
    for words in (["--dry-run"], []):
        ran = sbg("move", "--yes", "--manifest", str(path), "--to", IN, *words)
        assert ran.code == 2
        assert f"row 2, column project: the column gives a destination ({MINE})" in ran.err
        assert f"({IN}, --to)" in ran.err
    assert len(simulator.requests) == 0
    assert sbg("copy", "--manifest", str(path), "--to", IN, "--destination-from-manifest").code == 0
    assert tree(simulator, FOLDER) == []
    path.write_text(f"id,name,project,case\n{FILE},sample.bam,{MINE},x\n", "utf-8")
    assert sbg("move", "--yes", "--manifest", str(path), "--to", IN).code == 0
    assert tree(simulator, FOLDER) == ["sample.bam"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("typed", [True, False], ids=["standard input", "file"])
def test_files_come_from_a_list_of_paths_and_ids(
    sbg: Run, simulator: Simulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, end: str, typed: bool
) -> None:
    content = "\ufeff" + end.join(["# mine", FILE, "", f"{MINE}/sample-1.bam"])
    path = tmp_path / "list.txt"
    path.write_bytes(content.encode())
    _type_in(monkeypatch, content)
    source = "-" if typed else str(path)
    assert sbg("copy", "--files-from", source, "--to", IN).code == 0
    assert tree(simulator, FOLDER) == ["sample-1.bam", "sample.bam"]
    _type_in(monkeypatch, content)
    assert sbg("delete", "--files-from", source, "--yes").code == 0
    assert not {"sample.bam", "sample-1.bam"} & set(tree(simulator, simulator.world.projects[MINE].root.id))


def test_a_dry_run_of_paths_looks_them_up_and_changes_nothing(sbg: Run, simulator: Simulator, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"path,to\n{MINE}/sample.bam,{IN}/x/y\n{MINE}/none,{IN}\n", "utf-8")
    ran = sbg("copy", "--manifest", str(path), "--dry-run", "--parents")
    assert ran.code == 2
    assert f"row 3, column path: There is no 'none' in {MINE}" in ran.err
    path.write_text(f"path,to\n{MINE}/sample.bam,{IN}/x/y\n", "utf-8")
    simulator.requests.clear()
    ran = sbg("copy", "--manifest", str(path), "--dry-run", "--parents")
    head, plan, last = ran.err.splitlines()
    assert head == f"Copy 1 file (2.15 GB) from {MINE} in 1 row of {path} to the destinations in the manifest."
    assert plan.startswith("Plan: create 2 folders, 1 job; 4 requests (")
    assert last == "Nothing was changed."
    assert [line.split() for line in ran.out.splitlines()] == [
        ["TYPE", "SIZE", "SOURCE", "DESTINATION"],
        ["file", "2.15", "GB", f"{MINE}/sample.bam", f"{IN}/x/y/sample.bam"],
        ["Total:", "1", "file", "(2.15", "GB)."],
    ]
    asked = {request.operation for request in simulator.requests}
    assert asked == {"list_files", "bulk_get_files", "get_rate_limit"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["copy", FILE, "--files-from", "m", "--to", IN], "Give SOURCEs or --files-from, not both."),
        (["copy", "--files-from", "m", "--manifest", "m", "--to", IN], "Give --manifest or --files-from, not both."),
        (["copy", "--files-from", "m", "--format", "csv", "--to", IN], "--files-from is a list"),
        (
            ["copy", FILE, "--to", IN, "--destination-from-manifest"],
            "--destination-from-manifest needs --manifest.",
        ),
        (["copy", "--files-from", "none", "--to", IN], "The manifest none cannot be read: No such file"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_of_lists_is_explained(sbg: Run, words: list[str], told: str) -> None:
    ran = sbg(*words)
    assert ran.code == 2
    assert told in ran.err


# Plans


def _chosen(path: Path) -> list[str]:
    return [
        MINE,
        "--match",
        "sample.bam",
        "--match",
        "sample-1.bam",
        "--to",
        f"{IN}/new",
        "--parents",
        "--save-plan",
        str(path),
    ]


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl"])
def test_a_plan_of_what_was_chosen_gives_the_same_run(
    sbg: Run, simulator: Simulator, tmp_path: Path, form: str
) -> None:
    plan = tmp_path / f"plan.{form}"
    ran = sbg("copy", *_chosen(plan), "--dry-run")
    assert ran.code == 0
    assert len(started_jobs(simulator)) == 0
    [words] = printed_commands(ran.err)
    assert sbg(*words).code == 0
    folder = next(node.id for node in simulator.world.nodes.values() if node.name == "new")
    assert tree(simulator, folder) == ["sample-1.bam", "sample.bam"]
    simulator.requests.clear()
    again = sbg("copy", *_chosen(plan), "--dry-run")
    assert (again.code, len(simulator.requests)) == (2, 0)
    assert again.err == f"sbg-bulk: {plan} already exists; choose another file.\n"


def test_a_plan_of_what_is_left_of_a_manifest_is_that(sbg: Run, simulator: Simulator, tmp_path: Path) -> None:
    simulator.world.add_file("sample.bam", folder_of(simulator), size=1)
    path, plan = tmp_path / "list.txt", tmp_path / "plan.csv"
    path.write_text(f"{MINE}/sample.bam\n{MINE}/sample-1.bam\n", "utf-8")
    words = ["--to", IN, "--on-conflict", "skip", "--save-plan", str(plan), "--dry-run"]
    ran = sbg("copy", "--files-from", str(path), *words)
    assert ran.code == 3
    assert "sample.bam: a file with this name and a different size exists there" in ran.err
    assert plan.read_text("utf-8") == (
        f"file,parent,project,name,source_path\n{FILE_2},{FOLDER},,,{MINE}/sample-1.bam\n"
    )


def test_a_plan_keeps_where_rows_go_after_one_that_is_left_out(sbg: Run, simulator: Simulator, tmp_path: Path) -> None:
    """Their places in the journal move up."""
    manifest, plan = tmp_path / "m.csv", tmp_path / "plan.csv"
    World(simulator).add(f"{MINE}/one", f"{MINE}/two", f"{IN}/one")
    manifest.write_text(f"path,to\n{MINE}/one,{IN}\n{MINE}/two,{IN}/new\n", "utf-8")
    words = ["copy", "--manifest", str(manifest), "--parents", "--dry-run", "--save-plan", str(plan)]
    assert f"{MINE}/two  {IN}/new/two\n" in sbg(*words).out
    with plan.open(encoding="utf-8") as stream:
        (row,) = csv.DictReader(stream)
    assert (row["to"], row["source_path"]) == (f"{IN}/new", f"{MINE}/two")


@pytest.mark.parametrize("words", [["delete", "--manifest", "M"], ["copy", "CHOSEN"], ["delete", f"{MINE}/sample.bam"]])
def test_no_keeps_the_plan(
    sbg: Run, env: dict[str, str], simulator: Simulator, tmp_path: Path, words: list[str]
) -> None:
    plan, manifest = tmp_path / "plan.csv", tmp_path / "m.csv"
    manifest.write_text(f"{MINE}/sample.bam\n", "utf-8")
    given = [str(manifest) if word == "M" else word for word in words if word != "CHOSEN"]
    given += _chosen(plan) if "CHOSEN" in words else ["--save-plan", str(plan)]
    dialogue = Dialogue([str(COMMAND), *given], env)
    try:
        before = dialogue.expect("[y/N]: ")
        dialogue.send("n\n")
        code, after = dialogue.end()
    finally:
        dialogue.close()
    assert code == 130
    assert after.endswith("Nothing was done.\n")
    assert f"Plan saved to {plan}. Run it with:\n  sbg-bulk {words[0]} --manifest {plan}" in before.replace("\r\n", "")
    assert len(started_jobs(simulator)) == 0
    assert sbg(words[0], "--manifest", str(plan), *(["--yes"] if words[0] == "delete" else ["--parents"])).code == 0
    assert len(started_jobs(simulator)) == 1


@pytest.mark.parametrize("pipe", [True, False], ids=["a pipe", "a file that grows"])
def test_what_was_agreed_to_is_what_is_done(
    env: dict[str, str], simulator: Simulator, tmp_path: Path, pipe: bool
) -> None:
    path = tmp_path / "m.csv"
    path.write_text(f"file\n{FILE}\n", "utf-8")
    source = f"<(cat {path})" if pipe else str(path)
    dialogue = Dialogue(["bash", "-c", f"{COMMAND} delete --manifest {source}"], env)
    try:
        dialogue.expect("Permanently delete ")
        dialogue.expect("[y/N]: ")
        path.write_text(f"file\n{FILE}\n{FILE_2}\n", "utf-8")
        dialogue.send("y\n")
        code, _ = dialogue.end()
    finally:
        dialogue.close()
    assert code == 0
    assert FILE not in simulator.world.nodes
    assert FILE_2 in simulator.world.nodes


# What is written


@pytest.mark.parametrize(
    "locale", [{"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "cp1252"}, {"LC_ALL": "C"}], ids=str
)
@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl"])
def test_a_report_is_utf_8_whatever_the_locale(
    sbg: Run, env: dict[str, str], tmp_path: Path, locale: dict[str, str], form: str
) -> None:
    path = tmp_path / "m.csv"
    path.write_text(f"file,name,lab\n{FILE},r\u00e9sum\u00e9 \u65e5.bam,\u00fc\n", "utf-8")
    run = sbg("copy", "--manifest", str(path), "--to", IN, "--json").document["run"]
    ran = run_process(["runs", "export", run, "--format", form], env | locale | {"PYTHONUTF8": "0"})
    assert ran.code == 0
    assert "r\u00e9sum\u00e9 \u65e5.bam" in ran.out


def test_tables_are_utf_8_in_a_pipe_whatever_the_locale(env: dict[str, str], simulator: Simulator) -> None:
    simulator.world.add_file("r\u00e9sum\u00e9 \u65e5.bam", simulator.world.projects[TARGET].root)
    settings = env | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    for words in (["files", "list", TARGET], ["files", "tree", TARGET]):
        assert "r\u00e9sum\u00e9 \u65e5.bam" in run_process(words, settings).out
