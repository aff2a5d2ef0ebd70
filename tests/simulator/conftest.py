"""A simulator with a world of its own for each test, and a client of it."""

from __future__ import annotations

import pytest

from sbg_bulk.simulator import ManualClock, Simulator
from tests.simulator.api import Api


@pytest.fixture
def simulator() -> Simulator:
    return Simulator(clock=ManualClock(), rate_limit=None)


@pytest.fixture
def api(simulator: Simulator) -> Api:
    return Api(simulator)
