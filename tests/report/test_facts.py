"""What a report tells of a run, whatever its end was, and whatever the service's clock says."""

from __future__ import annotations

from pathlib import Path

import pytest

from sbg_bulk.families import FAMILIES, family_of
from sbg_bulk.items import CopyItem
from sbg_bulk.report.facts import Facts, Group, Interruption, Standing, Window, gather
from sbg_bulk.report.status import interruptions, next_steps, outcome, pace, purpose
from sbg_bulk.runs.create import create, retry
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.records import NewFolder, Outcome, RowOutcome, State
from sbg_bulk.runs.rows import Row
from tests.report.making import DONE, GIVEN, SOURCE, START, Clock, chosen, failed, finished, made, resumed
from tests.support.runs import Killed, Service, carry, interrupted, journal, rows


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.sbg-run"


def facts(path: Path) -> Facts:
    with Journal.read(path) as opened:
        return gather(opened)


@pytest.mark.parametrize("fast", [0, 30, -30, 1000])
def test_a_run_that_was_carried_is_told_by_the_times_and_counts_of_the_service(path: Path, fast: float) -> None:
    service = Service(5)
    service.world.delete(service.world.nodes[service.files[4]])
    start = service.clock.now()
    carry(service, path, service.rows(), fast=fast, items_per_job=2)
    told = facts(path)
    assert told.standing is Standing.COMPLETE
    assert [(one.rows, one.done, one.failed, one.state) for one in told.sent] == [
        (2, 2, 0, State.ENDED),
        (2, 2, 0, State.ENDED),
        (1, 0, 1, State.ENDED),
    ]
    jobs = service.simulator.jobs.all()
    assert [one.job for one in told.sent] == [job.id for job in jobs]
    # By the clock of this machine; dates have whole seconds.
    assert told.began == pytest.approx(start + fast, abs=2)
    assert told.last == pytest.approx(service.clock.now() + fast, abs=3)
    assert [one.seconds for one in told.sent] == pytest.approx([2, 2, 2], abs=1)
    counted = [one for one in service.simulator.requests if one.path != "/v2/rate_limit"]
    assert (told.requests, told.refused, told.trouble) == (len(counted), 0, 0)
    assert told.groups == [Group("failed", 10225, 1, told.groups[0].message)]
    assert sum(window.sent for window in told.windows) == told.requests
    assert told.windows[0].limit == 1000


def test_refusals_failures_and_waits_are_told(path: Path) -> None:
    service = Service(4, faults=["kind=429 op=submit_* times=2", "kind=503 op=list_* times=1"], rate_limit=(10, 60))
    carry(service, path, service.rows(), items_per_job=1)
    told = facts(path)
    assert told.refused == len(service.refusals) >= 2
    assert told.trouble == 1
    assert told.waited > 2
    assert {slot.cause for slot in told.slots} >= {"rate-limit", "retry"}
    assert told.windows[0].limit == 10
    assert told.tally.done == 4


def interrupted_at(path: Path, at: int) -> Facts:
    service = Service(6)
    with pytest.raises(Killed):
        service.client(interrupted(at, after=True)).run(
            "copy", service.manifest(project="rfranklin/target"), journal=path, items_per_job=2
        )
    return facts(path)


def test_a_run_that_was_interrupted_is_told_as_it_stands_at_any_step(path: Path) -> None:
    seen = set()
    for at in range(1, 60):
        path.unlink(missing_ok=True)
        try:
            told = interrupted_at(path, at)
        except pytest.fail.Exception:
            break
        seen.add(told.standing)
        ids = [step.command.split()[2] for step in next_steps(told, "RUN")]
        assert (ids == ["resume"]) is (told.standing is not Standing.COMPLETE)
        unknown = "It is not known whether the submission of 2 files started a job." in outcome(told)
        assert unknown is (told.standing is Standing.UNSETTLED)
    assert seen >= {Standing.NOT_BEGUN, Standing.INTERRUPTED, Standing.UNSETTLED}


def test_nothing_is_left_to_do_when_all_rows_are_done(path: Path) -> None:
    told = facts(made(path, 250))
    assert outcome(told) == "Finished: 250 files copied."
    assert next_steps(told, "RUN") == []
    assert purpose(told) == "Copy of 250 files to rfranklin/analysis"
    assert pace(told) == "Took 62 s. Median completion: 61 s; 90 % of the files: 62 s."


def test_what_failed_is_to_be_tried_again_or_corrected_by_its_reason(path: Path) -> None:
    def which(place: int) -> RowOutcome:
        return {0: failed(5014), 1: failed(10225), 2: failed(None), 3: failed(98765)}.get(place, DONE)

    told = facts(made(path, 10, which))
    assert outcome(told) == "Finished: 6 of 10 files copied, 4 failed."
    commands = {step.command: step.why for step in next_steps(told, "RUN")}
    assert list(commands) == [
        "sbg-bulk runs retry RUN",
        "sbg-bulk runs export RUN --outcome failed --output failed.csv",
    ]
    assert "2 files may succeed then" in commands["sbg-bulk runs retry RUN"]
    with Journal.open(path) as earlier, retry(earlier, family_of(earlier), path.with_name("later")) as later:
        run = later.plan.run
    assert [step.command for step in next_steps(facts(path), "RUN")] == [f"sbg-bulk runs show {run}"]


def test_what_is_unclear_is_not_taken_for_failed(path: Path) -> None:
    def which(place: int) -> RowOutcome:
        return RowOutcome(Outcome.UNATTRIBUTED if place % 2 else Outcome.UNKNOWN, message="why")

    told = facts(made(path, 4, which))
    assert outcome(told) == "Finished: 0 of 4 files copied, 4 unclear."
    assert told.unclear == told.sent[0].unclear == 4
    assert [step.command for step in next_steps(told, "RUN")] == [
        "sbg-bulk runs export RUN --outcome unattributed",
        "sbg-bulk runs export RUN --outcome unknown",
    ]


def test_a_job_of_many_rows_is_one_job(path: Path) -> None:
    told = facts(made(path, 4, lambda _: DONE))
    assert (told.jobs, told.row_jobs) == (len(told.sent), 0)


@pytest.mark.parametrize("rows_", [0, 3])
def test_a_run_of_which_nothing_was_sent_has_a_report(path: Path, rows_: int) -> None:
    journal(path, rows_).close()
    told = facts(path)
    assert (told.began, told.last, told.seconds, told.sent, told.windows) == (None, None, None, [], [])
    assert told.standing is (Standing.NOT_BEGUN if rows_ else Standing.COMPLETE)
    assert pace(told) == ""


@pytest.mark.parametrize("wrong", [-1e9, -3600, 3600, 1e9])
def test_times_of_the_service_that_cannot_be_are_not_believed(path: Path, wrong: float) -> None:
    clock = Clock()
    create(rows(1), FAMILIES["COPY"], "https://x.example/v2", journal=path).close()
    with Journal.open(path, clock) as opened:
        submission = opened.intend(0, 0, None)
        opened.started(submission, "1")
        clock.time += 50
        opened.ended(submission, "1", [DONE], finished("1", START + wrong, START + wrong + 5))
    [one] = facts(path).sent
    assert (one.began, one.ended, one.seconds) == (START, START + 50, 50)


def test_windows_end_when_the_server_says_and_are_five_minutes_long_where_it_does_not(path: Path) -> None:
    clock = Clock()
    create(rows(1), FAMILIES["COPY"], "https://x.example/v2", journal=path).close()
    with Journal.open(path, clock) as opened:
        for seconds, headers in (
            (0, {"X-RateLimit-Reset": f"{START + 60:.0f}", "X-RateLimit-Limit": "9", "X-RateLimit-Remaining": "4"}),
            (30, {"X-RateLimit-Reset": f"{START + 90:.0f}"}),  # it slides: the first word counts
            (60, {}),
            (355, {"X-RateLimit-Remaining": "8"}),
            (360, {"X-RateLimit-Reset": "nonsense"}),
            (660, {"X-RateLimit-Reset": "1e300"}),
        ):
            clock.time = START + seconds
            opened.answered(200, headers)
    assert facts(path).windows == [
        Window(START, START + 60, 2, limit=9, least=4),
        Window(START + 60, START + 360, 2, least=8),
        Window(START + 360, START + 660, 1),
        Window(START + 660, START + 960, 1),
    ]


# Interruptions


@pytest.mark.parametrize("killed", [False, True])
def test_when_no_process_carried_a_run_is_told(path: Path, killed: bool) -> None:
    clock = Clock()
    made(path, 3, items_per_job=1, ended=0, clock=clock)
    sent = clock.time
    resumed(path, clock, killed=killed, ended=1)
    clock.time += 100
    resumed(path, clock)
    told = facts(path)
    assert told.interruptions == [Interruption(sent + 10, sent + 110)]
    assert told.standing is Standing.COMPLETE
    assert interruptions(told) == "Interrupted at 2026-11-18 11:06:53 UTC, resumed after 100 s."


def test_a_run_that_is_not_resumed_yet_stopped_when_its_process_ended(path: Path) -> None:
    clock = Clock()
    made(path, 3, items_per_job=1, ended=0, clock=clock)
    told = facts(path)
    assert told.interruptions == [Interruption(clock.time - 1, None)]  # as it was last heard of then
    resumed(path, clock, ended=0)
    told = facts(path)
    assert told.interruptions == [Interruption(clock.time, None)]
    assert told.last == clock.time
    assert interruptions(told).endswith(", not resumed yet.")
    with Journal.open(path) as opened:
        opened.note_session()
        assert facts(path).interruptions == [Interruption(clock.time, opened.sessions()[-1][0])]


def test_what_carries_a_run_notes_when_unless_nothing_is_left_to_do(path: Path) -> None:
    service = Service(4)
    with pytest.raises(Killed):
        service.client(interrupted(25, after=True)).run(
            "copy", service.manifest(project="rfranklin/target"), journal=path, items_per_job=2
        )
    assert len(facts(path).interruptions) == 1
    for _ in range(2):
        assert service.client().resume(path).succeeded
        told = facts(path)
        assert [one.resumed is not None for one in told.interruptions] == [True]


def test_a_run_that_was_never_interrupted_says_nothing_of_it(path: Path) -> None:
    service = Service(2)
    assert service.client().run("copy", service.manifest(project="rfranklin/target"), journal=path).succeeded
    assert (facts(path).interruptions, interruptions(facts(path))) == ([], "")


def test_only_the_last_of_many_interruptions_are_kept(path: Path) -> None:
    clock = Clock()
    made(path, 1, ended=0, clock=clock)
    for _ in range(120):
        resumed(path, clock, ended=0)
        clock.time += 5
    told = facts(path)
    assert len(told.interruptions) == 100
    assert interruptions(told).endswith("resumed after 5 s and 97 more.")


# Runs by paths


def test_a_run_by_paths_says_its_sources_its_destination_and_its_bytes(path: Path) -> None:
    told = facts(chosen(path, 3, lambda place: DONE if place else failed()))
    assert (told.sources, told.destinations) == ((SOURCE,), [(GIVEN, 3)])
    assert purpose(told) == f"Copy of 3 files (3 kB) from {SOURCE} to {GIVEN}"
    assert outcome(told) == "Finished: 2 of 3 files copied (2 kB), 1 failed."


def test_bytes_that_are_not_known_of_all_files_are_a_least_number(path: Path) -> None:
    told = facts(chosen(path, 3, extra=lambda place: {"size": [None, 5000, 10**30][place]}))
    assert purpose(told).startswith("Copy of 3 files (at least 5 kB) from ")
    assert "(" not in purpose(facts(chosen(path.with_name("b"), 1, extra=lambda _: {"size": None})))


def test_a_column_of_sizes_in_a_manifest_is_not_taken_for_bytes(path: Path) -> None:
    told = facts(made(path, 2, extra=lambda _: {"size": 7}))
    assert (told.carried.total, told.carried.unsized, told.sources) == (0, 2, ())


def test_a_retry_of_a_run_by_paths_is_one_by_paths(path: Path) -> None:
    chosen(path, 3, lambda place: DONE if place else failed())
    with Journal.open(path) as earlier, retry(earlier, family_of(earlier), path.with_name("later")) as later:
        told = gather(later)
    assert purpose(told) == f"Copy of 1 file (1 kB) from {SOURCE} to {GIVEN}"


def test_folders_that_a_run_creates_are_named_by_their_paths(path: Path) -> None:
    rows_ = [Row(1, CopyItem("a", parent="p"), {}, 0), Row(2, CopyItem("b", parent="p"))]
    new = [NewFolder(0, "rfranklin/analysis/new", "new", None, "p")]
    create(rows_, FAMILIES["COPY"], "https://x.example/v2", journal=path, folders=new).close()
    assert facts(path).destinations == [("p", 1), ("rfranklin/analysis/new", 1)]


def test_folders_are_counted_as_folders(path: Path) -> None:
    def extra(place: int) -> dict[str, str | int | None]:
        return {"size": 10} if place else {"size": None, "type": "folder"}

    told = facts(chosen(path, 3, lambda place: DONE if place else failed(), extra=extra))
    assert purpose(told).startswith("Copy of 2 files and 1 folder (at least 20 B) from")
    assert outcome(told) == "Finished: 2 of 3 items copied (20 B), 1 failed."
    assert "correct 1 item in it" in next_steps(told, "RUN")[0].why
    assert purpose(facts(chosen(path.with_name("b"), 1, extra=extra))).startswith("Copy of 1 folder from")
