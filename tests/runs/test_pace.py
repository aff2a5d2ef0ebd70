"""The budget of requests is kept from the server's own headers, before the server has to refuse."""

from __future__ import annotations

import math
import signal
from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sbg_bulk import Cause, Maintenance, RateLimited, Retry, RunOptions, Wait
from sbg_bulk.api.pace import Budget, Meter, Pace, budget_of
from sbg_bulk.api.steps import Sleep
from sbg_bulk.simulator import Timing
from tests.support.runs import TARGET, Service, outcomes, table

START = datetime(2019, 2, 20, 12, 0, 0, tzinfo=UTC)
DATE = format_datetime(START, usegmt=True)
NOW = int(START.timestamp())


def headers(limit: Any = 1000, remaining: Any = 500, reset: Any = NOW + 100, date: Any = DATE) -> dict[str, str]:
    given = {
        "X-RateLimit-Limit": limit,
        "X-RateLimit-Remaining": remaining,
        "X-RateLimit-Reset": reset,
        "Date": date,
    }
    return {name: str(value) for name, value in given.items() if value is not None}


def test_a_budget_is_read_by_the_servers_own_clock() -> None:
    assert budget_of(headers(), 5.0) == Budget(1000, 500, 106.0)
    assert budget_of(headers(remaining=2000), 5.0) == Budget(1000, 1000, 106.0)


@pytest.mark.parametrize(
    "absurd",
    [
        {"limit": None}, {"remaining": None}, {"reset": None}, {"date": None},
        {"limit": 0}, {"limit": "nan"}, {"limit": "many"}, {"limit": ""},
        {"remaining": -1}, {"remaining": "inf"}, {"remaining": "-"},
        {"reset": NOW - 5}, {"reset": NOW + 86_400 * 365}, {"reset": "nan"}, {"reset": 0},
        {"date": "yesterday"}, {"date": ""}, {"date": "Wed, 99 Feb 2019 12:00:00 GMT"},
    ],
    ids=str,
)  # fmt: skip
def test_headers_that_make_no_sense_are_no_budget(absurd: dict[str, Any]) -> None:
    assert budget_of(headers(**absurd), 5.0) is None
    meter = Meter()
    meter.observe(headers(), 5.0)
    meter.observe(headers(**absurd), 6.0)
    assert meter.budget == Budget(1000, 500, 106.0)


VALUES = st.none() | st.integers() | st.floats() | st.text(st.characters(min_codepoint=32, max_codepoint=126))
DATES = st.just(DATE) | st.datetimes().map(lambda moment: format_datetime(moment)) | st.text()


@given(VALUES, VALUES, VALUES, DATES, st.floats(0, 1e9), st.floats(0, 1e6), st.integers(0, 5000))
def test_whatever_the_headers_say_the_pause_is_a_time_that_ends(
    limit: object, remaining: object, reset: object, date: str, received: float, later: float, reserve: int
) -> None:
    meter = Meter(Pace(reserve))
    meter.observe(headers(limit, remaining, reset, date), received)
    pause = meter.pause(received + later)
    assert 0 <= pause <= 602
    assert meter.server_time is None or math.isfinite(meter.server_time)


BUDGETS = st.builds(lambda limit, part, ends: Budget(limit, int(limit * part), ends), st.integers(1, 2000), st.floats(0, 1), st.floats(0, 600))  # fmt: skip  # noqa: E501


@given(BUDGETS, st.integers(0, 3000), st.floats(0, 600))
def test_a_pause_never_lasts_longer_than_its_window_and_the_reserve_is_left_alone(
    budget: Budget, reserve: int, now: float
) -> None:
    pause = Pace(reserve).pause(budget, now)
    assert 0 <= pause <= max(0.0, budget.ends - now)
    if now < budget.ends and budget.remaining <= min(reserve, budget.limit - 1):
        assert now + pause == pytest.approx(budget.ends)


def test_the_last_tenth_is_spread_over_what_is_left_of_the_window() -> None:
    assert Pace().pause(Budget(100, 11, 300.0), 0.0) == 0
    now, sent = 0.0, 0
    for remaining in range(10, 0, -1):
        now, sent = now + Pace().pause(Budget(100, remaining, 300.0), now), sent + 1
        assert now == pytest.approx(300 * sent / 11)
    assert now + Pace().pause(Budget(100, 0, 300.0), now) == pytest.approx(300)


def test_the_last_tenth_is_not_spread_if_it_suffices_for_all_that_is_to_come() -> None:
    budget = Budget(100, 10, 300.0)
    assert Pace().pause(budget, 0.0, to_come=10) == 0
    assert Pace().pause(budget, 0.0, to_come=11) > 0
    assert Pace(1).pause(budget, 0.0, to_come=10) > 0
    assert Pace(10).pause(budget, 0.0, to_come=0) == 300


@given(st.integers(1, 50), st.floats(0, 1), st.integers(0, 60), st.integers(0, 500), st.booleans())
def test_to_spare_is_what_does_not_put_the_last_request_off_to_a_later_window(
    limit: int, part: float, reserve: int, to_come: int, over: bool
) -> None:
    budget = Budget(limit, int(limit * part), 300.0)
    pace = Pace(reserve)
    now = 301.0 if over else 0.0

    def windows(requests: int) -> int:
        used, left = 1, limit if over else budget.remaining
        for _ in range(requests):
            while left - min(reserve, limit - 1) <= 0:
                used, left = used + 1, limit
            left -= 1
        return used

    spare = int(pace.spare(budget, now, to_come))
    assert windows(to_come + spare) == windows(to_come)
    assert windows(to_come + spare + 1) > windows(to_come)


def test_without_a_budget_there_is_no_telling_what_is_to_spare() -> None:
    assert Pace().spare(None, 0.0, 5) == math.inf


def test_nothing_is_held_back_without_a_budget_or_after_its_window() -> None:
    assert Pace().pause(None, 5.0) == 0
    assert Pace().pause(Budget(10, 0, 5.0), 5.0) == 0


def test_a_reserve_as_large_as_the_limit_still_lets_a_request_through() -> None:
    assert Pace(1000).pause(Budget(10, 10, 50.0), 0.0) < 50


def test_a_date_far_ahead_is_not_believed_and_one_behind_does_no_harm() -> None:
    meter = Meter()
    meter.observe(headers(), 100.0)
    meter.observe(headers(date="Wed, 20 Feb 2030 12:00:00 GMT"), 110.0)
    assert meter.server_time == NOW + 12
    meter.observe(headers(date="Wed, 20 Feb 2019 12:00:20 GMT"), 120.0)
    assert meter.server_time == NOW + 20
    meter.observe(headers(date="Wed, 20 Feb 2019 11:00:00 GMT"), 121.0)
    assert meter.server_time == NOW - 3600


def test_a_job_that_starts_before_the_date_corrects_it() -> None:
    meter = Meter()
    meter.started(START)
    assert meter.server_time is None
    meter.observe(headers(date="Wed, 20 Feb 2030 12:00:00 GMT"), 100.0)
    meter.started(START)
    assert meter.server_time == NOW
    meter.observe(headers(date="Wed, 20 Feb 2030 12:00:00 GMT"), 101.0)
    assert meter.server_time == NOW + 3


# Whole runs


@pytest.mark.parametrize("limit", [(5, 60.0), (20, 300.0), (60, 300.0)])
def test_a_run_alone_is_never_refused(tmp_path: Path, limit: tuple[int, float]) -> None:
    service = Service(120, rate_limit=limit)
    told: list[Wait] = []
    report = service.client().run(
        "copy",
        service.manifest(project=TARGET),
        journal=tmp_path / "j",
        items_per_job=2,
        on_wait=told.append,
    )
    assert report.succeeded
    assert not service.refusals
    assert any(wait.cause is Cause.RATE_LIMIT for wait in told)


@pytest.mark.parametrize(("jobs", "windows"), [(20, 1), (21, 2), (40, 2), (59, 3)])
def test_submissions_that_fill_their_windows_need_no_further_one(tmp_path: Path, jobs: int, windows: int) -> None:
    service = Service(jobs, rate_limit=(20, 300.0), timing=Timing(1, 1, 58))
    began = service.clock.now()
    manifest = service.manifest(project=TARGET)
    options = RunOptions(jobs_in_flight=1000)
    assert service.client().run("copy", manifest, journal=tmp_path / "j", items_per_job=1, options=options).succeeded
    last = max(one.time for one in service.submissions)
    assert last - began <= (windows - 1) * 302
    assert not service.refusals


def test_a_reserve_is_left_in_every_window(tmp_path: Path) -> None:
    service = Service(120, rate_limit=(30, 300.0))
    report = service.client().run(
        "copy",
        service.manifest(project=TARGET),
        journal=tmp_path / "j",
        items_per_job=2,
        options=RunOptions(reserve=12),
    )
    assert report.succeeded
    charged = [one.time for one in service.simulator.requests if one.operation != "get_rate_limit"]
    while charged:
        window = [time for time in charged if time < charged[0] + 300]
        assert len(window) <= 18
        charged = charged[len(window) :]


@pytest.mark.usefixtures("no_ctrl_c")
def test_two_runs_on_one_token_share_its_budget_and_both_finish(tmp_path: Path) -> None:
    service = Service(100, rate_limit=(20, 300.0))
    halves = service.files[:50], service.files[50:]
    # Two processes on one clock: whoever's pause ends first goes on.
    running: dict[int, Generator[float, None, bool]] = {
        number: _steps(service, halves[number], tmp_path / f"{number}") for number in range(2)
    }
    due = dict.fromkeys(running, service.clock.now())
    while due:
        number = min(due, key=lambda one: (due[one], one))
        service.clock.advance(max(0.0, due[number] - service.clock.now()))
        try:
            due[number] = service.clock.now() + next(running[number])
        except StopIteration as stop:
            assert stop.value
            del due[number]
    assert len(service.copies()) == 100
    # Each learns what the other has spent only with its own next request.
    assert len(service.refusals) <= 4


@pytest.fixture
def no_ctrl_c() -> Iterator[None]:
    """Two processes have a handler each; what plays both in one has none."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGINT, before)


def _steps(service: Service, files: list[str], path: Path) -> Generator[float, None, bool]:
    """A run that hands out its pauses, and hands over to the other after each request."""
    from sbg_bulk.api.drivers.base import Done, StepOutcome, advance

    client = service.client()
    runs = client._runs
    where = runs.where("COPY", None, None, None, False)
    with runs.read("copy", table(files, project=TARGET), where, None, path, 2).begin() as journal:
        flow = runs.execute(journal, None, None, None, None)
        outcome = StepOutcome()
        while not isinstance(step := advance(flow, outcome), Done):
            if isinstance(step, Sleep):
                yield step.seconds
                outcome = StepOutcome()
            else:
                outcome = client._driver._attempt(step)
                yield 0.01
        return step.value.succeeded


REFUSALS = {
    "kind=429 op=* times=5 seconds=60": "HTTP 429, API code 1000",
    "kind=maintenance op=* times=5": "HTTP 503, API code 0",
    "kind=maintenance op=* times=5 retry_after=3600": "HTTP 503, API code 0",
    "kind=cut_before op=* times=5 error=connect": "no connection (ConnectError: Connection refused)",
    "kind=cut_before op=* times=5": "no response (",
}


@pytest.mark.parametrize("fault", REFUSALS)
def test_what_passes_is_waited_out_for_as_long_as_it_takes_and_said_so(tmp_path: Path, fault: str) -> None:
    service = Service(6, faults=[fault])
    told: list[Wait] = []
    report = service.client().run(
        "copy",
        service.manifest(project=TARGET),
        journal=tmp_path / "j",
        items_per_job=2,
        on_wait=told.append,
    )
    assert report.succeeded
    assert len(service.submissions) >= 3
    assert any(REFUSALS[fault] in wait.reason for wait in told)
    assert all(wait.seconds > 0 for wait in told)


@pytest.mark.parametrize("fault", ["kind=429 op=submit_*", "kind=maintenance op=submit_*"])
def test_a_deadline_ends_the_run_which_can_be_resumed(tmp_path: Path, fault: str) -> None:
    service = Service(4, faults=[fault])
    with pytest.raises((RateLimited, Maintenance)):
        service.client().run("copy", service.manifest(project=TARGET), journal=tmp_path / "j", within=900)
    assert service.simulator.requests[-1].time - service.simulator.requests[0].time <= 900
    assert outcomes(tmp_path / "j") == ["open"] * 4
    service.simulator.disarm()
    assert service.client().resume(tmp_path / "j").succeeded
    assert len(service.copies()) == 4


@pytest.mark.parametrize("field", ["Date", "X-RateLimit-Reset", "X-RateLimit-Remaining"])
@pytest.mark.parametrize("value", ["", " value=nonsense", " value=-1", " value=99999999999999999999"])
def test_a_run_survives_headers_that_are_missing_or_absurd(tmp_path: Path, field: str, value: str) -> None:
    service = Service(20, faults=[f"kind=header op=* field={field}{value}"], rate_limit=(1000, 300.0))
    assert (
        service.client(retry=Retry(within=60))
        .run("copy", service.manifest(project=TARGET), journal=tmp_path / "j", items_per_job=2)
        .succeeded
    )
    assert len(service.copies()) == 20


def test_the_limits_headers_are_read_in_any_case() -> None:
    assert budget_of(httpx.Headers({key.lower(): value for key, value in headers().items()}), 5.0) is not None
