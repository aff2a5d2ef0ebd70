"""Fixtures of pytest for programs that use this package. Import them in a `conftest.py`:

from sbg_bulk.testing.fixtures import sbg_settings, sbg_world
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from sbg_bulk.client.sync import Client
from sbg_bulk.testing import SimulatedWorld, simulated


@pytest.fixture
def sbg_settings() -> Mapping[str, Any]:
    """Return the arguments of `simulated` for `sbg_world`: none. Override it, or parametrise it, to give some."""
    return {}


@pytest.fixture
def sbg_world(sbg_settings: Mapping[str, Any]) -> Iterator[SimulatedWorld[Client]]:
    """Produce a simulated world for the test alone."""
    with simulated(**sbg_settings) as world:
        yield world
