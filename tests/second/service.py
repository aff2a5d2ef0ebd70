"""A server with something in it, on a clock that only goes on by sleeping, and both clients at it."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from sbg_bulk import AsyncClient, Client, Polling, Settings
from sbg_bulk.api.drivers.aio import AwaitingDriver
from sbg_bulk.api.drivers.sync import BlockingDriver
from sbg_bulk.runs.journal import Journal
from tests.second.server.app import FOREIGN_PROJECT, application
from tests.second.server.nodes import Node
from tests.second.server.transport import Transport
from tests.second.server.variant import Variant
from tests.second.server.world import Deed, Item, World
from tests.second.variants import VARIANTS

TOKEN: Final = "demo-token"
USER: Final = "rfranklin"
SOURCE: Final = f"{USER}/source"
TARGET: Final = f"{USER}/target"
VOLUME: Final = f"{USER}/bucket"
OBJECT: Final = "drs://second.example/reads"
HOST: Final = "http://second.localhost"
POLLING: Final = Polling(1.0, 5.0)


class Clock:
    """Unix seconds that pass only by sleeping."""

    def __init__(self) -> None:
        self.time = 1_795_000_000.25

    def __call__(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds

    async def sleep_async(self, seconds: float) -> None:
        self.time += seconds


def fill(world: World, files: int = 0) -> None:
    """Put a user, two projects and files into a world, a project for the user's other program, and volumes."""
    world.users |= {TOKEN: USER, "another-token": "jwatson"}
    source = world.add_project(SOURCE).root
    world.add_project(TARGET)
    world.add_project("jwatson/private")
    foreign = world.add_project(f"{USER}/{FOREIGN_PROJECT}").root
    for n in range(2):
        world.add_file(f"other-{n}.bam", foreign)
    for n in range(files):
        world.add_file(f"f{n:03}.bam", source, size=1000 + n)
    runs = {f"runs/{run}/{name}": 10 for run in ("a", "b") for name in ("1.bam", "2.bam")}
    world.moving.add_volume(VOLUME, {"first.bam": 7, "second.bam": 8, **runs})
    world.moving.add_volume(f"{USER}/read-only", {"third.bam": 9}, writable=False)
    world.moving.add_volume("jwatson/theirs", {"fourth.bam": 9})
    world.moving.repository |= {OBJECT: ("reads.bam", 4096), f"{OBJECT}-2": ("more.bam", 8192)}


class Service:
    """A server in this process.

    Args:
        variant: how it behaves.
        files: how many files the project SOURCE has.
        settings: those of the world.
    """

    def __init__(self, variant: Variant, files: int = 0, **settings: Any) -> None:
        self.clock = Clock()
        self.world = World(variant, self.clock, **settings)
        fill(self.world, files)
        self.transport = Transport(application(self.world))
        self.url = HOST + variant.base_path

    @property
    def source(self) -> Node:
        return self.world.projects[SOURCE].root

    @property
    def target(self) -> Node:
        return self.world.projects[TARGET].root

    @property
    def files(self) -> list[str]:
        """The ids of what is in SOURCE."""
        return [one.id for one in self.source.children]

    def add_tree(self) -> Node:
        """Put a folder with five files, two of them in a folder in it, and an empty folder into SOURCE."""
        folder = self.world.add_folder("lanes", self.source)
        for n in range(3):
            self.world.add_file(f"lane-{n}.fastq", folder)
        deep = self.world.add_folder("deep", folder)
        for n in range(2):
            self.world.add_file(f"deep-{n}.fastq", deep)
        self.world.add_folder("empty", folder)
        return folder

    def past_jobs(self, number: int) -> list[str]:
        """Have the user's other program submit jobs that end soon; their ids."""
        other = self.world.projects[f"{USER}/{FOREIGN_PROJECT}"].root
        made = []
        for _ in range(number):
            items = [Item(other.children[0].id, project=f"{USER}/{FOREIGN_PROJECT}", name="again.bam")]
            made.append(self.world.submit(USER, "COPY", items, foreign=True).id)
            self.clock.sleep(0.01)
        return made

    def deeds(self) -> list[tuple[str, Deed]]:
        """What was done for the programs under test, each with its job's id."""
        return [(job.id, deed) for job in self.world.jobs.values() if not job.foreign for deed in job.deeds]

    def client(self, driver: type[BlockingDriver] = BlockingDriver, **settings: Any) -> Client:
        def made(settings: Settings, timeout: httpx.Timeout) -> BlockingDriver:
            return driver(settings, timeout, self.transport, self.clock.sleep, self.clock)

        return Client(self.url, TOKEN, driver=made, polling=POLLING, **settings)

    def async_client(self) -> AsyncClient:
        def made(settings: Settings, timeout: httpx.Timeout) -> AwaitingDriver:
            return AwaitingDriver(settings, timeout, self.transport, self.clock.sleep_async, self.clock)

        return AsyncClient(self.url, TOKEN, driver=made, polling=POLLING)


class Caller:
    """Calls methods of one client or the other."""

    def __init__(self, service: Service, awaiting: bool) -> None:
        self.service, self._awaiting = service, awaiting

    def __call__(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """Return what a method returns; of what it produces, a list."""
        if self._awaiting:
            return asyncio.run(self._called(method, *args, **kwargs))
        with self.service.client() as client:
            result = getattr(client, method)(*args, **kwargs)
            return list(result) if isinstance(result, Iterator) else result

    async def _called(self, method: str, *args: Any, **kwargs: Any) -> Any:
        async with self.service.async_client() as client:
            result = getattr(client, method)(*args, **kwargs)
            return [one async for one in result] if isinstance(result, AsyncIterator) else await result


def variants(names: Iterable[str] = VARIANTS, with_: str = "") -> list[Any]:
    """Return the variants as parameters of a test.

    Args:
        names: which variants.
        with_: another parameter, which stands before the variant.
    """
    return [
        pytest.param(*filter(None, [with_]), VARIANTS[name], id="-".join(filter(None, [with_, name]))) for name in names
    ]


def manifest(rows: list[str]) -> io.BytesIO:
    """Return a manifest whose rows are nothing but ids."""
    return io.BytesIO("\n".join(["file", *rows, ""]).encode())


def lies(service: Service, journal: Path) -> list[str]:
    """Return what a complete run says of its rows that is not so, and what was not done exactly once."""
    done: dict[str, list[tuple[str, Deed]]] = {}
    for job, deed in service.deeds():
        done.setdefault(deed.item.file, []).append((job, deed))
    with Journal.open(journal) as opened:
        dated = service.world.variant.date_header
        return [lie for row in opened.report() for lie in _lies(row, done.get(row["file"], []), dated)]


def _lies(row: Mapping[str, Any], deeds: list[tuple[str, Deed]], dated: bool) -> Iterator[str]:
    name, outcome = row["file"], row["outcome"]
    if not deeds and outcome == "unknown" and not dated:
        # Without the service's time a submission of a process that has ended may be of any age.
        return
    if len(deeds) != 1:
        yield f"{name} was carried out {len(deeds)} times ({outcome})"
        return
    job, deed = deeds[0]
    if outcome == "open":
        yield f"{name} is said to be left"
    if row["job"] != job:
        yield f"{name} is said to be in job {row['job']}, and was in {job}"
    if outcome == "done" and deed.error is not None:
        yield f"{name} is said to be done, and has failed"
    if outcome == "failed" and deed.error is None:
        yield f"{name} is said to have failed, and was done"
    if row["new_id"] not in (None, deed.made):
        yield f"{name} is said to be {row['new_id']} now, and is {deed.made}"
    if deed.error is not None and row["api_code"] not in (None, deed.error.code):
        yield f"{name} is said to have failed with {row['api_code']}, and has with {deed.error.code}"
