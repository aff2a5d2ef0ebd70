"""Triggers: small, safe to restart, and many at once."""

from __future__ import annotations

import asyncio
import json
import tracemalloc
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sbg_bulk.simulator import Timing
from tests.support.runs import TARGET, Service

pytest.importorskip("airflow", reason="Airflow is not installed here: scripts/airflow runs these tests")

from airflow.sdk.exceptions import TaskDeferred

from sbg_bulk.airflow import triggers
from sbg_bulk.airflow.operators import BulkCheckOperator, BulkRunOperator
from sbg_bulk.airflow.sensors import JobSensor
from sbg_bulk.airflow.triggers import CompareTrigger, JobsTrigger
from tests.airflow.harness import Tasks


@pytest.fixture
def service() -> Service:
    return Service(files=100, timing=Timing(1, 1, 10), rate_limit=None)


@pytest.fixture
def tasks(service: Service, monkeypatch: pytest.MonkeyPatch) -> Tasks:
    return Tasks(service, monkeypatch)


def test_what_an_earlier_version_has_serialised_and_a_later_one_is_understood(tasks: Tasks, service: Service) -> None:
    """Frozen: tasks are deferred with it while the package is upgraded. Add to it, and take nothing away."""
    job = service.submit(service.files[:1])
    arguments: dict[str, Any] = {"conn_id": "platform", "jobs": [job], "job_type": "COPY", "until": None}
    assert JobsTrigger(**arguments).serialize() == ("sbg_bulk.airflow.triggers.JobsTrigger", arguments)
    assert tasks.fire(JobsTrigger(**arguments, of_a_later_version=1)) == {"error": None}
    places: dict[str, Any] = {
        "conn_id": "platform",
        "source": "rfranklin/source",
        "place": "rfranklin/target",
        "options": {},
    }
    assert CompareTrigger(**places).serialize() == ("sbg_bulk.airflow.triggers.CompareTrigger", places)


def test_a_trigger_that_is_killed_is_run_again(tasks: Tasks, service: Service) -> None:
    trigger = JobsTrigger("platform", [service.submit(service.files[:1])], "COPY")

    async def killed() -> None:
        task = asyncio.ensure_future(anext(aiter(trigger.run())))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(killed())
    assert tasks.fire(trigger) == {"error": None}


@pytest.mark.parametrize("kind", ["jobs", "a time", "places"])
def test_none_fires_before_the_scheduler_knows_that_the_worker_has_left(
    tasks: Tasks, service: Service, kind: str
) -> None:
    job = service.submit(service.files[:1])
    service.clock.pause(3600)
    triggers_by_kind: dict[str, Any] = {
        "jobs": JobsTrigger("platform", [job], "COPY"),
        "a time": JobsTrigger("platform", until=1.0),
        "places": CompareTrigger("platform", "rfranklin/source", "rfranklin/target"),
    }
    began = service.clock.now()
    assert tasks.fire(triggers_by_kind[kind])["error"] is None
    assert triggers.LEAST <= service.clock.now() - began < triggers.LEAST + 5


def test_no_task_stays_deferred_for_longer_than_it_may_take(tasks: Tasks, service: Service, tmp_path: Path) -> None:
    """Airflow itself has a time for each stretch of work, and none for deferrals unless it is given one."""
    hour = timedelta(hours=1)
    given: dict[str, Any] = {"execution_timeout": hour}
    run: Any = {"job_type": "COPY", "source": service.files, "project": TARGET, "journals": str(tmp_path)}
    for operator in (
        JobSensor(task_id="wait", jobs="1", timeout=3600),
        BulkRunOperator(task_id="copy", **run, **given),
        BulkCheckOperator(task_id="check", source="rfranklin/source", place=TARGET, **given),
    ):
        with pytest.raises(TaskDeferred) as caught:
            operator.execute(tasks.context())
        assert caught.value.timeout == hour


@pytest.mark.usefixtures("tasks")
def test_a_thousand_deferred_tasks_share_a_client_and_its_requests(service: Service) -> None:
    job = service.submit(service.files)
    opened = 0
    original = service.async_client

    def counted(**given: Any) -> object:
        nonlocal opened
        opened += 1
        return original(**given)

    service.async_client = counted  # type: ignore[method-assign,assignment] # counts
    arguments: dict[str, Any] = {"conn_id": "platform", "jobs": [job], "job_type": "COPY", "until": None}

    async def one() -> object:
        async for event in JobsTrigger(**json.loads(json.dumps(arguments))).run():
            return event.payload
        return None

    async def all_of_them(count: int) -> list[object]:
        return await asyncio.gather(*(one() for _ in range(count)))

    tracemalloc.start()
    assert asyncio.run(all_of_them(1000)) == [{"error": None}] * 1000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert opened == 1
    assert len(service.simulator.requests) < 100
    assert peak < 30 << 20
    assert not triggers._watches
