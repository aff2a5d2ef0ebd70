"""`sbg-bulk copy`, `move` and `delete`"""

from __future__ import annotations

import signal

import pytest

from sbg_bulk import Client
from sbg_bulk.api.drivers.sync import BlockingDriver
from sbg_bulk.api.steps import Call, Step
from sbg_bulk.simulator import Simulator
from tests.cli.harness import FILE, FILE_2, FOLDER, JOB_KEYS, TARGET, Run, tree

TRANSFERS = [
    ["copy", FILE, FILE_2, "--to-project", TARGET],
    ["copy", FILE, FILE_2, "--to-folder", FOLDER],
    ["move", "--yes", FILE, FILE_2, "--to-project", TARGET],
    ["move", "--yes", FILE, FILE_2, "--to-folder", FOLDER],
    ["delete", "--yes", FILE, FILE_2],
]


@pytest.mark.parametrize("words", TRANSFERS)
def test_a_job_is_submitted_waited_for_and_reported_on(sbg: Run, simulator: Simulator, words: list[str]) -> None:
    ran = sbg(*words)
    (job,) = [job for job in simulator.jobs.all() if job.total == len(job.items) and job.id in ran.err]
    assert job.type == words[0].upper()
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == f"Submitted job {job.id}.\nJob {job.id} has finished: 2 files done, none failed.\n"


@pytest.mark.parametrize("words", TRANSFERS)
def test_with_json_the_finished_job_is_one_document(sbg: Run, words: list[str]) -> None:
    ran = sbg(*words, "--json")
    assert set(ran.document) == JOB_KEYS
    assert (ran.document["type"], ran.document["state"]) == (words[0].upper(), "FINISHED")
    assert ran.document["completed_files"] == 2
    assert ran.code == 0
    assert ran.err == f"Submitted job {ran.document['id']}.\n"


@pytest.mark.parametrize("words", TRANSFERS)
def test_a_detached_job_is_not_waited_for(sbg: Run, simulator: Simulator, words: list[str]) -> None:
    simulator.requests.clear()
    ran = sbg(*words, "--detach")
    job = ran.out.strip()
    assert ran.code == 0
    assert ran.out == f"{simulator.jobs.by_id(job).id}\n"
    assert ran.err == f"Submitted. Wait for it with: sbg-bulk jobs wait {job}\n"
    changes = [request.operation for request in simulator.requests if "submit" in (request.operation or "")]
    assert changes == [f"submit_{words[0]}_job"]


@pytest.mark.parametrize("words", [words for words in TRANSFERS if words[0] == "copy"])
def test_what_is_there_already_is_not_copied_or_moved_again(sbg: Run, simulator: Simulator, words: list[str]) -> None:
    assert sbg(*words).code == 0
    simulator.requests.clear()
    again = sbg(*words)
    assert again.code == 0
    assert "Nothing to do: everything is already there.\nSkipped: " in again.err
    assert not any("submit" in (request.operation or "") for request in simulator.requests)


@pytest.mark.parametrize("words", TRANSFERS)
def test_a_detached_job_with_json_is_one_document(sbg: Run, words: list[str]) -> None:
    ran = sbg(*words, "--detach", "--json")
    assert set(ran.document) == JOB_KEYS
    assert ran.document["state"] == "SUBMITTED"
    assert (ran.code, ran.err) == (0, "")


def test_files_arrive_where_they_are_sent(sbg: Run, simulator: Simulator) -> None:
    assert sbg("copy", FILE, "--to-folder", FOLDER).code == 0
    assert sbg("move", "--yes", FILE_2, "--to-folder", FOLDER).code == 0
    assert tree(simulator, FOLDER) == ["sample-1.bam", "sample.bam"]
    assert sbg("delete", "--yes", FILE_2).code == 0
    assert tree(simulator, FOLDER) == ["sample.bam"]


@pytest.mark.parametrize("words", TRANSFERS)
def test_failed_items_have_their_exit_code(sbg: Run, words: list[str]) -> None:
    ran = sbg(*words, "no-such-file", "--json")
    assert ran.code == 3
    assert (ran.document["completed_files"], ran.document["failed_files"]) == (2, 1)


@pytest.mark.parametrize("words", TRANSFERS)
def test_time_that_is_up_leaves_the_job_running(sbg: Run, simulator: Simulator, words: list[str]) -> None:
    ran = sbg(*words, "--timeout", "0", "--json")
    assert ran.code == 4
    assert simulator.jobs.by_id(ran.document["id"]).state == ran.document["state"] == "RESOLVING"
    assert ran.err.endswith(f" with: sbg-bulk jobs wait {ran.document['id']}\n")


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (["copy", FILE], "Give one destination"),
        (["move", FILE], "Give one destination"),
        (["copy", FILE, "--to-project", TARGET, "--to-folder", FOLDER], "Give one destination"),
        (["move", FILE, "--to-project", TARGET, "--to-folder", FOLDER], "Give one destination"),
        (["copy", FILE, "--to-project", "destination-project"], "sbg-bulk: project: 'destination-project' is not"),
        (["copy", FILE, "--to-project", ""], "'' is not of the form owner/project"),
        (["copy", "ID NAME", "--to-project", TARGET], "'ID NAME' is not an id"),
        (["move", "--yes", FILE, "--to-folder", "a/b"], "sbg-bulk: parent: 'a/b' is not an id"),
        (
            ["copy", "--to-project", TARGET],
            "Give SOURCEs, paths or ids of files and folders, or --manifest or --files-from.",
        ),
        (["delete", "--yes"], "Give SOURCEs, paths or ids of files and folders, or --manifest or --files-from."),
        (["delete", "--yes", FILE, "--to-project", TARGET], "No such option"),
        (["delete", "--yes", FILE, ""], "sbg-bulk: SOURCE: expected an id, not ''"),
        (
            ["delete", "--yes", "my-project/"],
            "sbg-bulk: 'my-project/' is not a path. Write [NAME:]owner/project",
        ),
        (["copy", "a b", "--to", "my project/x"], "sbg-bulk: project: 'my project/x' is not of the form owner/project"),
        (["copy", FILE, "--to", TARGET, "--to-project", TARGET], "Give one destination"),
        (["copy", FILE, FILE, "--to-project", TARGET], f"sbg-bulk: SOURCE: {FILE} is given twice."),
        (["copy", FILE, "--to-project", TARGET, "--detach", "--timeout", "5"], "--detach does not wait"),
        (["delete", "--yes", FILE, "--token", "other"], "No such option"),
    ],
)
def test_wrong_usage_is_explained_and_sends_nothing(
    sbg: Run, simulator: Simulator, words: list[str], remedy: str
) -> None:
    simulator.requests.clear()
    ran = sbg(*words)
    assert (ran.code, ran.out) == (2, "")
    assert remedy in ran.err
    assert len(simulator.requests) == 0


def test_an_unknown_outcome_is_no_success_and_names_the_job_it_may_be(sbg: Run, simulator: Simulator) -> None:
    before = set(simulator.jobs.all())
    simulator.arm("kind=cut_after op=submit_delete_job")
    ran = sbg("delete", "--yes", FILE)
    (started,) = set(simulator.jobs.all()) - before
    assert (ran.code, ran.out) == (1, "")
    assert started.id in ran.err
    assert "before you submit again" in ran.err


def test_an_interrupted_submission_whose_answer_came_says_which_job_it_was(
    sbg: Run, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, perform = set(simulator.jobs.all()), BlockingDriver._perform

    def interrupted(driver: BlockingDriver, step: Step) -> object:
        if isinstance(step, Call) and not step.operation.repeatable:
            signal.raise_signal(signal.SIGINT)
        return perform(driver, step)

    monkeypatch.setattr(BlockingDriver, "_perform", interrupted)
    ran = sbg("delete", "--yes", FILE)
    (started,) = set(simulator.jobs.all()) - before
    assert (ran.code, ran.out) == (130, "")
    assert ran.err == (
        f"sbg-bulk: interrupted. Job {started.id} was submitted and keeps running on the platform. Wait for it with: "
        f"sbg-bulk jobs wait {started.id}\n"
    )


def test_an_interrupted_submission_says_that_it_may_have_been_made(sbg: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Client, "delete", interrupted)
    ran = sbg("delete", "--yes", FILE)
    assert (ran.code, ran.out) == (130, "")
    assert ran.err == (
        "sbg-bulk: interrupted while submitting. The job may have been started: before you submit again, check with: "
        "sbg-bulk jobs list\n"
    )
