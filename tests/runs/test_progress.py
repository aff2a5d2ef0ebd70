"""What a run tells of itself: jobs, the budget, and what it waits for."""

from __future__ import annotations

from pathlib import Path

import pytest

from sbg_bulk import Cause, Progress, RunOptions, Wait
from sbg_bulk.api.drivers.sync import BlockingDriver
from sbg_bulk.api.pace import Budget, Meter
from sbg_bulk.api.steps import Sleep, Step
from sbg_bulk.api.waits import BudgetLeft
from sbg_bulk.simulator import ApiError, Timing
from tests.support.runs import TARGET, Killed, Service, interrupted


def carry(service: Service, path: Path, **options: object) -> list[Progress]:
    told: list[Progress] = []
    manifest = service.manifest(project=TARGET)
    service.client().run("copy", manifest, journal=path, items_per_job=2, on_change=told.append, **options)  # type: ignore[arg-type]
    return told


def test_the_jobs_that_a_run_takes_are_told_from_the_beginning(tmp_path: Path) -> None:
    told = carry(Service(9), tmp_path / "j", options=RunOptions(jobs_in_flight=2))
    assert {one.jobs_total for one in told} == {5}
    assert [one.jobs_ended for one in told] == sorted(one.jobs_ended for one in told)
    assert (told[0].jobs_ended, told[-1].jobs_ended) == (0, 5)


def test_each_job_that_ends_is_told_once_with_its_rows(tmp_path: Path) -> None:
    service = Service(5, faults=["kind=fail_item op=submit_* call=2 item=1"])
    told = carry(service, tmp_path / "j", options=RunOptions(jobs_in_flight=1))
    ended = [job for one in told for job in one.ended]
    assert len(ended) == 3
    assert {job.id for job in ended} == {job.id for job in service.simulator.jobs.all()}
    assert sorted((job.rows, job.done, job.failed) for job in ended) == [(1, 1, 0), (2, 1, 1), (2, 2, 0)]
    assert sum(job.done for job in ended) == told[-1].tally.done


def test_a_job_that_is_refused_is_told_without_an_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service(4)

    def refuse(_: object) -> None:
        raise ApiError(5033, "No.")

    monkeypatch.setattr(service.simulator.operations, "submit_copy_job", refuse)
    told = carry(service, tmp_path / "j")
    assert [(job.id, job.failed) for one in told for job in one.ended] == [(None, 2)] * 2
    assert told[-1].jobs_ended == 2


def test_jobs_that_had_ended_before_a_run_was_resumed_count(tmp_path: Path) -> None:
    service, path = Service(10, timing=Timing(1, 1, 0.1)), tmp_path / "j"
    seen: list[Progress] = []

    def watch(progress: Progress) -> None:
        seen.append(progress)
        if progress.jobs_ended == 2 and progress.jobs_running:
            raise Killed

    manifest, two_at_once = service.manifest(project=TARGET), RunOptions(jobs_in_flight=2)
    with pytest.raises(Killed):
        service.client().run("copy", manifest, journal=path, items_per_job=2, options=two_at_once, on_change=watch)
    told: list[Progress] = []
    assert service.client().resume(path, options=two_at_once, on_change=told.append).succeeded
    assert (told[0].jobs_ended, told[-1].jobs_ended) == (2, 5)
    assert {one.jobs_total for one in told} == {5}


def test_what_a_run_waits_for_is_in_its_progress(tmp_path: Path) -> None:
    service = Service(4, faults=["kind=maintenance op=submit_* call=1 retry_after=90"], timing=Timing(20, 20, 5))
    told = carry(service, tmp_path / "j")
    waits = [one.waiting for one in told if one.waiting is not None]
    assert {wait.cause for wait in waits} == {Cause.MAINTENANCE, Cause.NEXT_LOOK}
    (maintenance,) = [wait for wait in waits if wait.cause is Cause.MAINTENANCE]
    assert (maintenance.seconds, maintenance.reason) == (90, "platform maintenance (HTTP 503, API code 0)")
    assert "next status check (2 jobs)" in {wait.reason for wait in waits}
    # After the pause there is none.
    assert told[-1].waiting is None


def test_the_budget_is_told_with_the_seconds_until_it_is_renewed(tmp_path: Path) -> None:
    service = Service(60, rate_limit=(20, 300.0))
    began = service.clock.now()
    told: list[tuple[float, Progress]] = []
    service.client().run(
        "copy",
        service.manifest(project=TARGET),
        journal=tmp_path / "j",
        items_per_job=2,
        on_change=lambda progress: told.append((service.clock.now() - began, progress)),
    )
    # Also while a submission waits to be sent.
    assert {one.jobs_total for _, one in told} == {30}
    known = [(time, one) for time, one in told if one.budget is not None]
    assert len(known) > 20
    for time, one in known:
        assert one.budget is not None
        assert (one.budget.limit, 0 <= one.budget.remaining <= 20) == (20, True)
        # The windows of the service begin with the first request that counts, and dates have whole seconds.
        assert 0 < one.budget.resets_in <= 302
        if time < 250:
            assert one.budget.resets_in == pytest.approx(300 - time, abs=3)
    (wait, *_) = [one.waiting for _, one in known if one.waiting is not None and one.waiting.seconds > 100]
    assert wait.cause is Cause.RATE_LIMIT
    assert wait.budget is not None
    assert wait.seconds <= wait.budget.resets_in


def test_every_pause_is_told_with_its_seconds_to_whoever_asked(tmp_path: Path) -> None:
    service = Service(6, faults=["kind=cut_after op=submit_* call=2", "kind=500 op=list_async_jobs call=2"])
    slept: list[float] = []
    told: list[Wait] = []

    class Noting(BlockingDriver):
        def _perform(self, step: Step) -> object:
            if isinstance(step, Sleep):
                slept.append(step.seconds)
            return super()._perform(step)

    progress: list[Progress] = []
    service.client(Noting).run(
        "copy",
        service.manifest(project=TARGET),
        journal=tmp_path / "j",
        items_per_job=2,
        on_change=progress.append,
        on_wait=told.append,
    )
    assert [wait.seconds for wait in told] == [seconds for seconds in slept if seconds > 0]
    assert {wait.cause for wait in told} >= {Cause.SETTLING, Cause.NEXT_LOOK}
    assert [one.waiting for one in progress if one.waiting is not None] == told


def test_a_run_broken_off_anywhere_has_told_no_job_twice(tmp_path: Path) -> None:
    for at in range(0, 40, 7):
        service, told = Service(6), list[Progress]()
        path = tmp_path / f"{at}"
        try:
            service.client(interrupted(at, after=True)).run(
                "copy", service.manifest(project=TARGET), journal=path, items_per_job=2, on_change=told.append
            )
        except Killed:
            if path.exists():
                service.client().resume(path, on_change=told.append)
        ended = [job.id for one in told for job in one.ended]
        assert len(ended) == len(set(ended))


def test_of_a_window_that_has_ended_nothing_is_known() -> None:
    meter = Meter(budget=Budget(1000, 7, 500.0))
    assert BudgetLeft.of(meter, 499.0) == BudgetLeft(1000, 7, 1.0)
    assert [BudgetLeft.of(*given) for given in ((meter, 500.0), (Meter(), 0.0), (None, 0.0))] == [None] * 3
