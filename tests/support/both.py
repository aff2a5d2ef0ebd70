"""A service in this process with a few projects, and both clients on its clock."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from sbg_bulk import Polling
from sbg_bulk.simulator import ManualClock, Simulator, Timing
from sbg_bulk.simulator.http.transport import Transport
from sbg_bulk.testing import VirtualClock
from tests.support.clients import KINDS, Kind
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
    """A client on a simulator's clock, whichever it is, whose methods are called by name."""

    def __init__(self, simulator: Simulator, kind: Kind) -> None:
        self.simulator = simulator
        self.change: Change = _no_change
        self.dates = True
        self._kind = kind

    def __call__(self, method: str, *args: Any, **kwargs: Any) -> Any:
        transport = Odd(self.simulator.transport(), self.change, self.dates)
        clock = VirtualClock(self.simulator.clock)
        with closing(self._kind(transport, clock, URL, TOKEN, polling=Polling(1.0, 5.0))) as client:
            return client.call(method, *args, **kwargs)

    def counted(self, method: str, *args: Any, **kwargs: Any) -> list[str]:
        """Call a method; the operations that it took."""
        self.simulator.requests.clear()
        self(method, *args, **kwargs)
        return [request.operation or "" for request in self.simulator.requests]


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


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__.lower())
def call(simulator: Simulator, request: pytest.FixtureRequest) -> Both:
    return Both(simulator, request.param)
