"""The awaiting client outlives the event loop that it was first used in."""

from __future__ import annotations

import asyncio
import gc

import pytest

from sbg_bulk import AsyncClient
from sbg_bulk.simulator import Simulator, running
from sbg_bulk.simulator.seeds import TOKEN
from tests.cli.harness import FILE, TARGET


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_a_client_goes_on_in_another_event_loop_and_is_closed_in_a_third(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    simulator = Simulator(seed="examples")

    async def used(client: AsyncClient) -> None:
        assert (await client.user()).username == "rfranklin"
        assert (await client.copy([FILE], project=TARGET)).id

    with running(simulator) as url:
        client = AsyncClient(url, TOKEN)
        for _ in range(3):
            asyncio.run(used(client))
        asyncio.run(client.close())
        # What is left of the connections of ended loops is given up here, and not in another test.
        del client
        gc.collect()
    assert [request.method for request in simulator.requests] == ["GET", "POST"] * 3
