"""Calls that only read: tried again while it is worth it and in time, and what is raised in the end."""

from __future__ import annotations

import gzip
from typing import Any

import httpx
import pytest

from sbg_bulk import (
    ApiError,
    BadRequest,
    Conflict,
    ConnectionFailed,
    Forbidden,
    Maintenance,
    NotFound,
    RateLimited,
    Redirected,
    Retry,
    SbgBulkError,
    ServerError,
    Unauthorized,
    UnreadableAnswer,
)
from sbg_bulk.api.advice import GENERAL
from tests.support import samples
from tests.support.clients import perform
from tests.support.samples import FILES
from tests.support.scripts import Answer, broken, ok, raw, refusal

FINE = ok(samples.user())
DATE = "Wed, 20 Feb 2019 12:03:50 GMT"
UNIX = 1550664230

FIRST_PAUSE = (0.375, 0.5)
"""Seconds of the first pause by back-off alone, jitter included."""

TEMPORARY: dict[str, tuple[Answer, type[SbgBulkError]]] = {
    "rate limit": (refusal(429, 1000, "Too many requests."), RateLimited),
    "rate limit without a body": (raw(429), RateLimited),
    "maintenance": (refusal(503, 0, "Down."), Maintenance),
    "503 of a load balancer": (raw(503, b"<html>no backend</html>"), ServerError),
    "500": (refusal(500, 10220, "Unexpected."), ServerError),
    "502 with a page": (raw(502, b"<html>Bad gateway</html>"), ServerError),
    "502 without a body": (raw(502), ServerError),
    "504": (raw(504, b"{"), ServerError),
    "520, which Python has no name for": (raw(520, b"error code: 520"), ServerError),
    "408": (raw(408), BadRequest),
    "403 with a page": (raw(403, b"<html>Forbidden</html>"), UnreadableAnswer),
    "404 with a page": (raw(404, b"<html>Not found</html>"), UnreadableAnswer),
    "404 without a body": (raw(404), UnreadableAnswer),
    "404 with a list": (ok([], 404), UnreadableAnswer),
    "a page instead of JSON": (raw(200, b"<html>Please log in</html>"), UnreadableAnswer),
    "torn JSON": (raw(200, b'{"username": "rfr'), UnreadableAnswer),
    "no body": (raw(200), UnreadableAnswer),
    "204": (raw(204), UnreadableAnswer),
    "a list": (ok([samples.user()]), UnreadableAnswer),
    "null": (ok(None), UnreadableAnswer),
    "a text": (ok("fine"), UnreadableAnswer),
    "JSON too deep to read": (raw(200, b"[" * 100_000 + b"]" * 100_000), UnreadableAnswer),
    "a number too long to read": (raw(200, b'{"username": ' + b"9" * 5000 + b"}"), UnreadableAnswer),
    "bytes that are no text": (raw(200, b'{"username": "\xff\xfe"}'), UnreadableAnswer),
    "no connection": (broken(httpx.ConnectError), ConnectionFailed),
    "no connection in time": (broken(httpx.ConnectTimeout), ConnectionFailed),
    "a proxy that fails": (broken(httpx.ProxyError), ConnectionFailed),
    "broken while reading": (broken(httpx.ReadError), ConnectionFailed),
    "broken while writing": (broken(httpx.WriteError), ConnectionFailed),
    "no answer in time": (broken(httpx.ReadTimeout), ConnectionFailed),
    "closed without an answer": (broken(httpx.RemoteProtocolError), ConnectionFailed),
    "broken in the body": (raw(200, b'{"user', broken=httpx.RemoteProtocolError), ConnectionFailed),
    "bad compression": (raw(200, b"no gzip", {"Content-Encoding": "gzip"}), ConnectionFailed),
    "torn compression": (raw(200, gzip.compress(b"{}" * 90)[:20], {"Content-Encoding": "gzip"}), UnreadableAnswer),
}

FINAL: dict[str, tuple[Answer, type[SbgBulkError]]] = {
    "400": (refusal(400, 3006, "Project id is empty."), BadRequest),
    "401": (refusal(401, 90001, "Unauthorized."), Unauthorized),
    "401 without a body": (raw(401), Unauthorized),
    "403": (refusal(403, 3001, "No access."), Forbidden),
    "403 without a code": (ok({"status": 403, "message": "No access."}, 403), Forbidden),
    "404": (refusal(404, 10212, "Not found."), NotFound),
    "404 without a code": (ok({"status": 404, "message": "Not found."}, 404), NotFound),
    "405": (refusal(405, 90006), BadRequest),
    "409": (refusal(409, 5003, "Exists."), Conflict),
    "418 without a body": (raw(418), BadRequest),
    "501": (refusal(501, 90010, "Not implemented."), ServerError),
    "501 with a page": (raw(501, b"<html>Not implemented</html>"), ServerError),
    "302": (raw(302, headers={"Location": "https://elsewhere.example.org/v2/user"}), Redirected),
}


@pytest.mark.parametrize("answer", [answer for answer, _ in TEMPORARY.values()], ids=TEMPORARY)
def test_a_read_is_tried_again_after_a_passing_fault(answer: Answer) -> None:
    outcome = perform([answer, FINE], "user")
    assert outcome.value.username == "rfranklin"
    assert len(outcome.requests) == 2
    assert outcome.requests[0] == outcome.requests[1]
    (pause,) = outcome.slept
    assert FIRST_PAUSE[0] <= pause <= FIRST_PAUSE[1]


@pytest.mark.parametrize(("answer", "kind"), TEMPORARY.values(), ids=TEMPORARY)
def test_a_fault_that_stays_is_raised_when_the_time_is_up(answer: Answer, kind: type[SbgBulkError]) -> None:
    outcome = perform([], "user", then=answer, retry=Retry(within=20))
    assert type(outcome.error) is kind
    assert len(outcome.requests) == len(outcome.slept) + 1 > 4
    assert sum(outcome.slept) <= 20


@pytest.mark.parametrize(("answer", "kind"), TEMPORARY.values(), ids=TEMPORARY)
def test_without_time_for_retries_there_is_one_request(answer: Answer, kind: type[SbgBulkError]) -> None:
    outcome = perform([answer], "user", retry=Retry(within=0))
    assert type(outcome.error) is kind
    assert outcome.slept == []


@pytest.mark.parametrize(("answer", "kind"), FINAL.values(), ids=FINAL)
def test_a_plain_error_is_raised_at_once(answer: Answer, kind: type[SbgBulkError]) -> None:
    outcome = perform([answer], "user")
    assert type(outcome.error) is kind
    assert outcome.slept == []


def test_sound_json_of_another_kind_is_asked_for_a_few_times_only_unless_there_is_no_deadline() -> None:
    other = ok({"state": "FINISHED"})
    outcome = perform([], "files_page", "a/b", then=other)
    assert isinstance(outcome.error, UnreadableAnswer)
    assert len(outcome.requests) == 5
    patient = perform([*[other] * 9, samples.page([])], "files_page", "a/b", retry=Retry(within=float("inf")))
    assert len(patient.requests) == 10


def test_the_deadline_is_checked_before_sleeping() -> None:
    # 0.5 + 1 + 2 + 4 less the jitter fit in 8 seconds; the next 8 would not.
    outcome = perform([], "user", then=raw(500), retry=Retry(within=8))
    assert len(outcome.slept) == 4


def test_the_time_that_requests_take_counts() -> None:
    outcome = perform([], "user", then=broken(httpx.ReadTimeout), takes=60, retry=Retry(within=150))
    assert len(outcome.requests) == 3


def test_pauses_double_up_to_the_longest() -> None:
    outcome = perform([raw(500)] * 10, "user", then=FINE, retry=Retry(first=1, longest=20))
    fulls = [1, 2, 4, 8, 16, 20, 20, 20, 20, 20]
    assert all(0.75 * full <= pause <= full for pause, full in zip(outcome.slept, fulls, strict=True))


@pytest.mark.parametrize(
    ("status", "headers", "pause"),
    [
        (429, {"X-RateLimit-Reset": str(UNIX + 120), "Date": DATE}, 121),
        (429, {"X-RateLimit-Reset": f"{UNIX + 120}.5", "Date": DATE}, 121.5),
        (429, {"X-RateLimit-Reset": str(UNIX + 1), "Date": DATE}, 2),
        (429, {"Retry-After": "17"}, 17),
        (429, {"Retry-After": "17", "X-RateLimit-Reset": str(UNIX + 120), "Date": DATE}, 17),
        (429, {"Retry-After": "Wed, 20 Feb 2019 12:05:00 GMT", "Date": DATE}, 70),
        (503, {"Retry-After": "40"}, 40),
        (500, {"Retry-After": "3"}, 3),
    ],
)
def test_a_pause_that_the_server_asks_for_is_kept(status: int, headers: dict[str, str], pause: float) -> None:
    outcome = perform([refusal(status, headers=headers), FINE], "user")
    assert outcome.slept == [pause]


@pytest.mark.parametrize(
    "headers",
    [
        {"X-RateLimit-Reset": str(UNIX + 120)},
        {"X-RateLimit-Reset": str(UNIX + 120), "Date": "yesterday"},
        *(
            {"X-RateLimit-Reset": reset, "Date": DATE}
            for reset in ("NaN", "inf", "-inf", "1e999", "soon", "", "-5", "0", str(UNIX - 3600), str(UNIX + 31536000))
        ),
        *({"Retry-After": after} for after in ("NaN", "inf", "-1", "later", "", "86401", "9" * 400)),
        {"Retry-After": "Wed, 20 Feb 2019 12:00:00 GMT", "Date": DATE},
        {"Retry-After": "Wed, 20 Feb 2019 12:05:00 GMT"},
        {"Retry-After": "0"},
        {"X-RateLimit-Reset": str(UNIX - 1), "Date": DATE},
    ],
    ids=str,
)
def test_an_absurd_or_empty_request_for_a_pause_is_answered_by_back_off(headers: dict[str, str]) -> None:
    outcome = perform([refusal(429, 1000, headers=headers), FINE], "user")
    (pause,) = outcome.slept
    assert FIRST_PAUSE[0] <= pause <= FIRST_PAUSE[1]


def test_a_server_that_asks_for_no_pause_is_not_hammered() -> None:
    outcome = perform([], "user", then=refusal(503, headers={"Retry-After": "0"}), retry=Retry(within=60))
    assert len(outcome.requests) < 10


def test_a_pause_that_would_pass_the_deadline_is_not_begun() -> None:
    outcome = perform([refusal(429, headers={"Retry-After": "300"})], "user", retry=Retry(within=299))
    assert type(outcome.error) is RateLimited
    assert outcome.slept == []


def test_an_error_tells_what_the_server_said() -> None:
    body = {"status": 403, "code": 3001, "message": "No access to the project", "more_info": "http://docs.example.org"}
    error = perform([ok(body, 403, {"X-Request-Id": "f00d"})], "user").error
    assert isinstance(error, ApiError)
    assert (error.operation, error.status, error.code) == ("get_user", 403, 3001)
    assert (error.api_message, error.more_info, error.request_id) == (body["message"], body["more_info"], "f00d")
    assert str(error) == (
        "You do not have permission for this: No access to the project. Ask an administrator of the project for "
        "permission to read, copy or write. http://docs.example.org [HTTP 403, code 3001, request f00d, get_user]"
    )


def test_an_error_that_says_nothing_still_reads_well() -> None:
    assert str(perform([raw(400)], "user").error) == "The server rejected the request. [HTTP 400, get_user]"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"code": "90001"}, 90001),
        ({"code": None, "message": None, "more_info": None, "status": None}, None),
        ({"code": {"a": 1}, "message": ["no"], "status": "x"}, None),
        ({"error": "something else"}, None),
        ([1], None),
        ("no", None),
        (None, None),
    ],
    ids=str,
)
def test_the_status_counts_whatever_the_body_is(body: Any, code: int | None) -> None:
    error = perform([ok(body, 401)], "user").error
    assert isinstance(error, Unauthorized)
    assert error.code == code


@pytest.mark.parametrize("code", ["0", 0, 0.0])
def test_maintenance_is_known_by_its_code(code: Any) -> None:
    outcome = perform([ok({"code": code}, 503)], "user", retry=Retry(within=0))
    assert type(outcome.error) is Maintenance


def test_the_transports_error_is_the_cause() -> None:
    error = perform([], "file", FILES[0], then=broken(httpx.ConnectError), retry=Retry(within=1)).error
    assert isinstance(error, ConnectionFailed)
    assert isinstance(error.__cause__, httpx.ConnectError)
    assert str(error) == f"{GENERAL.format('HTTPS_PROXY')} [ConnectError: failed on purpose, 2 attempts, get_file]"


@pytest.mark.parametrize("answer", [answer for answer, _ in TEMPORARY.values()], ids=TEMPORARY)
@pytest.mark.parametrize(
    ("method", "args", "good"),
    [
        ("jobs_page", (), samples.page([])),
        ("job", (samples.job()["href"],), ok(samples.job())),
        ("wait", (samples.job()["href"],), ok(samples.job())),
        ("files_page", ("a/b",), samples.page([])),
        ("file", (FILES[0],), ok(samples.file())),
        ("project", ("a/b",), ok(samples.project())),
        ("rate_limit", (), ok(samples.rate_limit())),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_reading_method_survives_every_passing_fault(
    method: str, args: tuple[Any, ...], good: Answer, answer: Answer
) -> None:
    outcome = perform([answer, good], method, *args)
    assert outcome.raised is None
    assert len(outcome.requests) == 2
