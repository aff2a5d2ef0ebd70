"""The gate that all calls of a check go through: nothing passes that is not allowed, and others have requests left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import httpx
import pytest

from sbg_bulk.contract import Report
from sbg_bulk.contract.pages import Collection, check_pages
from sbg_bulk.contract.service import Service
from sbg_bulk.contract.stops import CannotCheck, NotAllowedError
from sbg_bulk.simulator import ManualClock, Simulator
from sbg_bulk.simulator.service.answering import Call
from tests.contract.deployments import build, gate


def reader(simulator: Simulator, waits: list[float] | None = None) -> tuple[Service, list[httpx.URL]]:
    """A service that only reads, and the addresses that it has asked."""
    asked: list[httpx.URL] = []

    def sleep(seconds: float) -> None:
        ([] if waits is None else waits).append(seconds)
        simulator.advance(seconds)

    service = gate(simulator, Report(simulator.base_url), sleep=sleep, writes=False)
    service.client.event_hooks = {"request": [lambda request: asked.append(request.url)]}
    return service, asked


@pytest.mark.parametrize("operation", ["submit_copy_job", "submit_move_job", "submit_delete_job", "create_folder"])
def test_a_call_that_writes_is_not_made_without_leave(operation: str) -> None:
    service, asked = reader(build())
    with pytest.raises(NotAllowedError):
        service.call(operation, body={"items": []})
    with pytest.raises(NotAllowedError):
        service.probe("DELETE", "/files")
    assert asked == []


def test_a_check_slows_down_and_waits_for_the_reset_while_some_requests_are_left() -> None:
    simulator = Simulator(clock=ManualClock(), rate_limit=(60, 300))
    waits: list[float] = []
    service, _ = reader(simulator, waits)
    left = [service.call("get_user").count("X-RateLimit-Remaining") for _ in range(70)]
    assert min(number for number in left if number is not None) == 2
    assert waits[:3] == [0.15, 0.15, 0.15]
    assert max(waits) > 200
    assert [entry.status for entry in simulator.requests] == [200] * 70


def test_a_429_is_waited_out_and_one_that_stays_ends_the_check() -> None:
    simulator = build()
    simulator.arm("kind=429 times=1 seconds=20")
    waits: list[float] = []
    service, asked = reader(simulator, waits)
    assert service.call("get_user").status == 200
    assert len(asked) == 2
    assert sum(waits) >= 20
    simulator.arm("kind=429")
    with pytest.raises(CannotCheck, match="429"):
        service.call("get_user")


def test_a_link_to_another_host_is_told_and_the_token_stays_here() -> None:
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
    assert {finding.promise.name for finding in service.report.findings} == {"links-home"}
    assert service.report.exit_code == 0


@pytest.mark.parametrize("address", ["http://[", "http://x", "javascript:1", "/elsewhere/v2"])
def test_an_address_that_leads_nowhere_here_is_not_followed(address: str) -> None:
    service, _ = reader(build())
    assert service.follow(address) is None


@pytest.mark.parametrize("address", ["/v2/user", "user", "http://other.example/v2/user", "http://localhost/v2/user"])
def test_an_address_leads_to_the_host_that_was_asked(address: str) -> None:
    service, _ = reader(build())
    assert service.follow(address) == f"{service.base_url}/user"
