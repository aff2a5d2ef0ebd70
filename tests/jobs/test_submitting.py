"""A submission is carried out once or not at all, or it is said that nobody knows."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from sbg_bulk import (
    BadRequest,
    Conflict,
    ConnectionFailed,
    Forbidden,
    Maintenance,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Redirected,
    Retry,
    SbgBulkError,
    Unauthorized,
)
from tests.support import samples
from tests.support.clients import Outcome, perform
from tests.support.samples import FILES, page
from tests.support.scripts import Answer, broken, ok, raw, refusal

STARTED = ok(samples.job(state="SUBMITTED"), 202)

SUBMIT_CALLS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("copy", (FILES,), {"project": "a/b"}),
    ("move", (FILES,), {"parent": FILES[0]}),
    ("delete", (FILES,), {}),
]

REFUSALS: dict[str, tuple[Answer, type[SbgBulkError]]] = {
    "rate limit": (refusal(429, 1000), RateLimited),
    "rate limit without a body": (raw(429), RateLimited),
    "maintenance": (refusal(503, 0), Maintenance),
    "no connection": (broken(httpx.ConnectError), ConnectionFailed),
    "no connection in time": (broken(httpx.ConnectTimeout), ConnectionFailed),
    "no connection from the pool": (broken(httpx.PoolTimeout), ConnectionFailed),
    "a proxy that fails": (broken(httpx.ProxyError), ConnectionFailed),
}

UNCERTAIN: dict[str, tuple[Answer, str]] = {
    "500": (refusal(500, 10220), "HTTP 500, API code 10220"),
    "502": (raw(502, b"<html>"), "HTTP 502"),
    "503 with another code": (refusal(503, 90005), "HTTP 503, API code 90005"),
    "503 without a body": (raw(503), "HTTP 503"),
    "504": (raw(504), "HTTP 504"),
    "520": (raw(520), "HTTP 520"),
    "408": (raw(408), "HTTP 408"),
    "broken while reading": (broken(httpx.ReadError), "ReadError: failed on purpose"),
    "no answer in time": (broken(httpx.ReadTimeout), "ReadTimeout: failed on purpose"),
    "broken while writing": (broken(httpx.WriteError), "WriteError: failed on purpose"),
    "not written in time": (broken(httpx.WriteTimeout), "WriteTimeout: failed on purpose"),
    "closed without an answer": (broken(httpx.RemoteProtocolError), "RemoteProtocolError: failed on purpose"),
    "broken in the body": (raw(202, b'{"id": "12', broken=httpx.ReadError), "ReadError: broke off"),
    "bad compression": (raw(202, b"no", {"Content-Encoding": "gzip"}), "DecodingError"),
    "torn JSON": (raw(202, b'{"id": "12'), "the response cannot be read"),
    "no body": (raw(202), "the response cannot be read"),
    "a page": (raw(200, b"<html>Please log in"), "the response cannot be read"),
    "a list": (ok([samples.job()], 202), "the response cannot be read"),
    "no id": (ok({"state": "SUBMITTED"}, 202), "the response cannot be read"),
    "a null id": (ok(samples.job() | {"id": None}, 202), "the response cannot be read"),
}

FINAL: dict[str, tuple[Answer, type[SbgBulkError]]] = {
    "400": (refusal(400, 10231), BadRequest),
    "401": (refusal(401, 90001), Unauthorized),
    "403": (raw(403), Forbidden),
    "404": (refusal(404, 10225), NotFound),
    "409": (refusal(409, 90007), Conflict),
    "a request that httpx refuses to send": (broken(httpx.LocalProtocolError), ConnectionFailed),
    "302": (raw(302, headers={"Location": "/v2/login"}), Redirected),
}


def submit(answers: list[Answer], **settings: Any) -> Outcome:
    return perform(answers, "copy", FILES, project="a/b", **settings)


@pytest.mark.parametrize(("method", "args", "kwargs"), SUBMIT_CALLS, ids=["copy", "move", "delete"])
@pytest.mark.parametrize(("answer", "kind"), REFUSALS.values(), ids=REFUSALS)
def test_a_refused_submission_is_sent_again(
    method: str, args: tuple[Any, ...], kwargs: dict[str, Any], answer: Answer, kind: type[SbgBulkError]
) -> None:
    outcome = perform([answer, answer, STARTED], method, *args, **kwargs)
    assert outcome.value.state == "SUBMITTED"
    assert outcome.methods == ["POST", "POST", "POST"]
    assert outcome.requests[0] == outcome.requests[1] == outcome.requests[2]
    stopped = perform([], method, *args, then=answer, retry=Retry(within=5), **kwargs)
    assert type(stopped.error) is kind
    assert set(stopped.methods) == {"POST"}


@pytest.mark.parametrize(("method", "args", "kwargs"), SUBMIT_CALLS, ids=["copy", "move", "delete"])
@pytest.mark.parametrize(("answer", "why"), UNCERTAIN.values(), ids=UNCERTAIN)
def test_a_submission_that_may_have_arrived_is_never_sent_again(
    method: str, args: tuple[Any, ...], kwargs: dict[str, Any], answer: Answer, why: str
) -> None:
    outcome = perform([answer], method, *args, then=page([samples.job(type=method.upper())]), **kwargs)
    assert outcome.methods == ["POST", "GET"]
    error = outcome.error
    assert isinstance(error, OutcomeUnknown)
    assert str(error).startswith("It is unclear whether the request took effect. It was not sent again")
    assert str(error).endswith(f"[{error.why}, submit_{method}_job]")
    assert why in error.why
    assert [job.id for job in error.candidates or ()] == [samples.JOB_ID]
    assert samples.JOB_ID in str(error)
    assert isinstance(error.__cause__, SbgBulkError)


@pytest.mark.parametrize(("answer", "kind"), FINAL.values(), ids=FINAL)
def test_a_submission_that_is_wrong_is_neither_repeated_nor_looked_for(
    answer: Answer, kind: type[SbgBulkError]
) -> None:
    outcome = submit([answer])
    assert type(outcome.error) is kind
    assert outcome.methods == ["POST"]


@pytest.mark.parametrize("status", [200, 201, 202, 203, 204, 206, 299])
def test_any_status_of_success_with_a_job_in_it_will_do(status: int) -> None:
    assert submit([ok(samples.job(state="SUBMITTED"), status)]).value.id == samples.JOB_ID


def test_a_refusal_first_does_not_make_the_next_attempt_repeatable() -> None:
    outcome = submit([refusal(429), raw(500), page([])])
    assert isinstance(outcome.error, OutcomeUnknown)
    assert outcome.methods == ["POST", "POST", "GET"]


def test_the_candidates_are_the_newest_jobs_of_the_type_newest_first() -> None:
    listed = [
        samples.job("1", started_on="2027-01-01T12:00:00Z"),
        samples.job("2", started_on="2027-01-01T11:51:00Z"),
        samples.job("3", started_on="2027-01-01T11:49:59Z"),
        samples.job("4", "MOVE", started_on="2027-01-01T12:00:00Z"),
    ]
    more = [
        samples.job("5", started_on="2027-01-01T11:59:00Z"),
        samples.job("6", started_on=None, state="SUBMITTED"),
        samples.job("7", type="", started_on="2027-01-01T11:58:00Z"),
        "garbage",
    ]
    outcome = submit([broken(httpx.ReadTimeout), page(listed, next=4), page(more)])
    assert isinstance(outcome.error, OutcomeUnknown)
    assert [job.id for job in outcome.error.candidates or ()] == ["6", "1", "5", "7", "2"]


@pytest.mark.parametrize("date", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"])
def test_dates_at_the_edge_of_time_are_survived(date: str) -> None:
    outcome = submit([raw(500), page([samples.job(started_on=date)])])
    assert isinstance(outcome.error, OutcomeUnknown)
    assert outcome.error.candidates is not None


def test_no_candidates_is_not_the_same_as_no_list() -> None:
    nothing = submit([raw(500), page([])]).error
    assert isinstance(nothing, OutcomeUnknown)
    assert nothing.candidates == ()
    assert "No matching job is in the list yet" in str(nothing)
    for unreadable in (raw(500), refusal(401), raw(200, b"<html>"), broken(httpx.ConnectError), ok({"items": 5})):
        unknown = submit([raw(500)], then=unreadable, retry=Retry(within=5)).error
        assert isinstance(unknown, OutcomeUnknown)
        assert unknown.candidates is None
        assert "The list of jobs could not be read either" in str(unknown)


def test_a_list_whose_pages_do_not_fit_is_no_list() -> None:
    error = submit([raw(500), page([samples.job()], next=0)]).error
    assert isinstance(error, OutcomeUnknown)
    assert error.candidates is None


def test_many_candidates_are_named_in_part() -> None:
    error = submit([raw(500), page([samples.job(str(number)) for number in range(12)])]).error
    assert isinstance(error, OutcomeUnknown)
    assert len(error.candidates or ()) == 12
    assert "and 2 more" in str(error)


@pytest.mark.parametrize(("answer", "why"), UNCERTAIN.values(), ids=UNCERTAIN)
def test_a_folder_that_may_have_been_made_is_not_made_again(answer: Answer, why: str) -> None:
    outcome = perform([answer], "create_folder", "results", project="a/b")
    assert isinstance(outcome.error, OutcomeUnknown)
    assert outcome.error.candidates is None
    assert outcome.methods == ["POST"]
    assert str(outcome.error).endswith(f"[{outcome.error.why}, create_folder]")
    assert why in outcome.error.why
    assert "List a/b to see whether 'results' exists" in str(outcome.error)


def test_a_folder_that_is_refused_is_asked_for_again() -> None:
    outcome = perform([refusal(429), ok(samples.file(type="folder"))], "create_folder", "results", project="a/b")
    assert outcome.value.is_folder
    assert outcome.methods == ["POST", "POST"]
