"""A client that talks to a handler, as a fixture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import pytest

from tests.support.clients import KINDS, Handler, Harness, connected

Connect: TypeAlias = Callable[..., Harness]
"""Makes a client that talks to a handler; both clients, one after the other, as tests go."""


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__.lower())
def connect(request: pytest.FixtureRequest) -> Iterator[Connect]:
    made: list[Harness] = []

    def new(handler: Handler, **settings: Any) -> Harness:
        harness = connected(request.param, handler, **settings)
        made.append(harness)
        return harness

    yield new
    for harness in made:
        harness.close()
