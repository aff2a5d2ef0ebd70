"""`sbg-bulk jobs list`"""

from __future__ import annotations

from pathlib import Path

import pytest

from sbg_bulk.cli.commands.jobs.list import STATES
from sbg_bulk.cli.output.draw import Output
from sbg_bulk.cli.output.tables import print_jobs
from sbg_bulk.items import JOB_TYPES
from sbg_bulk.models.job import Job
from sbg_bulk.runs import store
from sbg_bulk.simulator import JobState, JobType, Simulator
from tests.cli.harness import COPIED_JOB, DELETED_JOB, FILE, JOB_KEYS, MINE, TARGET, Run, journals


def test_each_job_is_a_row_of_a_table(sbg: Run) -> None:
    ran = sbg("jobs", "list")
    header, *rows = ran.out.splitlines()
    assert header.split() == ["JOB", "TYPE", "STATE", "FILES", "DONE", "FAILED", "STARTED", "FINISHED"]
    assert [row.split()[1] for row in rows] == ["COPY", "COPY", "MOVE", "DELETE", "DELETE"]
    assert rows[0].split()[:6] == [COPIED_JOB, "COPY", "FINISHED", "1", "1", "0"]
    assert (ran.code, ran.err) == (0, "")


def test_with_json_each_job_is_a_document_on_a_line(sbg: Run) -> None:
    ran = sbg("jobs", "list", "--json")
    assert [set(job) for job in ran.documents] == [{*JOB_KEYS, "run"}] * 5
    assert ran.documents[0]["id"] == COPIED_JOB
    assert ran.documents[1]["result"][1]["error"]["code"] == 10225
    assert (ran.code, ran.err) == (0, "")


@pytest.mark.parametrize(
    ("options", "types"),
    [
        (["--type", "DELETE"], ["DELETE", "DELETE"]),
        (["--type", "move"], ["MOVE"]),
        (["--state", "finished"], ["COPY", "COPY", "MOVE", "DELETE", "DELETE"]),
        (["--state", "RUNNING"], []),
        (["--type", "COPY", "--limit", "1"], ["COPY"]),
        (["--limit", "3"], ["COPY", "COPY", "MOVE"]),
        (["--limit", "5"], ["COPY", "COPY", "MOVE", "DELETE", "DELETE"]),
    ],
)
def test_filters_and_limit_choose_jobs(sbg: Run, options: list[str], types: list[str]) -> None:
    ran = sbg("jobs", "list", "--json", *options)
    assert [job["type"] for job in ran.documents] == types
    assert ran.code == 0


@pytest.mark.parametrize(("limit", "more"), [("4", True), ("5", False)])
def test_a_limit_says_on_standard_error_if_it_left_jobs_out(sbg: Run, limit: str, more: bool) -> None:
    assert ("There are more than" in sbg("jobs", "list", "--limit", limit).err) is more


def test_a_limit_above_a_page_reads_further_pages(sbg: Run, simulator: Simulator) -> None:
    like, now = simulator.jobs.by_id(DELETED_JOB), simulator.clock.now()
    for _ in range(120):
        simulator.jobs.add_finished(like.owner, like.type, [FILE], submitted_on=now, finished_on=now)
    assert len(sbg("jobs", "list", "--json", "--limit", "1000").documents) == 125


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_no_job_at_all_is_no_error(sbg: Run, simulator: Simulator, options: list[str]) -> None:
    simulator.reset("empty")
    try:
        ran = sbg("jobs", "list", *options)
    finally:
        simulator.reset("examples")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == ("" if options else "No jobs.\n")


@pytest.mark.parametrize("options", [["--state", "done"], ["--type", "link"], ["--limit", "0"], ["--limit", "many"]])
def test_a_filter_that_can_match_nothing_is_wrong_usage(sbg: Run, simulator: Simulator, options: list[str]) -> None:
    simulator.requests.clear()
    ran = sbg("jobs", "list", *options)
    assert (ran.code, ran.out) == (2, "")
    assert options[0] in ran.err
    assert options[1] in ran.err
    assert len(simulator.requests) == 0


def test_the_states_and_types_that_can_be_chosen_are_those_of_the_api() -> None:
    assert tuple(STATES) == tuple(state.value for state in JobState)
    assert tuple(kind.value for kind in JobType) == JOB_TYPES


def test_what_the_server_did_not_say_is_a_dash_in_the_table_and_null_in_json(sbg: Run, simulator: Simulator) -> None:
    simulator.arm("kind=null_field field=total_files op=list_async_jobs")
    assert sbg("jobs", "list", "--json", "--limit", "1").document["total_files"] is None
    assert sbg("jobs", "list", "--limit", "1").out.splitlines()[1].split()[3] == "-"


def test_a_job_just_submitted_is_listed_without_an_end(sbg: Run) -> None:
    job = sbg("copy", FILE, "--to-project", TARGET, "--detach").out.strip()
    row = sbg("jobs", "list", "--limit", "1").out.splitlines()[1].split()
    assert row[0] == job
    assert row[-1] == "-"


def _run_of_four_jobs(sbg: Run) -> str:
    words = ("copy", MINE, "--include", "sample*", "--to", f"{TARGET}/incoming", "--items-per-job", "1")
    ran = sbg(*words, "--yes", "--json")
    assert ran.code == 0
    return str(ran.document["run"])


def test_a_job_names_the_run_of_this_machine_that_it_belongs_to(sbg: Run) -> None:
    alone = sbg("copy", FILE, "--to", TARGET, "--detach").out.strip()
    run = _run_of_four_jobs(sbg)
    found = {job["id"]: job["run"] for job in sbg("jobs", "list", "--json").documents}
    assert found[alone] is None
    jobs = [job for job, of in found.items() if of == run]
    assert len(jobs) == 4
    header, *rows = sbg("jobs", "list").out.splitlines()
    assert header.split()[-1] == "RUN"
    assert {row.split()[0] for row in rows if row.split()[-1] == run} == set(jobs)
    assert {row.split()[-1] for row in rows} == {run, "-"}


def test_a_job_of_another_deployment_and_a_journal_that_cannot_be_read_name_no_run(sbg: Run, home: Path) -> None:
    run = _run_of_four_jobs(sbg)
    endpoint = str(sbg("runs", "show", run, "--json").document["endpoint"])
    (journal,) = journals(home)
    assert set(store.runs_of_jobs(endpoint).values()) == {run}
    assert store.runs_of_jobs("https://api.example.org/v2") == {}
    journal.with_name("damaged.sbg-run").write_bytes(b"SQLite format 3\0" + bytes(500))
    assert set(store.runs_of_jobs(endpoint).values()) == {run}
    assert sbg("jobs", "list").code == 0


def test_on_a_narrow_terminal_the_run_has_the_place_of_the_dates(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    jobs = [Job("7", type="COPY", state="FINISHED", total_files=1), Job("8")]
    for width, columns in ((80, ["RUN"]), (100, ["STARTED", "RUN"]), (122, ["STARTED", "FINISHED", "RUN"])):
        drawn = Output()
        drawn.width = width
        monkeypatch.setattr("sbg_bulk.cli.output.tables._output", lambda drawn=drawn, **_: drawn)
        capsys.readouterr()
        print_jobs(jobs, {"7": "20261128-101500-ab12"})
        lines = capsys.readouterr().out.splitlines()
        assert lines[0].split()[6:] == columns
        assert lines[1].split()[-1] == "20261128-101500-ab12"
        assert len(lines) == 3


@pytest.mark.parametrize(
    ("family", "states"), [("imports", ["COMPLETED", "FAILED"]), ("exports", ["COMPLETED", "FAILED"])]
)
def test_imports_and_exports_are_families_of_jobs(sbg: Run, family: str, states: list[str]) -> None:
    found = sbg("jobs", "list", "--family", family, "--json").documents
    assert {one["state"] for one in found} == set(states)
    failed = sbg("jobs", "list", "--family", family, "--state", "failed", "--json").documents
    assert [one["error"]["code"] for one in failed] == [9105 if family == "imports" else 9107]
    shown = sbg("jobs", "list", "--family", family).out
    assert all(one["id"] in shown and one["source"].get("location", "") in shown for one in found)
    assert "There are more than 1" in sbg("jobs", "list", "--family", family, "--limit", "1").err


def test_the_run_of_an_import_is_shown(sbg: Run) -> None:
    assert sbg("import", "rfranklin/my-volume:my-folder/", "--to", MINE, "--yes").code == 0
    run = sbg("runs", "list", "--json").documents[0]["run"]
    assert run in {one["run"] for one in sbg("jobs", "list", "--family", "imports", "--json").documents}


@pytest.mark.parametrize(
    "words",
    [["--family", "exports", "--type", "COPY"], ["--family", "imports", "--state", "FINISHED"], ["--state", "FAILED"]],
)
def test_what_a_family_does_not_have_is_refused(sbg: Run, words: list[str]) -> None:
    assert sbg("jobs", "list", *words).code == 2
