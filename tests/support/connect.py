"""A client that talks to a handler, as a fixture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import httpx
import pytest

from sbg_bulk import Polling, Retry
from tests.support.clients import KINDS, Harness

Connect: TypeAlias = Callable[..., Harness]
"""Makes a client that talks to a handler; both clients, one after the other, as tests go."""


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__.lower())
def connect(request: pytest.FixtureRequest) -> Iterator[Connect]:
    made: list[Harness] = []

    def new(handler: Callable[[httpx.Request], httpx.Response], **settings: Any) -> Harness:
        harness: Harness = request.param(handler, **{"retry": Retry(), "polling": Polling(), **settings})
        made.append(harness)
        return harness

    yield new
    for harness in made:
        harness.close()
