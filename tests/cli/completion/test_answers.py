"""What the command answers a shell: quickly, silently, and never a secret."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sbg_bulk.cli.completion import RUNS
from sbg_bulk.runs import store
from tests.cli.completion.answers import LOADED, answered
from tests.cli.harness import COMMAND
from tests.support.waiting import PATIENCE


@pytest.mark.parametrize("line", ["sbg-bulk ", "sbg-bulk --profile ", "sbg-bulk --endpoint ", "sbg-bulk runs show "])
def test_an_answer_loads_nothing_that_it_does_not_need(env: dict[str, str], line: str, runs_there: list[str]) -> None:
    asked = {"_SBG_BULK_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(line.count(" "))}
    ended = subprocess.run(
        [sys.executable, "-c", LOADED], env=env | asked, capture_output=True, timeout=PATIENCE, text=True
    )
    first, *_, last = ended.stdout.splitlines()
    assert first.startswith("plain,")
    assert last == "loaded"
    assert runs_there


def test_only_the_newest_runs_are_offered(env: dict[str, str], runs_there: list[str]) -> None:
    folder = Path(env["HOME"]) / ".local" / "state" / "sbg-bulk" / "runs"
    assert folder == store.folder()
    for place in range(60):
        (folder / f"20251{place:03}-000000-0000{store.SUFFIX}").touch()
    offered = answered(env, "sbg-bulk runs show ")[1::3]
    assert len(offered) == RUNS
    assert offered[:3] == [*reversed(runs_there), "20251059-000000-0000"]


def test_a_run_that_somebody_works_on_is_offered_with_what_it_does(env: dict[str, str], runs_there: list[str]) -> None:
    from sbg_bulk.runs.journal import Journal

    with Journal.open(store.find(runs_there[0])):
        assert answered(env, f"sbg-bulk runs show {runs_there[0][:9]}")[2] == "DELETE old.csv"


def test_a_journal_that_cannot_be_read_is_offered_without_more(env: dict[str, str], runs_there: list[str]) -> None:
    store.find(runs_there[1]).write_bytes(b"no journal")
    assert answered(env, "sbg-bulk runs show ")[:3] == ["plain", runs_there[1], "_"]


@pytest.mark.parametrize(
    "variables",
    [
        {"_SBG_BULK_COMPLETE": "bash_complete"},
        {"_SBG_BULK_COMPLETE": "bash_complete", "COMP_WORDS": "sbg-bulk ", "COMP_CWORD": "one"},
        {"_SBG_BULK_COMPLETE": "tcsh_complete", "COMP_WORDS": "sbg-bulk ", "COMP_CWORD": "1"},
    ],
)
def test_a_question_that_makes_no_sense_is_not_answered(env: dict[str, str], variables: dict[str, str]) -> None:
    ended = subprocess.run([COMMAND], env=env | variables, capture_output=True, timeout=PATIENCE, text=True)
    assert (ended.stdout, ended.stderr) == ("", "")
    assert ended.returncode == 1


def test_a_shell_that_reads_no_answer_is_no_reason_to_speak(env: dict[str, str]) -> None:
    asked = env | {"_SBG_BULK_COMPLETE": "bash_complete", "COMP_WORDS": "sbg-bulk ", "COMP_CWORD": "1"}
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device
        ended = subprocess.run([COMMAND], env=asked, stdout=full, stderr=subprocess.PIPE, timeout=PATIENCE)
    assert (ended.returncode, ended.stderr) == (1, b"")


def test_a_shell_that_is_not_known_is_refused(env: dict[str, str]) -> None:
    ended = subprocess.run([COMMAND, "completion", "tcsh"], env=env, capture_output=True, timeout=PATIENCE, text=True)
    assert ended.returncode == 2
    assert "'bash', 'zsh', 'fish'" in ended.stderr


def test_to_resume_only_unfinished_runs_are_offered(env: dict[str, str], runs_there: list[str]) -> None:
    from sbg_bulk.runs.journal import Journal
    from sbg_bulk.runs.records import Outcome, RowOutcome

    assert answered(env, "sbg-bulk runs resume ")[1::3] == [*reversed(runs_there)]
    with Journal.open(store.find(runs_there[1])) as journal:
        sent = journal.intend(0, 0, None)
        assert store.finished(journal.path) is False
        journal.void(sent)
        assert store.finished(journal.path) is False
        sent = journal.intend(0, 0, None)
        journal.started(sent, "job-1")
        assert store.finished(journal.path) is False
        journal.ended(sent, "job-1", [RowOutcome(Outcome.DONE)])
        assert store.finished(journal.path) is True
    assert answered(env, "sbg-bulk runs resume ")[1::3] == [runs_there[0]]
    assert answered(env, "sbg-bulk runs show ")[1::3] == [*reversed(runs_there)]
