"""How a run and a wait for jobs are shown: the display's lines, and the plain lines of a pipe."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from sbg_bulk.api.waits import BudgetLeft, Cause, Wait, status_check
from sbg_bulk.cli.output.console import folded
from sbg_bulk.cli.output.pauses import REMINDER
from sbg_bulk.cli.progress.lines import EVERY, Lines, line
from sbg_bulk.cli.progress.live import WIDEST, lines
from sbg_bulk.cli.progress.tracker import BARS, ProgressTracker, Snapshot
from sbg_bulk.jobs.wait import Totals
from sbg_bulk.models.job import Job
from sbg_bulk.runs.progress import Progress
from sbg_bulk.runs.records import Tally

BUSY = Snapshot(
    total=2500,
    done=1190,
    failed=8,
    unclear=2,
    jobs_total=25,
    jobs_ended=12,
    jobs_running=5,
    elapsed=80,
    rate=41.2,
    left=32.0,
    budget=BudgetLeft(1000, 873, 200.0),
    waiting=Wait(12.4, Cause.NEXT_LOOK, status_check("5 jobs")),
)


class Clock:
    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


def told(outlook: Snapshot, width: int = 79, **more: Any) -> list[str]:
    return [text.plain for text in lines(outlook, width, **more)]


def progress(done: int = 0, rows: int = 100_000, **more: Any) -> Progress:
    failed = more.pop("failed", 0)
    tally = Tally(rows, done=done, failed=failed, open=rows - done - failed)
    ended = (done + failed) // 100
    return Progress("R", "/j", tally, 3, ended, jobs_total=rows // 100, **more)


# On a terminal


def test_the_display_says_all_there_is_to_tell() -> None:
    bar, *rest = told(BUSY)
    assert bar.strip("━") == "   48%  1,200 of 2,500 files"
    assert rest == [
        "jobs      12 of 25 ended, 5 running",
        "failed    8, and 2 unclear",
        "speed     41 files/s, 80 s elapsed, about 32 s left",
        "requests  873 of 1,000 left, resets in 3 min",
        "now       next status check in 12 s (5 jobs)",
    ]


def test_what_is_not_known_is_left_out() -> None:
    bar, *rest = told(Snapshot(total=10, jobs_total=1, jobs_running=1, elapsed=3))
    assert bar.endswith("0%  0 of 10 files")
    assert rest == [
        "jobs      0 of 1 ended, 1 running",
        "failed    none",
        "speed     3 s elapsed",
        "now       working",
    ]


@pytest.mark.parametrize(
    ("wait", "text"),
    [
        (Wait(300, Cause.RATE_LIMIT, "the rate limit (HTTP 429)"), "waiting 5 min: the rate limit (HTTP 429)"),
        (Wait(9, Cause.RATE_LIMIT, "to stay within the rate limit"), "waiting 9 s to stay within the rate limit"),
        (Wait(4, Cause.RETRY, "HTTP 502"), "trying again in 4 s: HTTP 502"),
        (Wait(0.2, Cause.NEXT_LOOK, status_check("1 job")), "next status check in 1 s (1 job)"),
    ],
)
def test_it_says_what_is_waited_for_and_why(wait: Wait, text: str) -> None:
    assert told(evolve(BUSY, waiting=wait))[-1] == f"now       {text}"


def test_listing_is_shown_with_its_requests_the_rate_limit_and_what_it_waits_for(clock: Clock) -> None:
    following = ProgressTracker(clock)
    following.lists("Listing")
    following.requested(203)
    clock.time += 75
    limit = BudgetLeft(1000, 0, 290.0)
    following.wait(Wait(1.2, Cause.RATE_LIMIT, "to stay within the rate limit", limit))
    assert told(following.outlook(), 59) == [
        "listing   203 requests, 75 s elapsed",
        "requests  0 of 1,000 left, resets in 5 min",
        "now       waiting 1 s to stay within the rate limit",
    ]
    following.requested(204)
    assert told(following.outlook())[-1] == "now       working"


def test_a_reason_that_is_too_long_is_told_without_its_codes() -> None:
    wait = Wait(13, Cause.RATE_LIMIT, "the rate limit (HTTP 429, API code 1000)")
    assert told(evolve(BUSY, waiting=wait), 59)[-1] == "now       waiting 13 s: the rate limit"
    assert told(evolve(BUSY, waiting=wait), 79)[-1].endswith("(HTTP 429, API code 1000)")


@pytest.mark.parametrize("width", [*range(20, 60, 7), 59, 79, WIDEST])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    jobs = tuple(Job(f"{n:017}", state="RUNNING", total_files=10**n, completed_files=10**n // 3) for n in range(1, 9))
    for outlook in (BUSY, evolve(BUSY, jobs=jobs), evolve(BUSY, total=None)):
        assert max(text.cell_len for text in lines(outlook, width)) <= width


def test_few_jobs_have_a_bar_each_and_the_bars_are_of_one_length() -> None:
    jobs = (
        Job("71800000596968933", state="RUNNING", total_files=1250, completed_files=600, failed_files=25),
        Job("7", state="FINISHED", total_files=1, completed_files=1),
        Job("8", state="SUBMITTED", total_files=0, completed_files=0),
    )
    one, two, three, *_ = told(evolve(BUSY, jobs=jobs))
    assert one.startswith("71800000596968933  RUNNING    ━")
    assert one.endswith("━  625 of 1,250")
    assert two.startswith("7                  FINISHED   ━")
    assert two.endswith("━        1 of 1")
    assert three.endswith("━        0 of ?")
    assert len({text.count("━") for text in (one, two, three)}) == 1


def test_names_do_not_command_the_terminal() -> None:
    jobs = (Job("7\x1b[2J", state="\x1b]0;x\x07"),)
    waiting = Wait(3, Cause.RETRY, "ConnectError: \x1b[1m")
    assert "\x1b" not in "".join(told(evolve(BUSY, jobs=jobs, waiting=waiting)))


def test_a_bar_can_be_read_without_colours_and_without_other_characters() -> None:
    (bar, *_) = told(evolve(BUSY, done=1240), colours=False, ascii_only=True)
    assert bar == "-" * 24 + " " * 24 + "   50%  1,250 of 2,500 files"
    assert "…" not in "".join(told(BUSY, 30, ascii_only=True))
    assert "…" in "".join(told(BUSY, 30))


@pytest.mark.parametrize(
    ("line", "columns", "lines"),
    [
        ("sbg-bulk: interrupted: 7 of 51 folders created, 0 of 50 files copied.", 60,
         ["sbg-bulk: interrupted: 7 of 51 folders created, 0 of 50", "files copied."]),
        ("short", 60, ["short"]),
        ("a line " * 20, None, ["a line " * 20]),
        ("Journal: /" + "x" * 80, 60, ["Journal:", "/" + "x" * 80]),
        ("If it is, resume the run with this job: sbg-bulk runs resume R --adopt 7", 30,
         ["If it is, resume the run with", "this job:", "  sbg-bulk runs resume R --adopt 7"]),
        ("Wait for it with: sbg-bulk jobs wait 7", 40, ["Wait for it with: sbg-bulk jobs wait 7"]),
        ("  sbg-bulk runs resume R --adopt 7", 30, ["  sbg-bulk runs resume R --adopt 7"]),
        ("Global options, see 'sbg-bulk --help': --quiet.", 40,
         ["Global options, see 'sbg-bulk --help':", "--quiet."]),
        ("  export SB_API_ENDPOINT=http://127.0.0.1:8000/v2 SB_AUTH_TOKEN=demo-token", 60,
         ["  export SB_API_ENDPOINT=http://127.0.0.1:8000/v2 SB_AUTH_TOKEN=demo-token"]),
        ("  sent:      curl -sS -H \"X: $T\" 'http://127.0.0.1:8000/v2/user'", 30,
         ["  sent:", "    curl -sS -H \"X: $T\" 'http://127.0.0.1:8000/v2/user'"]),
        ("The proxy uses SOCKS: pip install 'httpx[socks]'", 30,
         ["The proxy uses SOCKS:", "  pip install 'httpx[socks]'"]),
        ("  received:  HTTP 200 and a body that is long", 30,
         ["  received:  HTTP 200 and a", "             body that is long"]),
        ("  one name and another", 14, ["  one name and", "  another"]),
    ],
)  # fmt: skip
def test_texts_are_folded_between_words_and_commands_and_paths_are_left_in_one_piece(
    line: str, columns: int | None, lines: list[str]
) -> None:
    assert folded(line, columns) == lines


# What is known


def test_pauses_and_budgets_are_counted_down(clock: Clock) -> None:
    following = ProgressTracker(clock)
    wait = Wait(10.0, Cause.NEXT_LOOK, status_check("1 job"), BudgetLeft(1000, 5, 100.0))
    following.run(progress(budget=wait.budget))
    following.wait(wait)
    clock.time += 4
    outlook = following.outlook()
    assert outlook.waiting is not None
    assert outlook.waiting.seconds == 6.0
    assert outlook.budget is not None
    assert (outlook.budget.remaining, outlook.budget.resets_in) == (5, 96.0)
    clock.time += 6
    assert following.outlook().waiting is None
    clock.time += 100
    assert following.outlook().budget is None


def test_speed_and_end_follow_from_what_has_come_since_it_is_watched(clock: Clock) -> None:
    following = ProgressTracker(clock)
    following.run(progress(done=50_000))
    assert (following.outlook().rate, following.outlook().left) == (None, None)
    clock.time += 10
    following.run(progress(done=51_000))
    assert (following.outlook().rate, following.outlook().left) == (100.0, 490.0)
    assert following.outlook().elapsed == 10


def test_no_end_is_estimated_while_it_waits_for_the_result_of_a_lost_submission(clock: Clock) -> None:
    following = ProgressTracker(clock)
    following.run(progress(done=50_000))
    clock.time += 10
    following.run(progress(done=51_000))
    following.wait(Wait(22, Cause.SETTLING, "to find out whether a submission started a job"))
    assert (following.outlook().rate, following.outlook().left) == (100.0, None)
    following.wait(Wait(5, Cause.NEXT_LOOK, status_check("1 job")))
    assert following.outlook().left == 490.0


@pytest.mark.parametrize(("jobs", "shown"), [(BARS, BARS), (BARS + 1, 0)])
def test_many_jobs_are_waited_for_behind_one_bar(clock: Clock, jobs: int, shown: int) -> None:
    following = ProgressTracker(clock)
    following.expect(jobs)
    for number in range(jobs):
        following.job(Job(str(number)))
        following.job(Job(str(number), state="RUNNING"))
    following.totals(Totals(jobs, finished=3, lost=1, total_files=10, completed_files=4, failed_files=1))
    outlook = following.outlook()
    assert [job.state for job in outlook.jobs] == ["RUNNING"] * shown
    assert (outlook.total, outlook.done, outlook.failed, outlook.ended) == (10, 4, 1, 5)
    assert (outlook.jobs_total, outlook.jobs_ended, outlook.jobs_running, outlook.lost) == (jobs, 3, jobs - 4, 1)


# In a pipe


def test_a_run_of_a_hundred_thousand_files_is_told_in_a_few_lines(clock: Clock) -> None:
    following, written = ProgressTracker(clock), list[str]()
    following.show_on(Lines(following, written.append, clock))
    # A thousand jobs in six minutes, with a pause after each.
    for job in range(1000):
        following.run(progress(done=job * 100))
        wait = Wait(1.2, Cause.RATE_LIMIT, "to stay within the rate limit")
        following.wait(wait)
        clock.time += 0.36
    assert len([text for text in written if "files done" in text]) == 360 // EVERY - 1
    assert len([text for text in written if text.startswith("Waiting")]) == 360 // REMINDER
    assert len(written) < 20


def test_listing_with_a_short_budget_is_told_in_a_few_lines_and_never_one_for_each_request(clock: Clock) -> None:
    following, written = ProgressTracker(clock), list[str]()
    following.show_on(Lines(following, written.append, clock))
    following.lists("Listing")
    for number in range(1, 301):
        following.requested(number)
        following.wait(Wait(1.0, Cause.RATE_LIMIT, "to stay within the rate limit"))
        clock.time += 1.0
    waits = [text for text in written if text == "Waiting 1 s to stay within the rate limit."]
    assert len(waits) == 300 // REMINDER
    assert [text for text in written if text not in waits] == [
        f"Listing: {30 * place + 1:,} requests so far." for place in range(1, 10)
    ]


def test_nothing_is_told_while_nothing_has_changed(clock: Clock) -> None:
    following, written = ProgressTracker(clock), list[str]()
    following.show_on(Lines(following, written.append, clock))
    following.run(progress())
    clock.time += 10 * EVERY
    assert written == []


def test_the_first_failure_is_told_at_once_and_no_other(clock: Clock) -> None:
    following, written = ProgressTracker(clock), list[str]()
    following.show_on(Lines(following, written.append, clock))
    for failed in (0, 3, 4, 5):
        clock.time += 1
        following.run(progress(done=1000, failed=failed))
    assert len(written) == 1
    assert written[0].startswith("1,000 of 100,000 files done, 3 failed; 10 of 1,000 jobs ended, 3 running; ")


def test_failures_at_the_end_are_left_to_the_report(clock: Clock) -> None:
    following, written = ProgressTracker(clock), list[str]()
    following.show_on(Lines(following, written.append, clock))
    following.run(progress(done=99, failed=1, rows=100))
    assert written == []


def test_short_pauses_and_those_for_the_next_status_check_are_not_told(clock: Clock) -> None:
    following, written = ProgressTracker(clock), list[str]()
    following.show_on(Lines(following, written.append, clock))
    for wait in (Wait(15, Cause.NEXT_LOOK, status_check("9 jobs")), Wait(0.5, Cause.RETRY, "HTTP 500")):
        following.wait(wait)
    assert written == []
    following.wait(Wait(4, Cause.RETRY, "HTTP 500"))
    assert written == ["Trying again in 4 s: HTTP 500."]


def test_a_line_says_how_far_it_is() -> None:
    assert line(BUSY) == (
        "1,190 of 2,500 files done, 8 failed, 2 unclear; 12 of 25 jobs ended, 5 running; 41 files/s, about 32 s left."
    )
    assert line(Snapshot(jobs_total=2, jobs_running=1, lost=1)) == (
        "0 files done, 0 failed; 0 of 2 jobs ended, 1 running, 1 not found."
    )
