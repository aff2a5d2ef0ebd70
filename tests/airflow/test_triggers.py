"""Triggers: small, safe to restart, and many at once."""

from __future__ import annotations

import asyncio
import json
import tracemalloc
from typing import Any

import pytest

from sbg_bulk.simulator import Timing
from tests.support.runs import Service

pytest.importorskip("airflow", reason="Airflow is not installed here: scripts/airflow runs these tests")

from sbg_bulk.airflow import triggers
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


@pytest.mark.usefixtures("tasks")
def test_a_thousand_deferred_tasks_share_a_client_and_its_requests(service: Service) -> None:
    job = service.submit(service.files)
    opened = 0
    original = service.async_client

    def counted() -> object:
        nonlocal opened
        opened += 1
        return original()

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
