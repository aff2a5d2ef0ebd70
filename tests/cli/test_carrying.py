"""Runs in the background, for a limited time, and with a command at their end."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sbg_bulk.cli.actions.carry import Limit, RunTimeout
from sbg_bulk.cli.exits import Exit
from sbg_bulk.runs.journal import Journal
from sbg_bulk.simulator import Simulator, running
from tests.cli.harness import (
    FILE,
    FILE_2,
    FOLDER,
    MINE,
    TARGET,
    TOKEN,
    Run,
    journals,
    printed_commands,
    run_process,
    tree,
)
from tests.support.waiting import until
from tests.support.world import World

IN = f"{TARGET}/incoming"
PATHS = ["copy", MINE, "--include", "sample.bam", "--to", IN, "--yes"]


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    path = tmp_path / "m.csv"
    path.write_text(f"file\n{FILE}\n{FILE_2}\n", "utf-8")
    return path


def _words(words: list[str], manifest: Path) -> list[str]:
    return [str(manifest) if word == "MANIFEST" else word for word in words]


RUNS = [PATHS, ["copy", "--manifest", "MANIFEST", "--to", IN], ["copy", FILE, "--to", IN, "--items-per-job", "1"]]


# For a limited time


@pytest.mark.parametrize("words", RUNS, ids=["path", "manifest", "ids"])
def test_a_run_whose_time_is_up_is_kept_and_can_be_resumed(
    sbg: Run, simulator: Simulator, manifest: Path, words: list[str]
) -> None:
    simulator.requests.clear()
    ran = sbg(*_words(words, manifest), "--timeout", "0")
    assert ran.code == Exit.TIMED_OUT
    assert "sbg-bulk: timed out after 0 s. The run is kept; its submitted jobs keep running on the platform." in ran.err
    assert not [one for one in simulator.requests if one.operation == "submit_copy_job"]
    (again,) = [one for one in printed_commands(ran.err) if one[:2] == ["runs", "resume"]]
    assert sbg(*again, "--timeout", "0").code == Exit.TIMED_OUT
    assert sbg(*again, "--timeout", "60").code == Exit.DONE
    assert "sample.bam" in tree(simulator, FOLDER)


def test_with_json_the_end_of_the_time_is_an_event_with_the_command_that_goes_on(sbg: Run) -> None:
    ran = sbg(*PATHS, "--timeout", "0", "--json")
    error = ran.document["error"]
    assert (ran.code, error["kind"]) == (Exit.TIMED_OUT, "WaitTimeout")
    assert error["resume"].startswith("sbg-bulk runs resume ")


def test_the_time_ends_in_the_middle_of_a_pause_and_begins_with_the_run() -> None:
    clock, pauses = [100.0], list[float]()
    limit = Limit(10, lambda: clock[0], pauses.append)
    limit.check(9)
    clock[0] = 104
    limit.check(6)
    with pytest.raises(RunTimeout):
        limit.check(6.1)
    assert pauses == [6]
    clock[0] = 110
    with pytest.raises(RunTimeout):
        limit.check(0)
    assert pauses == [6, 0]
    Limit(None, lambda: clock[0], pauses.append).check(1e9)


# In the background


@pytest.fixture
def quick() -> Simulator:
    return Simulator(seed="examples", speed=1e6, rate_limit=None)


@pytest.fixture
def at(quick: Simulator, env: dict[str, str]) -> Iterator[dict[str, str]]:
    with running(quick) as url:
        yield env | {"SB_API_ENDPOINT": url}


def _done(journal: Path) -> bool:
    with Journal.read(journal) as read:
        return read.tally().complete and not read.in_use


@pytest.mark.parametrize("words", RUNS[:2], ids=["path", "manifest"])
def test_a_detached_run_is_carried_by_a_process_of_its_own(
    quick: Simulator, at: dict[str, str], manifest: Path, home: Path, words: list[str]
) -> None:
    quick.arm("kind=delay seconds=1 op=submit_copy_job")
    ran = run_process([*_words(words, manifest), "--detach"], at)
    assert ran.code == Exit.DONE
    (journal,) = journals(home)
    assert ran.out == f"{journal.stem}\n"
    watch, resume = printed_commands(ran.err)
    assert watch == ["runs", "show", journal.stem, "--watch"]
    assert resume == ["runs", "resume", journal.stem]
    until(lambda: _done(journal))
    assert "sample.bam" in tree(quick, FOLDER)
    log = journal.with_suffix(".log")
    assert f"Run {journal.stem}" in log.read_text("utf-8")
    assert TOKEN not in log.read_text("utf-8")
    assert log.stat().st_mode & 0o077 == 0


def test_a_detached_run_has_its_own_session_and_the_options_but_no_token_in_its_arguments(
    quick: Simulator, at: dict[str, str], home: Path
) -> None:
    quick.arm("kind=delay seconds=60 op=submit_copy_job")
    ran = run_process([*PATHS, "--detach", "--json", "--jobs-in-flight", "3", "--label", "night"], at)
    pid = ran.document["pid"]
    try:
        assert os.getsid(pid) == pid
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
        assert TOKEN not in "".join(arguments)
        given = " ".join(arguments)
        assert "--label night" in given
        assert "--jobs-in-flight 3" in given
    finally:
        os.kill(pid, 9)
    (journal,) = journals(home)
    assert (ran.document["run"], ran.document["journal"]) == (journal.stem, str(journal))


def test_a_detached_run_that_cannot_be_carried_is_told_at_once(
    sbg: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sbg_bulk.cli.actions.carry._COMMAND", ("-c", "import sys; sys.exit('sbg-bulk: no luck')"))
    ran = sbg(*PATHS, "--detach", "--json")
    (journal,) = journals(home)
    error = ran.document["error"]
    assert (ran.code, error["kind"]) == (Exit.UNEXPECTED, "DetachFailed")
    assert error["message"].endswith(f"no luck\nLog: {journal.with_suffix('.log')}")


def _synced(simulator: Simulator, *more: str) -> list[str]:
    """Fill a source and a place, and return the command that copies and deletes until these are alike."""
    world = World(simulator)
    world.add(f"{MINE}/run/same", f"{MINE}/run/new/deep", f"{IN}/same", f"{IN}/gone")
    world.add(f"{MINE}/run/changed", size=2_000)
    world.add(f"{IN}/changed", size=7)
    return ["sync", f"{MINE}/run", "--to", IN, "--delete", "--yes", *more]


def test_a_detached_sync_is_carried_to_its_end(quick: Simulator, at: dict[str, str], home: Path) -> None:
    ran = run_process([*_synced(quick, "--detach", "--label", "night"), "--exclude", "*.tmp"], at)
    assert ran.code == Exit.DONE
    (first, *_) = journals(home)
    assert ran.out == f"{first.stem}\n"
    assert "If it stops, run the same sync again: it resumes the run, then does what is left.\n" in ran.err
    log = first.with_suffix(".log")
    until(lambda: f"{IN} is in sync with {MINE}/run" in log.read_text("utf-8"))
    assert sorted(tree(quick, FOLDER)) == ["changed", "new", "same"]
    assert len(journals(home)) == 3
    with Journal.read(first) as journal:
        assert journal.remembered("label") == "night"


def test_what_was_not_agreed_to_is_not_deleted_in_the_background(sbg: Run, simulator: Simulator) -> None:
    words = _synced(simulator)
    ran = sbg(*words, "--agreed", "0" * 64)
    assert ran.code == Exit.USAGE
    assert "The items to delete have changed since you confirmed. Run the same sync again.\n" in ran.err
    assert "gone" in tree(simulator, FOLDER)
    assert sbg(*words).code == Exit.DONE


def test_a_detached_sync_first_resumes_an_earlier_one_and_says_what_comes_then(
    quick: Simulator, at: dict[str, str], home: Path
) -> None:
    words = _synced(quick)
    assert run_process([*words, "--timeout", "0"], at).code == Exit.TIMED_OUT
    ran = run_process([*words, "--detach"], at)
    (journal,) = journals(home)
    assert (ran.code, ran.out) == (Exit.DONE, f"{journal.stem}\n")
    assert ran.err.endswith("When it has finished, run the same sync again: it does what is left.\n")
    until(lambda: _done(journal))


@pytest.mark.parametrize(
    ("words", "told"),
    [(["--timeout", "5"], "--timeout is for waiting"), (["--verify"], "--verify waits for the end")],
)
def test_what_waits_does_not_go_with_detach(sbg: Run, words: list[str], told: str) -> None:
    ran = sbg(*PATHS, "--detach", *words)
    assert (ran.code, ran.out) == (Exit.USAGE, "")
    assert told in ran.err


@pytest.mark.parametrize(
    "words",
    [["runs", "resume", "20260101-000000-0000"], ["runs", "retry", "20260101-000000-0000"], ["sync", MINE, "--to", IN]],
)
def test_what_goes_on_in_the_background_has_no_time_to_wait_for_either(sbg: Run, words: list[str]) -> None:
    ran = sbg(*words, "--detach", "--timeout", "5")
    assert ran.code == Exit.USAGE
    assert "--timeout is for waiting, and --detach does not wait." in ran.err


# With a command at its end


def _noting(path: Path) -> str:
    return f"env | grep -E '^(SBG_BULK|SB_AUTH|COPY_OF)' > {path}; echo noted"


def _noted(path: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in path.read_text("utf-8").splitlines())


def test_at_the_end_of_a_run_the_command_is_told_how_it_ended_and_no_token(
    sbg: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, manifest: Path
) -> None:
    monkeypatch.setenv("COPY_OF_TOKEN", f"Bearer {TOKEN}")
    noted = tmp_path / "noted"
    ran = sbg("copy", "--manifest", str(manifest), "--to", IN, "--notify", _noting(noted), "--json")
    assert ran.code == Exit.DONE
    found = _noted(noted)
    run = ran.document["run"]
    assert found == {
        "SBG_BULK_RUN": run,
        "SBG_BULK_JOURNAL": ran.document["journal"],
        "SBG_BULK_OUTCOME": "finished",
        "SBG_BULK_EXIT_CODE": "0",
        "SBG_BULK_ITEMS": "2",
        "SBG_BULK_DONE": "2",
        "SBG_BULK_FAILED": "0",
        "SBG_BULK_MESSAGE": f"Run {run}: finished, 2 of 2 files done.",
    }
    assert "noted" in ran.err
    page = (Path(__file__).parents[2] / "wrapper" / "docs" / "reference" / "command-line.md").read_text("utf-8")
    assert set(re.findall(r"^\| `(SBG_BULK_\w+)` \|", page, re.MULTILINE)) == set(found)


def test_a_run_that_fails_in_part_stops_or_is_resumed_notifies_too(
    sbg: Run, simulator: Simulator, tmp_path: Path, manifest: Path
) -> None:
    noted = tmp_path / "noted"
    words = ["copy", "--manifest", str(manifest), "--to", IN, "--items-per-job", "1", "--notify", _noting(noted)]
    ran = sbg(*words, "--timeout", "0")
    assert (ran.code, _noted(noted)["SBG_BULK_OUTCOME"]) == (Exit.TIMED_OUT, "timed-out")
    (again,) = [one for one in printed_commands(ran.err) if one[:2] == ["runs", "resume"]]
    simulator.arm("kind=fail_item item=1 op=submit_copy_job call=1")
    assert sbg(*again, "--notify", _noting(noted)).code == Exit.FAILED_ITEMS
    assert _noted(noted)["SBG_BULK_MESSAGE"].endswith(": finished with failures, 1 of 2 files done, 1 failed.")
    assert sbg("runs", "retry", again[2], "--notify", _noting(noted)).code == Exit.DONE
    assert _noted(noted)["SBG_BULK_ITEMS"] == "1"


def test_a_command_that_fails_is_told_and_changes_no_exit_code(sbg: Run, manifest: Path) -> None:
    ran = sbg("copy", "--manifest", str(manifest), "--to", IN, "--notify", "echo oh; exit 7")
    assert ran.code == Exit.DONE
    assert ran.err.endswith("oh\nThe --notify command failed: exit code 7.\n")


def test_without_a_run_nobody_is_notified(sbg: Run, tmp_path: Path) -> None:
    noted = tmp_path / "noted"
    assert sbg("copy", MINE, "--include", "*.none", "--to", IN, "--yes", "--notify", _noting(noted)).code == Exit.DONE
    assert not noted.exists()
