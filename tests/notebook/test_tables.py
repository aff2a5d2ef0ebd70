"""What notebooks are given to show: escaped, failures first, cut with a count; and `repr` as it was."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sbg_bulk import (
    File,
    ItemError,
    ItemResult,
    Job,
    Page,
    Project,
    RateLimit,
    RunReport,
    User,
)
from sbg_bulk.html import ROWS
from sbg_bulk.notebook import table
from sbg_bulk.runs.codes import MEANINGS
from sbg_bulk.runs.records import Carried, Tally
from tests.notebook.markup import EVIL, Seen

MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def seen(thing: object) -> Seen:
    return Seen(thing._repr_html_())  # type: ignore[attr-defined] # what IPython looks for


def result(place: int) -> ItemResult:
    if place % 10 == 9:
        return ItemResult(None, None, ItemError(403, 5014, f"no {place}"))
    return ItemResult(f"id-{place}", None, None)


def job(entries: int = 0, **more: object) -> Job:
    return Job("717", "COPY", "FINISHED", result=tuple(map(result, range(entries))) or None, **more)  # type: ignore[arg-type]


def test_a_job_shows_its_failures_first_and_counts_what_it_does_not_show() -> None:
    shown = seen(job(200, total_files=1200, completed_files=1180, failed_files=20, finished_on=MOMENT))
    assert shown.texts == [
        "✗ Job 717, COPY, FINISHED, 1,180 of 1,200 files done, 20 failed, finished 2026-01-02 03:04:05 UTC",
        "Result: 200, 20 with failures, which come first",
        "… and 150 more",
    ]
    head, *rows = shown.rows
    assert head == ["Outcome", "Id", "API code", "Message"]
    assert len(rows) == ROWS
    assert rows[0] == ["✗ failed", "-", "5014", "no 9"]
    assert [row[0] for row in rows] == ["✗ failed"] * 20 + ["done"] * 30
    assert rows[20] == ["done", "id-0", "-", "-"]


def test_a_job_without_a_result_is_one_line() -> None:
    shown = seen(job(completed_files=2, total_files=2))
    assert (shown.texts, shown.rows) == (["✓ Job 717, COPY, FINISHED, 2 of 2 files done"], [])
    assert seen(Job("1")).texts == ["Job 1"]


def test_a_job_that_accounts_for_less_than_all_says_so() -> None:
    silent = "neither counts nor results say that anything was done"
    assert seen(job()).texts == [f"✗ Job 717, COPY, FINISHED, {silent}"]


@pytest.mark.parametrize(
    "thing",
    [
        Job(EVIL, EVIL, EVIL, result=(ItemResult(EVIL, EVIL, ItemError(1, 2, EVIL, EVIL)),)),
        File(EVIL, EVIL, EVIL, EVIL, EVIL),
        Project(EVIL, EVIL, EVIL, {EVIL: True}),
        User(EVIL, EVIL, EVIL, EVIL),
        ItemResult(EVIL, EVIL, None),
        Page((File(EVIL, EVIL),), 0, None, 1),
        Page((EVIL,), 0, None, 1),
        RunReport(EVIL, Path("nowhere"), Tally(2, failed=1, unknown=1)),
        table([EVIL]),
        table([Job(EVIL)]),
    ],
)
def test_no_text_of_a_server_becomes_markup_or_turns_the_line_round(thing: object) -> None:
    shown = seen(thing)
    assert "script" not in shown.tags
    text = "".join([*shown.texts, *(cell for row in shown.rows for cell in row)])
    assert "<script>" in text
    assert not {"\x1b", "\u202e"} & set(text)


def test_what_the_server_did_not_say_is_left_out() -> None:
    assert seen(File("f1", "a.bam", "file", size=1234567)).rows == [
        ["Name", "a.bam"],
        ["Type", "file"],
        ["Id", "f1"],
        ["Bytes", "1,234,567"],
    ]
    page = Page((File("f1", "a.bam"), File("f2", "b", parent="p")), 50, 52, 120)
    assert seen(page).texts == ["51 to 52 of 120; the next page has offset 52"]
    assert seen(page).rows == [["Name", "Id", "Parent"], ["a.bam", "f1", "-"], ["b", "f2", "p"]]
    assert seen(Page((), 0, None, 0)).texts == ["None of 0"]


def test_jobs_with_failures_come_first_in_a_table() -> None:
    jobs = [Job("1", "COPY", "FINISHED", completed_files=3), Job("2", "COPY", "FINISHED", failed_files=1)]
    shown = seen(table(iter(jobs)))
    assert shown.texts == ["2 in all, 1 with failures, which come first"]
    assert [row[0] for row in shown.rows] == ["Job", "✗ 2", "1"]
    assert seen(table([])).texts == ["0 in all"]
    assert [row[0] for row in seen(table([jobs[0], 7])).rows] == ["Entry", repr(jobs[0]), "7"]


def test_the_rate_limit_tells_the_time_of_the_next_window() -> None:
    assert seen(RateLimit(1000, 990, 1_800_000_000)).rows == [
        ["Requests left", "990"],
        ["of", "1,000"],
        ["Next window", "2027-01-15 08:00:00 UTC"],
    ]
    assert seen(RateLimit(1000, 0, 10**30)).rows[-1] == ["Next window", str(10**30)]
    assert seen(RateLimit(1000, 0, None)).rows[0] == ["Requests left", "0"]


def test_a_run_tells_what_failed_and_how_to_try_it_again_where_that_may_help(tmp_path: Path) -> None:
    path = tmp_path / "a run"
    done = seen(RunReport("r1", path, Tally(2, done=2)))
    assert (done.texts, done.rows) == (["✓ Run r1: 2 of 2 files done"], [])
    tally = Tally(2000, done=1996, failed=2, unattributed=1, open=1)
    head = "✗ Run r1: 1,996 of 2,000 files done, 2 failed, 1 in jobs that do not report each file's result, 1 left"
    passing = seen(RunReport("r1", path, tally, [("failed", 5014, 2, "You may not.")]))
    assert passing.texts == [head, f"Retry what failed: client.retry({str(path)!r})"]
    reason = f"{MEANINGS[5014].what} {MEANINGS[5014].advice}"
    assert passing.rows == [
        ["Outcome", "Files", "Reason", "For example", "API code"],
        ["✗ failed", "2", reason, "You may not.", "5014"],
    ]
    assert seen(RunReport("r1", path, tally, [("failed", 10225, 2, "Gone.")])).texts == [head]


def test_a_run_tells_what_was_done_with_how_many_bytes() -> None:
    known = RunReport("r1", Path("r"), Tally(2, done=2), job_type="MOVE", carried=Carried(2, 2, 3_000_000))
    assert seen(known).texts == ["✓ Run r1: 2 of 2 files moved (3 MB)"]
    some = RunReport("r1", Path("r"), Tally(2, done=2), job_type="COPY", carried=Carried(2, 1, 3_000_000))
    assert seen(some).texts == ["✓ Run r1: 2 of 2 files copied (at least 3 MB)"]


def test_what_python_shows_is_as_it_was() -> None:
    assert repr(Job("1", "COPY")).startswith("Job(id='1', type='COPY', state='', href=None, total_files=None")
    assert repr(Page((1,), 0, None, None)) == "Page(items=(1,), offset=0, next_offset=None, total=None, size=0)"
    assert repr(table([1])) == "Table of (1,)"


def test_colours_are_the_notebooks_own() -> None:
    html = job(20)._repr_html_() + table([job(10)])._repr_html_()
    assert re.findall(r"(?<![-\w])color:", html) == []
    shades = set(re.findall(r"background: ([^;\"]+)", html))
    assert shades
    assert all(re.fullmatch(r"rgba\(.*, 0\.\d+\)", shade) for shade in shades)
