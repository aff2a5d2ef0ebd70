"""Simulators to check, and checks of them."""

from __future__ import annotations

from typing import Any

import httpx

from sbg_bulk.contract import Report, check
from sbg_bulk.contract.service import Service
from sbg_bulk.simulator import ApiError, JobType, ManualClock, Simulator, Timing
from sbg_bulk.simulator.world.jobs import ListOrder, Progress

TOKEN = "demo-token"
PROJECT = "rfranklin/scratch"
OTHER_TOKEN = "other-token"
VOLUME = "rfranklin/bucket"
OBJECT = "drs://repository.example/reads"
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
    colleague = world.add_user("bmcclintock", token=OTHER_TOKEN)
    project = world.add_project(PROJECT)
    for number in range(5):
        sample = world.add_file(f"sample-{number}.bam", project, size=number << 30)
        sample.tags.append(f"lane-{number}")
        sample.metadata["sample_id"] = f"CA-{number}"
    archive = world.add_folder("archive", project)
    for number in range(3):
        world.add_file(f"old-{number}.bam", archive)
    runs = {f"runs/{run}/{name}": 10 for run in ("a", "b") for name in ("1.bam", "2.bam")}
    world.volumes.add(VOLUME, objects={"first.bam": 7, "second.bam": 8, **runs})
    world.volumes.add("rfranklin/read-only", access_mode="RO", objects={"third.bam": 9})
    world.repository.add(OBJECT, "reads.bam", size=4096)
    foreign = world.add_project("bmcclintock/maize")
    kernel = world.add_file("kernel.bam", foreign)
    now = simulator.clock.now()
    missing = ApiError(10225, "There is no such file.")
    for owner in (user, colleague):
        for number, job_type in enumerate(JobType):
            then = now - 100 + number
            simulator.jobs.add_finished(owner, job_type, [kernel.id, missing], submitted_on=then, finished_on=then)
    return simulator


def gate(simulator: Simulator, report: Report | None = None, **options: Any) -> Service:
    """The gate that all calls of a check go through, to the simulator in this process."""
    client = httpx.Client(transport=simulator.transport(), base_url=simulator.base_url)
    found = report or Report(simulator.base_url)
    return Service(client, TOKEN, found, **{"sleep": simulator.advance, "writes": True, **options})


def checked(simulator: Simulator, app: Any = None, **options: Any) -> Report:
    """Check the simulator in this process, on its own clock, in all parts.

    Args:
        simulator: the simulator.
        app: what stands before it; None for the simulator itself.
        options: those of `check`, in place of usual ones.
    """
    usual = {
        "writes": PROJECT,
        "export_to": VOLUME,
        "drs_uri": OBJECT,
        "second_token": OTHER_TOKEN,
        "alone": True,
        "sleep": simulator.advance,
    }
    if options.get("writes", PROJECT) is None:
        del usual["export_to"], usual["drs_uri"]
    return check(app or simulator.app, TOKEN, base_url=simulator.base_url, **{**usual, **options})
