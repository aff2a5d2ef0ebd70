"""Tasks of Airflow in this process, without a scheduler: attempts, deferrals and triggers, on the simulator's clock."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from functools import partial
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("airflow", reason="Airflow is not installed here: scripts/airflow runs these tests")

from airflow.sdk.exceptions import TaskDeferred

from sbg_bulk.airflow import carrying, operators, triggers
from sbg_bulk.airflow.hooks import SbgBulkHook
from sbg_bulk.airflow.lease import SECONDS, Lease
from sbg_bulk.airflow.watching import JobWatch
from sbg_bulk.api.drivers.sync import BlockingDriver
from sbg_bulk.runs.journal import Journal
from sbg_bulk.settings.settings import Settings, Token
from tests.support.runs import ENDPOINT, TOKEN, Service

CONNECTION = "platform"
MOST_DEFERRALS = 500


class Tasks:
    """Runs tasks of one DAG run against a service.

    Args:
        service: the simulator.
        monkeypatch: puts clients of the simulator in the place of those of a connection.
    """

    def __init__(self, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
        self.service = service
        self.serialised: list[str] = []
        self.pushed: dict[str, Any] = {}
        self.tokens: dict[str, str] = {}
        self.driver: Callable[[type[BlockingDriver]], type[BlockingDriver]] = lambda kind: kind

        async def awaiting(hook: SbgBulkHook) -> Any:
            return service.async_client(token=self.tokens.get(hook.conn_id, TOKEN))

        async def sleep(seconds: float) -> None:
            service.clock.pause(seconds)

        def client(hook: SbgBulkHook, *, driver: type[BlockingDriver] = BlockingDriver) -> Any:
            return service.client(self.driver(driver), token=self.tokens.get(hook.conn_id, TOKEN))

        carrier = partial(carrying.Carrier, clock=service.clock.now, now=service.clock.now)
        monkeypatch.setattr(operators, "Carrier", carrier)
        monkeypatch.setattr(SbgBulkHook, "settings", lambda _: Settings(ENDPOINT, Token(TOKEN)))
        monkeypatch.setattr(SbgBulkHook, "client", client)
        monkeypatch.setattr(SbgBulkHook, "async_client", awaiting)
        monkeypatch.setattr(triggers, "JobWatch", partial(JobWatch, sleep=sleep, clock=service.clock.now))
        monkeypatch.setattr(triggers, "pause", sleep)
        monkeypatch.setattr(Lease.__init__, "__defaults__", (SECONDS, service.clock.now))
        # A journal says when something was submitted: a pace that is kept over deferrals counts from then.
        monkeypatch.setattr(Journal.open.__func__, "__defaults__", (service.clock.now,))  # type: ignore[attr-defined]

    def context(self, map_index: int = -1) -> Any:
        def push(key: str, value: Any) -> None:
            self.pushed[key] = value

        return {
            "ti": SimpleNamespace(
                dag_id="a dag", run_id="manual__2026-11-29T10:00:00+00:00", task_id="copy", map_index=map_index,
                xcom_push=push,
            )
        }  # fmt: skip

    def attempt(self, operator: Any, map_index: int = -1) -> Any:
        """Carry a task to its end, through its deferrals, as one attempt."""
        context = self.context(map_index)
        step = partial(operator.execute, context)
        for _ in range(MOST_DEFERRALS):
            try:
                return step()
            except TaskDeferred as deferred:
                event = self.fire(deferred.trigger)
                step = partial(operator.resume_execution, deferred.method_name, {"event": event}, context)
        raise AssertionError(f"deferred {MOST_DEFERRALS} times, and not done")

    def fire(self, trigger: Any) -> Any:
        """Have a trigger run as a triggerer does: made again of what was serialised."""
        path, arguments = trigger.serialize()
        self.serialised.append(json.dumps([path, arguments]))
        module, _, name = path.rpartition(".")
        again = getattr(import_module(module), name)(**json.loads(json.dumps(arguments)))

        async def first() -> Any:
            async for event in again.run():
                return event.payload
            raise AssertionError("the trigger has produced no event")

        return asyncio.run(first())
