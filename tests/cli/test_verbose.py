"""`--verbose` and `--quiet`, before the command and after it."""

from __future__ import annotations

import logging
import re
import time
from pathlib import Path

import pytest

from sbg_bulk.api.drivers.sync import BlockingDriver
from sbg_bulk.simulator import Simulator
from tests.cli.harness import FILE, FILE_2, FOLDER, MINE, TARGET, TOKEN, Run, run_process

LINE = r"\d\d:\d\d:\d\d (GET|POST) (/\S+): (\d{3}|no answer \(\w+\)) in \d+ ms(, attempt \d+)?(, request [\w-]+)?"


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    path = tmp_path / "m.csv"
    path.write_text(f"file\n{FILE}\n{FILE_2}\n", "utf-8")
    return path


@pytest.mark.parametrize(
    "words",
    [
        ["-v", "files", "list", MINE, "--json"],
        ["--verbose", "files", "list", MINE, "--json"],
        ["files", "list", "-v", MINE, "--json"],
        ["files", "list", MINE, "--json", "--verbose"],
        ["-v", "files", "list", MINE, "-v", "--json"],
    ],
    ids=" ".join,
)
def test_each_request_is_logged_on_standard_error_wherever_the_option_stands(sbg: Run, words: list[str]) -> None:
    ran = sbg(*words)
    assert ran.code == 0
    assert len(ran.documents) > 1
    (line,) = ran.err.splitlines()
    found = re.fullmatch(LINE, line)
    assert found, line
    assert found[2] == "/files?project=rfranklin%2Fmy-project&offset=0&limit=100"
    assert found[5]


def test_without_the_option_nothing_is_logged_also_after_a_command_that_had_it(sbg: Run) -> None:
    assert sbg("-v", "files", "list", MINE).err != ""
    assert sbg("files", "list", MINE).err == ""
    logger = logging.getLogger("sbg_bulk.requests")
    assert (logger.level, [type(handler) for handler in logger.handlers]) == (logging.NOTSET, [logging.NullHandler])


def test_an_attempt_that_is_not_the_first_is_told(sbg: Run, simulator: Simulator) -> None:
    simulator.arm("kind=500 op=list_files call=1")
    first, second = [line for line in sbg("-v", "files", "list", MINE).err.splitlines() if " GET " in line]
    assert ": 500 in " in first
    assert "attempt" not in first
    assert ": 200 in " in second
    assert ", attempt 2, request " in second


def test_all_requests_of_a_run_are_logged_and_none_with_what_it_carries(
    sbg: Run, simulator: Simulator, manifest: Path
) -> None:
    simulator.requests.clear()
    ran = sbg("-v", "copy", "--manifest", str(manifest), "--to-folder", FOLDER)
    assert ran.code == 0
    logged = [match[1] for line in ran.err.splitlines() if (match := re.fullmatch(LINE, line))]
    assert logged == [request.method for request in simulator.requests]
    assert FILE not in ran.err
    assert TOKEN not in ran.err


@pytest.mark.parametrize("fault", ["html", "500", "cut_before"])
def test_the_log_of_a_process_has_no_token(env: dict[str, str], simulator: Simulator, fault: str) -> None:
    simulator.arm(f"kind={fault} op=* call=1")
    ran = run_process(["-v", "copy", FILE, "--to-project", TARGET, "--detach"], env)
    assert re.search(LINE, ran.err)
    assert TOKEN not in ran.out + ran.err


def test_a_token_that_the_server_echoes_is_in_no_output(sbg: Run, simulator: Simulator) -> None:
    name = f"name-{TOKEN}.bam"
    simulator.world.add_file(name, simulator.world.projects[MINE], size=1)
    for words in (["files", "list", MINE], ["files", "list", MINE, "--json"]):
        ran = sbg("-v", *words)
        assert ran.code == 0
        assert "name-***.bam" in ran.out
        assert TOKEN not in ran.out + ran.err


def test_quiet_leaves_errors_and_what_was_asked_for(sbg: Run, manifest: Path) -> None:
    for words in (["-q", "copy"], ["copy", "--quiet"]):
        ran = sbg(*words, "--manifest", str(manifest), "--to-folder", FOLDER)
        assert (ran.code, ran.out, ran.err) == (0, "", "")
    ran = sbg("-q", "copy", FILE, "--to-project", TARGET, "--detach")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.strip().isdigit()
    assert sbg("jobs", "wait", "-q", ran.out.strip()).err == ""
    ran = sbg("-q", "files", "list", "rfranklin/no-such-project")
    assert ran.code == 2
    assert ran.err.startswith("sbg-bulk: Project rfranklin/no-such-project was not found, or is not shared with you.")


def test_quiet_does_not_hide_what_failed(sbg: Run, simulator: Simulator, manifest: Path) -> None:
    simulator.arm("kind=fail_item op=submit_copy_job item=1")
    ran = sbg("-q", "copy", "--manifest", str(manifest), "--to-folder", FOLDER)
    assert ran.code == 3
    assert ran.err.startswith("Finished: 1 of 2 files copied, 1 failed (")
    simulator.disarm()
    ran = sbg("-q", "copy", FILE, "no-such-file", "--to-project", TARGET)
    assert ran.code == 3
    assert re.fullmatch(r"Job \d+ has finished: 1 file done, 1 failed\.\n", ran.err)
    assert "no-such-file" in ran.out


def test_quiet_does_not_tell_what_is_waited_for(
    sbg: Run, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(BlockingDriver.__init__, "__defaults__", (None, slept.append, time.monotonic))
    simulator.arm("kind=429 op=list_files call=1 retry_after=60")
    assert sbg("-q", "files", "list", MINE).err == ""
    assert slept == [60.0]
