"""`sbg-bulk jobs list`"""

from __future__ import annotations

import pytest

from sbg_bulk.cli.commands.jobs.list import STATES
from sbg_bulk.items import JOB_TYPES
from sbg_bulk.simulator import JobState, JobType, Simulator
from tests.cli.harness import COPIED_JOB, DELETED_JOB, FILE, JOB_KEYS, TARGET, Run


def test_each_job_is_a_row_of_a_table(sbg: Run) -> None:
    ran = sbg("jobs", "list")
    header, *rows = ran.out.splitlines()
    assert header.split() == ["JOB", "TYPE", "STATE", "FILES", "DONE", "FAILED", "STARTED", "FINISHED"]
    assert [row.split()[1] for row in rows] == ["COPY", "COPY", "MOVE", "DELETE", "DELETE"]
    assert rows[0].split()[:6] == [COPIED_JOB, "COPY", "FINISHED", "1", "1", "0"]
    assert (ran.code, ran.err) == (0, "")


def test_with_json_each_job_is_a_document_on_a_line(sbg: Run) -> None:
    ran = sbg("jobs", "list", "--json")
    assert [set(job) for job in ran.documents] == [JOB_KEYS] * 5
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
