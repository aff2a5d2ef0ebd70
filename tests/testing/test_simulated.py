"""A simulated world is one service and one client, on a clock that only they move."""

from __future__ import annotations

import asyncio
import math
import random
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any, assert_type

import httpx
import pytest

from sbg_bulk import AsyncClient, Client, Forbidden, Job, Polling, RateLimited, Retry, Unauthorized, Wait
from sbg_bulk.api.drivers.sync import BlockingDriver
from sbg_bulk.simulator import Series, Timing, Variant
from sbg_bulk.testing import SimulatedWorld, VirtualClock, simulated

SLOW = Timing(600, 600, 60)
FILE = "5c6d4227e4b0385632389346"
TARGET = "rfranklin/destination-project"
TARGET_OF_DEMO = "rfranklin/analysis"


def blocking(**settings: Any) -> tuple[Job, SimulatedWorld[Any]]:
    """Copy a file with `Client`, and wait for it."""
    with simulated(**settings) as world:
        assert_type(world, SimulatedWorld[Client])
        return world.client.wait(world.client.copy([FILE], project=TARGET)), world


def awaiting(**settings: Any) -> tuple[Job, SimulatedWorld[Any]]:
    """Do so with `AsyncClient`."""

    async def main() -> tuple[Job, SimulatedWorld[Any]]:
        async with simulated(**settings) as world:
            assert_type(world, SimulatedWorld[AsyncClient])
            return await world.client.wait(await world.client.copy([FILE], project=TARGET)), world

    return asyncio.run(main())


Copy = Callable[..., tuple[Job, SimulatedWorld[Any]]]


@pytest.fixture(params=[blocking, awaiting], ids=lambda copy: copy.__name__)
def copy(request: pytest.FixtureRequest) -> Copy:
    made: Copy = request.param
    return made


def test_a_job_of_half_an_hour_is_waited_for_in_no_time(copy: Copy) -> None:
    began = time.monotonic()
    job, world = copy(timing=SLOW, start=1_700_000_000.0)
    assert job.succeeded
    assert sum(world.pauses) >= 1260
    assert world.clock.now() == 1_700_000_000.0 + sum(world.pauses)
    assert time.monotonic() - began < 60


def test_both_clients_see_the_same() -> None:
    seen = []
    for copy in (blocking, awaiting):
        random.seed(7)  # the jitter of pauses
        job, world = copy(timing=SLOW, faults=["kind=429 op=get_copy_job times=2"])
        seen.append((job, world.pauses, [(one.time, one.method, one.path, one.status) for one in world.requests]))
    assert seen[0] == seen[1]


def test_the_settings_of_the_simulator_reach_it() -> None:
    settings: dict[str, Any] = {"submit_status": 200, "create_status": 200, "list_order": "oldest", "progress": "hand"}
    with simulated(seed="demo", rate_limit=(17, 60.0), faults=["kind=500 op=get_user times=1"], **settings) as world:
        client = world.client
        assert client.rate_limit().limit == 17
        client.create_folder("new", project=TARGET_OF_DEMO)
        found = [file.id for file in client.files("rfranklin/cohort-a")]
        started = [client.copy([file], project=TARGET_OF_DEMO).id for file in found[:2]]
        assert [one.status for one in world.requests if one.method == "POST"] == [200] * 3
        world.advance(3600)
        assert [job.id for job in client.jobs() if job.state == "SUBMITTED"] == started
        client.user()
        assert [one.status for one in world.requests if one.operation == "get_user"] == [500, 200]


def test_the_settings_of_the_client_reach_it(copy: Copy) -> None:
    waits: list[Wait] = []
    _, world = copy(timing=SLOW, polling=Polling(first=7.0, longest=7.0), on_wait=waits.append)
    assert [wait.seconds for wait in waits] == world.pauses
    assert max(world.pauses) <= 7.0
    with pytest.raises(RateLimited):
        copy(faults=["kind=429 seconds=200"], retry=Retry(within=100.0))
    _, world = copy(timeout=10, faults=["kind=delay seconds=11 op=get_copy_job times=1"])
    assert [one.operation for one in world.requests] == ["submit_copy_job", "get_copy_job", "get_copy_job"]
    with pytest.raises(Unauthorized):
        copy(token="nobody-knows-it")
    with pytest.raises(ValueError, match="seed"):
        simulated(seed="nothing")


def test_a_test_moves_the_clock_and_makes_things_go_wrong() -> None:
    with simulated(timing=SLOW) as world:
        job = world.client.copy([FILE], project=TARGET)
        world.advance(1260)
        armed = world.arm("kind=500 op=get_copy_job times=1")
        assert world.client.job(job).finished
        assert (armed.struck, len(world.pauses)) == (1, 1)
        world.requests.clear()
        assert len(world.requests) == 0


def test_a_world_has_volumes_to_import_from_and_to_export_to() -> None:
    with simulated(seed="empty", variant=Variant(transfer_lists="all")) as world:
        bucket = world.simulator.world.volumes.add("rfranklin/bucket", objects={"a.bam": 5})
        project = world.simulator.world.add_project("rfranklin/mine")
        wanted = {"source": {"volume": bucket.id, "location": "a.bam"}, "destination": {"project": project.id}}
        with httpx.Client(
            transport=world.simulator.transport(),
            base_url=world.simulator.base_url,
            headers={"X-SBG-Auth-Token": "demo-token"},
        ) as client:
            client.post("/storage/imports", json=wanted)
            world.advance(60)
            (imported,) = client.get("/storage/imports").json()["items"]
        assert world.client.locate("rfranklin/mine/a.bam").id == imported["result"]["id"]


def test_a_world_has_nothing_of_the_one_before() -> None:
    (one, first), (two, second) = blocking(), blocking()
    assert one == two
    assert first.simulator is not second.simulator
    assert len(first.simulator.jobs.all()) == len(second.simulator.jobs.all())


def test_the_client_is_closed_at_the_end() -> None:
    with simulated() as world:
        pass
    with pytest.raises(RuntimeError, match="closed"):
        world.client.user()

    async def main() -> None:
        async with simulated() as world:
            pass
        with pytest.raises(RuntimeError, match="closed"):
            await world.client.user()

    asyncio.run(main())


def test_a_client_of_another_transport_pauses_on_the_clock_too() -> None:
    clock, statuses = VirtualClock(), iter([503, 503, 200])
    transport = httpx.MockTransport(lambda _: httpx.Response(next(statuses), json={"username": "rfranklin"}))
    with Client("https://api.example.org/v2", "a-token", driver=clock.blocking_driver(transport)) as client:
        start = clock.now()
        assert client.user().username == "rfranklin"
    assert len(clock.pauses) == 2
    assert clock.now() == pytest.approx(start + sum(clock.pauses))


def test_a_driver_of_ones_own_is_used() -> None:
    class Mine(BlockingDriver):
        pass

    with simulated() as world:
        driver = world.clock.blocking_driver(world.simulator.transport(), Mine)
        with Client(world.simulator.base_url, "demo-token", driver=driver) as client:
            assert isinstance(client._driver, Mine)
            assert client.user() == world.client.user()


@pytest.mark.parametrize("read_only", [True, False])
def test_a_volume_is_attached_with_its_objects(read_only: bool) -> None:
    with simulated(seed="empty") as world:
        world.add_volume("rfranklin/bucket", {"run/b": 2, "a": 1}, read_only=read_only, service="gcs")
        volume = world.client.volume("rfranklin/bucket")
        assert (volume.read_only, volume.cloud, volume.active) == (read_only, "Google Cloud", True)
        found = world.client.objects("rfranklin/bucket", recursive=True, details=True)
        assert {one.location: one.size for one in found} == world.objects("rfranklin/bucket") == {"run/b": 2, "a": 1}
        with pytest.raises(ValueError, match="already exists"):
            world.add_volume("rfranklin/bucket")


def test_a_volume_that_is_not_active_cannot_be_listed() -> None:
    with simulated() as world:
        world.add_volume("rfranklin/off", active=False)
        with pytest.raises(Forbidden):
            list(world.client.objects("rfranklin/off"))


def test_a_volume_may_be_as_large_as_real_ones() -> None:
    with simulated() as world:
        world.add_volume("rfranklin/large", Series("delivered", 100_000))
        assert len(world.objects("rfranklin/large")) == 100_000
        assert [one.location for one in world.client.objects("rfranklin/large")] == ["delivered/"]


@pytest.mark.parametrize("seconds", [-1.0, math.nan, math.inf])
def test_nobody_can_pause_for_what_is_no_time(seconds: float) -> None:
    clock = VirtualClock()
    for move in (clock.advance, clock.pause):
        with pytest.raises(ValueError, match="finite number of seconds"):
            move(seconds)
    assert clock.pauses == []


def _python(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", timeout=60)


def test_without_the_simulators_packages_the_error_names_the_extra() -> None:
    ended = _python("import sys; sys.modules['openapi_core'] = None; import sbg_bulk.testing")
    last = ended.stderr.splitlines()[-1]
    assert last.startswith("ModuleNotFoundError: sbg_bulk.testing needs packages that are not installed (openapi_core")
    assert last.endswith("pip install 'sbg-bulk[simulator]'")


def test_it_does_without_pytest() -> None:
    ended = _python("import sys; sys.modules['pytest'] = None; from sbg_bulk.testing import simulated; simulated()")
    assert (ended.returncode, ended.stderr) == (0, "")
