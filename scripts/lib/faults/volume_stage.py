"""A trial of imports or exports: what there is, what others do, and a record of all that the service took on."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any, Final

import httpx
from attrs import define, field, frozen

from sbg_bulk.items import EXPORT_COPY, EXPORT_REPLACE, IMPORT, ExportItem, ImportItem
from sbg_bulk.runs.rows import Row
from sbg_bulk.simulator import File, ManualClock, Simulator
from sbg_bulk.simulator.seeds import USERNAME
from sbg_bulk.simulator.world.moving import Export, Import, Wanted
from sbg_bulk.simulator.world.transfers import Transfer
from sbg_bulk.simulator.world.tree import walk
from scripts.lib.faults.schedule import DAY, Kind, Other, RowPlan, Schedule, Source
from scripts.lib.faults.stage import DESTINATION, ELSEWHERE, FORBIDDEN, SOURCES, service

FAMILIES: Final = (EXPORT_COPY, EXPORT_REPLACE, IMPORT)

BUCKET: Final = f"{USERNAME}/bucket"

_HEARD_ALL_THE_SAME: Final = frozenset({"late_list", "shuffle", "delay", "fail_item"})


@frozen
class PlantedTransfer:
    """A row of the manifest, and what it names as it was before anything happened.

    Attributes:
        item: what the run is told.
        wanted: what the service is to be told.
        size: the bytes of the file or object; None if there is none.
        plan: what was drawn.
    """

    item: ExportItem | ImportItem
    wanted: Wanted
    size: int | None
    plan: RowPlan

    def row(self, number: int) -> Row:
        """Return the row as a manifest's reader makes it."""
        return Row(number, self.item)


@define
class PostedTransfer:
    """An import or export that a request of the run started.

    Attributes:
        job: the simulator's.
        heard: whether the client got the answer.
    """

    job: Transfer
    heard: bool


@define
class VolumeStage(httpx.BaseTransport):
    """A simulator as a schedule wants it, and the transport through which a run reaches it.

    Attributes:
        schedule: what was drawn.
        family: the type of the run.
        clock: the simulator's clock; the client's goes with it, but for the server's leaps.
        simulator: the service.
        rows: the manifest's rows.
        posted: what the run's requests started, oldest first.
        others: what other processes of the user have started meanwhile.
        broken: what the run sent although it must not have.
        files_there: the files that were in the destination before.
    """

    schedule: Schedule
    family: str
    clock: ManualClock
    simulator: Simulator
    rows: Sequence[PlantedTransfer] = ()
    posted: list[PostedTransfer] = field(factory=list)
    others: list[Transfer] = field(factory=list)
    broken: list[str] = field(factory=list)
    files_there: int = 0
    _inner: httpx.BaseTransport = field(default=None)
    _latest: list[PostedTransfer] = field(factory=list)

    @classmethod
    def build(cls, schedule: Schedule, family: str) -> VolumeStage:
        """Set everything up; nothing has happened yet."""
        clock = ManualClock()
        stage = cls(schedule, family, clock, service(schedule, clock))
        stage._inner = stage.simulator.transport()
        stage._plant()
        return stage

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on, and take note of what it starts."""
        if request.method != "POST":
            return self._inner.handle_request(request)
        known = len(self.simulator.transfers.all())
        self._latest = []
        try:
            response = self._inner.handle_request(request)
        finally:
            for job in self.simulator.transfers.all()[known:]:
                self._took_on(job)
        struck = set((self.simulator.requests[-1].fault or "").split())
        if response.status_code < 300 and struck <= _HEARD_ALL_THE_SAME:
            for each in self._latest:
                each.heard = True
        return response

    def unheard(self) -> None:
        """Take note that the client ended before it took in the answer to its last request."""
        for each in self._latest:
            each.heard = False

    def submit(self, other: Other, number: int) -> None:
        """Start what another process of the user starts at this point."""
        user, now = self.simulator.world.users[USERNAME], self.clock.now()
        self.simulator.jobs.schedule.catch_up(now)
        late = self.schedule.others[number].late
        for each in self._wanted_by(other, number):
            self.others.append(self.simulator.transfers.start(user, each, now, late=late))

    def settle_down(self) -> None:
        """Let everything come to its end."""
        for each in self.simulator.transfers.all():
            while self.schedule.progress == "polls" and not each.ended:
                self.simulator.transfers.step(each, self.clock.now())
        self.simulator.advance(DAY)

    def files_below(self) -> int:
        """Count the files of the destination."""
        return sum(isinstance(each, File) for each in walk(self.simulator.world.projects[DESTINATION].root))

    def ours(self, place: int) -> list[Transfer]:
        """Return what the run's requests started for this row."""
        return [each.job for each in self.posted if source_of(each.job.wanted) == source_of(self.rows[place].wanted)]

    def _took_on(self, job: Transfer) -> None:
        if source_of(job.wanted) in {source_of(each.job.wanted) for each in self.posted}:
            self.broken.append(f"{source_of(job.wanted)} was sent a second time, as {job.id}")
        asked = next((one.wanted for one in self.rows if source_of(one.wanted) == source_of(job.wanted)), None)
        if asked != job.wanted:
            self.broken.append(f"{job.wanted} was sent, which no row asks for")
        self._latest.append(PostedTransfer(job, heard=False))
        self.posted.append(self._latest[-1])

    # What there is

    def _plant(self) -> None:
        schedule, world = self.schedule, self.simulator.world
        world.volumes.add(BUCKET)
        plant = self._planted_import if self.family == IMPORT else self._planted_export
        self.rows = [plant(place, plan) for place, plan in enumerate(schedule.rows)]
        rng = random.Random(f"stage {schedule.seed}")  # noqa: S311 - to be repeated
        user, now = world.users[USERNAME], self.clock.now()
        for number in range(schedule.earlier_jobs if self.rows else 0):
            # Of the same things to the same places, some of them.
            wanted = self.rows[number % len(self.rows)].wanted if number % 2 else self._another(f"earlier {number}")
            ended = now - 60.0 - rng.uniform(0.0, 30 * DAY)
            self.simulator.transfers.add_ended(
                user,
                wanted,
                world.projects[ELSEWHERE].root,
                id=f"Earlier{number:025}",
                submitted_on=ended - 60.0,
                finished_on=ended,
            )
        self.files_there = self.files_below()

    def _planted_export(self, place: int, plan: RowPlan) -> PlantedTransfer:
        world = self.simulator.world
        project = FORBIDDEN if plan.source is Source.FORBIDDEN else SOURCES
        folder = world.add_folder(f"place {place}", world.projects[project])
        file = world.add_file(plan.name, folder, size=place + 1)
        file.archived = plan.source is Source.FOLDER
        if plan.source is Source.MISSING:
            world.delete(file)
        location = f"out/{place}/{plan.new_name or plan.name}"
        item = ExportItem(file.id, BUCKET, location, overwrite=plan.nested)
        wanted = Export(file.id, BUCKET, location, plan.nested, self.family == EXPORT_COPY)
        return PlantedTransfer(item, wanted, None if plan.source is Source.MISSING else file.size, plan)

    def _planted_import(self, place: int, plan: RowPlan) -> PlantedTransfer:
        world = self.simulator.world
        volume, root = world.volumes[BUCKET], world.projects[DESTINATION].root
        location = f"in/{place}/{plan.name}"
        into = root.children["nested"] if plan.nested else root
        if plan.source is Source.FOLDER:
            for number in range(plan.files):
                volume.objects.put(f"{location}/part_{number}", number)
            location += "/"
        elif plan.source is not Source.MISSING:
            volume.objects.put(location, place + 1)
        where: dict[str, Any] = {"parent": into.id} if plan.nested else {"project": DESTINATION}
        item = ImportItem(BUCKET, location, name=plan.new_name, autorename=plan.source is Source.FORBIDDEN, **where)
        wanted = Import(
            BUCKET, location, item.parent, item.project, item.name, item.overwrite, item.autorename, preserve=None
        )
        return PlantedTransfer(
            item, wanted, place + 1 if plan.source in (Source.FILE, Source.FORBIDDEN) else None, plan
        )

    def _wanted_by(self, other: Other, number: int) -> Sequence[Wanted]:
        """Return what another process starts."""
        batches = self.schedule.batches
        batch = [self.rows[place] for place in batches[other.batch]] if batches else []
        if other.kind is Kind.IDENTICAL:
            return [each.wanted for each in batch]
        if other.kind is Kind.TWIN:
            # Of the same things, to other places.
            return [_elsewhere(each.wanted, f"twin {number}") for each in batch]
        return [self._another(f"other {number} {each}") for each in range(len(other.names))]

    def _another(self, name: str) -> Wanted:
        """Return what is none of the rows' at all."""
        world = self.simulator.world
        if self.family == IMPORT:
            world.volumes[BUCKET].objects.put(f"others/{name}", 1)
            return Import(BUCKET, f"others/{name}", None, ELSEWHERE)
        file = world.add_file(name, world.projects[ELSEWHERE], size=1)
        return Export(file.id, BUCKET, f"others/{name}", copy_only=self.family == EXPORT_COPY)


def source_of(wanted: Wanted) -> str:
    """Return what is imported or exported."""
    return wanted.file if isinstance(wanted, Export) else f"{wanted.volume}:{wanted.location}"


def _elsewhere(wanted: Wanted, name: str) -> Wanted:
    if isinstance(wanted, Export):
        return Export(wanted.file, BUCKET, f"{name}/{wanted.location}", copy_only=True)
    return Import(BUCKET, wanted.location, None, ELSEWHERE, name=name, autorename=True)


def options_of(family: str) -> Mapping[str, str]:
    """Return the names of the calls of a family: `submit`, `details` and `list`."""
    kind = "imports" if family == IMPORT else "exports"
    return {"submit": f"bulk_start_{kind}", "details": f"bulk_get_{kind}", "list": f"list_{kind}"}
