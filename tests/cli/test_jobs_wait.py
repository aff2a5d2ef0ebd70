"""`sbg-bulk jobs wait`"""

from __future__ import annotations

from pathlib import Path

import pytest

from sbg_bulk.jobs.watch import Watch
from sbg_bulk.simulator import Simulator
from tests.cli.harness import COPIED_JOB, DELETED_JOB, FILE, FILE_2, TARGET, Run


def _submitted(sbg: Run, *files: str) -> str:
    ran = sbg("copy", *files, "--to-project", TARGET, "--detach")
    assert ran.code == 0
    return ran.out.strip()


def test_a_job_is_waited_for_and_reported_on(sbg: Run) -> None:
    job = _submitted(sbg, FILE, FILE_2)
    ran = sbg("jobs", "wait", job)
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == f"Job {job} has finished: 2 files done, none failed.\n"


def test_several_jobs_are_reported_on_in_the_order_asked(sbg: Run) -> None:
    one, two = _submitted(sbg, FILE), _submitted(sbg, FILE_2)
    ran = sbg("jobs", "wait", two, COPIED_JOB, one, two)
    assert (ran.code, ran.out) == (0, "")
    assert [line.split()[1] for line in ran.err.splitlines()] == [two, COPIED_JOB, one]


def test_with_json_each_job_is_told_once_and_the_last_event_is_one_of_them(sbg: Run) -> None:
    one, two = _submitted(sbg, FILE), _submitted(sbg, FILE_2)
    ran = sbg("jobs", "wait", two, COPIED_JOB, one, two, "--json")
    assert (ran.code, ran.err) == (0, "")
    assert sorted(job["id"] for job in ran.events("job-finished")) == sorted([two, COPIED_JOB, one])
    assert {job["state"] for job in ran.events("job-finished")} == {"FINISHED"}
    assert ran.documents[-1]["event"] == "job-finished"


def test_with_json_and_quiet_there_are_the_jobs_alone(sbg: Run) -> None:
    job = _submitted(sbg, FILE)
    ran = sbg("jobs", "wait", job, COPIED_JOB, "--json", "--quiet")
    assert (ran.code, ran.err) == (0, "")
    assert [one["event"] for one in ran.documents] == ["job-finished"] * 2


def test_failed_items_are_listed_alone_and_have_their_exit_code(sbg: Run) -> None:
    job = _submitted(sbg, FILE, "no-such-file")
    ran = sbg("jobs", "wait", job)
    assert ran.code == 3
    assert ran.err == f"Job {job} has finished: 1 file done, 1 failed.\n"
    entries = ran.out.split("\n\n")[1].splitlines()
    assert [line.split()[:4] for line in entries[1:]] == [["2", "failed", "-", "10225"]]


def test_failed_items_with_json_are_in_the_document_only(sbg: Run) -> None:
    ran = sbg("jobs", "wait", _submitted(sbg, "no-such-file"), "--json")
    assert (ran.code, ran.err) == (3, "")
    assert ran.document["failed_files"] == 1
    assert "no-such-file" in ran.document["result"][0]["error"]["message"]


def test_a_failure_that_only_the_count_tells_of_is_one(sbg: Run, simulator: Simulator) -> None:
    job = _submitted(sbg, "no-such-file")
    simulator.arm("kind=null_field field=result op=get_copy_job")
    ran = sbg("jobs", "wait", job)
    assert (ran.code, ran.out) == (3, "")
    assert ran.err == f"Job {job} has finished: 0 files done, 1 failed.\n"


def test_a_count_that_the_server_does_not_give_is_not_made_up(sbg: Run, simulator: Simulator) -> None:
    simulator.arm("kind=null_field field=completed_files op=get_copy_job")
    assert sbg("jobs", "wait", COPIED_JOB).err == (
        f"Job {COPIED_JOB} has finished: an unknown number of files done, none failed.\n"
    )


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (
            {"total": 0, "completed": 0, "outcomes": []},
            "0 files done, but its results are incomplete: neither counts nor results say that anything was done",
        ),
        (
            {"total": 3},
            "2 files done, but its results are incomplete: only 2 of 3 files accounted for",
        ),
        (
            {"total": 4, "failed": 1},
            "2 files done, 1 failed, but its results are incomplete: only 3 of 4 files accounted for",
        ),
    ],
)
def test_a_job_that_accounts_for_less_than_all_is_no_success_and_it_is_said_why(
    sbg: Run, simulator: Simulator, values: dict[str, object], told: str
) -> None:
    job = _submitted(sbg, FILE, FILE_2)
    for _ in range(4):
        ended = simulator.step(job)
    for name, value in values.items():
        setattr(ended, name, value)
    ran = sbg("jobs", "wait", job)
    assert (ran.code, ran.out, ran.err) == (3, "", f"Job {job} has finished: {told}.\n")
    assert sbg("jobs", "show", job).err == ran.err


def test_results_that_cannot_be_read_are_listed_as_failures_are(sbg: Run, simulator: Simulator) -> None:
    job = _submitted(sbg, FILE)
    simulator.arm("kind=null_field field=resource op=get_copy_job")
    ran = sbg("jobs", "wait", job)
    assert ran.code == 3
    assert ran.err == (
        f"Job {job} has finished: 1 file done, but its results are incomplete: 1 result with neither a resource nor an "
        "error.\n"
    )
    entries = ran.out.split("\n\n")[1].splitlines()
    assert [line.split() for line in entries[1:]] == [["1", "unreadable", "-", "-", "-"]]


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_time_that_is_up_has_its_exit_code_and_says_how_to_go_on(sbg: Run, options: list[str]) -> None:
    job = _submitted(sbg, FILE)
    ran = sbg("jobs", "wait", job, "--timeout", "0", *options)
    assert ran.code == 4
    state = "RESOLVING"
    assert ran.err == (
        f"sbg-bulk: timed out after 0 s. Still running: job {job} ({state}). It keeps running on the platform; "
        f"wait again with: sbg-bulk jobs wait {job}\n"
    )
    if options:
        (error,), (unfinished,) = ran.events("error"), ran.events("job-unfinished")
        assert (error["error"]["kind"], error["error"]["exit_code"]) == ("WaitTimeout", 4)
        assert f"sbg-bulk: {error['error']['message']}\n" == ran.err
        assert error["error"]["resume"] == f"sbg-bulk jobs wait {job}"
        assert (unfinished["id"], unfinished["state"]) == (job, state)
        assert ran.documents[-1] == unfinished
    else:
        assert ran.out == ""


def test_one_of_several_that_times_out_does_not_hide_the_others(sbg: Run, simulator: Simulator) -> None:
    late, failed = _submitted(sbg, FILE), _submitted(sbg, "no-such-file")
    for _ in range(4):
        simulator.step(failed)
    ran = sbg("jobs", "wait", late, failed, COPIED_JOB, "--timeout", "0", "--json")
    assert ran.code == 4
    assert [job["id"] for job in ran.events("job-unfinished")] == [late]
    assert {job["id"] for job in ran.events("job-finished")} == {failed, COPIED_JOB}
    assert ran.err.endswith(f"wait again with: sbg-bulk jobs wait {late}\n")


def test_all_that_time_out_are_named_in_one_command(sbg: Run) -> None:
    one, two = _submitted(sbg, FILE), _submitted(sbg, FILE_2)
    ran = sbg("jobs", "wait", one, two, "--timeout", "0")
    assert ran.code == 4
    assert ran.err.endswith(f"They keep running on the platform; wait again with: sbg-bulk jobs wait {one} {two}\n")


def test_a_finished_job_is_no_matter_of_time(sbg: Run, simulator: Simulator) -> None:
    simulator.requests.clear()
    assert sbg("jobs", "wait", COPIED_JOB, "--timeout", "0").code == 0
    assert len(simulator.requests) == 1


@pytest.mark.parametrize("options", [[], ["--timeout", "60"]])
def test_a_job_that_cannot_be_found_is_told_when_the_others_have_finished(sbg: Run, options: list[str]) -> None:
    job = _submitted(sbg, FILE)
    ran = sbg("jobs", "wait", "no-such-job", job, *options)
    assert (ran.code, ran.out) == (1, "")
    finished, lost = ran.err.splitlines()
    assert finished == f"Job {job} has finished: 1 file done, none failed."
    assert lost.startswith(
        "sbg-bulk: Job no-such-job could not be found: jobs expire a month after they end. Check the destination for "
        "what was done. [HTTP 404, code 10211, request "
    )
    assert lost.endswith(", get_delete_job]")


def test_an_error_while_waiting_does_not_hide_what_is_known_of_other_jobs(sbg: Run, simulator: Simulator) -> None:
    job = _submitted(sbg, FILE)
    simulator.arm("kind=html status=413 op=get_copy_job")
    ran = sbg("jobs", "wait", job, DELETED_JOB)
    assert ran.code == 2
    first, second = ran.err.splitlines()
    assert first == f"Job {DELETED_JOB} has finished: 1 file done, none failed."
    assert second.startswith("sbg-bulk: The server rejected the request. [HTTP 413, ")
    assert second.endswith(", get_copy_job]")


def test_an_interrupted_wait_says_how_to_go_on(sbg: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    job = _submitted(sbg, FILE)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Watch, "rest", interrupted)
    ran = sbg("jobs", "wait", COPIED_JOB, job)
    assert ran.code == 130
    assert ran.out == ""
    finished, last = ran.err.splitlines()
    assert finished == f"Job {COPIED_JOB} has finished: 1 file done, none failed."
    assert last == (
        f"sbg-bulk: interrupted. Still running: job {job} (RESOLVING). It keeps running on the platform; wait again "
        f"with: sbg-bulk jobs wait {job}"
    )


def test_how_to_go_on_repeats_the_options_that_stood_before_the_command(sbg: Run, env: dict[str, str]) -> None:
    url = env["SB_API_ENDPOINT"]
    job = _submitted(sbg, FILE)
    ran = sbg("--endpoint", url, "jobs", "wait", job, "--timeout", "0")
    assert ran.err.endswith(f": sbg-bulk --endpoint {url} jobs wait {job}\n")


@pytest.mark.parametrize("timeout", ["-1", "nan", "soon"])
def test_a_timeout_is_a_number_of_seconds(sbg: Run, simulator: Simulator, timeout: str) -> None:
    simulator.requests.clear()
    for command in (["jobs", "wait", COPIED_JOB], ["copy", FILE, "--to-project", TARGET], ["delete", "--yes", FILE]):
        ran = sbg(*command, "--timeout", timeout)
        assert (ran.code, ran.out) == (2, "")
        assert "--timeout" in ran.err
        assert timeout in ran.err
    assert len(simulator.requests) == 0


@pytest.mark.parametrize(
    "words", [[], [COPIED_JOB, "--all"], ["--all", "--from-file", "-"], [COPIED_JOB, "--from-file", "-"]]
)
def test_jobs_are_named_in_one_way(sbg: Run, simulator: Simulator, words: list[str]) -> None:
    simulator.requests.clear()
    ran = sbg("jobs", "wait", *words)
    assert (ran.code, ran.out) == (2, "")
    assert "Give the jobs to wait for, --all or --from-file FILE" in ran.err
    assert len(simulator.requests) == 0


def test_all_that_are_under_way_are_waited_for_and_no_others(sbg: Run) -> None:
    jobs = [_submitted(sbg, FILE), _submitted(sbg, "no-such-file")]
    ran = sbg("jobs", "wait", "--all", "--json")
    assert ran.code == 3
    assert sorted(job["id"] for job in ran.events("job-finished")) == sorted(jobs)
    ran = sbg("jobs", "wait", "--all")
    assert (ran.code, ran.out, ran.err) == (0, "", "No jobs to wait for.\n")


def test_jobs_are_read_from_a_file(sbg: Run, tmp_path: Path) -> None:
    one, two = _submitted(sbg, FILE), _submitted(sbg, FILE_2)
    path = tmp_path / "jobs.txt"
    path.write_text(f"# mine\n{two}\n\n  {one}\n", "utf-8")
    ran = sbg("jobs", "wait", "--from-file", str(path), "--json")
    assert {job["id"] for job in ran.events("job-finished")} == {one, two}
    assert ran.code == 0


def test_a_file_of_jobs_that_cannot_be_read_is_wrong_usage(sbg: Run, tmp_path: Path) -> None:
    assert sbg("jobs", "wait", "--from-file", str(tmp_path / "none")).code == 2
    path = tmp_path / "jobs.txt"
    path.write_bytes(b"\xff\xfe")
    ran = sbg("jobs", "wait", "--from-file", str(path))
    assert (ran.code, ran.out) == (2, "")
    assert f"{path} is not UTF-8 text." in ran.err


def test_of_many_that_time_out_only_the_number_is_told(sbg: Run) -> None:
    jobs = [_submitted(sbg, FILE) for _ in range(11)]
    ran = sbg("jobs", "wait", *jobs, "--timeout", "0")
    assert ran.code == 4
    assert ran.err == (
        "sbg-bulk: timed out after 0 s. Still running: 11 jobs. They keep running on the platform; wait for all "
        "jobs with: sbg-bulk jobs wait --all\n"
    )
