"""Both clients against the simulator: the same answers as a server gives them, on the simulator's own clock."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from sbg_bulk import AsyncClient, Client, OutcomeUnknown, Settings, WaitTimeout
from sbg_bulk.api.drivers.aio import AwaitingDriver
from sbg_bulk.api.drivers.sync import BlockingDriver
from sbg_bulk.simulator import EVERYTHING, ManualClock, Simulator

TOKEN = "demo-token"


def blocking(sim: Simulator, method: str, *args: Any, **kwargs: Any) -> Any:
    def driver(settings: Settings, timeout: httpx.Timeout) -> BlockingDriver:
        return BlockingDriver(settings, timeout, sim.transport(), sim.advance, sim.clock.now)

    with Client("https://simulator.localhost/v2", TOKEN, driver=driver) as client:
        result = getattr(client, method)(*args, **kwargs)
        return list(result) if hasattr(result, "__next__") else result


def awaiting(sim: Simulator, method: str, *args: Any, **kwargs: Any) -> Any:
    async def sleep(seconds: float) -> None:
        sim.advance(seconds)

    def driver(settings: Settings, timeout: httpx.Timeout) -> AwaitingDriver:
        return AwaitingDriver(settings, timeout, sim.transport(), sleep, sim.clock.now)

    async def called() -> Any:
        async with AsyncClient("https://simulator.localhost/v2", TOKEN, driver=driver) as client:
            result = getattr(client, method)(*args, **kwargs)
            return [entry async for entry in result] if hasattr(result, "__aiter__") else await result

    return asyncio.run(called())


@pytest.fixture
def sim() -> Simulator:
    simulator = Simulator(clock=ManualClock())
    (user,) = simulator.world.users
    project = simulator.world.add_project("rfranklin/study", members={user: EVERYTHING})
    for number in range(120):
        simulator.world.add_file(f"sample-{number}.bam", project, size=1)
    return simulator


@pytest.fixture(params=[blocking, awaiting], ids=["blocking", "awaiting"])
def call(request: pytest.FixtureRequest) -> Any:
    return request.param


def some_files(sim: Simulator, call: Any) -> tuple[str, list[str]]:
    """A project, and the ids of the files in its root."""
    (project,) = call(sim, "projects")
    return project.id, [file.id for file in call(sim, "files", project.id)]


def test_a_copy_is_submitted_waited_for_and_found(sim: Simulator, call: Any) -> None:
    project, files = some_files(sim, call)
    folder = call(sim, "create_folder", "copies", project=project)
    job = call(sim, "copy", files, parent=folder.id)
    assert not job.finished
    done = call(sim, "wait", job)
    assert done.id == job.id
    assert done.succeeded
    copies = {file.id for file in call(sim, "files", parent=folder.id)}
    assert copies == {entry.id for entry in done.result}
    assert job.id in [listed.id for listed in call(sim, "jobs", type="copy", state="finished")]


def test_an_item_that_fails_is_a_failure_of_the_job(sim: Simulator, call: Any) -> None:
    done = call(sim, "wait", call(sim, "delete", [some_files(sim, call)[1][0], "0" * 24]))
    assert done.finished
    assert not done.succeeded
    assert len(done.failures) == 1


def test_an_answer_that_is_lost_leaves_one_candidate(sim: Simulator, call: Any) -> None:
    project, files = some_files(sim, call)
    before = {job.id for job in call(sim, "jobs")}
    sim.arm("kind=cut_after op=submit_copy_job")
    with pytest.raises(OutcomeUnknown) as caught:
        call(sim, "copy", files, project=project)
    (started,) = {job.id for job in call(sim, "jobs")} - before
    assert [job.id for job in caught.value.candidates or ()] == [started]


def test_a_wait_that_is_too_short_says_so(sim: Simulator, call: Any) -> None:
    job = call(sim, "delete", some_files(sim, call)[1])
    with pytest.raises(WaitTimeout):
        call(sim, "wait", job, timeout=0)
    assert call(sim, "wait", job, timeout=3600).succeeded
