"""A journal is always whole, one process's at a time, and never touched by what cannot read it."""

from __future__ import annotations

import gzip
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sbg_bulk import CopyItem, InputError, JournalError, RunInUse
from sbg_bulk.api.drivers.sync import BlockingDriver
from sbg_bulk.api.steps import Call, Sleep, Step
from sbg_bulk.families import FAMILIES
from sbg_bulk.runs import create, draft, store
from sbg_bulk.runs.columns import REPORT_COLUMNS
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.journal_file import FORMAT, clear_errors, connect
from sbg_bulk.runs.problems import Problem
from sbg_bulk.runs.progress import RunOptions
from sbg_bulk.runs.records import NewFolder, Outcome, Plan, RowOutcome, State, Submission, Tally
from sbg_bulk.runs.rows import Row
from sbg_bulk.runs.traffic import Slot
from tests.support.runs import ENDPOINT, TARGET, TOKEN, Killed, Service, carry, interrupted, outcomes, rows
from tests.support.runs import journal as new

DONE = RowOutcome(Outcome.DONE, "new")
FAILED = RowOutcome(Outcome.FAILED, None, 10225, "gone")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.sbg-run"


def test_a_journal_keeps_what_it_is_told(path: Path) -> None:
    with new(path, 10) as made:
        assert made.next_rows() == (0, 2)
        first = made.intend(0, 2, 12.5)
        assert made.next_rows() == (3, 5)
        second = made.intend(3, 5, None)
        made.started(first, "1")
        made.ended(first, "1", [DONE, FAILED, RowOutcome(Outcome.UNATTRIBUTED, message="why")])
        plan = made.plan
    with Journal.open(path) as opened:
        assert opened.plan == plan
        assert opened.unfinished() == [Submission(second.id, 3, 5, State.INTENDED, None)]
        assert opened.tally() == Tally(10, done=1, failed=1, unattributed=1, running=3, open=4)
        opened.void(second)
        assert opened.next_rows() == (3, 5)
        assert opened.own_jobs() == {"1"}
        assert [(row["outcome"], row["new_id"], row["job"], row["api_code"]) for row in opened.report()][:4] == [
            ("done", "new", "1", None),
            ("failed", None, "1", 10225),
            ("unattributed", None, "1", None),
            ("open", None, None, None),
        ]
        assert [row.number for row in opened.rows(["failed"])] == [3]


def test_rows_submitted_in_vain_are_submitted_again_in_the_same_job_and_once(path: Path) -> None:
    with new(path, 5) as made:
        made.void(made.intend(0, 2, None))
        made.void(made.intend(0, 2, None))
        assert made.next_rows() == (0, 2)
        made.intend(0, 2, None)
        assert made.next_rows() == (3, 4)
        made.intend(3, 4, None)
        assert made.next_rows() is None


STEPS = st.lists(
    st.tuples(st.sampled_from(["intend", "started", "void", "ended"]), st.integers(0, 5)), min_size=1, max_size=25
)


@settings(max_examples=60)
@given(STEPS, st.integers(1, 20), st.integers(1, 7))
def test_whatever_happens_the_sums_agree_and_no_row_is_under_way_twice(
    steps: list[tuple[str, int]], count: int, items_per_job: int
) -> None:
    with tempfile.TemporaryDirectory() as folder, new(Path(folder, "j"), count, items_per_job) as made:
        for number, (step, which) in enumerate(steps):
            unfinished = made.unfinished()
            places = made.next_rows()
            if step == "intend" and places is not None:
                made.intend(*places, None)
            elif step != "intend" and unfinished:
                one = unfinished[which % len(unfinished)]
                if step == "started" and one.state is State.INTENDED:
                    made.started(one, str(number))
                elif step == "void" and one.state is State.INTENDED:
                    made.void(one)
                elif step == "ended":
                    made.ended(one, one.job, [DONE if n % 2 else FAILED for n in range(one.size)])
            tally = made.tally()
            assert tally.rows == count == tally.done + tally.failed + tally.running + tally.open
            assert min(tally.done, tally.failed, tally.running, tally.open) >= 0
            under_way = [place for one in made.unfinished() for place in range(one.first, one.last + 1)]
            assert len(under_way) == len(set(under_way)) == tally.running
            assert all(row["outcome"] == "open" for place, row in enumerate(made.report()) if place in under_way)
            assert (made.next_rows() is None) == (tally.open == 0)


# Who may work on it

HOLDER = """
import sys, time
from pathlib import Path
from sbg_bulk.runs.journal import Journal
held = Journal.open(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder(path: Path) -> Iterator[subprocess.Popen[str]]:
    new(path).close()
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_process_is_refused_and_the_lock_goes_with_the_first(
    path: Path, holder: subprocess.Popen[str]
) -> None:
    before = path.read_bytes()
    with pytest.raises(JournalError, match=r"Another process is working on this run .*Wait for it to finish"):
        Journal.open(path)
    assert path.read_bytes() == before
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    with Journal.open(path) as opened:
        assert opened.tally().open == 10


def test_a_journal_in_use_cannot_be_opened_twice_in_one_process_either(path: Path) -> None:
    with new(path), pytest.raises(JournalError, match="Another process"):
        Journal.open(path)


def test_a_journal_is_never_overwritten(path: Path) -> None:
    with new(path) as made:
        with pytest.raises(JournalError, match="already exists"):
            new(path)
        assert made.next_rows() is not None
    path.write_text("a file of the user's")
    with pytest.raises(JournalError, match="already exists"):
        new(path)
    assert path.read_text() == "a file of the user's"


def test_of_two_processes_that_make_one_journal_the_second_leaves_the_first_alone(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first: list[Journal] = []
    touch = Path.touch

    def late(self: Path, mode: int = 0o666, exist_ok: bool = True) -> None:
        monkeypatch.undo()
        first.append(new(path))
        touch(self, mode, exist_ok)

    monkeypatch.setattr(Path, "touch", late)
    with pytest.raises(JournalError, match="already exists"):
        new(path)
    with first[0] as made:
        assert made.tally().open == 10


# What cannot be used


def altered(change: Callable[[bytearray], object]) -> Callable[[Path], None]:
    def alter(path: Path) -> None:
        new(path, 2000).close()
        content = bytearray(path.read_bytes())
        change(content)
        path.write_bytes(content)

    return alter


def with_sql(*statements: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        new(path).close()
        connection = sqlite3.connect(path)
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.close()

    return change


def other_sqlite(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t (a)")
    connection.close()


UNUSABLE: dict[str, tuple[Callable[[Path], object], str]] = {
    "newer": (
        with_sql(f"PRAGMA user_version = {FORMAT + 1}"),
        f"has format {FORMAT + 1}, but this version .* supports",
    ),
    "another program's": (other_sqlite, "is a SQLite file, but not a journal of sbg-bulk"),
    "garbage": (lambda path: path.write_bytes(os.urandom(5000)), "is not a journal, or it is damaged"),
    "a text": (lambda path: path.write_text("file,project\n" * 50), "is not a journal, or it is damaged"),
    "empty": (lambda path: path.touch(), "is incomplete: .* before anything was sent"),
    "cut off in the header": (altered(lambda content: content.__delitem__(slice(50, None))), "is not a journal"),
    "cut off": (altered(lambda content: content.__delitem__(slice(len(content) // 2, None))), "is damaged"),
    "cut off in a page": (altered(lambda content: content.__delitem__(slice(-1000, None))), "is damaged"),
    "overwritten": (
        altered(lambda content: content.__setitem__(slice(8192, 40960), b"\xff" * 32768)),
        "is damaged",
    ),
    "without its tables": (with_sql("DROP TABLE run"), "cannot be used: no such table"),
    "with another plan": (with_sql("INSERT INTO run VALUES ('x', '1')"), "is damaged"),
    "with half a plan": (with_sql("DELETE FROM run WHERE key = 'endpoint'"), "is damaged"),
    "with a plan that is not JSON": (with_sql("UPDATE run SET value = '{' WHERE key = 'endpoint'"), "is damaged"),
    "a folder": (lambda path: path.mkdir(), "cannot be read: Is a directory"),
}


@pytest.mark.parametrize("why", UNUSABLE)
def test_what_cannot_be_used_is_said_so_and_left_as_it_is(path: Path, why: str) -> None:
    make, message = UNUSABLE[why]
    make(path)
    before = None if path.is_dir() else path.read_bytes()
    with pytest.raises(JournalError, match=message):
        Journal.open(path)
    assert (None if path.is_dir() else path.read_bytes()) == before
    assert list(path.parent.iterdir()) == [path]


def test_a_journal_whose_making_was_broken_off_says_that_nothing_was_sent(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = tmp_path / "left" / path.name
    left.parent.mkdir()

    def writing_early(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        connection.execute("PRAGMA cache_size = 10")
        return connection

    def leaving_one_behind() -> Iterator[Row | Problem]:
        yield from rows(3_000)
        for file in path.parent.glob(f"{path.name}*"):
            shutil.copy(file, left.parent)

    monkeypatch.setattr(draft, "connect", writing_early)
    create.create(leaving_one_behind(), FAMILIES["COPY"], ENDPOINT, journal=path).close()
    assert left.stat().st_size > 100_000
    with pytest.raises(JournalError, match=r"is incomplete: .* Delete it and start the run again"):
        Journal.open(left)


def test_a_journal_that_is_not_there_is_not_made(path: Path) -> None:
    with pytest.raises(JournalError, match="There is no journal"):
        Journal.open(path)
    assert not path.exists()


def test_the_place_for_a_journal_may_be_no_place(path: Path) -> None:
    path.write_text("a file")
    with pytest.raises(JournalError, match=r"cannot be written: "):
        new(path / "j")
    assert path.read_text() == "a file"


READ_ONLY = """
import os, sys
from pathlib import Path
from sbg_bulk import JournalError
from sbg_bulk.runs.journal import Journal
if os.getuid() == 0:
    os.setuid(65534)
with Journal.open(Path(sys.argv[1])) as opened:
    try:
        opened.intend(*opened.next_rows(), None)
    except JournalError as error:
        print(error)
"""


def test_a_journal_that_may_not_be_written_can_be_read_and_nothing_else() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.sbg-run")
        new(path).close()
        before = path.read_bytes()
        path.chmod(0o444)
        Path(folder).chmod(0o555)
        ran = subprocess.run([sys.executable, "-c", READ_ONLY, str(path)], check=True, capture_output=True, text=True)
        Path(folder).chmod(0o755)
        assert "readonly" in ran.stdout
        assert path.read_bytes() == before


# A full disk


def test_a_disk_too_small_for_a_manifest_leaves_nothing_behind(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def small(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        connection.execute("PRAGMA max_page_count = 20")
        return connection

    monkeypatch.setattr(draft, "connect", small)
    with pytest.raises(JournalError, match=r"The disk is full: .* Nothing was sent. Free some space, or name"):
        new(path, 10_000)
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("at", range(8))
def test_a_disk_that_fills_up_stops_the_run_and_nothing_is_sent_that_is_not_in_the_journal(path: Path, at: int) -> None:
    service = Service(4)
    writes = iter(range(1000))
    change = Journal._change

    def limited(self: Journal) -> object:
        if next(writes) >= at:
            with clear_errors(self.path):
                self._db.execute("PRAGMA max_page_count = 1")
                self._db.execute("CREATE TABLE more (a)")
        return change(self)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(JournalError, match="The disk is full"):
        patch.setattr(Journal, "_change", limited)
        service.client().run("copy", service.manifest(project=TARGET), journal=path, items_per_job=2)
        raise JournalError("The disk is full after the end")
    with Journal.open(path) as opened:
        tally = opened.tally()
        assert len(service.submissions) <= len(opened.own_jobs()) + 1
        assert tally.running + tally.done >= 2 * len(service.submissions)
    service.client().resume(path)
    assert outcomes(path) == ["done"] * 4
    assert service.copies() == ["f0.bam", "f1.bam", "f2.bam", "f3.bam"]


# What is on disk, and when


def test_a_crash_in_the_middle_of_a_commit_is_undone(path: Path, tmp_path: Path) -> None:
    copied = tmp_path / "copied"
    with new(path, 2000) as made:
        before = path.read_bytes()
        made._db.execute("PRAGMA cache_size = 1")
        made._db.execute("BEGIN")
        made._db.execute("UPDATE row SET outcome = 'done'")
        assert path.read_bytes() != before  # it is half written
        for end in ("", "-journal"):
            shutil.copy(f"{path}{end}", f"{copied}{end}")
    with Journal.open(copied) as opened:
        assert opened.tally() == Tally(2000, open=2000)


def test_a_commit_is_synced_before_the_next_step(path: Path) -> None:
    with new(path) as made:
        assert made._db.execute("PRAGMA synchronous").fetchone() == (3,)  # EXTRA: the folder too
        assert made._db.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_what_is_about_to_be_sent_is_written_before_and_the_job_at_once_after(path: Path) -> None:
    happened: list[str] = []
    change = Journal._change

    class Watched(BlockingDriver):
        def _perform(self, step: Step) -> object:
            if isinstance(step, Call):
                happened.append(step.operation.name)
            elif isinstance(step, Sleep):
                happened.append("sleep")
            return super()._perform(step)

    @contextmanager
    def watched(self: Journal) -> Iterator[None]:
        with change(self):
            yield
        happened.append("committed")

    service = Service(6)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Journal, "_change", watched)
        service.client(Watched).run("copy", service.manifest(project=TARGET), journal=path, items_per_job=2)
    submitted = [place for place, what in enumerate(happened) if what == "submit_copy_job"]
    assert len(submitted) == 3
    for place in submitted:
        assert (happened[place - 1], happened[place + 1]) == ("committed", "committed")


def test_there_is_no_token_in_a_journal(path: Path) -> None:
    service = Service(3, faults=["kind=cut_after op=submit_* call=1"])
    service.client().run("copy", service.manifest(project=TARGET, note="x"), journal=path)
    assert outcomes(path) == ["done"] * 3
    assert TOKEN.encode() not in path.read_bytes()
    assert list(path.parent.iterdir()) == [path]


def test_a_journal_that_was_copied_is_taken_up_where_it_is(path: Path, tmp_path: Path) -> None:
    service = Service(6)
    with pytest.raises(Killed):
        service.client(interrupted(20, after=True)).run(
            "copy", service.manifest(project=TARGET), journal=path, items_per_job=2
        )
    moved = tmp_path / "elsewhere" / "b.db"
    moved.parent.mkdir()
    shutil.move(path, moved)
    report = service.client().resume(moved)
    assert (report.journal, report.tally.done) == (moved, 6)
    assert len(service.copies()) == 6


# Which run is meant


def test_a_run_is_named_by_its_id_or_by_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sbg_bulk.runs.store.folder", lambda: tmp_path / "runs")
    monkeypatch.chdir(tmp_path)
    with create.create(rows(1), FAMILIES["COPY"], ENDPOINT) as made:
        run, path = made.plan.run, made.path
    assert store.find(run) == store.find(str(path)) == store.find(path) == path
    assert store.known() == [path]
    assert store.find(run[:8]) == store.find(run[:-1]) == path
    with create.create(rows(1), FAMILIES["COPY"], ENDPOINT, journal=path.with_name(f"{run}x.sbg-run")):
        assert store.find(run) == path
    with pytest.raises(InputError, match=rf"{run[:8]} matches 2 runs: {run}, {run}x\. Give more"):
        store.find(run[:8])
    new(tmp_path / "here").close()
    assert store.find("here") == Path("here")
    for unknown in ("", "nothing", "nothing.sbg-run", "no/thing", tmp_path / "nothing"):
        with pytest.raises(InputError, match="There is no"):
            store.find(unknown)


def test_a_run_is_not_taken_up_on_another_deployment(path: Path) -> None:
    create.create(rows(1), FAMILIES["COPY"], "https://other/v2", journal=path).close()
    with pytest.raises(InputError, match="is on https://other/v2"):
        Service().client().resume(path)
    Journal.open(path).close()


# What a report tells beside the rows


def test_when_jobs_began_and_ended_is_kept_by_both_clocks(path: Path) -> None:
    service = Service(4)
    service.world.delete(service.world.nodes[service.files[0]])
    start = service.clock.now()
    carry(service, path, service.rows(), fast=3600, items_per_job=2)
    with Journal.read(path) as opened:
        first, second = opened.submission_times()
    assert first.submission.job is not None
    for course in (first, second):
        assert course.sent_at is not None
        assert course.known_at is not None
        assert course.ended_at is not None
        assert course.started_on is not None
        assert course.finished_on is not None
        assert start + 3600 <= course.sent_at <= course.known_at < course.ended_at
        assert start <= course.started_on < course.finished_on <= course.ended_at - 3600
    assert (first.total_files, first.completed_files, first.failed_files) == (2, 1, 1)
    assert (first.done, first.failed, second.done, second.failed) == (1, 1, 2, 0)


def test_requests_and_waits_are_counted_in_slots_of_time(path: Path) -> None:
    moments = iter([100.0, 104.9, 105.0, 106.0, 107.0, 250.0])
    new(path, 3).close()
    with Journal.open(path, lambda: next(moments)) as opened:
        told = {"X-RateLimit-Limit": "1000", "X-RateLimit-Remaining": "17", "X-RateLimit-Reset": "400"}
        opened.answered(200, {**told, "Date": "Thu, 01 Jan 1970 00:02:00 GMT"})
        opened.answered(429, {**told, "X-RateLimit-Remaining": "0"})
        opened.answered(503, {"X-RateLimit-Limit": "many", "X-RateLimit-Remaining": "1e300"})
        opened.answered(None, {})
        opened.waits(20.0, "rate-limit")
        opened.answered(200, {}, free=True)
    with Journal.read(path) as opened:
        assert list(opened.slots()) == [
            Slot(100, 2, 1, limit=1000, remaining=0, resets=400.0, ahead=20.0),
            Slot(105, 2, failed=2, waited=20.0, cause="rate-limit"),
            Slot(250),
        ]


def test_what_is_counted_costs_no_commit_and_is_written_with_the_next_one(path: Path) -> None:
    new(path, 9).close()
    with Journal.open(path, lambda: 0.0) as opened:
        for _ in range(2):
            before = path.read_bytes()
            for _ in range(50):
                opened.answered(200, {})
            assert path.read_bytes() == before
            opened.void(opened.intend(0, 2, None))
        assert list(opened.slots()) == [Slot(0, 100)]


def test_a_crash_loses_the_counts_since_the_last_commit_and_nothing_else(path: Path, tmp_path: Path) -> None:
    new(path, 3).close()
    copied = tmp_path / "copied"
    with Journal.open(path, lambda: 0.0) as opened:
        opened.answered(200, {})
        first = opened.intend(0, 2, None)
        opened.answered(200, {})
        shutil.copy(path, copied)
    with Journal.read(copied) as read:
        assert list(read.slots()) == [Slot(0, 1)]
        assert read.unfinished() == [first]
    with Journal.read(path) as read:
        assert list(read.slots()) == [Slot(0, 2)]


def test_counts_that_a_failed_change_did_not_write_are_written_later(path: Path) -> None:
    with new(path, 6) as opened:
        opened.started(opened.intend(0, 2, None), "1")
        other = opened.intend(3, 5, None)
        opened.answered(200, {})
        with pytest.raises(JournalError, match="is damaged"):
            opened.started(other, "1")  # which is the first one's
        assert list(opened.slots()) == []
        opened.started(other, "2")
        assert [slot.sent for slot in opened.slots()] == [1]


# Reading


def test_several_may_read_a_journal_at_once_and_nobody_works_on_it_meanwhile(path: Path) -> None:
    new(path).close()
    before = path.read_bytes()
    with Journal.read(path) as one, Journal.read(path) as other:
        assert one.tally() == other.tally() == Tally(10, open=10)
        with pytest.raises(JournalError, match="Another process"):
            Journal.open(path)
        with pytest.raises(JournalError, match="cannot be used"):
            one.intend(0, 2, None)
    assert path.read_bytes() == before
    Journal.open(path).close()


def test_a_journal_that_is_worked_on_is_read_as_it_is_and_stays_so(path: Path, holder: subprocess.Popen[str]) -> None:
    before = path.read_bytes()
    with Journal.read(path) as opened:
        assert (opened.in_use, opened.tally()) == (True, Tally(10, open=10))
        with pytest.raises(JournalError, match="cannot be used"):
            opened.intend(0, 2, None)
    assert (holder.poll(), path.read_bytes()) == (None, before)
    holder.kill()
    holder.wait()
    with Journal.read(path) as opened:
        assert not opened.in_use


def test_a_change_that_is_half_done_is_not_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sbg_bulk.runs.journal_file._PAUSE", 0)
    with new(path, 2000) as made:
        made._db.execute("PRAGMA cache_size = 1")
        made._db.execute("BEGIN")
        made._db.execute("UPDATE row SET outcome = 'done'")
        with pytest.raises(RunInUse, match="keeps changing it"):
            Journal.read(path)
        made._db.execute("COMMIT")
        with Journal.read(path) as opened:
            assert opened.tally() == Tally(2000, done=2000)


CHANGER = """
import sys
import time
from pathlib import Path
from sbg_bulk.runs.journal import Journal

journal = Journal.open(Path(sys.argv[1]))
print("held", flush=True)
number = 0
while True:
    number += 1
    with journal._change():
        journal._db.execute("UPDATE row SET message = ?", (str(number) * 50,))
"""


def test_what_is_read_beside_a_process_that_changes_it_is_one_state_of_it(path: Path) -> None:
    new(path, 500).close()
    with subprocess.Popen([sys.executable, "-c", CHANGER, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            states: set[object] = set()
            until = time.monotonic() + 60
            while len(states) < 3:
                assert time.monotonic() < until, states
                # On a busy machine it may be changed each time that it is copied, which is said.
                with suppress(RunInUse), Journal.read(path) as opened:
                    assert opened.in_use
                    (state,) = opened._select("SELECT DISTINCT message FROM row")
                    states.add(state)
        finally:
            process.kill()


def test_what_a_crash_has_left_half_written_is_undone_by_reading_too(path: Path, tmp_path: Path) -> None:
    copied = tmp_path / "copied"
    with new(path, 2000) as made:
        made._db.execute("PRAGMA cache_size = 1")
        made._db.execute("BEGIN")
        made._db.execute("UPDATE row SET outcome = 'done'")
        for end in ("", "-journal"):
            shutil.copy(f"{path}{end}", f"{copied}{end}")
    with Journal.read(copied) as opened:
        assert opened.tally() == Tally(2000, open=2000)


# Formats 1 to 3


@pytest.fixture(params=[1, 2, 3], ids=lambda number: f"format {number}")
def older(path: Path, request: pytest.FixtureRequest) -> Path:
    """A journal as the code wrote it that knew no newer format: two jobs have ended, one submission is open."""
    kept = Path(__file__).parent / "data" / f"format-{request.param}.sbg-run.gz"
    path.write_bytes(gzip.decompress(kept.read_bytes()))
    return path


OLDER_TALLY = Tally(10, done=5, failed=1, running=3, open=1)


def courses(journal: Journal) -> list[tuple[int, int, State, int | None, int | None]]:
    """The submissions, and how many rows of each were done and failed."""
    return [
        (one.submission.first, one.submission.last, one.submission.state, one.done, one.failed)
        for one in journal.submission_times()
    ]


OLDER_COURSES = [(0, 2, State.ENDED, 2, 1), (3, 5, State.ENDED, 3, 0), (6, 8, State.INTENDED, None, None)]


def test_an_older_journal_is_read_as_it_is(older: Path) -> None:
    before = older.read_bytes()
    with Journal.read(older) as opened:
        assert opened.tally() == OLDER_TALLY
        assert courses(opened) == OLDER_COURSES
        assert opened.folders() == (0, 0)
        assert opened.next_folder() is None
        assert [row["outcome"] for row in opened.report()].count("done") == 5
        assert {row["project"] for row in opened.report()} == {TARGET}
        assert opened.plan.columns == ("file", "parent", "project", "name")
    assert older.read_bytes() == before


def test_an_older_journal_becomes_one_of_this_format_when_it_is_worked_on(older: Path) -> None:
    with Journal.read(older) as opened:
        before, slots = list(opened.report()), len(list(opened.slots()))
    for _ in range(2):
        with Journal.open(older) as opened:
            assert courses(opened) == OLDER_COURSES
            assert list(opened.report()) == before
    with Journal.open(older) as opened:
        opened.answered(200, {})
        opened.started(opened.unfinished()[0], "1")
        assert len(list(opened.slots())) == slots + 1
    with sqlite3.connect(older) as migrated, new(older.with_name("new")) as fresh:
        for table in ("submission", "row", "folder", "slot"):
            names = f"SELECT group_concat(name) FROM pragma_table_info('{table}')"
            assert migrated.execute(names).fetchone() == fresh._db.execute(names).fetchone()
        assert migrated.execute("PRAGMA user_version").fetchone() == (FORMAT,)
    migrated.close()


def test_an_older_deletion_is_known_by_having_no_destinations(path: Path) -> None:
    kept = Path(__file__).parent / "data" / "format-3-deletion.sbg-run.gz"
    path.write_bytes(gzip.decompress(kept.read_bytes()))
    for read in (Journal.read, Journal.open, Journal.read):
        with read(path) as opened:
            assert opened.plan.columns == ("file",)
            assert courses(opened) == OLDER_COURSES
            assert opened.report_columns() == ("file", *REPORT_COLUMNS)
            assert opened.values(9, 9) == [{"file": list(opened.report())[9]["file"]}]


def test_an_older_run_is_carried_to_its_end_each_row_once(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service(10)
    service.world.delete(service.world.nodes[service.files[1]])
    with Journal.read(older) as opened:
        jobs = [one.submission.job for one in opened.submission_times()][:2]
    # What was done by then, in jobs of these ids.
    left = iter(jobs)
    with monkeypatch.context() as patch:
        patch.setattr(service.simulator.jobs, "_new_id", lambda _now: next(left))
        assert [service.submit(service.files[first : first + 3]) for first in (0, 3)] == jobs
    service.clock.advance(60)
    report = service.client().resume(older, options=RunOptions(jobs_in_flight=1))
    assert report.tally == Tally(10, done=9, failed=1)
    assert service.copies() == sorted(f"f{n}.bam" for n in range(10) if n != 1)


def test_a_migration_that_is_broken_off_leaves_the_file_as_it_was(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = older.read_bytes()

    def broken(_: object) -> None:
        raise sqlite3.OperationalError("no more")

    monkeypatch.setattr("sbg_bulk.runs.journal_file.columns_before_4", broken)
    with pytest.raises(JournalError, match="cannot be used: no more"):
        Journal.open(older)
    assert older.read_bytes() == before
    assert list(older.parent.iterdir()) == [older]


# Folders that a run makes


def folders() -> list[NewFolder]:
    """A folder in a project's root, one in it, and one in a folder that was there."""
    return [
        NewFolder(0, "p/a", "a", "o/p"),
        NewFolder(1, "p/a/b", "b", above=0),
        NewFolder(2, "p/old/c", "c", parent="old"),
    ]


def test_folders_are_made_parents_first_and_rows_go_where_they_are_then(path: Path) -> None:
    rows = [Row(1, CopyItem("f1", project="o/p"), folder=1), Row(2, CopyItem("f2", project="o/p"))]
    plan = Plan("r", "COPY", ENDPOINT, "", 100)
    with draft.Draft.create(path, plan, rows, folders=folders()).begin() as opened:
        assert opened.folders() == (0, 3)
        asked = []
        while (folder := opened.next_folder()) is not None:
            asked.append((folder.path, folder.project, folder.parent))
            opened.made(folder, f"id-of-{folder.name}")
        assert asked == [("p/a", "o/p", None), ("p/a/b", None, "id-of-a"), ("p/old/c", None, "old")]
        assert [CopyItem(**row) for row in opened.values(0, 1)] == [
            CopyItem("f1", parent="id-of-b"),
            CopyItem("f2", project="o/p"),
        ]
        assert [(row["parent"], row["project"]) for row in opened.report()] == [("id-of-b", None), (None, "o/p")]
        assert opened.folders() == (3, 3)
    with Journal.read(path) as again:
        assert [CopyItem(**row) for row in again.values(0, 0)] == [CopyItem("f1", parent="id-of-b")]


def test_runs_of_one_second_are_in_the_order_in_which_they_were_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "folder", lambda: tmp_path)
    order = ["20261128-170459-ffff", "20261128-170500-bbbb", "20261128-170500-aaaa", "20261128-170501-0000"]
    for number, run in enumerate(reversed(order)):
        path = tmp_path / f"{run}{store.SUFFIX}"
        path.touch()
        os.utime(path, (0, 100 - number if run.startswith("20261128-170500") else 50))
    assert [path.stem for path in store.known()] == order
    assert store.last().stem == order[-1]
