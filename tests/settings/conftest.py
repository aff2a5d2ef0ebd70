"""A user who has set nothing yet, a service, and a terminal to be asked on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sbg_bulk.simulator import ManualClock, Simulator, running
from tests.cli.harness import COMMAND, environment
from tests.support.connect import connect as connect
from tests.support.terminal import Dialogue, Terminal


@pytest.fixture(scope="session")
def _served() -> Iterator[tuple[Simulator, str]]:
    simulator = Simulator(clock=ManualClock(), seed="examples", rate_limit=None)
    with running(simulator) as url:
        yield simulator, url


@pytest.fixture
def simulator(_served: tuple[Simulator, str]) -> Simulator:
    _served[0].reset()
    return _served[0]


@pytest.fixture
def url(_served: tuple[Simulator, str]) -> str:
    """The endpoint of a service that knows `demo-token`."""
    return _served[1]


@pytest.fixture
def env(url: str, tmp_path: Path) -> dict[str, str]:
    """The environment of a user who has set nothing."""
    env = environment(tmp_path, url)
    del env["SB_API_ENDPOINT"], env["SB_AUTH_TOKEN"]
    return env


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The user's credentials file, which is not there yet."""
    return tmp_path / ".sevenbridges" / "credentials"


@pytest.fixture
def terminal(env: dict[str, str]) -> Iterator[Terminal]:
    started: list[Dialogue] = []

    def start(*words: str, **more: str) -> Dialogue:
        started.append(Dialogue([str(COMMAND), *words], {**env, **more}))
        return started[-1]

    yield start
    for one in started:
        one.close()
