"""Simulators to walk on, and services that lead to them."""

from __future__ import annotations

import httpx

from sbg_bulk.simulator import ApiError, JobType, ManualClock, Simulator, Timing
from sbg_bulk.simulator.world.jobs import ListOrder, Progress
from scripts.lib.contract.reads import read
from scripts.lib.contract.report import Report
from scripts.lib.contract.service import Service, load_schema
from scripts.lib.contract.walk import Place, walk

SCHEMA = load_schema()
TOKEN = "demo-token"
PROJECT = "rfranklin/scratch"
PLACE = Place(project=PROJECT, name="contract-walk", pause=0.12)
ORDERS: tuple[ListOrder, ...] = ("newest", "oldest", "shuffled")


def build(*, seed: int = 0, progress: Progress = "time") -> Simulator:
    """A simulator with a scratch project, and with jobs of the user and of somebody else.

    The seed chooses the order of the job list: which one it is must not matter.
    """
    simulator = Simulator(
        clock=ManualClock(),
        progress=progress,
        timing=Timing(submitted=0.3, resolving=0.3, per_file=0.15),
        rate_limit=(100_000, 300),
        list_order=ORDERS[seed % len(ORDERS)],
    )
    world = simulator.world
    user = world.users["rfranklin"]
    colleague = world.add_user("bmcclintock", token="other-token")
    project = world.add_project(PROJECT)
    for number in range(5):
        world.add_file(f"sample-{number}.bam", project, size=number << 30)
    archive = world.add_folder("archive", project)
    for number in range(3):
        world.add_file(f"old-{number}.bam", archive)
    foreign = world.add_project("bmcclintock/maize")
    kernel = world.add_file("kernel.bam", foreign)
    now = simulator.clock.now()
    missing = ApiError(10225, "There is no such file.")
    for owner in (user, colleague):
        for number, job_type in enumerate(JobType):
            then = now - 100 + number
            simulator.jobs.add_finished(owner, job_type, [kernel.id, missing], submitted_on=then, finished_on=then)
    return simulator


def service_of(simulator: Simulator, *, report: Report | None = None) -> Service:
    """A service that reaches the simulator in this process, alone and held to every guess."""
    client = httpx.Client(
        transport=simulator.transport(), base_url=simulator.base_url, headers={"X-SBG-Auth-Token": TOKEN}
    )
    return Service(
        client,
        report or Report(strict=True),
        wait=simulator.advance,
        schema=SCHEMA,
        writes=True,
        alone=True,
        most_calls=2000,
    )


def examine(simulator: Simulator, seed: int, report: Report | None = None) -> Report:
    """Walk on the simulator, and read all that there is then."""
    service = service_of(simulator, report=report)
    walk(service, PLACE, seed)
    read(service)
    return service.report
