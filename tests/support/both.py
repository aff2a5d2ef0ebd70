"""A service in this process with a few projects, and both clients on its clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from sbg_bulk import AsyncClient, Client, Polling, Settings
from sbg_bulk.api.drivers.aio import AwaitingDriver
from sbg_bulk.api.drivers.sync import BlockingDriver
from sbg_bulk.simulator import ManualClock, Simulator, Timing
from sbg_bulk.simulator.http.transport import Transport
from tests.support.world import SOURCE, TARGET, World

URL = "https://simulator.localhost/v2"
TOKEN = "demo-token"

Change = Callable[[httpx.QueryParams], httpx.QueryParams]


class Odd(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A service that understands the query of a list in its own way, or knows no dates."""

    def __init__(self, inner: Transport, change: Change, dates: bool) -> None:
        self._inner = inner
        self._change = change
        self._dates = dates

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._told(self._inner.handle_request(self._changed(request)))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self._told(await self._inner.handle_async_request(self._changed(request)))

    def _told(self, response: httpx.Response) -> httpx.Response:
        if self._dates:
            return response
        content = response.read().replace(b'"created_on"', b'"x"').replace(b'"modified_on"', b'"y"')
        return httpx.Response(response.status_code, content=content)

    def _changed(self, request: httpx.Request) -> httpx.Request:
        if request.method == "GET" and request.url.path == "/v2/files":
            request.url = request.url.copy_with(params=self._change(request.url.params))
        return request


def _no_change(query: httpx.QueryParams) -> httpx.QueryParams:
    return query


class Both:
    """A client, whichever it is, whose methods are called by name."""

    def __init__(self, simulator: Simulator, awaiting: bool) -> None:
        self.simulator = simulator
        self.change: Change = _no_change
        self.dates = True
        self._awaiting = awaiting

    def __call__(self, method: str, *args: Any, **kwargs: Any) -> Any:
        return (self._await if self._awaiting else self._block)(method, args, kwargs)

    def counted(self, method: str, *args: Any, **kwargs: Any) -> list[str]:
        """Call a method; the operations that it took."""
        self.simulator.requests.clear()
        self(method, *args, **kwargs)
        return [request.operation or "" for request in self.simulator.requests]

    def _odd(self) -> Odd:
        return Odd(self.simulator.transport(), self.change, self.dates)

    def _block(self, method: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        sim = self.simulator

        def driver(settings: Settings, timeout: httpx.Timeout) -> BlockingDriver:
            return BlockingDriver(settings, timeout, self._odd(), sim.advance, sim.clock.now)

        with Client(URL, TOKEN, driver=driver, polling=Polling(1.0, 5.0)) as client:
            result = getattr(client, method)(*args, **kwargs)
            return list(result) if isinstance(result, Iterator) else result

    def _await(self, method: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        sim = self.simulator

        async def sleep(seconds: float) -> None:
            sim.advance(seconds)

        def driver(settings: Settings, timeout: httpx.Timeout) -> AwaitingDriver:
            return AwaitingDriver(settings, timeout, self._odd(), sleep, sim.clock.now)

        async def called() -> Any:
            async with AsyncClient(URL, TOKEN, driver=driver, polling=Polling(1.0, 5.0)) as client:
                result = getattr(client, method)(*args, **kwargs)
                return [entry async for entry in result] if hasattr(result, "__aiter__") else await result

        return asyncio.run(called())


@pytest.fixture(autouse=True)
def own_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Journals are kept apart from those of the person who runs the tests; so is the credentials file."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture
def simulator() -> Simulator:
    simulator = Simulator(clock=ManualClock(), seed="empty", timing=Timing(1, 1, 0.1), rate_limit=None)
    for project in (SOURCE, TARGET):
        simulator.world.add_project(project)
    return simulator


@pytest.fixture
def world(simulator: Simulator) -> World:
    return World(simulator)


@pytest.fixture(params=[False, True], ids=["blocking", "awaiting"])
def call(simulator: Simulator, request: pytest.FixtureRequest) -> Both:
    return Both(simulator, request.param)
