"""The fixtures give each test a world, with the settings that it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from sbg_bulk import Client
from sbg_bulk.testing import SimulatedWorld

COUNT = [0, 0]


@pytest.mark.parametrize("place", range(2))
def test_each_test_has_a_world_of_its_own(sbg_world: SimulatedWorld[Client], place: int) -> None:
    sbg_world.client.create_folder("the same name", project="rfranklin/my-project")
    COUNT[place] = len(sbg_world.simulator.world.nodes)
    assert 0 in COUNT or COUNT[0] == COUNT[1]


@pytest.mark.parametrize("sbg_settings", [{"seed": "demo"}])
def test_settings_are_given_as_a_parameter(sbg_world: SimulatedWorld[Client]) -> None:
    assert sbg_world.simulator.seed == "demo"


class TestOverridden:
    @pytest.fixture
    def sbg_settings(self) -> Mapping[str, Any]:
        return {"faults": ["kind=429 op=get_user times=1 seconds=60"], "rate_limit": None}

    def test_settings_are_given_by_overriding_them(self, sbg_world: SimulatedWorld[Client]) -> None:
        sbg_world.client.user()
        assert sum(sbg_world.pauses) >= 60
