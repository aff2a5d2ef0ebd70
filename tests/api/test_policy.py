"""The decisions as pure functions: within their bounds, whatever they are given."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from email.utils import format_datetime

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sbg_bulk import Polling, Retry
from sbg_bulk.api.advice import verdict_on_error
from sbg_bulk.api.retry import Verdict, asked_pause, may_repeat, verdict_on_status
from sbg_bulk.limits import RATE_LIMIT_WINDOW

SECONDS = st.floats(0.001, 1e6)
JITTER = st.floats(0, 1, exclude_max=True)
HEADER = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40)
NUMBER = st.integers().map(str) | st.floats().map(str)
MOMENT = st.datetimes(datetime(1970, 1, 2), datetime(2999, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive
DATE = MOMENT.map(lambda moment: format_datetime(moment, usegmt=True))


@given(first=SECONDS, longest=SECONDS, attempt=st.integers(1, 10_000), jitter=JITTER)
def test_a_pause_between_attempts_is_within_its_bounds(
    first: float, longest: float, attempt: int, jitter: float
) -> None:
    retry = Retry(first=first, longest=longest)
    pause = retry.pause(attempt, lambda: jitter)
    assert 0.75 * min(first, longest) <= pause <= longest
    assert pause <= retry.pause(attempt + 1, lambda: jitter)
    assert pause <= retry.pause(attempt, lambda: 0.0)


@given(first=SECONDS, longest=SECONDS, age=st.floats(0, 1e8), left=st.none() | st.floats(1e-9, 1e8))
def test_a_pause_between_looks_is_within_its_bounds(
    first: float, longest: float, age: float, left: float | None
) -> None:
    pause = Polling(first=first, longest=longest).pause(age, left)
    assert first <= pause <= max(first, 0.1 * age)
    if left is None:
        assert pause <= max(first, longest)
    else:
        assert pause <= max(first, left)


def test_an_hour_of_waiting_costs_a_quarter_of_one_window() -> None:
    time, looks = 0.0, 1
    while (time := time + 0.95 * Polling().pause(time)) < 3600:
        looks += 1
    assert 230 <= looks <= 290


def test_an_hour_of_waiting_for_a_job_that_tells_its_end_costs_a_twelfth() -> None:
    time, looks = 0.0, 1
    while (time := time + 0.95 * Polling().pause(time, 3600 - time)) < 3600:
        looks += 1
    assert looks <= 83


@pytest.mark.parametrize(
    "wrong",
    [{"within": -1}, {"within": math.nan}, {"first": 0}, {"first": -1}, {"longest": 0}, {"longest": math.nan}],
    ids=str,
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Retry(**wrong)
    if "within" not in wrong:
        with pytest.raises(ValueError, match=next(iter(wrong))):
            Polling(**wrong)


@given(
    status=st.sampled_from([429, 503, 500, 404]),
    after=st.none() | HEADER | NUMBER | DATE,
    reset=st.none() | HEADER | NUMBER,
    date=st.none() | HEADER | DATE,
)
@example(429, None, "1550664230", "Wed, 20 Feb 2019 12:03:50 -0000")
@example(429, "Mon, 01 Jan 0001 00:00:00 GMT", None, "Mon, 01 Jan 0001 00:00:00 -0000")
@example(429, "Wed, 20 Feb 2019 12:03:50 +9999999999", None, "Wed, 20 Feb 2019 12:03:50 GMT")
@example(429, " , ", ",", "(")
def test_a_pause_asked_for_is_none_or_sane_whatever_the_headers_say(
    status: int, after: str | None, reset: str | None, date: str | None
) -> None:
    given = {"Retry-After": after, "X-RateLimit-Reset": reset, "Date": date}
    headers = {name: value for name, value in given.items() if value is not None}
    pause = asked_pause(status, headers)
    assert pause is None or 0 <= pause <= 86_400
    if after is None:
        assert pause is None or (status == 429 and pause <= 2 * RATE_LIMIT_WINDOW + 1)


@given(moment=MOMENT, left=st.integers(0, 600))
def test_the_window_is_waited_for_by_the_servers_own_clock(moment: datetime, left: int) -> None:
    second = moment.replace(microsecond=0)
    date = format_datetime(second, usegmt=True)
    reset = int(second.timestamp()) + left
    assert asked_pause(429, {"X-RateLimit-Reset": str(reset), "Date": date}) == left + 1
    assert asked_pause(503, {"X-RateLimit-Reset": str(reset), "Date": date}) is None


@given(status=st.integers(100, 599), code=st.none() | st.integers())
def test_a_verdict_on_a_status(status: int, code: int | None) -> None:
    verdict = verdict_on_status(status, code)
    assert (verdict is Verdict.DONE) == (200 <= status < 300)
    if status >= 500:
        assert verdict is (Verdict.REFUSED if (status, code) == (503, 0) else Verdict.UNCERTAIN)
    if status < 500 and status not in (408, 429):
        assert verdict in (Verdict.DONE, Verdict.FINAL)


def transport_errors(kind: type[httpx.RequestError] = httpx.RequestError) -> list[type[httpx.RequestError]]:
    return [kind, *(error for inner in kind.__subclasses__() for error in transport_errors(inner))]


@pytest.mark.parametrize("kind", transport_errors())
def test_only_what_was_certainly_not_sent_may_be_submitted_again(kind: type[httpx.RequestError]) -> None:
    verdict = verdict_on_error(kind("made up"))
    never_sent = {"ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError"}
    assert (verdict is Verdict.REFUSED) == (kind.__name__ in never_sent)
    assert verdict is not Verdict.DONE


def test_may_repeat() -> None:
    table = {
        (verdict, repeatable): may_repeat(verdict, repeatable=repeatable)
        for verdict in Verdict
        for repeatable in (True, False)
    }
    assert {key for key, may in table.items() if may} == {
        (Verdict.REFUSED, True),
        (Verdict.REFUSED, False),
        (Verdict.UNCERTAIN, True),
    }
