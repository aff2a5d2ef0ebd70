"""A service to run the command against, and the command, as a user has it who has set where to connect."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from sbg_bulk import Polling
from sbg_bulk.simulator import ManualClock, Simulator, running
from tests.cli.harness import Ran, Run, Served, environment, run_here


@pytest.fixture(scope="session")
def _served() -> Iterator[Served]:
    simulator = Simulator(clock=ManualClock(), seed="examples", progress="polls", rate_limit=None)
    with running(simulator) as url:
        yield Served(simulator, url)


@pytest.fixture
def service(_served: Served) -> Served:
    """A service with the seed `examples`, whose jobs take a step whenever they are looked at."""
    _served.simulator.reset()
    return _served


@pytest.fixture
def simulator(service: Served) -> Simulator:
    return service.simulator


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def env(service: Served, home: Path) -> dict[str, str]:
    """The environment of a process of its own."""
    return environment(home, service.url)


@pytest.fixture
def sbg(env: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command in this process; it looks at jobs without pausing, and takes no time."""
    for name in ("XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sbg_bulk.client.base.Polling", partial(Polling, first=1e-6, longest=1e-6))

    # The times that are told are those of no machine.
    monkeypatch.setattr("sbg_bulk.cli.progress.display.monotonic", lambda: 0.0)

    def run(*words: str) -> Ran:
        return run_here(monkeypatch, capsys, words)

    return run
