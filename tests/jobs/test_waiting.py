"""Waiting for a job: until it is FINISHED, no longer than allowed, and never for another job."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from sbg_bulk import InputError, Job, JobLost, NotFound, Polling, Retry, ServerError, WaitTimeout
from tests.support import samples
from tests.support.clients import ENDPOINT, KINDS, Outcome, observe, perform
from tests.support.connect import Connect
from tests.support.samples import JOB_ID, page
from tests.support.scripts import Answer, Script, broken, ok, raw, refusal

DONE = ok(samples.job())


def under_way(state: str = "RUNNING", **changes: Any) -> Answer:
    return ok(samples.job(state=state, **changes))


def wait(answers: list[Answer], **kwargs: Any) -> Outcome:
    return perform(answers, "wait", JOB_ID, type="COPY", **kwargs)


def test_a_job_is_looked_at_until_it_is_finished() -> None:
    outcome = wait([under_way("SUBMITTED"), under_way("RESOLVING"), under_way(), under_way(), DONE])
    assert outcome.value.finished
    assert {request.path for request in outcome.requests} == {f"/v2/async/files/copy/{JOB_ID}"}
    assert len(outcome.slept) == 4
    assert all(0.9 <= pause <= 1 for pause in outcome.slept)


def test_a_finished_job_takes_one_look_and_no_sleep() -> None:
    outcome = wait([DONE], timeout=0)
    assert outcome.value.succeeded
    assert outcome.slept == []


def test_without_a_timeout_there_is_no_end() -> None:
    outcome = wait([under_way()] * 300 + [DONE])
    assert outcome.value.finished
    assert sum(outcome.slept) > 3600
    assert max(outcome.slept) <= Polling().longest


@pytest.mark.parametrize("state", ["PAUSED", "finished", "FINISHED ", "", None, 5, True, ["FINISHED"], {}])
def test_an_unknown_state_is_not_the_end(state: Any) -> None:
    outcome = wait([ok(samples.job() | {"state": state}), DONE])
    assert len(outcome.requests) == 2
    assert outcome.value.finished


def test_a_job_with_failures_is_returned_and_has_not_succeeded() -> None:
    job = wait([ok(samples.failed_job())]).value
    assert job.finished
    assert not job.succeeded
    (failure,) = job.failures
    assert (failure.error.status, failure.error.code, failure.error.message) == (403, 5001, "No access to the file.")
    assert not failure.ok


@pytest.mark.parametrize("changes", [{"failed_files": 1}, {"result": [{"error": "no"}]}, {"result": [{"error": {}}]}])
def test_counts_and_result_both_can_tell_that_something_failed(changes: dict[str, Any]) -> None:
    assert not wait([ok(samples.job(**changes))]).value.succeeded


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_told_what_has_changed_and_nothing_else(kind: Any) -> None:
    seen: list[tuple[str, int | None]] = []
    answers = [
        under_way("SUBMITTED"),
        under_way("SUBMITTED"),
        under_way("RUNNING"),
        under_way("RUNNING", completed_files=1),
        under_way("RUNNING", completed_files=1, href="elsewhere"),
        under_way("RUNNING", completed_files=2),
        DONE,
    ]
    observe(
        kind, answers, "wait", JOB_ID, type="COPY", on_change=lambda job: seen.append((job.state, job.completed_files))
    )
    assert seen == [("SUBMITTED", 0), ("RUNNING", 0), ("RUNNING", 1), ("RUNNING", 2), ("FINISHED", 3)]


@pytest.mark.parametrize("error", [ValueError("mine"), httpx.ReadError("mine"), KeyboardInterrupt("mine")], ids=repr)
def test_what_the_callback_raises_ends_the_wait_as_it_is(connect: Connect, error: BaseException) -> None:
    script = Script([under_way(), ok(samples.user())])
    harness = connect(script)

    def refuse(_: Job) -> None:
        raise error

    with pytest.raises(type(error)) as caught:
        harness.call("wait", JOB_ID, type="COPY", on_change=refuse)
    assert caught.value is error
    assert harness.clock.pauses == []
    assert harness.call("user").username == "rfranklin"


def test_timeout_0_is_one_look() -> None:
    outcome = wait([under_way()], timeout=0)
    assert isinstance(outcome.error, WaitTimeout)
    assert outcome.error.job.state == "RUNNING"
    assert outcome.slept == []


@pytest.mark.parametrize("timeout", [0.5, 1, 7, 60, 3600])
def test_the_timeout_is_never_slept_past_and_used_up(timeout: float) -> None:
    outcome = wait([], then=under_way(), timeout=timeout)
    assert isinstance(outcome.error, WaitTimeout)
    assert sum(outcome.slept) == pytest.approx(timeout)
    assert len(outcome.requests) == len(outcome.slept) + 1
    assert str(outcome.error) == (
        f"Job {JOB_ID} is still RUNNING after {timeout:g} s. It keeps running on the platform; wait again with: "
        f"client.wait({JOB_ID!r})"
    )


@pytest.mark.parametrize(
    "fault",
    [raw(500), raw(502, b"<html>"), refusal(429), refusal(503, 0), broken(httpx.ReadError), raw(200, b"{"), ok({})],
)
@pytest.mark.parametrize("retry", [Retry(), Retry(within=0)], ids=["retries", "no retries"])
def test_a_look_that_fails_when_the_time_is_up_is_a_timeout_and_not_a_fault(fault: Answer, retry: Retry) -> None:
    outcome = wait([under_way()], then=fault, timeout=0.8, retry=retry)
    assert isinstance(outcome.error, WaitTimeout)
    assert outcome.error.job.id == JOB_ID
    assert sum(outcome.slept) <= 0.8


@pytest.mark.parametrize("timeout", [3, 20, 100])
def test_retries_of_a_look_end_with_the_timeout(timeout: float) -> None:
    outcome = wait([under_way()] * 4, then=raw(500), timeout=timeout)
    assert isinstance(outcome.error, WaitTimeout)
    assert isinstance(outcome.error.__cause__, ServerError) or timeout == 3
    assert sum(outcome.slept) <= timeout


def test_a_fault_that_outlasts_its_retries_long_before_the_timeout_is_raised() -> None:
    outcome = wait([under_way()], then=raw(500), timeout=10_000, retry=Retry(within=30))
    assert isinstance(outcome.error, ServerError)
    assert sum(outcome.slept) < 40


def test_a_fault_between_two_looks_is_survived() -> None:
    assert wait([under_way(), raw(500), broken(httpx.ConnectError), under_way(), raw(200), DONE]).value.finished


def test_the_first_look_is_worth_its_retries_whatever_the_timeout_is() -> None:
    assert wait([raw(500), raw(500), DONE], timeout=0).value.finished


def test_a_job_that_has_expired_ends_the_wait() -> None:
    assert isinstance(wait([under_way(), refusal(404, 10211)], timeout=100).error, NotFound)


def test_the_time_that_looks_take_counts() -> None:
    outcome = wait([], then=under_way(), timeout=100, takes=30)
    assert isinstance(outcome.error, WaitTimeout)
    assert len(outcome.requests) == 4


@pytest.mark.parametrize("timeout", [-1, float("nan"), float("-inf")])
def test_a_timeout_is_a_number_of_seconds_from_0(timeout: float) -> None:
    assert isinstance(wait([], timeout=timeout).error, InputError)


def test_a_timeout_may_be_infinite() -> None:
    assert wait([under_way(), DONE], timeout=float("inf")).value.finished


def test_a_type_once_known_is_not_asked_for_again() -> None:
    missing = refusal(404, 10211)
    move = samples.job(type="MOVE", state="RUNNING")
    outcome = perform([missing, ok(move), ok(move), ok(samples.job(type="MOVE"))], "wait", JOB_ID)
    assert [request.path.split("/")[-2] for request in outcome.requests] == ["copy", "move", "move", "move"]


def test_an_answer_that_calls_itself_something_else_does_not_change_what_is_waited_for() -> None:
    stranger = ok(samples.job("666", "MOVE", "RUNNING"))
    outcome = wait([stranger, stranger, DONE])
    assert {request.path for request in outcome.requests} == {f"/v2/async/files/copy/{JOB_ID}"}


def test_a_job_of_a_new_type_is_waited_for_at_its_address() -> None:
    job = Job(JOB_ID, type="ARCHIVE", href=f"{ENDPOINT}/async/files/move/{JOB_ID}")
    outcome = perform([ok(samples.job(type="ARCHIVE", state="RUNNING")), ok(samples.job(type="ARCHIVE"))], "wait", job)
    assert {request.path for request in outcome.requests} == {f"/v2/async/files/move/{JOB_ID}"}


@pytest.mark.parametrize("href", [None, f"{ENDPOINT}/async/files/archive/{JOB_ID}"])
def test_a_job_of_a_new_type_that_no_call_reads_is_waited_for_in_the_list(href: str | None) -> None:
    answers = [page([samples.job(type="ARCHIVE", state="RUNNING")]), page([samples.job(type="ARCHIVE")])]
    job = Job(JOB_ID, type="ARCHIVE", href=href)
    outcome = perform(answers, "wait", job)
    assert outcome.value.finished
    assert {request.path for request in outcome.requests} == {"/v2/async/files"}
    lost = perform([page([]), page([])], "wait", job).error
    assert isinstance(lost, JobLost)
    assert isinstance(perform([], "job", job).error, InputError)


@pytest.mark.parametrize("href", [None, "", "nonsense"])
def test_a_job_that_says_nothing_of_itself_is_found_by_its_id_and_the_type_given(href: str | None) -> None:
    outcome = perform([DONE], "wait", Job(JOB_ID, href=href), type="delete")
    assert [request.path for request in outcome.requests] == [f"/v2/async/files/delete/{JOB_ID}"]


@pytest.mark.parametrize("method", ["job", "wait"])
@pytest.mark.parametrize(
    "reference",
    [
        f"https://evil.example.net/v2/async/files/copy/{JOB_ID}",
        f"http://api.example.org/v2/async/files/copy/{JOB_ID}",
        f"https://api.example.org:8443/v2/async/files/copy/{JOB_ID}",
        f"https://api.example.org@evil.example.net/v2/async/files/copy/{JOB_ID}",
        f"//evil.example.net/v2/async/files/copy/{JOB_ID}",
        f"{ENDPOINT}/files/{JOB_ID}",
        f"{ENDPOINT}/async/files/copy/{JOB_ID}/more",
        f"{ENDPOINT}/async/files/archive/{JOB_ID}",
        f"https://api.example.org/v3/async/files/copy/{JOB_ID}",
        "https://[oops/v2/async/files/copy/1",
        f"copy/{JOB_ID}",
        "",
        "  ",
        ".",
        "..",
        "1\n2",
        Job(JOB_ID, href=f"https://evil.example.net/v2/async/files/copy/{JOB_ID}"),
    ],
    ids=str,
)
def test_what_is_no_job_of_this_server_is_refused_before_anything_is_sent(method: str, reference: Any) -> None:
    assert isinstance(perform([], method, reference).error, InputError)


def test_an_unknown_type_is_refused_before_anything_is_sent() -> None:
    assert isinstance(perform([], "job", JOB_ID, type="ARCHIVE").error, InputError)
