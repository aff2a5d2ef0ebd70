"""The official Python client, unmodified, against the simulator over HTTP.

One server serves all tests of the folder; its world is made anew for each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sevenbridges  # type: ignore[import-untyped]

from sbg_bulk.simulator import ManualClock, Simulator, running
from tests.interop.lab import OWNER, TOKEN, Lab, Official, Service


@pytest.fixture(scope="session")
def service() -> Iterator[Service]:
    simulator = Simulator(clock=ManualClock())
    with running(simulator) as url:
        yield Service(simulator, url)


@pytest.fixture
def sim(service: Service) -> Simulator:
    """The simulator behind the server, as it was at the start: one user, and nothing else, at the same time of day."""
    service.simulator.clock = ManualClock()
    service.simulator.reset()
    return service.simulator


@pytest.fixture
def lab(sim: Simulator) -> Lab:
    world = sim.world
    cohort = world.add_project(f"{OWNER}/cohort", name="Cohort", description="Exomes")
    files = tuple(world.add_file(f"sample-{number}.bam", cohort, size=number << 30) for number in (1, 2, 3))
    run = world.add_folder("run", cohort)
    reads = tuple(world.add_file(f"reads-{number}.fastq", run, size=1) for number in (1, 2))
    archive = world.add_project(f"{OWNER}/archive", name="Archive")
    return Lab(world, cohort, files, run, reads, archive, world.add_folder("incoming", archive))


@pytest.fixture
def connect(
    service: Service,
    sim: Simulator,  # noqa: ARG001 - reset first
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[..., Official]]:
    """Makes official clients of the server; the arguments are those of `sevenbridges.Api`."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")  # the client heeds the proxies that the environment names
    made: list[Official] = []

    def make(**arguments: Any) -> Official:
        # `debug` is what the client demands before it speaks plain HTTP.
        api = sevenbridges.Api(url=service.url, debug=True, **arguments)
        made.append(api)
        return api

    yield make
    for api in made:
        api.session.close()
        api.download_pool.shutdown()
        api.upload_pool.shutdown()


@pytest.fixture
def api(connect: Callable[..., Official]) -> Official:
    return connect(token=TOKEN)
