"""What goes wrong around a task costs it an attempt at most: no row is done twice, none is forgotten."""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from sbg_bulk.api.drivers.sync import BlockingDriver
from sbg_bulk.api.steps import Call, Reply
from sbg_bulk.simulator import Timing
from tests.support.runs import TARGET, TOKEN, Killed, Service

pytest.importorskip("airflow", reason="Airflow is not installed here: scripts/airflow runs these tests")

from airflow.sdk import ObjectStoragePath
from airflow.sdk.exceptions import AirflowException, AirflowFailException, TaskDeferred

from sbg_bulk.airflow.journals import FIRST
from sbg_bulk.airflow.lease import SECONDS
from sbg_bulk.airflow.operators import BulkCheckOperator, BulkRunOperator
from tests.airflow.harness import Tasks

FILES = 250


@pytest.fixture
def service() -> Service:
    return Service(files=FILES, timing=Timing(1, 1, 5))


@pytest.fixture
def tasks(service: Service, monkeypatch: pytest.MonkeyPatch) -> Tasks:
    return Tasks(service, monkeypatch)


@pytest.fixture(params=["a folder", "files of a store", "an object store"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    schemes = {"a folder": "", "files of a store": "file://", "an object store": "memory://bucket"}
    return f"{schemes[request.param]}{tmp_path}/kept"


def copying(service: Service, root: str, **changes: Any) -> BulkRunOperator:
    given: dict[str, Any] = {"job_type": "COPY", "source": service.files, "project": TARGET, "journals": root}
    return BulkRunOperator(task_id="copy", **given | changes)


def all_once(service: Service) -> bool:
    return service.copies() == sorted(f"f{n}.bam" for n in range(FILES))


@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_a_journal_that_is_being_written_by_a_worker_that_is_killed_is_the_earlier_one(
    tasks: Tasks, service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    kept, left, root = tmp_path / "kept", tmp_path / "left", f"file://{tmp_path}/kept"
    written, write = 0, ObjectStoragePath.write_bytes

    def half(path: Any, content: bytes) -> Any:
        nonlocal written
        written += FIRST in path.name
        if written == at and not left.exists():
            write(path, content[: len(content) // 2])
            # What a process that is killed would do to clean up, it does not do.
            shutil.copytree(kept, left)
            raise Killed
        return write(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(ObjectStoragePath, "write_bytes", half)
        with pytest.raises(Killed):
            tasks.attempt(copying(service, root))
    shutil.rmtree(kept)
    left.rename(kept)
    [lease] = kept.rglob("*.lease")
    lease.unlink()  # as if it had run out
    assert tasks.attempt(copying(service, root))["done"] == FILES
    assert all_once(service)


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_task_that_is_cleared_while_it_runs_resumes(tasks: Tasks, service: Service, root: str, at: int) -> None:
    """Airflow calls `on_kill` in the worker, and then starts another attempt."""
    running: list[BulkRunOperator] = []

    def kind(base: type[BlockingDriver]) -> type[BlockingDriver]:
        class Cleared(base):  # type: ignore[valid-type,misc] # made of what is given
            def _call(self, step: Call) -> Reply:
                reply: Reply = super()._call(step)
                if len(service.submissions) == at and step.operation.name.startswith("submit"):
                    running.pop().on_kill()
                return reply

        return Cleared

    tasks.driver = kind
    running.append(copying(service, root))
    with pytest.raises(KeyboardInterrupt):
        tasks.attempt(running[0])
    tasks.driver = lambda kind: kind
    assert tasks.attempt(copying(service, root))["done"] == FILES
    assert all_once(service)
    assert len(service.submissions) == 3


def test_each_of_two_retries_tries_what_still_fails(tasks: Tasks, service: Service, root: str) -> None:
    service.simulator.arm("kind=fail_item item=2 op=submit_copy_job times=5")
    # Two of three jobs lose a row, then the two rows' job one of them, then the other one's job none.
    failed = []
    for _ in range(3):
        with suppress(AirflowException):
            tasks.pushed["return_value"] = tasks.attempt(copying(service, root))
        failed.append(tasks.pushed["return_value"]["failed"])
    assert failed[0] > failed[1] > failed[2] == 0
    assert tasks.pushed["return_value"]["retries"] == 2
    assert all_once(service)


def test_a_token_with_hardly_any_requests_left_costs_time_and_no_refusals(
    monkeypatch: pytest.MonkeyPatch, root: str
) -> None:
    """While the limit is used up no worker waits."""
    service = Service(files=FILES, timing=Timing(1, 1, 5), rate_limit=(4, 300))
    tasks = Tasks(service, monkeypatch)
    assert tasks.attempt(copying(service, root, items_per_job=25))["done"] == FILES
    assert all_once(service)
    assert not service.refusals
    assert any(json.loads(one)[1]["until"] is not None for one in tasks.serialised)


def test_a_token_that_is_refused_fails_the_attempt_and_the_next_one_resumes(
    tasks: Tasks, service: Service, root: str
) -> None:
    operator = copying(service, root)
    with pytest.raises(TaskDeferred):
        operator.execute(tasks.context())
    tokens = dict(service.world.tokens)
    service.world.tokens.clear()
    for _ in range(2):
        with pytest.raises(AirflowException, match="token") as caught:
            tasks.attempt(copying(service, root))
        assert TOKEN not in str(caught.value)
    service.world.tokens.update(tokens)
    assert tasks.attempt(copying(service, root))["done"] == FILES
    assert all_once(service)


def test_a_platform_that_does_not_answer_fails_the_attempt_after_ten_minutes_and_the_next_one_resumes(
    tasks: Tasks, service: Service, root: str
) -> None:
    service.simulator.arm("kind=cut_before")
    began = service.clock.now()
    with pytest.raises(AirflowException, match="did not respond"):
        tasks.attempt(copying(service, root))
    assert 500 < service.clock.now() - began < 1000
    service.simulator.faults.disarm()
    assert tasks.attempt(copying(service, root))["done"] == FILES
    assert all_once(service)


def test_journals_where_nothing_can_be_written_are_told_of(tasks: Tasks, service: Service, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(AirflowException, match="cannot be written"):
        tasks.attempt(copying(service, f"{tmp_path}/file"))
    assert service.submissions == []


def test_a_journal_of_something_else_is_not_taken(tasks: Tasks, service: Service, tmp_path: Path) -> None:
    operator = copying(service, str(tmp_path))
    with pytest.raises(TaskDeferred):
        operator.execute(tasks.context())
    [journal] = tmp_path.rglob(FIRST)
    journal.write_bytes(b"not a journal")
    with pytest.raises(AirflowFailException, match="is not a journal"):
        tasks.attempt(copying(service, str(tmp_path)))
    assert len(service.submissions) == 3


def test_a_check_that_takes_longer_than_a_lease_keeps_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    service = Service(files=FILES, timing=Timing(1, 1, 5), rate_limit=(2, 300))
    tasks = Tasks(service, monkeypatch)
    told = tasks.attempt(copying(service, f"file://{tmp_path}"))
    began = service.clock.now()
    assert tasks.attempt(BulkCheckOperator(task_id="check", run=told))["checked"] == FILES
    assert service.clock.now() - began > SECONDS
