"""The events of `--json`: what they hold, that their schema describes them, and that they come at once."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from attrs import asdict
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from sbg_bulk.api.waits import BudgetLeft, Cause, Wait, status_check
from sbg_bulk.cli.exits import Exit
from sbg_bulk.cli.progress.events import EVERY, VERSION, Events
from sbg_bulk.cli.progress.tracker import ProgressTracker
from sbg_bulk.jobs.wait import Totals
from sbg_bulk.models.job import ItemError, ItemResult, Job
from sbg_bulk.runs.progress import EndedJob, Progress
from sbg_bulk.runs.records import Tally
from sbg_bulk.simulator import Simulator, running
from tests.cli.harness import (
    COMMAND,
    FILE,
    FILE_2,
    FOLDER,
    TARGET,
    Ran,
    Run,
    add_files,
    finish,
    interrupt,
    journals,
    printed_commands,
    run_process,
    start,
    tree,
)
from tests.cli.schema import KINDS, SCHEMA, check
from tests.support.waiting import PATIENCE, until


def checked(ran: Ran) -> list[str]:
    """The kinds of all events that a command wrote, each of which the schema describes."""
    return [check(event) for event in ran.documents]


# The schema


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert SCHEMA["$defs"]["version"]["const"] == VERSION


def test_every_kind_of_event_is_offered() -> None:
    assert {each["$ref"] for each in SCHEMA["anyOf"]} == {f"#/$defs/{name}" for name in KINDS}


def _described(schema: dict[str, Any], where: str) -> Iterator[tuple[str, str]]:
    target = SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    yield where, target.get("description", "")
    for name, below in target.get("properties", {}).items():
        yield from _described(below, f"{where}.{name}")
    if "items" in target:
        yield from _described(target["items"], f"{where}[]")


@pytest.mark.parametrize("name", KINDS)
def test_every_event_and_every_field_is_described(name: str) -> None:
    fields = dict(_described(KINDS[name], name))
    assert len(fields) > 4
    assert [where for where, text in fields.items() if len(text) < 12 or not text.endswith(".")] == []


@pytest.mark.parametrize("name", KINDS)
def test_every_field_is_always_there(name: str) -> None:
    assert set(KINDS[name]["required"]) == set(KINDS[name]["properties"])


def test_nothing_in_the_schema_is_unused() -> None:
    used = {line.split('"')[1] for line in json.dumps(SCHEMA, indent=1).split("#/$defs/")[1:] for line in [f'"{line}']}
    assert used == set(SCHEMA["$defs"])


def test_the_schema_can_be_printed(sbg: Run) -> None:
    ran = sbg("events-schema")
    assert (ran.code, ran.err) == (0, "")
    assert json.loads(ran.out) == SCHEMA


# What is told when


class Told:
    """Events of a run or a wait that goes on by hand."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.time = 1000.0
        self.written: list[dict[str, Any]] = []
        self.following = ProgressTracker(lambda: self.time)
        self.events = Events(
            self.following,
            lambda: self.time,
            quiet=quiet,
            write=lambda event: self.written.append(json.loads(json.dumps(event))),
            now=lambda: datetime.fromtimestamp(self.time, UTC),
        )
        self.following.show_on(self.events)

    def run(self, done: int = 0, **more: Any) -> None:
        tally = Tally(1000, done=done, open=1000 - done)
        self.following.run(Progress("R", "/j", tally, 1, done // 100, jobs_total=10, **more))

    def kinds(self) -> list[str]:
        return [check(event) for event in self.written]


BUDGET = BudgetLeft(1000, 873, 200.0)


def test_a_run_is_told_from_its_start_to_its_end() -> None:
    told = Told()
    told.run(budget=BUDGET)
    told.time += 2
    told.run(budget=BUDGET)
    told.following.wait(Wait(12.34567, Cause.NEXT_LOOK, status_check("1 job"), BUDGET))
    told.time += 12
    told.run(100, ended=(EndedJob("7", 100, done=90, failed=10), EndedJob(None, 100, failed=100)))
    told.events.run_finished({"run": "R", "journal": "/j", **asdict(Tally(1000, done=1000))})
    assert told.kinds() == [
        "run-started",
        "progress-of-a-run",
        "progress-of-a-run",
        "waiting",
        "job-finished-in-a-run",
        "job-finished-in-a-run",
        "progress-of-a-run",
        "progress-of-a-run",
        "run-finished",
    ]
    first, progress, _, waiting, job, refused, later, *_ = told.written
    assert first["time"] == "1970-01-01T00:16:40.000Z"
    assert progress["budget"] == {"limit": 1000, "remaining": 873, "resets_in": 200.0}
    assert (waiting["seconds"], waiting["cause"]) == (12.346, "next-look")
    assert (job["id"], job["done"], job["failed"], refused["id"]) == ("7", 90, 10, None)
    assert (later["rate"], later["seconds_left"]) == (pytest.approx(100 / 14, abs=1e-3), pytest.approx(126))


def test_progress_is_told_once_a_second_at_most() -> None:
    told = Told()
    for done in range(1000):
        told.run(done)
        told.time += EVERY / 100
    assert told.kinds().count("progress-of-a-run") == 10


def test_short_pauses_are_not_told() -> None:
    told = Told()
    told.run()
    told.following.wait(Wait(0.9, Cause.RETRY, "HTTP 500"))
    assert "waiting" not in told.kinds()


def test_the_jobs_of_a_run_are_told_once_whatever_it_waits_for() -> None:
    told = Told()
    told.run(100, ended=(EndedJob("7", 100, done=100),))
    told.following.wait(Wait(5, Cause.RETRY, "HTTP 500"))
    told.following.wait(Wait(5, Cause.RETRY, "HTTP 500"))
    assert told.kinds().count("job-finished-in-a-run") == 1


@pytest.mark.parametrize("cause", Cause)
def test_every_cause_of_a_pause_is_in_the_schema(cause: Cause) -> None:
    told = Told()
    told.run()
    told.following.wait(Wait(5, cause, "words"))
    assert told.kinds()[-1] == "waiting"


def test_a_wait_is_told_with_its_jobs_as_the_api_has_them() -> None:
    told = Told()
    told.following.expect(2)
    told.events.wait_started(2)
    error = ItemError(status=404, code=10225, message="None.")
    job = Job("7", type="COPY", state="FINISHED", result=(ItemResult("i", "h", None), ItemResult(None, None, error)))
    told.events.job_seen(job)
    told.following.totals(Totals(2, finished=1, total_files=2, completed_files=1, failed_files=1))
    told.following.wait(Wait(5, Cause.NEXT_LOOK, status_check("1 job"), BUDGET))
    told.events.failed("WaitTimeout", "timed out", Exit.TIMED_OUT, None)
    told.events.job_told(job)
    told.events.job_told(Job("8"))
    assert told.kinds() == [
        "wait-started",
        "progress-of-a-wait",
        "job-finished-in-a-wait",
        "waiting",
        "error",
        "job-unfinished",
    ]
    assert told.written[2]["result"] == [
        {"resource": {"href": "h", "id": "i"}},
        {"error": {"status": 404, "code": 10225, "message": "None.", "more_info": ""}},
    ]


def test_quiet_leaves_the_outcome_alone() -> None:
    told = Told(quiet=True)
    told.run(ended=(EndedJob("7", 100, done=100),))
    told.following.wait(Wait(5, Cause.RETRY, "HTTP 500"))
    told.events.run_finished({"run": "R", "journal": "/j", **asdict(Tally(1000, done=1000))})
    assert told.kinds() == ["run-finished"]


# What the commands write


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    path = tmp_path / "m.csv"
    path.write_text(f"file\n{FILE}\n{FILE_2}\n", "utf-8")
    return path


def test_a_run_writes_events_that_the_schema_describes(sbg: Run, simulator: Simulator, manifest: Path) -> None:
    simulator.arm("kind=fail_item item=1 op=submit_copy_job call=1")
    words = ("copy", "--manifest", str(manifest), "--to-folder", FOLDER, "--items-per-job", "1", "--json")
    ran = sbg(*words)
    assert ran.code == 3
    kinds = checked(ran)
    assert (kinds[0], kinds[-1]) == ("run-started", "run-finished")
    assert sorted((job["done"], job["failed"]) for job in ran.events("job-finished")) == [(0, 1), (1, 0)]
    retried = sbg("runs", "retry", ran.document["run"], "--json")
    assert (retried.code, checked(retried)[-1], retried.document["done"]) == (0, "run-finished", 1)


def test_a_run_that_is_broken_off_ends_with_the_error_and_the_command_that_goes_on(
    sbg: Run, simulator: Simulator, manifest: Path
) -> None:
    simulator.arm("kind=maintenance op=submit_copy_job")
    words = ("--manifest", str(manifest), "--to-folder", FOLDER, "--give-up-after", "0", "--json")
    ran = sbg("copy", *words)
    simulator.disarm()
    assert ran.code == 1
    assert checked(ran)[-1] == "error"
    error = ran.document["error"]
    assert (error["kind"], error["exit_code"], error["status"], error["code"]) == ("Maintenance", 1, 503, 0)
    assert f"sbg-bulk: {error['message']}\n" in ran.err
    assert error["commands"] == [error["resume"]]
    (again,) = printed_commands(f": {error['resume']}")
    resumed = sbg(*again, "--json")
    assert (resumed.code, checked(resumed)[0], checked(resumed)[-1]) == (0, "run-started", "run-finished")


def test_a_run_that_stops_names_no_command_for_it_is_a_persons_turn(
    sbg: Run, simulator: Simulator, manifest: Path
) -> None:
    for _ in range(2):
        assert sbg("copy", FILE, FILE_2, "--to-folder", FOLDER, "--detach").code == 0
    simulator.arm("kind=cut_after op=submit_copy_job")
    ran = sbg("copy", "--manifest", str(manifest), "--to-folder", FOLDER, "--list-lag", "0", "--json")
    assert (ran.code, checked(ran)[-1]) == (6, "error")
    error = ran.document["error"]
    assert (error["kind"], error["resume"]) == ("RunStopped", None)
    assert [("--adopt" in one, "--resubmit" in one) for one in error["commands"][-2:]] == [(True, False), (False, True)]


def test_a_wait_writes_events_that_the_schema_describes(sbg: Run) -> None:
    ran = sbg("copy", FILE, "no-such-file", "--to-project", TARGET, "--json")
    assert ran.code == 3
    kinds = checked(ran)
    assert (kinds[0], kinds[-1]) == ("wait-started", "job-finished-in-a-wait")
    assert ran.document["failed_files"] == 1


def test_jobs_that_cannot_be_found_are_an_error_before_what_became_of_the_others(sbg: Run) -> None:
    job = sbg("copy", FILE, "--to-project", TARGET, "--detach").out.strip()
    ran = sbg("jobs", "wait", "no-such-job", job, "--json")
    assert ran.code == 1
    assert "error" in checked(ran)
    (error,) = ran.events("error")
    assert (error["error"]["kind"], error["error"]["resume"]) == ("JobLost", None)
    assert [one["id"] for one in ran.events("job-finished")] == [job]


def test_with_quiet_the_report_of_a_run_is_one_document(sbg: Run, home: Path, manifest: Path) -> None:
    ran = sbg("copy", "--quiet", "--manifest", str(manifest), "--to-folder", FOLDER, "--json")
    assert (ran.code, ran.err, checked(ran)) == (0, "", ["run-finished"])
    assert ran.document["journal"] == str(journals(home)[0])


# As a process


@pytest.fixture
def quick() -> Simulator:
    return Simulator(seed="examples", speed=1e6, rate_limit=None)


@pytest.fixture
def at(quick: Simulator, env: dict[str, str]) -> Iterator[dict[str, str]]:
    with running(quick) as url:
        yield env | {"SB_API_ENDPOINT": url}


def _rows(simulator: Simulator, path: Path, number: int) -> list[str]:
    path.write_text("\n".join(["file", *add_files(simulator, number)]), "utf-8")
    one_by_one = ["--items-per-job", "1", "--jobs-in-flight", "1"]
    return ["copy", "--manifest", str(path), "--to-folder", FOLDER, *one_by_one, "--json"]


def test_events_come_at_once(quick: Simulator, at: dict[str, str], tmp_path: Path) -> None:
    quick.arm("kind=delay seconds=60 op=submit_copy_job")
    process = start(_rows(quick, tmp_path / "m.csv", 2), at)
    assert process.stdout is not None
    # It is stuck, and has not ended.
    first = json.loads(process.stdout.readline())
    assert (first["event"], process.poll()) == ("run-started", None)
    until(lambda: any(one.operation == "submit_copy_job" for one in quick.requests))
    interrupt(process)
    assert finish(process).code == 130


def test_a_reader_that_goes_away_ends_the_run_which_can_be_resumed(
    quick: Simulator, at: dict[str, str], tmp_path: Path, home: Path
) -> None:
    reader, writer = os.pipe()
    words = _rows(quick, tmp_path / "m.csv", 6)
    process = subprocess.Popen([COMMAND, *words], env=at, stdout=writer, stderr=subprocess.PIPE, encoding="utf-8")
    os.close(writer)
    with open(reader, encoding="utf-8") as events:  # noqa: PTH123 - a pipe
        assert json.loads(events.readline())["event"] == "run-started"
    _, told = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    (journal,) = journals(home)
    assert told.splitlines()[-1] == (
        f"sbg-bulk: the program that read the output has exited. Resume with: sbg-bulk runs resume {journal.stem}"
    )
    assert "Traceback" not in told
    resumed = run_process(["runs", "resume", journal.stem, "--json"], at)
    assert (resumed.code, resumed.document["done"]) == (0, 6)
    assert tree(quick, FOLDER) == [f"new-{place:04}.bam" for place in range(6)]
