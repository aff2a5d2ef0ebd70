"""Waiting for many jobs: what it costs, what it tells, how it ends."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from sbg_bulk import Cause, InputError, Job, JobLost, Totals, Wait, WaitTimeout
from sbg_bulk.simulator import ApiError, JobType, Timing
from tests.support import samples
from tests.support.clients import KINDS, Outcome, connected, observe, perform
from tests.support.runs import Service
from tests.support.samples import page
from tests.support.scripts import Answer, Script, ok, refusal

A, B, C = "11111111111111111", "22222222222222222", "33333333333333333"


def at_work(job_id: str, done: int = 0, **changes: Any) -> dict[str, Any]:
    return samples.job(job_id, state="RUNNING", completed_files=done, **changes)


def done(job_id: str, **changes: Any) -> dict[str, Any]:
    return samples.job(job_id, **changes)


def wait(answers: Sequence[Answer], *ids: str, **settings: Any) -> Outcome:
    return perform(list(answers), "wait", list(ids), type="COPY", **settings)


# On scripted answers, both clients at once


def test_jobs_are_returned_in_the_order_in_which_they_were_given() -> None:
    outcome = wait([page([done(C), at_work(A), done(B)]), ok(done(A))], A, B, C, A)
    assert [job.id for job in outcome.value] == [A, B, C, A]
    assert [request.path for request in outcome.requests] == ["/v2/async/files", f"/v2/async/files/copy/{A}"]


def test_each_job_is_produced_as_soon_as_it_has_finished() -> None:
    for kind in KINDS:
        script = Script([page([at_work(A), done(B)]), ok(done(A))])
        harness = connected(kind, script)
        finished = harness.iterate("iter_finished", [A, B], type="COPY")
        assert next(finished).id == B
        assert len(script.requests) == 1
        assert next(finished).id == A
        assert next(finished, None) is None
        harness.close()


def test_a_job_that_was_finished_when_it_was_read_is_not_looked_at_again() -> None:
    read = Job.from_answer(done(A))
    outcome = perform([], "wait", [read])
    assert outcome.value == [read]
    assert outcome.requests == []


def test_no_jobs_take_no_request() -> None:
    assert wait([]).value == []


@pytest.mark.parametrize("given", [5, None, {A: "COPY"}, b"1", [A, 5]])
def test_what_is_no_list_of_jobs_is_refused_before_anything_is_sent(given: Any) -> None:
    for method in ("wait", "iter_finished"):
        outcome = perform([], method, given)
        assert isinstance(outcome.error, InputError), given


def test_totals_are_told_when_they_have_changed_and_only_then() -> None:
    looks = [
        page([at_work(A, 1), at_work(B)]),
        page([at_work(A, 1), at_work(B)]),
        page([at_work(A, 2), done(B, failed_files=1, completed_files=2)]),
        ok(done(A)),
    ]
    for kind in KINDS:
        told: list[Totals] = []
        observe(kind, looks, "wait", [A, B], type="COPY", on_progress=told.append)
        assert told == [
            Totals(2, total_files=6, completed_files=1),
            Totals(2, finished=1, failed=1, total_files=6, completed_files=4, failed_files=1),
            Totals(2, finished=2, failed=1, total_files=6, completed_files=5, failed_files=1),
        ]


@pytest.mark.parametrize("callback", ["on_change", "on_progress"])
def test_what_a_callback_raises_ends_the_wait_as_it_is(callback: str) -> None:
    def refuse(_: object) -> None:
        raise LookupError("enough")

    outcome = wait([page([at_work(A), at_work(B)])], A, B, **{callback: refuse})
    assert outcome.raised == (LookupError, "enough")
    assert len(outcome.requests) == 1
    assert outcome.slept == []


# Time up, failed items, lost: three outcomes


def test_failed_items_are_no_error_and_no_success() -> None:
    outcome = wait([page([done(A), samples.failed_job() | {"id": B}])], A, B)
    assert [job.succeeded for job in outcome.value] == [True, False]


def test_time_that_is_up_names_who_is_under_way_and_has_the_others() -> None:
    outcome = wait([page([at_work(A), done(B), at_work(C)])], A, B, C, timeout=0)
    assert isinstance(outcome.error, WaitTimeout)
    assert (outcome.error.ids, outcome.error.lost) == ((A, C), ())
    assert [job.id for job in outcome.error.jobs] == [A, C]
    assert [job.id for job in outcome.error.finished] == [B]
    assert str(outcome.error) == (
        "2 jobs are still running after 0 s. They keep running on the platform; wait again with: client.wait(error.ids)"
    )


def test_a_lost_job_is_told_of_when_the_others_have_finished() -> None:
    gone = refusal(404, 10211, "no such job")
    outcome = wait([page([at_work(A), at_work(C)]), gone, page([at_work(A), done(C)]), ok(done(A))], A, B, C)
    assert isinstance(outcome.error, JobLost)
    assert outcome.error.ids == (B,)
    assert [job.id for job in outcome.error.finished] == [A, C]
    assert f"Job {B} could not be found: jobs expire a month after they end." in str(outcome.error)


def test_a_job_may_be_lost_and_another_take_too_long() -> None:
    outcome = wait([page([at_work(A)]), refusal(404, 10211)], A, B, timeout=0)
    assert isinstance(outcome.error, WaitTimeout)
    assert (outcome.error.ids, outcome.error.lost) == ((A,), (B,))


def test_a_list_that_cannot_be_read_is_done_without() -> None:
    outcome = wait([refusal(403, 90002), ok(done(A)), ok(done(B))], A, B)
    assert [job.id for job in outcome.value] == [A, B]


# Saved and taken up elsewhere


def test_a_wait_is_saved_as_a_text_and_taken_up_from_it() -> None:
    job = Job.from_answer(at_work(A, type="MOVE"))
    assert job is not None
    saved = job.to_token()
    assert json.loads(saved) == {
        "job": A,
        "type": "MOVE",
        "href": job.href,
        "started_on": "2019-02-20T12:03:50+00:00",
    }
    outcome = perform([ok(done(A, type="MOVE"))], "wait", Job.from_token(saved))
    assert outcome.value.finished
    assert [request.path for request in outcome.requests] == [f"/v2/async/files/move/{A}"]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"job": null}', '{"job": []}', "71", "[" * 100_000])
def test_a_text_that_saves_no_wait_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="This is not a job token"):
        Job.from_token(text)


# On the simulator


def submitted(service: Service, count: int) -> list[str]:
    return [service.submit([service.files[0]]) for _ in range(count)]


def looks(service: Service) -> list[str]:
    return [str(one.operation) for one in service.simulator.requests]


@pytest.mark.parametrize("order", ["newest", "oldest", "shuffled"])
def test_a_thousand_jobs_are_watched_for_ten_requests_a_look(order: str) -> None:
    service = Service(1, timing=Timing(1e6, 1, 1), list_order=order)
    ids = submitted(service, 1000)
    with service.client() as client, pytest.raises(WaitTimeout):
        client.wait(ids, timeout=10)
    assert looks(service) == ["list_async_jobs"] * len(looks(service))
    assert len(looks(service)) % 10 == 0


def test_a_thousand_jobs_are_watched_within_a_quarter_of_the_budget_and_without_a_429() -> None:
    service = Service(1, timing=Timing(1e6, 1, 1), rate_limit=(1000, 300))
    ids = submitted(service, 1000)
    with service.client() as client, pytest.raises(WaitTimeout):
        client.wait(ids, timeout=900)
    assert service.refusals == []
    times = [one.time for one in service.simulator.requests]
    assert max(sum(start <= time < start + 300 for time in times) for start in times) <= 250
    assert times[-1] - times[0] > 850


def test_a_pause_for_the_rate_limit_is_told() -> None:
    service = Service(1, timing=Timing(1e6, 1, 1), rate_limit=(10, 300))
    told: list[Wait] = []
    with service.client(on_wait=told.append) as client, pytest.raises(WaitTimeout):
        client.wait(submitted(service, 1), timeout=200)
    assert {wait.reason for wait in told if wait.cause is Cause.RATE_LIMIT} == {"to stay within the rate limit"}
    assert {wait.reason for wait in told if wait.cause is not Cause.RATE_LIMIT} <= {"next status check (1 job)"}
    assert service.refusals == []


def test_jobs_are_found_many_pages_deep_and_their_places_are_kept() -> None:
    service = Service(1, timing=Timing(1e6, 1, 1))
    ids = submitted(service, 20)
    submitted(service, 430)
    with service.client() as client:
        with pytest.raises(WaitTimeout):
            client.wait(ids, timeout=30)
        first = looks(service)
        pages = [one.query for one in service.simulator.requests]
    assert set(first) == {"list_async_jobs"}
    # The list is searched from both ends, and then only the part with these jobs is read.
    assert pages[:2] == ["offset=0&limit=100", "offset=350&limit=100"]
    assert set(pages[2:]) == {"offset=430&limit=25"}


def test_heavy_pages_are_not_read_for_a_few_jobs() -> None:
    service = Service(1, timing=Timing(1e6, 1, 1))
    user, now = service.world.users["rfranklin"], service.clock.now()
    ids = submitted(service, 2)
    for _ in range(60):
        service.simulator.jobs.add_finished(user, JobType.COPY, ["x" * 24] * 2000, submitted_on=now, finished_on=now)
    with service.client() as client, pytest.raises(WaitTimeout):
        client.wait(ids, timeout=60)
    assert looks(service).count("list_async_jobs") <= 1
    assert looks(service).count("get_copy_job") > 20


def test_an_expired_job_is_lost_and_no_success() -> None:
    service = Service(1)
    job = service.submit(service.files)
    service.clock.advance(60)
    service.clock.advance(31 * 86_400)
    other = service.submit(service.files)
    with service.client() as client, pytest.raises(JobLost) as caught:
        client.wait([job, other])
    assert caught.value.ids == (job,)
    assert [one.id for one in caught.value.finished] == [other]


def test_a_job_that_fails_as_a_whole_has_not_succeeded() -> None:
    service = Service(1)
    user, now = service.world.users["rfranklin"], service.clock.now()
    failed = service.simulator.jobs.add_finished(
        user, JobType.COPY, [ApiError(10225, "gone")], submitted_on=now, finished_on=now
    )
    with service.client() as client:
        (job,) = client.wait([failed.id])
    assert (job.finished, job.succeeded) == (True, False)
