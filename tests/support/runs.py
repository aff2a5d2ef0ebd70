"""Whole runs in this process: a simulator, a client on its clock, and manifests to carry."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from sbg_bulk import AsyncClient, Client, Polling, Retry, Settings, Token
from sbg_bulk.api.drivers.aio import AwaitingDriver
from sbg_bulk.api.drivers.base import TIMEOUT
from sbg_bulk.api.drivers.sync import BlockingDriver
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.steps import Step
from sbg_bulk.families import FAMILIES, family_of
from sbg_bulk.items import CopyItem
from sbg_bulk.runs.create import create
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.problems import Problem
from sbg_bulk.runs.progress import RunOptions
from sbg_bulk.runs.records import Tally
from sbg_bulk.runs.rows import Row
from sbg_bulk.runs.run import run
from sbg_bulk.simulator import Item as SimulatedItem
from sbg_bulk.simulator import JobType, LoggedRequest, ManualClock, Project, Simulator, Timing
from sbg_bulk.testing import VirtualClock

TOKEN: Final = "demo-token"
TARGET: Final = "rfranklin/target"
ENDPOINT: Final = "http://localhost/v2"


class Killed(BaseException):
    """The process ends here, as far as a flow is concerned."""


class Service:
    """A simulator with a project to copy from and one to copy to.

    Args:
        files: how many files the source has.
        settings: those of the simulator.
    """

    def __init__(self, files: int = 0, **settings: Any) -> None:
        self.simulator = Simulator(**{"clock": ManualClock(), "timing": Timing(1, 1, 0.1), **settings})
        self.clock = VirtualClock(self.simulator.clock)
        self.world = self.simulator.world
        self.source = self.world.add_project("rfranklin/source")
        self.target = self.world.add_project(TARGET)
        self.files = [self.world.add_file(f"f{n}.bam", self.source.root, size=1000 + n).id for n in range(files)]

    def client(self, driver: type[BlockingDriver] = BlockingDriver, **settings: Any) -> Client:
        """A client on the simulator's clock."""
        made = self.clock.blocking_driver(self.simulator.transport(), driver)
        return Client(ENDPOINT, **{"token": TOKEN, "polling": Polling(1.0, 5.0), **settings}, driver=made)

    def async_client(self, driver: type[AwaitingDriver] = AwaitingDriver, token: str = TOKEN) -> AsyncClient:
        """The asynchronous one."""
        made = self.clock.awaiting_driver(self.simulator.transport(), driver)
        return AsyncClient(ENDPOINT, token, polling=Polling(1.0, 5.0), driver=made)

    def manifest(self, **columns: str) -> io.BytesIO:
        """All files of the source as a manifest."""
        return table(self.files, **columns)

    def rows(self, **columns: str) -> list[Row | Problem]:
        """All files of the source as rows that copy them."""
        return [Row(n + 2, CopyItem(file, project=TARGET), columns) for n, file in enumerate(self.files)]

    def copies(self, project: Project | None = None) -> list[str]:
        """The names of the files in the target, or in another project."""
        return sorted((project or self.target).root.children)

    def submit(self, items: Sequence[str], project: str = TARGET, kind: JobType = JobType.COPY) -> str:
        """Have another process of the same user submit a job of its own."""
        user = self.world.users["rfranklin"]
        destination = None if kind is JobType.DELETE else project
        made = [SimulatedItem(file, project=destination) for file in items]
        return self.simulator.jobs.submit(user, kind, made, self.clock.now()).id

    @property
    def submissions(self) -> list[LoggedRequest]:
        return [one for one in self.simulator.requests if (one.operation or "").startswith("submit_")]

    @property
    def refusals(self) -> list[LoggedRequest]:
        return [one for one in self.simulator.requests if one.status == 429]


def carry(
    service: Service,
    path: Path,
    made: Sequence[Row | Problem],
    *,
    fast: float = 0.0,
    items_per_job: int = 100,
    **options: Any,
) -> Tally:
    """Carry a run of these rows, on a machine whose clock is so many seconds ahead of the service's.

    What the flow raises comes through, with the journal closed.
    """
    create(made, FAMILIES["COPY"], ENDPOINT, items_per_job=items_per_job, journal=path).close()
    settings = Settings(ENDPOINT, Token(TOKEN))
    policy = RequestPolicy(Retry(within=math.inf), Polling(1.0, 5.0), random=lambda: 0.5)
    driver = service.clock.blocking_driver(service.simulator.transport())(settings, TIMEOUT)
    with closing(driver), Journal.open(path, lambda: service.clock.now() + fast) as opened:
        return driver.run(run(policy, opened, family_of(opened), RunOptions(**options), token="a mark"))


def table(files: Sequence[str], **columns: str) -> io.BytesIO:
    """A manifest in CSV."""
    header = ",".join(("file", *columns))
    lines = [",".join((file, *columns.values())) for file in files]
    return io.BytesIO("\n".join((header, *lines, "")).encode())


def interrupted(at: int, after: bool, error: Callable[[], BaseException] = Killed) -> type[BlockingDriver]:
    """A driver that breaks off at a step, before or after it is performed. Steps are counted over all flows, from 0."""
    count = iter(range(1 << 30))

    class Interrupted(BlockingDriver):
        def _perform(self, step: Step) -> object:
            here = next(count) == at
            if here and not after:
                raise error()
            outcome = super()._perform(step)
            if here:
                raise error()
            return outcome

    return Interrupted


def report(path: Path) -> list[dict[str, Any]]:
    """What a journal says of each row."""
    with Journal.open(path) as journal:
        return list(journal.report())


def outcomes(path: Path) -> list[str]:
    """The outcome of each row."""
    return [row["outcome"] for row in report(path)]


def rows(count: int, start: int = 0) -> list[Row | Problem]:
    """Rows that copy files which do not exist."""
    return [Row(n + 2, CopyItem(f"file{n:06}", project=TARGET)) for n in range(start, start + count)]


def journal(path: Path, count: int = 10, items_per_job: int = 3, job_type: str = "COPY") -> Journal:
    """A new journal of such rows."""
    return create(rows(count), FAMILIES[job_type], ENDPOINT, items_per_job=items_per_job, journal=path)
