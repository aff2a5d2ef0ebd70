"""The gate that all calls of a run go through lets nothing pass that is not allowed, and leaves requests for others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import httpx
import pytest

from sbg_bulk.simulator import ManualClock, Simulator
from sbg_bulk.simulator.service.answering import Call
from scripts.lib.contract.pages import Collection, check_pages
from scripts.lib.contract.report import Report
from scripts.lib.contract.service import NotAllowedError, Service, StopError
from tests.contract.deployments import SCHEMA, TOKEN, build


def reader(simulator: Simulator, waits: list[float] | None = None) -> tuple[Service, list[httpx.URL]]:
    """A service that only reads, and the addresses that it has asked."""
    asked: list[httpx.URL] = []
    client = httpx.Client(
        transport=simulator.transport(),
        base_url=simulator.base_url,
        headers={"X-SBG-Auth-Token": TOKEN},
        event_hooks={"request": [lambda request: asked.append(request.url)]},
    )
    wait = ([] if waits is None else waits).append
    return Service(client, Report(strict=False), wait=wait, schema=SCHEMA), asked


@pytest.mark.parametrize("operation", ["submit_copy_job", "submit_move_job", "submit_delete_job", "create_folder"])
def test_a_call_that_writes_is_not_made_without_leave(operation: str) -> None:
    simulator = build()
    service, asked = reader(simulator)
    with pytest.raises(NotAllowedError):
        service.call(operation, body={"items": []})
    assert asked == []


def test_a_run_slows_down_and_stops_while_half_of_the_budget_is_left() -> None:
    simulator = Simulator(clock=ManualClock(), rate_limit=(60, 300))
    waits: list[float] = []
    service, asked = reader(simulator, waits)
    with pytest.raises(StopError, match="half"):
        while True:
            service.call("get_user")
    assert len(asked) == 31
    assert waits == [1.0] * 10


def test_after_a_429_no_call_is_made() -> None:
    simulator = build()
    simulator.arm("kind=429 times=1")
    service, asked = reader(simulator)
    for _ in range(2):
        with pytest.raises(StopError):
            service.call("get_user")
    assert len(asked) == 1


def test_a_link_to_another_host_is_reported_and_not_followed() -> None:
    simulator = build()
    original = simulator.operations.links

    def links(call: Call, total: int) -> Sequence[Mapping[str, str]]:
        return [
            {**link, "href": link["href"].replace(simulator.base_url, "http://other.example.com/v2")}
            for link in original(call, total)
        ]

    simulator.operations.links = links  # type: ignore[method-assign]
    service, asked = reader(simulator)
    check_pages(service, Collection("list_projects"))
    check_pages(service, Collection("list_async_jobs"))
    assert {url.host for url in asked} == {httpx.URL(simulator.base_url).host}
    assert "links: list_async_jobs: next leads to another host" in str(service.report.violations[0])
