"""Jobs that many wait for are checked together, and each is told of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import pytest

from sbg_bulk import AsyncClient
from sbg_bulk.errors import SbgBulkError, Unauthorized
from sbg_bulk.simulator import Timing
from tests.support.runs import Service

pytest.importorskip("airflow", reason="Airflow is not installed here: scripts/airflow runs these tests")

from sbg_bulk.airflow.watching import JobWatch


@pytest.fixture
def service() -> Service:
    return Service(files=60, timing=Timing(1, 1, 1))


class Watching:
    """A watch on the clock of a service, which tells when nobody waits any more."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.closed = 0
        self.watch = JobWatch(self.client, self.close, self.sleep, service.clock.now)

    async def client(self) -> AsyncClient:
        return self.service.async_client()

    def close(self) -> None:
        self.closed += 1

    async def sleep(self, seconds: float) -> None:
        self.service.clock.pause(seconds)
        await asyncio.sleep(0)


@pytest.fixture
def watching(service: Service) -> Iterator[Watching]:
    watching = Watching(service)
    yield watching
    assert watching.closed == 1


def run(work: Callable[[], Awaitable[None]]) -> None:
    async def main() -> None:
        async with asyncio.timeout(30):
            await work()

    asyncio.run(main())


def jobs(service: Service, count: int, size: int = 1) -> list[str]:
    return [service.submit(service.files[n * size : (n + 1) * size]) for n in range(count)]


def test_all_that_wait_share_a_request(service: Service, watching: Watching) -> None:
    submitted = jobs(service, 50)

    async def work() -> None:
        await asyncio.gather(*(watching.watch.ended([job], "COPY") for job in submitted))

    run(work)
    looks = 1 + len(service.clock.pauses)
    assert len(service.simulator.requests) <= looks + 1
    assert all(service.simulator.jobs.by_id(job).state.name == "FINISHED" for job in submitted)


def test_who_waits_for_a_short_job_is_told_before_a_long_one_ends(service: Service, watching: Watching) -> None:
    short, long = service.submit(service.files[:1]), service.submit(service.files[1:])
    order = []

    async def wait(name: str, job: str) -> None:
        await watching.watch.ended([job], "COPY")
        order.append(name)

    async def work() -> None:
        await asyncio.gather(wait("long", long), wait("short", short))

    run(work)
    assert order == ["short", "long"]


def test_a_job_that_cannot_be_found_is_over(service: Service, watching: Watching) -> None:
    async def work() -> None:
        await watching.watch.ended(["123", *jobs(service, 2)], None)

    run(work)


def test_an_error_reaches_all_that_wait(service: Service, watching: Watching) -> None:
    submitted = jobs(service, 3)
    service.world.tokens.clear()

    async def wait(job: str) -> None:
        with pytest.raises(Unauthorized):
            await watching.watch.ended([job], "COPY")

    async def work() -> None:
        await asyncio.gather(*map(wait, submitted))

    run(work)


def test_a_client_that_cannot_be_made_is_told_of(service: Service) -> None:
    watching = Watching(service)

    async def client() -> AsyncClient:
        raise SbgBulkError("no token")

    watching.watch._open_client = client

    async def work() -> None:
        with pytest.raises(SbgBulkError, match="no token"):
            await watching.watch.ended(["1"], None)

    run(work)
    assert watching.closed == 1


def test_who_stops_waiting_is_forgotten(service: Service, watching: Watching) -> None:
    job, other = jobs(service, 2)

    async def work() -> None:
        task = asyncio.ensure_future(watching.watch.ended([job], "COPY"))
        await asyncio.sleep(0)
        task.cancel()
        await watching.watch.ended([other], "COPY")
        assert task.cancelled()

    run(work)
