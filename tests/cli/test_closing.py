"""The last lines of a run: files, bytes, time, reasons, and the commands that help next."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sbg_bulk.cli.actions.run import report_text
from sbg_bulk.cli.context import Context
from sbg_bulk.runs import store
from sbg_bulk.runs.records import Carried, Failures, Tally
from sbg_bulk.runs.result import RunReport
from sbg_bulk.simulator import Simulator
from tests.cli.harness import FILE, MINE, TARGET, Run, journals

GONE, REFUSED = ("failed", 10225, 2, "Gone."), ("failed", 5014, 1, "You may not.")


def _text(tally: Tally, *failures: tuple[str, int | None, int, str], carried: Carried, job_type: str = "COPY") -> str:
    found: Failures = failures
    report = RunReport("R", store.folder() / "R.sbg-run", tally, found, job_type=job_type, carried=carried)
    return report_text(Context(), report, 12.3)


@pytest.mark.parametrize(
    ("rows", "carried", "job_type", "text"),
    [
        (50, Carried(50, 50, 478_000_000), "COPY", "Finished: 50 files copied in 12 s, 478 MB."),
        (1, Carried(1, 1, 0), "MOVE", "Finished: 1 file moved in 12 s, 0 B."),
        (50, Carried(50, 49, 478_000_000), "DELETE", "Finished: 50 files deleted in 12 s, at least 478 MB."),
        (50, Carried(50), "COPY", "Finished: 50 files copied in 12 s."),
        (5, Carried(5, 3, 3000, 2), "COPY", "Finished: 5 items copied in 12 s, at least 3 kB."),
        (2, Carried(2, 0, 0, 2), "MOVE", "Finished: 2 folders moved in 12 s."),
    ],
)
def test_files_bytes_and_time_are_told_as_far_as_they_are_known(
    rows: int, carried: Carried, job_type: str, text: str
) -> None:
    assert _text(Tally(rows, done=rows), carried=carried, job_type=job_type) == text


def test_what_is_not_done_is_told_with_its_reason_and_the_commands_that_help() -> None:
    gone = "the file or folder to be copied, moved or deleted does not exist"
    refused = "no permission to copy from the project, or to it"
    export, retry = "Per-file results: sbg-bulk runs export R", "Retry the failures: sbg-bulk runs retry R"
    some = Carried(48, 48, 3_400_000_000_000)
    assert _text(Tally(50, done=48, failed=2), GONE, carried=some).splitlines() == [
        f"Finished: 48 of 50 files copied, 2 failed ({gone}) in 12 s, 3.4 TB.",
        export,
    ]
    assert _text(Tally(51, done=48, failed=3), GONE, REFUSED, carried=some).splitlines() == [
        "Finished: 48 of 51 files copied, 3 failed in 12 s, 3.4 TB.",
        f"  2 files: {gone}",
        f"  1 file: {refused}",
        export,
        retry,
    ]
    assert _text(Tally(2, done=1, unattributed=1), carried=Carried(1, 1, 5)).splitlines() == [
        "Finished: 1 of 2 files copied, 1 unclear (their jobs do not report each file's result) in 12 s, 5 B.",
        export,
    ]


def test_the_bytes_are_those_of_a_resumed_run_too(sbg: Run, simulator: Simulator, home: Path) -> None:
    simulator.arm("kind=500 op=submit_copy_job call=2")
    simulator.arm("kind=500 op=list_async_jobs times=99")
    words = ["copy", f"{MINE}/sample.bam", f"{MINE}/sample-1.bam", "--to", TARGET, "--yes", "--items-per-job", "1"]
    assert sbg(*words, "--give-up-after", "0", "--list-lag", "0").code == 1
    simulator.disarm()
    (journal,) = journals(home)
    resumed = sbg("runs", "resume", journal.stem, "--list-lag", "0")
    assert resumed.code == 0, resumed.err
    # 2.15 GB are of the first.
    assert resumed.err.splitlines()[-1] == "Finished: 2 files copied (1 since it was resumed, in 0 s), 5.37 GB."


def test_folders_are_told_as_folders(sbg: Run, simulator: Simulator) -> None:
    folder = simulator.world.add_folder("new", simulator.world.projects[MINE].root).id
    ran = sbg("copy", folder, FILE, "--to", TARGET, "--yes", "--jobs-in-flight", "9")
    assert ran.code == 0
    assert ran.err.splitlines()[-1] == "Finished: 2 items copied in 0 s, at least 2.15 GB."
    assert re.search(r"^Run \S+: 2 items\.$", ran.err, re.MULTILINE)


def test_a_run_of_folders_is_nowhere_one_of_files(sbg: Run, simulator: Simulator, home: Path) -> None:
    above = simulator.world.add_folder("above", simulator.world.projects[MINE].root)
    for name in "ab":
        simulator.world.add_folder(name, above)
    simulator.arm("kind=maintenance op=submit_copy_job")
    ran = sbg("copy", f"{MINE}/above", "-r", "--to", TARGET, "--yes", "--give-up-after", "0")
    simulator.disarm()
    assert re.search(r"^Run \S+: 2 folders\.$", ran.err, re.MULTILINE)
    (journal,) = journals(home)
    run = journal.stem
    assert "2 folders not submitted yet" in sbg("runs", "resume", run, "--dry-run").err
    assert " 0 of 2 folders" in sbg("runs", "list").out
    assert re.search(r"^folders +0 of 2 done *$", sbg("runs", "show", run).out, re.MULTILINE)
    assert sbg("runs", "show", run, "--json").document["folders"] == 2
    resumed = sbg("runs", "resume", run)
    assert "Finished: 2 folders copied" in resumed.err
    assert not re.search(r"\bfiles?\b(?!:)", ran.err.partition("Plan:")[2] + resumed.err)
    assert "2 folders" in sbg("runs", "forget", run, "--dry-run").err


def test_a_run_that_was_finished_before_takes_no_time(sbg: Run, home: Path) -> None:
    assert sbg("copy", f"{MINE}/sample.bam", "--to", TARGET, "--yes").code == 0
    ran = sbg("runs", "resume", journals(home)[-1].stem)
    assert ran.code == 0
    assert ran.err.splitlines()[-1] == "Finished: 1 file copied, 2.15 GB."
