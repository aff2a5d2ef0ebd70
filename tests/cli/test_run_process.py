"""Runs of manifests in a process of its own that is interrupted, killed, or in another one's way."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from sbg_bulk.simulator import Simulator, running
from tests.cli.harness import (
    COMMAND,
    FOLDER,
    TOKEN,
    add_files,
    finish,
    interrupt,
    journals,
    printed_commands,
    run_process,
    start,
    started_jobs,
    tree,
)
from tests.support.waiting import PATIENCE, until

NAMES = ["new-0000.bam", "new-0001.bam", "new-0002.bam"]
ONE_BY_ONE = ["--to-folder", FOLDER, "--items-per-job", "1", "--jobs-in-flight", "1"]


@pytest.fixture
def quick() -> Simulator:
    """A service whose jobs are over in no time."""
    return Simulator(seed="examples", speed=1e6, rate_limit=None)


@pytest.fixture
def at(quick: Simulator, env: dict[str, str]) -> Iterator[dict[str, str]]:
    """The environment of a user of that service, which runs."""
    with running(quick) as url:
        yield env | {"SB_API_ENDPOINT": url}


@pytest.fixture
def manifest(quick: Simulator, tmp_path: Path) -> Path:
    path = tmp_path / "manifest.csv"
    path.write_text("\n".join(["file", *add_files(quick, len(NAMES))]), "utf-8")
    return path


def _hold(simulator: Simulator) -> None:
    """Let whoever looks at jobs wait, until the faults are disarmed."""
    simulator.arm("kind=delay seconds=60 op=get_*_job")
    simulator.arm("kind=delay seconds=60 op=list_async_jobs")


def test_a_manifest_in_a_pipe_is_run_and_only_data_is_on_standard_output(
    quick: Simulator, at: dict[str, str], manifest: Path
) -> None:
    words = ["copy", "--manifest", "-", "--to-folder", FOLDER, "--json"]
    process = start(words, at, stdin=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(manifest.read_text("utf-8"))
    process.stdin.close()
    process.stdin = None
    ran = finish(process)
    assert (ran.code, ran.document["rows"], ran.document["done"]) == (0, 3, 3)
    assert "\x1b" not in ran.err
    assert tree(quick, FOLDER) == NAMES


def test_ctrl_c_prints_the_very_command_that_takes_the_run_up_again(
    quick: Simulator, at: dict[str, str], home: Path, manifest: Path
) -> None:
    _hold(quick)
    process = start(["copy", "--manifest", str(manifest), *ONE_BY_ONE, "--json"], at)
    until(lambda: len(started_jobs(quick)) == 1 and any("job" in (r.operation or "") for r in quick.requests))
    until(lambda: any((r.operation or "").startswith("get_copy") for r in quick.requests))
    listed = run_process(["runs", "list"], at)
    (journal,) = journals(home)
    assert listed.out.splitlines()[1].split()[:2] == [journal.stem, "running"]
    refused = run_process(["runs", "resume", journal.stem], at)
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.startswith("sbg-bulk: Another process is working on this run")
    interrupt(process)
    ran = finish(process)
    assert ran.code == 130
    resume = f"sbg-bulk runs resume {journal.stem}"
    done = "interrupted: 0 of 3 files copied. 1 job may still be running on the platform."
    told = f"{done}\nResume with: {resume}"
    assert ran.err.endswith(f"sbg-bulk: {told}\n")
    error = ran.document["error"]
    assert (error["kind"], error["message"], error["exit_code"], error["resume"]) == ("Interrupted", told, 130, resume)
    quick.disarm()
    (again,) = printed_commands(ran.err)
    resumed = run_process([*again, "--json"], at)
    assert (resumed.code, resumed.document["done"]) == (0, 3)
    assert tree(quick, FOLDER) == NAMES
    assert len(started_jobs(quick)) == 3


def test_a_run_that_was_killed_is_taken_up_again(
    quick: Simulator, at: dict[str, str], home: Path, manifest: Path
) -> None:
    _hold(quick)
    process = start(["copy", "--manifest", str(manifest), *ONE_BY_ONE], at)
    until(lambda: any((r.operation or "").startswith("get_copy") for r in quick.requests))
    process.kill()
    assert finish(process).code == -signal.SIGKILL
    quick.disarm()
    (journal,) = journals(home)
    assert TOKEN.encode() not in journal.read_bytes()
    resumed = run_process(["runs", "resume", journal.stem], at)
    assert resumed.code == 0
    assert re.search(r"\nFinished: 3 files copied \(\d since it was resumed, in \d+ s\)\.\n$", resumed.err)
    assert tree(quick, FOLDER) == NAMES
    assert len(started_jobs(quick)) == 3


def test_a_run_that_was_killed_before_it_had_the_answer_to_a_submission_does_nothing_twice(
    quick: Simulator, at: dict[str, str], home: Path, manifest: Path
) -> None:
    quick.arm("kind=delay seconds=60 op=submit_copy_job call=2 after=true")
    process = start(["copy", "--manifest", str(manifest), *ONE_BY_ONE], at)
    until(lambda: len(started_jobs(quick)) == 2)
    process.kill()
    finish(process)
    quick.disarm()
    (journal,) = journals(home)
    resumed = run_process(["runs", "resume", journal.stem, "--list-lag", "0", "--json"], at)
    assert (resumed.code, resumed.document["done"]) == (0, 3)
    assert tree(quick, FOLDER) == NAMES
    assert len(started_jobs(quick)) == 3


def test_a_reader_of_a_report_that_goes_away_is_no_reason_to_complain(
    at: dict[str, str], tmp_path: Path, home: Path
) -> None:
    missing = tmp_path / "missing.csv"
    missing.write_text("file,note\n" + "".join(f"{place:024x},{'x' * 900}\n" for place in range(300)), "utf-8")
    assert run_process(["delete", "--yes", "--manifest", str(missing)], at).code == 3
    (journal,) = journals(home)
    reader, writer = os.pipe()
    process = subprocess.Popen(
        [COMMAND, "runs", "export", journal.stem], env=at, stdout=writer, stderr=subprocess.PIPE, encoding="utf-8"
    )
    os.close(writer)
    assert os.read(reader, 10) == b"file,note,"
    os.close(reader)
    _, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, errors) == (1, "")
