"""Runs of manifests on the command line: how they end, how they go on, and `sbg-bulk runs`."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from sbg_bulk import Client, RunOptions
from sbg_bulk.api.drivers.sync import BlockingDriver
from sbg_bulk.cli.actions import watch
from sbg_bulk.runs import kept_options
from sbg_bulk.runs.journal import Journal
from sbg_bulk.settings.deployments import DEPLOYMENTS
from sbg_bulk.simulator import Simulator
from sbg_bulk.simulator.seeds import LIKELY_TOKEN
from tests.cli.harness import (
    COPIED_JOB,
    FILE,
    FILE_2,
    FOLDER,
    MINE,
    TARGET,
    TOKEN,
    Ran,
    Run,
    journals,
    printed_commands,
    started_jobs,
    tree,
)
from tests.support.world import World

MISSING = "000000000000000000000000"
MISSING_TEXT = "the file or folder to be copied, moved or deleted does not exist"
TALLY = {"rows": 0, "done": 0, "failed": 0, "unattributed": 0, "unknown": 0, "running": 0, "open": 0}
SHOWN = {
    "run",
    "label",
    "state",
    "journal",
    "to",
    "type",
    "endpoint",
    "created_on",
    "manifest",
    "sources",
    "retry_of",
    *TALLY,
}
SHOWN |= {"bytes", "bytes_done", "folders"}
RUN = r"\d{8}-\d{6}-[0-9a-f]+"


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """Two files to copy, and columns of the user's own."""
    return _write(tmp_path / "manifest.csv", f"sample,file,parent\nS1,{FILE},{FOLDER}\nS2,{FILE_2},{FOLDER}\n")


@pytest.fixture
def flawed(tmp_path: Path) -> Path:
    """A file to copy, and one that is not there."""
    return _write(tmp_path / "flawed.csv", f"file,parent\n{FILE},{FOLDER}\n{MISSING},{FOLDER}\n")


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that were to be made, none of which is."""
    pauses: list[float] = []
    monkeypatch.setattr(BlockingDriver.__init__, "__defaults__", (None, pauses.append, time.monotonic))
    return pauses


def _write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def _id(ran: Ran) -> str:
    """The run that a command has carried."""
    found = re.match(rf"Run ({RUN}): ", ran.err)
    assert found, ran.err
    return found[1]


def _broken_off(sbg: Run, simulator: Simulator, manifest: Path, *words: str) -> Ran:
    """A run that nothing was done of, as the service was under maintenance."""
    simulator.arm("kind=maintenance op=submit_copy_job")
    ran = sbg("copy", "--manifest", str(manifest), "--give-up-after", "0", "--no-check", *words)
    simulator.disarm()
    assert ran.code == 1
    return ran


# How a run ends


def test_a_run_with_all_rows_done_says_so(sbg: Run, simulator: Simulator, home: Path, manifest: Path) -> None:
    ran = sbg("copy", "--manifest", str(manifest))
    run = _id(ran)
    (journal,) = journals(home)
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == (f"Run {run}: 2 files.\nJournal: {journal}\nFinished: 2 files copied in 0 s.\n")
    assert tree(simulator, FOLDER) == ["sample-1.bam", "sample.bam"]


def test_a_run_of_one_row_speaks_of_one(sbg: Run, tmp_path: Path) -> None:
    ran = sbg("delete", "--yes", "--manifest", str(_write(tmp_path / "one.csv", f"file\n{FILE}\n")))
    assert ": 1 file.\n" in ran.err
    assert ran.err.endswith("\nFinished: 1 file deleted in 0 s.\n")


def test_failed_rows_have_their_exit_code_and_the_commands_that_go_on(sbg: Run, flawed: Path) -> None:
    ran = sbg("copy", "--manifest", str(flawed))
    run = _id(ran)
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.splitlines()[2:] == [
        f"Finished: 1 of 2 files copied, 1 failed ({MISSING_TEXT}) in 0 s.",
        f"Per-file results: sbg-bulk runs export {run}",
    ]


def test_to_try_again_is_advised_only_where_it_may_help(sbg: Run, simulator: Simulator, tmp_path: Path) -> None:
    theirs = next(node.id for node in simulator.world.nodes.values() if node.name == "maize-1.bam")
    ran = sbg("copy", "--manifest", str(_write(tmp_path / "closed.csv", f"file,parent\n{theirs},{FOLDER}\n")))
    run = _id(ran)
    told = f"sbg-bulk runs retry {run}"
    assert ran.code == 3
    assert ran.err.splitlines()[-1] == f"Retry the failures: {told}"
    assert sbg("runs", "show", run).err.endswith(f": {told}\n")


def test_rows_whose_results_cannot_be_told_apart_are_neither_done_nor_retried(
    sbg: Run, simulator: Simulator, flawed: Path
) -> None:
    simulator.arm("kind=missing_field field=result op=get_copy_job")
    ran = sbg("copy", "--manifest", str(flawed))
    assert ran.code == 3
    assert "Finished: 0 of 2 files copied, 2 unclear (their jobs do not report each file's result) in 0 s." in ran.err
    assert "retry" not in ran.err
    retried = sbg("runs", "retry", _id(ran))
    assert retried.code == 2
    assert "Nothing failed in run" in retried.err


def test_a_job_that_does_not_say_that_anything_was_done_leaves_its_rows_unclear(
    sbg: Run, simulator: Simulator, manifest: Path
) -> None:
    for field in ("result", "total_files", "completed_files"):
        simulator.arm(f"kind=null_field field={field} op=get_copy_job")
        simulator.arm(f"kind=null_field field={field} op=list_async_jobs")
    ran = sbg("copy", "--manifest", str(manifest))
    assert ran.code == 3
    assert "Finished: 0 of 2 files copied, 2 unclear (their jobs do not report each file's result) in 0 s." in ran.err
    silent = "neither counts nor results say that anything was done"
    assert silent in sbg("jobs", "show", started_jobs(simulator)[0].id).err
    run = _id(ran)
    assert [silent in one["message"] for one in _report(sbg, run)] == [True, True]
    assert silent in sbg("runs", "show", run).out
    assert "does not report the result of each file" in sbg("runs", "report", run).out


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_token_that_expires_in_mid_run_ends_it_and_a_new_one_takes_it_up(
    sbg: Run, simulator: Simulator, monkeypatch: pytest.MonkeyPatch, manifest: Path, options: list[str]
) -> None:
    started = Journal.started

    def expire(*arguments: Any) -> None:
        started(*arguments)
        simulator.world.tokens.pop(TOKEN, None)

    monkeypatch.setattr(Journal, "started", expire)
    ran = sbg("copy", "--manifest", str(manifest), "--items-per-job", "1", *options)
    assert ran.code == 5
    assert "HTTP 401" in ran.err
    assert "The run is kept, and its jobs keep running. With a new token of the same user, resume with: " in ran.err
    if options:
        (error,) = ran.events("error")
        assert f"resume with: {error['error']['resume']}" in error["error"]["message"]
    (resume,) = printed_commands(ran.err)
    monkeypatch.setattr(Journal, "started", started)
    monkeypatch.setenv("SB_AUTH_TOKEN", LIKELY_TOKEN)
    again = sbg(*resume)
    assert again.code == 0
    assert again.err.endswith("\nFinished: 2 files copied (2 since it was resumed, in 0 s).\n")
    assert tree(simulator, FOLDER) == ["sample-1.bam", "sample.bam"]


def test_with_json_the_last_event_is_the_report(sbg: Run, home: Path, flawed: Path) -> None:
    ran = sbg("copy", "--manifest", str(flawed), "--json")
    assert ran.code == 3
    (journal,) = journals(home)
    assert ran.documents[-1]["event"] == "run-finished"
    assert ran.document == {"run": _id(ran), "journal": str(journal), **TALLY, "rows": 2, "done": 1, "failed": 1}
    assert ran.err.count("\n") == 2


def test_a_run_that_gave_up_comes_with_the_command_that_goes_on(sbg: Run, simulator: Simulator, manifest: Path) -> None:
    ran = _broken_off(sbg, simulator, manifest)
    (again,) = printed_commands(ran.err)
    assert again == ["runs", "resume", _id(ran)]
    assert "sbg-bulk: The platform is down for maintenance" in ran.err
    resumed = sbg(*again)
    assert (resumed.code, _id(resumed)) == (0, _id(ran))
    assert tree(simulator, FOLDER) == ["sample-1.bam", "sample.bam"]


def test_a_token_that_is_refused_at_once_leaves_a_run_that_is_named(
    sbg: Run, simulator: Simulator, monkeypatch: pytest.MonkeyPatch, manifest: Path
) -> None:
    monkeypatch.setenv("SB_AUTH_TOKEN", "fake-token-of-nobody")
    ran = sbg("copy", "--manifest", str(manifest), "--no-check")
    assert ran.code == 5
    monkeypatch.setenv("SB_AUTH_TOKEN", TOKEN)
    (again,) = printed_commands(ran.err)
    assert sbg(*again).code == 0
    assert len(started_jobs(simulator)) == 1


def test_ctrl_c_prints_the_command_that_goes_on(
    sbg: Run, simulator: Simulator, monkeypatch: pytest.MonkeyPatch, manifest: Path
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("sbg_bulk.runs.run._submit", interrupted)
        ran = sbg("copy", "--manifest", str(manifest))
    run = _id(ran)
    assert (ran.code, ran.out) == (130, "")
    assert ran.err.endswith(f"sbg-bulk: interrupted: 0 of 2 files copied.\nResume with: sbg-bulk runs resume {run}\n")
    assert sbg(*printed_commands(ran.err)[0]).code == 0
    assert len(started_jobs(simulator)) == 1


def test_ctrl_c_tells_what_the_journal_has_even_if_it_was_not_told_before(
    sbg: Run, monkeypatch: pytest.MonkeyPatch, manifest: Path
) -> None:
    ended = Journal.ended

    def interrupted(*args: Any) -> None:
        ended(*args)
        raise KeyboardInterrupt

    monkeypatch.setattr(Journal, "ended", interrupted)
    ran = sbg("copy", "--manifest", str(manifest), "--items-per-job", "1", "--jobs-in-flight", "1")
    assert ran.code == 130
    assert "sbg-bulk: interrupted: 1 of 2 files copied.\n" in ran.err
    assert "1 of 2" in sbg("runs", "list").out


@pytest.mark.parametrize("more", [(), ("--no-check",)], ids=["looked at", "not looked at"])
@pytest.mark.parametrize(("names", "told"), [(["one", "two"], "2 folders"), (["one", "sample.bam"], "2 items")])
def test_rows_that_are_folders_are_called_so(
    sbg: Run, simulator: Simulator, tmp_path: Path, names: list[str], told: str, more: tuple[str, ...]
) -> None:
    World(simulator).add(f"{MINE}/one/x", f"{MINE}/two/y")
    path = tmp_path / "m.csv"
    path.write_text("\n".join(("path", *(f"{MINE}/{name}" for name in names), "")), "utf-8")
    ran = sbg("copy", "--manifest", str(path), "--to", TARGET, *more)
    assert ran.code == 0, ran.err
    assert f"Run {_id(ran)}: {told}.\n" in ran.err
    assert f"Finished: {told} copied in " in ran.err
    assert re.search(rf"^{told[2:]} +2 of 2 done$", sbg("runs", "show").out, re.MULTILINE)
    assert f"Finished: {told} deleted in " in sbg("delete", "--manifest", str(path), "--yes").err


def test_ids_of_folders_are_called_so_as_soon_as_they_are_seen_and_in_a_retry(
    sbg: Run, simulator: Simulator, tmp_path: Path
) -> None:
    World(simulator).add(f"{MINE}/one/x", f"{MINE}/two/y")
    ids = [node.id for node in simulator.world.nodes.values() if node.name in ("one", "two")]
    path = tmp_path / "m.csv"
    path.write_text("\n".join(("file", *ids, "")), "utf-8")
    simulator.arm("kind=fail_item item=1 op=submit_copy_job call=1")
    ran = sbg("copy", "--manifest", str(path), "--to", TARGET, "--items-per-job", "1")
    assert ran.code == 3, ran.err
    assert f"Run {_id(ran)}: 2 folders.\n" in ran.err
    retried = sbg("runs", "retry", _id(ran))
    assert "Run" in retried.err
    assert ": 1 folder.\n" in retried.err


def test_ctrl_c_while_a_manifest_is_read_leaves_nothing(
    sbg: Run, simulator: Simulator, home: Path, monkeypatch: pytest.MonkeyPatch, manifest: Path
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sbg_bulk.runs.journal_file.insert", interrupted)
    simulator.requests.clear()
    ran = sbg("copy", "--manifest", str(manifest))
    assert (ran.code, ran.out, ran.err) == (
        130,
        "",
        "sbg-bulk: interrupted. Nothing was changed. To start again, run the same command.\n",
    )
    assert (len(simulator.requests), list(home.rglob("*.sbg-run*"))) == (0, [])


# What is waited for


def test_the_rate_limit_and_maintenance_are_told_while_they_are_waited_out(
    sbg: Run, simulator: Simulator, slept: list[float], manifest: Path
) -> None:
    simulator.arm("kind=429 op=submit_copy_job call=1 retry_after=300")
    simulator.arm("kind=maintenance op=submit_copy_job call=2 retry_after=90")
    ran = sbg("copy", "--manifest", str(manifest))
    assert ran.code == 0
    told = [line for line in ran.err.splitlines() if "HTTP" in line]
    assert told == [
        "Waiting 5 min: the rate limit (HTTP 429, API code 1000).",
        "Waiting 90 s: platform maintenance (HTTP 503, API code 0).",
    ]
    assert {300.0, 90.0} <= set(slept)


def test_other_commands_tell_what_they_wait_for_too(sbg: Run, simulator: Simulator, slept: list[float]) -> None:
    simulator.arm("kind=429 op=list_files call=1 retry_after=240")
    ran = sbg("files", "list", MINE)
    assert ran.code == 0
    assert ran.err == "Waiting 4 min: the rate limit (HTTP 429, API code 1000).\n"
    assert slept == [240.0]


@pytest.mark.usefixtures("slept")
def test_a_wait_that_goes_on_is_told_again_only_now_and_then(
    sbg: Run, simulator: Simulator, monkeypatch: pytest.MonkeyPatch, manifest: Path
) -> None:
    moments = iter(range(1000, 100_000, 3))
    monkeypatch.setattr("sbg_bulk.cli.progress.display.monotonic", lambda: next(moments))
    simulator.arm("kind=429 op=submit_copy_job times=20 retry_after=25")
    told = sbg("copy", "--manifest", str(manifest)).err.count("Waiting 25 s: ")
    assert 1 < told <= 10


def test_a_long_run_tells_in_a_pipe_how_it_goes_on(
    sbg: Run, simulator: Simulator, monkeypatch: pytest.MonkeyPatch, manifest: Path
) -> None:
    moments = iter(range(1000, 100_000, 31))
    monkeypatch.setattr("sbg_bulk.cli.progress.display.monotonic", lambda: next(moments))
    ran = sbg("copy", "--manifest", str(manifest), "--items-per-job", "1")
    assert "0 of 2 files done, 0 failed; 0 of 2 jobs ended, 1 running." in ran.err
    assert "2 of 2 files done, 0 failed; 2 of 2 jobs ended, 0 running; " in ran.err
    assert len(started_jobs(simulator)) == 2


# What cannot be told


def _alike(sbg: Run, simulator: Simulator, fault: str, journal: Path | None = None, *before: str) -> Ran:
    """A run whose submission broke off, while others submitted jobs just like it."""
    for _ in range(2):
        assert sbg("copy", FILE, FILE_2, "--to-folder", FOLDER, "--detach").code == 0
    manifest = _write((journal or Path.cwd()).parent / "alike.csv", f"file\n{FILE}\n{FILE_2}\n")
    simulator.arm(f"kind={fault} op=submit_copy_job")
    kept = [] if journal is None else ["--journal", str(journal)]
    words = ["copy", "--manifest", str(manifest), "--to-folder", FOLDER, "--list-lag", "0", *kept]
    ran = sbg(*before, *words)
    simulator.disarm()
    manifest.unlink()
    assert (ran.code, ran.out) == (6, "")
    return ran


@pytest.fixture
def _in_a_folder_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("_in_a_folder_of_its_own")
def test_a_run_that_stops_names_the_candidates_and_the_commands_that_settle_it(sbg: Run, simulator: Simulator) -> None:
    ran = _alike(sbg, simulator, "cut_after")
    run = _id(ran)
    jobs = {job.id for job in started_jobs(simulator)}
    assert f"sbg-bulk: run {run} has stopped: it is not known which job, if any, was started for 2 files." in ran.err
    commands = printed_commands(ran.err)
    assert {words[2] for words in commands if words[:2] == ["jobs", "show"]} == jobs
    assert {words[4] for words in commands if words[:4] == ["runs", "resume", run, "--adopt"]} == jobs
    assert commands[-1] == ["runs", "resume", run, "--resubmit"]
    assert sbg(*commands[0]).code == 0


@pytest.mark.usefixtures("_in_a_folder_of_its_own")
def test_the_job_that_a_person_names_is_adopted(sbg: Run, simulator: Simulator) -> None:
    ran = _alike(sbg, simulator, "cut_after")
    own = started_jobs(simulator)[-1].id
    (adopt,) = [words for words in printed_commands(ran.err) if words[-2:] == ["--adopt", own]]
    resumed = sbg(*adopt)
    assert resumed.code == 0
    assert len(started_jobs(simulator)) == 3
    assert {row["job"] for row in _report(sbg, _id(ran))} == {own}


@pytest.mark.usefixtures("_in_a_folder_of_its_own")
def test_what_a_person_says_was_not_started_is_submitted_again(sbg: Run, simulator: Simulator) -> None:
    ran = _alike(sbg, simulator, "cut_before")
    others = {job.id for job in started_jobs(simulator)}
    assert len(others) == 2
    assert sbg(*printed_commands(ran.err)[-1]).code == 0
    (own,) = {job.id for job in started_jobs(simulator)} - others
    assert {row["job"] for row in _report(sbg, _id(ran))} == {own}


@pytest.mark.usefixtures("_in_a_folder_of_its_own")
def test_a_run_that_was_stopped_stops_again_until_somebody_decides(sbg: Run, simulator: Simulator) -> None:
    ran = _alike(sbg, simulator, "cut_after")
    again = sbg("runs", "resume", _id(ran), "--list-lag", "0")
    assert (again.code, len(started_jobs(simulator))) == (6, 3)
    assert printed_commands(again.err) == printed_commands(ran.err)


def test_the_commands_that_settle_it_name_the_journal_and_the_endpoint_if_they_must(
    sbg: Run, simulator: Simulator, env: dict[str, str], tmp_path: Path
) -> None:
    url = env["SB_API_ENDPOINT"]
    journal = tmp_path / "my run"
    ran = _alike(sbg, simulator, "cut_after", journal, "--endpoint", url)
    command = printed_commands(ran.err)[-1]
    assert command == ["--endpoint", url, "runs", "resume", str(journal), "--resubmit"]
    assert sbg(*command).code == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--adopt", COPIED_JOB, "--resubmit"], "Give --adopt or --resubmit, not both."),
        (
            ["--adopt", COPIED_JOB],
            "has no submission with an unknown outcome; resume it without --adopt and --resubmit.",
        ),
        (["--resubmit"], "has no submission with an unknown outcome; resume it without --adopt and --resubmit."),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_there_must_be_something_to_decide(
    sbg: Run, simulator: Simulator, manifest: Path, words: list[str], told: str
) -> None:
    run = _id(_broken_off(sbg, simulator, manifest))
    ran = sbg("runs", "resume", run, *words)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err
    assert started_jobs(simulator) == []


# How a run goes on


def test_a_complete_run_that_is_resumed_says_so_at_once(
    sbg: Run, simulator: Simulator, slept: list[float], flawed: Path
) -> None:
    run = _id(sbg("copy", "--manifest", str(flawed)))
    simulator.requests.clear()
    slept.clear()
    ran = sbg("runs", "resume", run)
    assert ran.code == 3
    assert f"Finished: 1 of 2 files copied, 1 failed ({MISSING_TEXT})." in ran.err
    assert len(simulator.requests) <= 2
    assert slept == []


def test_a_run_is_named_by_its_journal_where_that_is_not_where_runs_are_kept(
    sbg: Run, simulator: Simulator, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, manifest: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = _broken_off(sbg, simulator, manifest, "--journal", "mine")
    (again,) = printed_commands(ran.err)
    assert again == ["runs", "resume", str(tmp_path / "mine")]
    assert journals(home) == []
    monkeypatch.chdir("/")
    assert sbg(*again).code == 0
    shown = sbg("runs", "show", str(tmp_path / "mine"), "--json").document
    assert (shown["run"], shown["done"]) == (_id(ran), 2)


def test_a_journal_that_was_carried_to_another_machine_goes_on_there(
    sbg: Run, simulator: Simulator, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, manifest: Path
) -> None:
    run = _id(_broken_off(sbg, simulator, manifest))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (journal,) = journals(home)
    journal.rename(elsewhere / journal.name)
    manifest.unlink()
    monkeypatch.setenv("HOME", str(elsewhere))
    ran = sbg("runs", "resume", str(elsewhere / journal.name))
    assert (ran.code, _id(ran)) == (0, run)
    assert tree(simulator, FOLDER) == ["sample-1.bam", "sample.bam"]


def test_journals_are_kept_in_the_users_state_folder(
    sbg: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, manifest: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    run = _id(sbg("copy", "--manifest", str(manifest)))
    assert [path.name for path in (tmp_path / "state" / "sbg-bulk" / "runs").iterdir()] == [f"{run}.sbg-run"]
    assert journals(home) == []
    assert [document["run"] for document in sbg("runs", "list", "--json").documents] == [run]


def test_a_journal_is_never_overwritten(sbg: Run, simulator: Simulator, tmp_path: Path, manifest: Path) -> None:
    taken = _write(tmp_path / "taken", "something of the user's")
    simulator.requests.clear()
    ran = sbg("copy", "--manifest", str(manifest), "--journal", str(taken))
    assert (ran.code, ran.out) == (2, "")
    assert f"{taken} already exists" in ran.err
    assert taken.read_text("utf-8") == "something of the user's"
    assert len(simulator.requests) == 0


@pytest.mark.parametrize("command", ["resume", "retry"])
def test_a_run_for_another_endpoint_is_refused(
    sbg: Run, simulator: Simulator, monkeypatch: pytest.MonkeyPatch, env: dict[str, str], flawed: Path, command: str
) -> None:
    run = _id(sbg("copy", "--manifest", str(flawed)))
    simulator.requests.clear()
    monkeypatch.setenv("SB_API_ENDPOINT", "http://127.0.0.1:1/v2")
    ran = sbg("runs", command, run)
    assert (ran.code, ran.out) == (2, "")
    assert f"Run {run} is on {env['SB_API_ENDPOINT']}, but the endpoint is http://127.0.0.1:1/v2" in ran.err
    assert len(simulator.requests) == 0


def test_a_retry_is_a_run_of_what_failed_and_of_nothing_else(
    sbg: Run, simulator: Simulator, home: Path, tmp_path: Path
) -> None:
    manifest = _write(tmp_path / "rows.csv", f"sample,file,parent\nS1,{FILE},{FOLDER}\nS2,{FILE_2},{FOLDER}\n")
    simulator.arm("kind=fail_item item=2 op=submit_copy_job")
    first = _id(sbg("copy", "--manifest", str(manifest)))
    simulator.disarm()
    ran = sbg("runs", "retry", first)
    second = _id(ran)
    assert (ran.code, ran.out) == (0, "")
    assert [[item.file for item in job.items] for job in started_jobs(simulator)] == [[FILE, FILE_2], [FILE_2]]
    shown = {document["run"]: document for document in sbg("runs", "list", "--json").documents}
    assert shown[second]["retry_of"] == first
    assert (shown[second]["rows"], shown[first]["rows"]) == (1, 2)
    assert len(journals(home)) == 2
    assert [(row["sample"], row["outcome"]) for row in _report(sbg, second)] == [("S2", "done")]
    nothing = sbg("runs", "retry", second)
    assert (nothing.code, nothing.out) == (2, "")
    assert f"Nothing failed in run {second}, so there is nothing to retry." in nothing.err


def test_a_second_retry_names_the_command_that_goes_on_with_the_first(
    sbg: Run, simulator: Simulator, home: Path, manifest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator.arm("kind=fail_item item=2 op=submit_copy_job times=2")
    first = _id(sbg("copy", "--manifest", str(manifest)))
    simulator.arm("kind=maintenance op=submit_copy_job")
    assert sbg("runs", "retry", first, "--give-up-after", "0").code == 1
    simulator.disarm()
    second = journals(home)[-1].stem

    def again() -> tuple[int, list[list[str]]]:
        ran = sbg("runs", "retry", first)
        assert f"Run {second} already retries the failures of run {first}." in ran.err
        return ran.code, printed_commands(ran.err)

    assert again() == (2, [["runs", "resume", second]])
    simulator.arm("kind=fail_item op=submit_copy_job")
    assert sbg("runs", "resume", second).code == 3
    simulator.disarm()
    assert again() == (2, [["runs", "retry", second]])
    assert sbg("runs", "retry", second).code == 0
    assert tree(simulator, FOLDER) == ["sample-1.bam", "sample.bam"]
    assert sbg("runs", "forget", second, "--force").code == 0
    monkeypatch.chdir(home)
    code, (export,) = again()
    assert (code, sbg(*export).code) == (2, 0)
    assert "Nothing to do: everything is already there." in sbg("copy", "--manifest", "failed.csv").err


def test_the_journal_of_a_retry_may_be_kept_elsewhere(sbg: Run, tmp_path: Path, flawed: Path) -> None:
    run = _id(sbg("copy", "--manifest", str(flawed)))
    ran = sbg("runs", "retry", run, "--journal", str(tmp_path / "again"))
    assert ran.code == 3
    assert printed_commands(ran.err)[-1] == ["runs", "export", str(tmp_path / "again")]


# What can be seen of runs


def test_no_runs_are_said_to_be_none(sbg: Run, home: Path) -> None:
    ran = sbg("runs", "list")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == f"No runs in {home}/.local/state/sbg-bulk/runs.\n"
    assert sbg("runs", "list", "--json") == Ran(0, "", "")


def test_runs_are_listed(sbg: Run, simulator: Simulator, manifest: Path, flawed: Path) -> None:
    one = _id(sbg("copy", "--manifest", str(flawed)))
    two = _id(_broken_off(sbg, simulator, manifest))
    ran = sbg("runs", "list")
    assert (ran.code, ran.err) == (0, "")
    head, *rows = ran.out.splitlines()
    assert head.split() == ["RUN", "STATE", "AGE", "FILES", "FAILED", "UNCLEAR", "SIZE", "TASK"]
    shown = {
        one: f"{one} finished with failures # s 1 of 2 1 0 - copy flawed.csv to {FOLDER}",
        two: f"{two} interrupted # s 0 of 2 0 0 - copy manifest.csv to {FOLDER}",
    }
    assert [re.sub(r"\d+ s ", "# s ", " ".join(row.split())) for row in rows] == [shown[run] for run in (two, one)]
    documents = {document["run"]: document for document in sbg("runs", "list", "--json").documents}
    assert set(documents) == {one, two}
    assert all(set(document) == SHOWN for document in documents.values())
    assert (documents[two]["open"], documents[two]["manifest"]) == (2, str(manifest))


@pytest.fixture
def by_path(sbg: Run, simulator: Simulator) -> str:
    """A run by paths, of five files of 1.5 MB, with a label."""
    batch = simulator.world.add_folder("batch-01", simulator.world.projects[MINE].root)
    for place in range(5):
        simulator.world.add_file(f"f{place}.bam", batch, size=1_500_000)
    words = ["copy", f"{MINE}/batch-01", "--to", f"{TARGET}/indexes", "--parents", "--yes", "--label", "weekly"]
    assert sbg(*words).code == 0
    return str(sbg("runs", "list", "--json").document["run"])


def test_runs_by_paths_are_shown_with_where_from_where_to_and_bytes(sbg: Run, by_path: str) -> None:
    document = sbg("runs", "show", by_path, "--json").document
    assert (document["manifest"], document["sources"]) == (None, [f"{MINE}/batch-01"])
    assert document["bytes"] == document["bytes_done"] == 7_500_000
    row = " ".join(sbg("runs", "list").out.splitlines()[1].split())
    task = f"weekly: copy {MINE}/batch-01 to {TARGET}/indexes"
    assert re.fullmatch(rf"{by_path} finished \d+ s 5 of 5 0 0 7.5 MB {task}", row)
    shown = dict(re.split(r"  +", line.strip(), maxsplit=1) for line in sbg("runs", "show", by_path).out.splitlines())
    assert (shown["from"], shown["to"]) == (f"{MINE}/batch-01", f"{TARGET}/indexes")
    assert (shown["files"], shown["size"]) == ("5 of 5 done", "7.5 MB")
    assert shown["folders"] == "1 of 1 created"
    assert "manifest" not in shown


def test_60_columns_are_enough_to_read_of_runs(
    sbg: Run, by_path: str, flawed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = _id(sbg("copy", "--manifest", str(flawed)))
    monkeypatch.setattr("sbg_bulk.cli.output.draw.PIPE_WIDTH", 60)
    listed = sbg("runs", "list").out
    assert max(map(len, listed.splitlines())) <= 60
    blocks = {
        failed: f"{failed}  finished with failures, # s ago\n  1 of 2 files, 1 failed\n  copy flawed.csv to {FOLDER}\n",
        by_path: f"{by_path}  finished, # s ago\n  5 of 5 files, 7.5 MB\n"
        f"  weekly: copy {MINE}/batch-01 to\n    {TARGET}/indexes\n",
    }
    assert re.sub(r"\d+ s ago", "# s ago", listed) == "".join(blocks[run] for run in (failed, by_path))
    for run in (failed, by_path):
        assert max(len(line.rstrip()) for line in sbg("runs", "show", run).out.splitlines()) <= 60


def test_runs_of_several_endpoints_are_shown_with_these(
    sbg: Run, by_path: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "ENDPOINT" not in sbg("runs", "list").out
    (journal,) = journals(home)
    other = journal.with_name("20200101-000000-0000.sbg-run")
    other.write_bytes(journal.read_bytes())
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("UPDATE run SET value = ? WHERE key = 'endpoint'", (json.dumps(DEPLOYMENTS["cgc"]),))
        connection.commit()
    head, first, second = (line.split() for line in sbg("runs", "list").out.splitlines())
    place = head.index("ENDPOINT")
    here = sbg("runs", "show", by_path, "--json").document["endpoint"]
    # An age is two words, so are the files, with `of` between them, and a size.
    assert [row[place + 4] for row in (first, second)] == [here, "cgc"]
    monkeypatch.setattr("sbg_bulk.cli.output.draw.PIPE_WIDTH", 60)
    listed = sbg("runs", "list").out.splitlines()
    assert [line.strip() for line in listed if line.startswith("  on ")] == [f"on {here}", "on cgc"]


@pytest.mark.parametrize("command", ["show", "report", "export", "verify"])
def test_without_a_run_the_last_one_is_meant(sbg: Run, by_path: str, command: str) -> None:
    assert sbg("copy", f"{MINE}/batch-01", "--to", f"{TARGET}/more", "--parents", "--yes").code == 0
    last = sbg("runs", "list", "--json").documents[0]["run"]
    assert last != by_path
    named, meant = sbg("runs", command, last, "--json"), sbg("runs", command, "--json")
    assert meant.err == f"Last run: {last}\n{named.err}"
    for ran in (named, meant):
        assert (ran.code, by_path in ran.out) == (0, False)


def test_the_last_of_no_runs_is_none(sbg: Run, home: Path) -> None:
    ran = sbg("runs", "show")
    assert (ran.code, ran.err) == (2, f"sbg-bulk: There are no runs in {home}/.local/state/sbg-bulk/runs.\n")


def test_a_run_in_use_can_be_looked_at_and_nothing_else_is_done_with_it(
    sbg: Run, simulator: Simulator, home: Path, manifest: Path
) -> None:
    run = _id(_broken_off(sbg, simulator, manifest))
    (journal,) = journals(home)
    simulator.requests.clear()
    with Journal.open(journal):
        for command in ("resume", "retry", "forget"):
            ran = sbg("runs", command, run)
            assert (ran.code, ran.out) == (1, "")
            assert f"Another process is working on this run ({journal})" in ran.err
        listed = sbg("runs", "list")
        assert (listed.code, listed.err) == (0, "")
        assert listed.out.splitlines()[1].split()[:2] == [run, "running"]
        (document,) = sbg("runs", "list", "--json").documents
        assert (document["state"], document["open"]) == ("running", 2)
        shown = sbg("runs", "show", run)
        assert shown.err == f"It is running. Follow it with: sbg-bulk runs show {run} --watch\n"
        assert [row["outcome"] for row in _report(sbg, run)] == ["open", "open"]
    assert len(simulator.requests) == 0
    assert sbg("runs", "resume", run).code == 0


def test_the_last_unfinished_run_is_resumed_if_none_is_named(
    sbg: Run, simulator: Simulator, home: Path, manifest: Path, flawed: Path
) -> None:
    assert "; see sbg-bulk runs list." in sbg("runs", "resume").err
    older, newer = (_id(_broken_off(sbg, simulator, one, "--new-run")) for one in (flawed, manifest))
    older, newer = sorted((older, newer))
    finished = _id(
        sbg("delete", "--yes", "--new-run", "--manifest", str(_write(home / "one.csv", f"file\n{FILE_2}\n")))
    )
    assert sbg("runs", "show", finished, "--json").document["state"] == "finished"
    with Journal.open(home / ".local/state/sbg-bulk/runs" / f"{newer}.sbg-run"):
        assert _id(sbg("runs", "resume")) == older
        refused = sbg("runs", "resume")
        assert (refused.code, printed_commands(refused.err)) == (2, [["runs", "show", newer, "--watch"]])
    for options in (["--resubmit"], ["--adopt", COPIED_JOB]):
        assert "need a RUN" in sbg("runs", "resume", *options).err
    assert _id(sbg("runs", "resume")) == newer
    assert sbg("runs", "resume").code == 2


def test_the_beginning_of_an_id_names_a_run(sbg: Run, simulator: Simulator, manifest: Path) -> None:
    run = _id(_broken_off(sbg, simulator, manifest))
    assert sbg("runs", "show", run[:6], "--json").document["run"] == run
    assert _id(sbg("runs", "resume", run[:-2])) == run
    second = _id(sbg("copy", "--manifest", str(manifest), "--no-check", "--new-run"))
    ran = sbg("runs", "forget", run[:2])
    assert (ran.code, ran.out) == (2, "")
    assert f"{run[:2]} matches 2 runs: {run}, {second}. Give more" in ran.err


def test_a_label_is_shown_wherever_the_run_is(sbg: Run, simulator: Simulator, flawed: Path) -> None:
    run = _id(_broken_off(sbg, simulator, flawed, "--label", "nightly <b>"))
    assert "nightly <b>: copy flawed.csv to " in sbg("runs", "list").out
    assert re.search(r"^label +nightly <b> *$", sbg("runs", "show", run).out, re.MULTILINE)
    assert f"Run {run}: nightly <b>: Copy of 2 files" in sbg("runs", "report", run).out
    assert "nightly &lt;b&gt;: Copy of 2 files" in sbg("runs", "report", run, "--html", "-").out
    assert sbg("runs", "resume", run).code == 3
    assert sbg("runs", "show", run, "--json").document["label"] == "nightly <b>"
    again = _id(sbg("runs", "retry", run))
    assert sbg("runs", "report", again, "--json").document["label"] == "nightly <b>"
    assert sbg("runs", "resume", again, "--label", "weekly").code == 3
    assert sbg("runs", "show", again, "--json").document["label"] == "weekly"


@pytest.mark.parametrize("word", ["copy", "move"])
def test_ids_with_a_label_are_a_run(sbg: Run, word: str) -> None:
    assert sbg(word, FILE, "--to", FOLDER, "--label", "one", "--yes").code == 0
    assert sbg("runs", "list", "--json").document["label"] == "one"


def test_a_run_that_another_process_carries_is_followed_to_its_end(
    sbg: Run, simulator: Simulator, home: Path, manifest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = _id(_broken_off(sbg, simulator, manifest))
    held = Journal.open(journals(home)[0])
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 1:
            held.started(held.intend(0, 1, None), COPIED_JOB)
        elif len(pauses) == 2:
            held.close()

    monkeypatch.setattr(watch.watch, "__defaults__", (pause,))
    ran = sbg("runs", "show", run, "--watch")
    assert (ran.code, pauses) == (0, [watch.EVERY] * 2)
    assert "interrupted" in ran.out
    assert printed_commands(ran.err) == [["runs", "resume", run]]
    assert sbg("runs", "show", run, "--watch") == ran
    assert len(pauses) == 2


def test_ctrl_c_ends_the_watching_alone(
    sbg: Run, simulator: Simulator, home: Path, manifest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = _id(_broken_off(sbg, simulator, manifest))

    def interrupt(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(watch.watch, "__defaults__", (interrupt,))
    with Journal.open(journals(home)[0]):
        ran = sbg("runs", "show", run, "--watch")
    assert (ran.code, ran.err) == (130, "The run is not affected.\nsbg-bulk: interrupted.\n")


def test_a_damaged_journal_does_not_hide_the_others(sbg: Run, home: Path, manifest: Path) -> None:
    run = _id(sbg("copy", "--manifest", str(manifest)))
    damaged = _write(journals(home)[0].with_name("19990101-000000-0000.sbg-run"), "not a journal")
    ran = sbg("runs", "list")
    assert (ran.code, ran.err) == (0, "")
    first, second = ran.out.splitlines()[1:]
    assert (first.split()[0], second.split()[0]) == (run, "19990101-000000-0000")
    assert "damaged" in second
    assert "see runs show" in second
    shown = sbg("runs", "show", "19990101-000000-0000")
    assert shown.code == 2
    assert f"{damaged} is not a journal, or it is damaged" in shown.err


@pytest.mark.parametrize("command", ["resume", "show", "retry", "export", "forget"])
def test_a_journal_of_a_newer_format_is_left_as_it_is(
    sbg: Run, home: Path, simulator: Simulator, manifest: Path, command: str
) -> None:
    run = _id(_broken_off(sbg, simulator, manifest))
    (journal,) = journals(home)
    connection = sqlite3.connect(journal)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = journal.read_bytes()
    ran = sbg("runs", command, run)
    assert (ran.code, ran.out) == (1, "")
    assert f"{journal} has format 99" in ran.err
    assert "Use the newer version that began it." in ran.err
    assert journal.read_bytes() == before


@pytest.mark.parametrize("command", ["resume", "show", "retry", "export", "forget"])
@pytest.mark.parametrize(("run", "told"), [("nothing", "There is no run nothing in "), ("a/b", "no journal a/b.")])
def test_a_run_that_is_not_there_is_wrong_input(sbg: Run, command: str, run: str, told: str) -> None:
    ran = sbg("runs", command, run)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err


def test_a_run_is_shown_with_what_failed(sbg: Run, home: Path, env: dict[str, str], flawed: Path) -> None:
    run = _id(sbg("copy", "--manifest", str(flawed)))
    ran = sbg("runs", "show", run)
    assert ran.code == 0
    facts, failures = ran.out.split("\n\n")
    shown = dict(line.strip().split(maxsplit=1) for line in facts.splitlines())
    begun = shown.pop("started")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ \(\d+ s ago\)", begun)
    assert shown == {
        "run": run,
        "journal": str(journals(home)[0]),
        "state": "finished with failures",
        "task": "copy",
        "to": FOLDER,
        "endpoint": env["SB_API_ENDPOINT"],
        "manifest": str(flawed),
        "files": "1 of 2 done",
        "failed": "1",
    }
    head, row = failures.splitlines()
    assert head.split() == ["CODE", "FILES", "FOR", "EXAMPLE"]
    assert row.split()[:2] == ["10225", "1"]
    assert MISSING in row
    assert ran.err == ""
    document = sbg("runs", "show", run, "--json").document
    assert set(document) == {*SHOWN, "failures", "folders_created", "folders_to_create"}
    assert [(each["api_code"], each["rows"]) for each in document["failures"]] == [(10225, 1)]


def test_a_run_that_is_not_complete_is_shown_with_the_command_that_goes_on(
    sbg: Run, simulator: Simulator, manifest: Path
) -> None:
    run = _id(_broken_off(sbg, simulator, manifest))
    ran = sbg("runs", "show", run)
    assert ran.code == 0
    assert re.search(r"^to submit +2 *$", ran.out, re.MULTILINE)
    assert ran.err == f"It is interrupted. Resume it with: sbg-bulk runs resume {run}\n"
    assert sbg(*printed_commands(ran.err)[0]).code == 0


def test_what_is_seen_of_runs_needs_no_token_and_sends_nothing(
    sbg: Run, simulator: Simulator, monkeypatch: pytest.MonkeyPatch, manifest: Path
) -> None:
    run = _id(sbg("copy", "--manifest", str(manifest)))
    monkeypatch.delenv("SB_AUTH_TOKEN")
    monkeypatch.delenv("SB_API_ENDPOINT")
    simulator.requests.clear()
    for words in (["list"], ["show", run], ["export", run], ["forget", run]):
        assert sbg("runs", *words).code == 0
    assert len(simulator.requests) == 0


def test_no_journal_holds_the_token(sbg: Run, simulator: Simulator, home: Path, flawed: Path) -> None:
    _broken_off(sbg, simulator, flawed)
    sbg("copy", "--manifest", str(flawed), "--new-run")
    contents = [journal.read_bytes() for journal in journals(home)]
    assert len(contents) == 2
    assert all(TOKEN.encode() not in content for content in contents)


# Reports


def _report(sbg: Run, run: str, *words: str) -> list[dict[str, str]]:
    ran = sbg("runs", "export", run, *words)
    assert (ran.code, ran.err) == (0, "")
    return list(csv.DictReader(io.StringIO(ran.out)))


def _copied(sbg: Run, simulator: Simulator, run: str) -> list[str]:
    """The names of the copies that a report has the ids of; empty where it has none."""
    return [one["new_id"] and simulator.world.nodes[one["new_id"]].name for one in _report(sbg, run)]


def test_new_ids_of_copies_are_found_out_if_they_are_asked_for(sbg: Run, simulator: Simulator, manifest: Path) -> None:
    asked = _id(sbg("copy", "--manifest", str(manifest), "--new-ids"))
    assert _copied(sbg, simulator, asked) == [simulator.world.nodes[file].name for file in (FILE, FILE_2)]
    without = _id(sbg("copy", "--manifest", str(manifest), "--no-check"))
    assert _copied(sbg, simulator, without) == ["", ""]


def test_a_run_that_is_taken_up_or_tried_again_finds_out_new_ids_too(
    sbg: Run, simulator: Simulator, manifest: Path
) -> None:
    resumed = _id(_broken_off(sbg, simulator, manifest))
    assert sbg("runs", "resume", resumed, "--new-ids").code == 0
    assert all(_copied(sbg, simulator, resumed))
    for item in (1, 2):
        simulator.arm(f"kind=fail_item item={item} op=submit_copy_job")
    failed = _id(sbg("copy", "--manifest", str(manifest), "--no-check"))
    simulator.disarm()
    retried = sbg("runs", "retry", failed, "--new-ids")
    assert retried.code == 0
    assert all(_copied(sbg, simulator, _id(retried)))


@pytest.mark.parametrize("words", [("move", "--yes", "--to-project", TARGET), ("delete", "--yes")])
def test_only_copies_have_new_ids_to_be_found_out(sbg: Run, manifest: Path, words: tuple[str, ...]) -> None:
    ran = sbg(*words, "--manifest", str(manifest), "--new-ids")
    assert ran.code == 2
    assert "No such option '--new-ids'" in ran.err


def test_a_report_has_the_rows_of_the_manifest_and_what_became_of_each(
    sbg: Run, simulator: Simulator, tmp_path: Path
) -> None:
    manifest = _write(tmp_path / "rows.csv", f'sample,file,parent\nS1,{MISSING},{FOLDER}\n"S,2",{FILE},{FOLDER}\n')
    run = _id(sbg("copy", "--manifest", str(manifest)))
    (job,) = started_jobs(simulator)
    first, second = _report(sbg, run)
    assert (first["sample"], first["file"], first["parent"], first["project"]) == ("S1", MISSING, FOLDER, "")
    assert (first["outcome"], first["new_id"], first["job"], first["api_code"]) == ("failed", "", job.id, "10225")
    assert MISSING in first["message"]
    assert (second["sample"], second["outcome"], second["message"]) == ("S,2", "done", "")
    assert simulator.world.nodes[second["new_id"]].name == "sample.bam"


@pytest.mark.parametrize(
    ("words", "form"),
    [
        ([], "csv"),
        (["--format", "tsv"], "tsv"),
        (["--format", "jsonl"], "jsonl"),
        (["--json"], "jsonl"),
        (["--json", "--format", "jsonl"], "jsonl"),
    ],
    ids=" ".join,
)
def test_a_report_has_the_format_that_is_wanted(sbg: Run, manifest: Path, words: list[str], form: str) -> None:
    run = _id(sbg("copy", "--manifest", str(manifest)))
    ran = sbg("runs", "export", run, *words)
    assert (ran.code, ran.err) == (0, "")
    if form == "jsonl":
        assert [(row["sample"], row["outcome"]) for row in ran.documents] == [("S1", "done"), ("S2", "done")]
    else:
        rows = csv.DictReader(io.StringIO(ran.out), delimiter="\t" if form == "tsv" else ",")
        assert [(row["sample"], row["outcome"]) for row in rows] == [("S1", "done"), ("S2", "done")]


def test_a_report_of_a_manifest_in_jsonl_is_jsonl(sbg: Run, tmp_path: Path) -> None:
    row = {"file": FILE, "parent": FOLDER, "tags": ["a", {"b": None}]}
    run = _id(sbg("copy", "--manifest", str(_write(tmp_path / "rows.jsonl", json.dumps(row) + "\n"))))
    assert sbg("runs", "export", run).document["tags"] == row["tags"]


def test_json_is_one_format_only(sbg: Run, manifest: Path) -> None:
    run = _id(sbg("copy", "--manifest", str(manifest)))
    ran = sbg("runs", "export", run, "--json", "--format", "csv")
    assert ran.code == 2
    assert "--json is --format jsonl" in ran.document["error"]["message"]


def test_a_report_can_be_limited_to_some_outcomes(sbg: Run, simulator: Simulator, flawed: Path) -> None:
    run = _id(sbg("copy", "--manifest", str(flawed)))
    assert [row["file"] for row in _report(sbg, run, "--outcome", "failed")] == [MISSING]
    assert [row["file"] for row in _report(sbg, run, "--outcome", "done")] == [FILE]
    assert len(_report(sbg, run, "--outcome", "done", "--outcome", "failed")) == 2
    assert _report(sbg, run, "--outcome", "open") == []
    broken_off = _id(_broken_off(sbg, simulator, flawed))
    assert [row["outcome"] for row in _report(sbg, broken_off, "--outcome", "open")] == ["open", "open"]


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl"])
def test_a_report_can_serve_as_a_manifest(sbg: Run, simulator: Simulator, tmp_path: Path, form: str) -> None:
    manifest = _write(
        tmp_path / "rows.csv", f"sample,file,project,name\nS1,{FILE},{TARGET},a.bam\nS2,{FILE_2},{TARGET},\n"
    )
    simulator.arm("kind=fail_item item=1 op=submit_copy_job")
    run = _id(sbg("copy", "--manifest", str(manifest)))
    simulator.disarm()
    report = tmp_path / f"failed.{form}"
    assert sbg("runs", "export", run, "--outcome", "failed", "--output", str(report)) == Ran(0, "", "")
    again = sbg("copy", "--manifest", str(report))
    assert again.code == 0
    (row,) = _report(sbg, _id(again), "--format", "csv")
    assert (row["sample"], row["file"], row["name"], row["outcome"]) == ("S1", FILE, "a.bam", "done")
    assert {"a.bam", "sample-1.bam"} <= set(tree(simulator, simulator.world.projects[TARGET].root.id))


def test_a_report_has_the_format_that_the_name_of_its_file_promises(sbg: Run, tmp_path: Path, manifest: Path) -> None:
    run = _id(sbg("copy", "--manifest", str(manifest)))
    for name in ("report.jsonl", "report.tsv", "report"):
        assert sbg("runs", "export", run, "--output", str(tmp_path / name)).code == 0
    assert json.loads((tmp_path / "report.jsonl").read_text("utf-8").splitlines()[0])["file"] == FILE
    assert (tmp_path / "report.tsv").read_text("utf-8").startswith("file\tparent\t")
    assert (tmp_path / "report").read_text("utf-8").startswith("file,parent,")


def test_a_report_does_not_overwrite_a_file(sbg: Run, tmp_path: Path, manifest: Path) -> None:
    run = _id(sbg("copy", "--manifest", str(manifest)))
    before = manifest.read_bytes()
    ran = sbg("runs", "export", run, "--output", str(manifest))
    assert (ran.code, ran.out) == (2, "")
    assert f"{manifest} already exists; choose another file." in ran.err
    assert manifest.read_bytes() == before
    ran = sbg("runs", "export", run, "--output", str(tmp_path / "none" / "report.csv"))
    assert (ran.code, ran.out) == (2, "")
    assert "cannot be written: No such file or directory." in ran.err


# Forgetting


def test_a_complete_run_can_be_forgotten(sbg: Run, home: Path, manifest: Path) -> None:
    run = _id(sbg("copy", "--manifest", str(manifest)))
    (journal,) = journals(home)
    ran = sbg("runs", "forget", run)
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == f"Deleted: the journal of run {run}, 2 files ({journal})\n"
    assert journals(home) == []


def test_what_was_forgotten_is_one_document(sbg: Run, tmp_path: Path, manifest: Path) -> None:
    assert sbg("copy", "--manifest", str(manifest), "--journal", str(tmp_path / "mine")).code == 0
    ran = sbg("runs", "forget", str(tmp_path / "mine"), "--json")
    assert (ran.code, ran.err) == (0, "")
    assert set(ran.document) == SHOWN
    assert (ran.document["journal"], ran.document["done"]) == (str(tmp_path / "mine"), 2)
    assert not (tmp_path / "mine").exists()


def test_a_run_that_is_not_complete_is_forgotten_only_by_force(
    sbg: Run, simulator: Simulator, home: Path, manifest: Path
) -> None:
    run = _id(_broken_off(sbg, simulator, manifest))
    ran = sbg("runs", "forget", run)
    assert (ran.code, ran.out) == (2, "")
    assert f"Run {run} is not finished; without its journal it cannot be resumed." in ran.err
    assert len(journals(home)) == 1
    assert sbg("runs", "forget", run, "--force").code == 0
    assert journals(home) == []


def test_the_options_of_a_run_reach_it(sbg: Run, monkeypatch: pytest.MonkeyPatch, manifest: Path) -> None:
    asked: list[tuple[object, object]] = []

    def run(*_: object, options: object, within: object, **__: object) -> None:
        asked.append((options, within))
        raise KeyboardInterrupt

    monkeypatch.setattr(Client, "run", run)
    monkeypatch.setattr(Client, "resume", run)
    monkeypatch.setattr(Client, "retry", run)
    words = ["--jobs-in-flight", "7", "--reserve", "50", "--give-up-after", "60", "--list-lag", "9"]
    for command in (["copy", "--manifest", str(manifest)], ["runs", "resume", "1"], ["runs", "retry", "1"]):
        assert sbg(*command, *words, "--new-ids").code == 130
        assert sbg(*command).code == 130
    assert asked == [(RunOptions(7, 50, 9.0, new_ids=True), 60.0), (RunOptions(), None)] * 3


def test_a_run_is_resumed_with_the_options_it_was_begun_with(
    sbg: Run, simulator: Simulator, home: Path, manifest: Path
) -> None:
    simulator.arm("kind=maintenance op=submit_copy_job call=1")
    words = ["--jobs-in-flight", "1", "--reserve", "50", "--list-lag", "9", "--new-ids", "--give-up-after", "0"]
    assert sbg("copy", "--manifest", str(manifest), *words).code == 1
    [path] = journals(home)
    begun = RunOptions(1, 50, 9.0, new_ids=True), 0.0
    with Journal.read(path) as journal:
        assert kept_options.earlier(journal) == begun
    simulator.disarm()
    assert sbg("runs", "resume", path.stem, "--reserve", "0").code == 0
    with Journal.read(path) as journal:
        assert kept_options.earlier(journal) == (evolve(begun[0], reserve=0), 0.0)
