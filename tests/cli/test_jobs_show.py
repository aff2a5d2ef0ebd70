"""`sbg-bulk jobs show`"""

from __future__ import annotations

import pytest

from sbg_bulk.cli.output.tables import RESULTS_SHOWN
from sbg_bulk.simulator import ApiError, Simulator
from tests.cli.harness import COPIED_JOB, FILE, JOB_KEYS, Run, Served


def _finished(simulator: Simulator, outcomes: list[str | ApiError]) -> str:
    like, now = simulator.jobs.by_id(COPIED_JOB), simulator.clock.now()
    return simulator.jobs.add_finished(like.owner, like.type, outcomes, submitted_on=now, finished_on=now).id


def test_failures_come_first_with_their_place_code_and_message(sbg: Run, simulator: Simulator) -> None:
    job = _finished(simulator, ["id-1", ApiError(10225, "There is no file 7."), "id-3"])
    ran = sbg("jobs", "show", job)
    top, entries = ran.out.split("\n\n")
    assert top.splitlines()[1].split()[:6] == [job, "COPY", "FINISHED", "3", "2", "1"]
    assert [line.split() for line in entries.splitlines()] == [
        ["ENTRY", "OUTCOME", "ID", "CODE", "MESSAGE"],
        ["2", "failed", "-", "10225", "There", "is", "no", "file", "7."],
        ["1", "ok", "id-1", "-", "-"],
        ["3", "ok", "id-3", "-", "-"],
    ]
    assert (ran.code, ran.err) == (0, "")


def test_json_is_the_job_as_the_api_has_it(sbg: Run, service: Served) -> None:
    assert sbg("jobs", "show", COPIED_JOB, "--json").document == {
        "href": f"{service.url}/async/files/copy/{COPIED_JOB}",
        "id": COPIED_JOB,
        "type": "COPY",
        "state": "FINISHED",
        "result": [{"resource": {"href": f"{service.url}/files/{FILE}", "id": FILE}}],
        "total_files": 1,
        "completed_files": 1,
        "failed_files": 0,
        "started_on": sbg("jobs", "list", "--json").documents[0]["started_on"],
        "finished_on": sbg("jobs", "list", "--json").documents[0]["finished_on"],
    }


def test_an_error_in_json_has_the_keys_of_the_api(sbg: Run, simulator: Simulator) -> None:
    job = sbg("jobs", "show", _finished(simulator, [ApiError(10225, "Gone.")]), "--json").document
    assert set(job) == JOB_KEYS
    assert set(job["result"][0]["error"]) == {"status", "code", "message", "more_info"}
    assert job["result"][0]["error"]["status"] == 404


def test_an_address_does_as_well_as_an_id(sbg: Run, service: Served) -> None:
    assert sbg("jobs", "show", f"{service.url}/async/files/copy/{COPIED_JOB}", "--json").document["id"] == COPIED_JOB


def test_a_long_result_is_cut_and_counted_but_whole_in_json(sbg: Run, simulator: Simulator) -> None:
    job = _finished(simulator, ["an-id"] * (RESULTS_SHOWN + 1200))
    ran = sbg("jobs", "show", job)
    assert ran.out.count("an-id") == RESULTS_SHOWN
    assert ran.out.splitlines()[-1] == "... and 1,200 more; --json lists them all."
    assert len(sbg("jobs", "show", job, "--json").document["result"]) == RESULTS_SHOWN + 1200


def test_in_a_pipe_an_entry_is_one_line_however_long_its_message(sbg: Run, simulator: Simulator) -> None:
    message = "There is no file " + "x" * 3000 + "."
    assert message in sbg("jobs", "show", _finished(simulator, [ApiError(10225, message)])).out


def test_what_others_wrote_does_not_command_the_terminal(sbg: Run, simulator: Simulator) -> None:
    nasty = "\x1b[2J\x07[bold]red[/bold] one\ntwo \u202e Größe"
    out = sbg("jobs", "show", _finished(simulator, [ApiError(10225, nasty)])).out
    assert "\\x1b[2J\\x07[bold]red[/bold] one\\ntwo \\u202e Größe" in out
    assert not set("\x1b\x07\u202e") & set(out)


@pytest.mark.parametrize("job", ["12345678901234567", "no-such-job"])
def test_an_unknown_job_is_named_in_the_message(sbg: Run, job: str) -> None:
    ran = sbg("jobs", "show", job)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("sbg-bulk: ")
    assert job in ran.err
    assert "Jobs expire a month after they end" in ran.err


@pytest.mark.parametrize("job", ["https://elsewhere.example/v2/async/files/copy/1", "", "copy/1"])
def test_what_is_no_reference_to_a_job_is_not_asked_for(sbg: Run, simulator: Simulator, job: str) -> None:
    simulator.requests.clear()
    ran = sbg("jobs", "show", job)
    assert (ran.code, ran.out) == (2, "")
    assert repr(job) in ran.err
    assert len(simulator.requests) == 0
