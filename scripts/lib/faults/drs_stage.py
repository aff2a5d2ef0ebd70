"""A trial of imports by DRS: what there is, what others do, and a record of all that the service took on."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, Final

import httpx
from attrs import define, field, frozen

from sbg_bulk.drs.items import DrsItem
from sbg_bulk.runs.rows import Row
from sbg_bulk.simulator import ApiError, File, Folder, ManualClock, Simulator
from sbg_bulk.simulator.seeds import USERNAME
from sbg_bulk.simulator.world.described import DrsImport
from sbg_bulk.simulator.world.described import DrsItem as Wanted
from sbg_bulk.simulator.world.tree import walk
from scripts.lib.faults.schedule import DAY, Kind, Other, RowPlan, Schedule, Source
from scripts.lib.faults.stage import DESTINATION, service

HOST: Final = "drs://portal.example"


@frozen
class PlantedObject:
    """A row of the manifest.

    Attributes:
        item: what the run is told.
        place: the id of the folder that it goes to.
        files: how many files it is: none if there is no such object, several of a bundle.
    """

    item: DrsItem
    place: str
    files: int

    def row(self, number: int) -> Row:
        """Return the row as a manifest's reader makes it."""
        return Row(number, self.item)

    @property
    def wanted(self) -> Wanted:
        """What another process asks for that wants the same."""
        return Wanted(self.item.drs_uri, self.item.parent, self.item.project, self.item.name, self.item.metadata)


@define
class PostedImport:
    """A job that a request of the run started.

    Attributes:
        job: the simulator's.
        heard: whether the client got the answer.
    """

    job: DrsImport
    heard: bool


@define
class DrsStage(httpx.BaseTransport):
    """A simulator as a schedule wants it, and the transport through which a run reaches it.

    Attributes:
        schedule: what was drawn.
        conflicts: what is done where a name is taken.
        clock: the simulator's clock; the client's goes with it, but for the server's leaps.
        simulator: the service.
        rows: the manifest's rows.
        posted: the jobs that the run's requests started, oldest first.
        others: the jobs of other processes that the user has started meanwhile.
        broken: what the run sent although it must not have.
        before: the ids of the files that were there before.
    """

    schedule: Schedule
    conflicts: str
    clock: ManualClock
    simulator: Simulator
    rows: Sequence[PlantedObject] = ()
    posted: list[PostedImport] = field(factory=list)
    others: list[DrsImport] = field(factory=list)
    broken: list[str] = field(factory=list)
    before: set[str] = field(factory=set)
    _inner: httpx.BaseTransport = field(default=None)
    _latest: PostedImport | None = None

    @classmethod
    def build(cls, schedule: Schedule, conflicts: str) -> DrsStage:
        """Set everything up; nothing has happened yet."""
        clock = ManualClock()
        stage = cls(schedule, conflicts, clock, service(schedule, clock))
        stage._inner = stage.simulator.transport()
        stage._plant()
        return stage

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on, and take note of what it starts."""
        if request.method != "POST":
            return self._inner.handle_request(request)
        known = len(self.simulator.drs_imports.all())
        self._latest = None
        try:
            response = self._inner.handle_request(request)
        finally:
            for job in self.simulator.drs_imports.all()[known:]:
                self._took_on(job)
        if self._latest is not None and response.status_code < 300 and self.simulator.requests[-1].fault is None:
            self._latest.heard = True
        return response

    def unheard(self) -> None:
        """Take note that the client ended before it took in the answer to its last request."""
        if self._latest is not None:
            self._latest.heard = False

    def submit(self, other: Other, number: int) -> None:
        """Start what another process of the user starts at this point."""
        user, now = self.simulator.world.users[USERNAME], self.clock.now()
        self.simulator.jobs.schedule.catch_up(now)
        late = self.schedule.others[number].late
        self.others.append(
            self.simulator.drs_imports.start(
                user, self._wanted_by(other, number), now, conflicts=self.conflicts, late=late
            )
        )

    def settle_down(self) -> None:
        """Let everything come to its end."""
        self.simulator.advance(DAY)
        for job in self.simulator.drs_imports.all():
            while not job.ended:
                self.simulator.drs_imports.step(job, self.clock.now())
                self.simulator.advance(60.0)

    def ours(self, place: int) -> list[DrsImport]:
        """Return the jobs that the run's requests started and that deal with this row."""
        uri = self.rows[place].item.drs_uri
        return [each.job for each in self.posted if any(item.uri == uri for item in each.job.items)]

    def made(self, job: DrsImport, uri: str) -> list[str | ApiError | None]:
        """Return what a job did with an object: for each of its files an id, an error, or None if it was skipped."""
        units = [
            item
            for number, item in enumerate(job.items)
            for _ in range(1 if number in job.doomed else self._units(item.uri))
        ]
        return [outcome for item, outcome in zip(units, job.outcomes, strict=False) if item.uri == uri]

    def files(self) -> dict[str, File]:
        """Return the files of the destination, by their ids."""
        root = self.simulator.world.projects[DESTINATION].root
        return {each.id: each for each in walk(root) if isinstance(each, File)}

    def _units(self, uri: str) -> int:
        record = self.simulator.world.repository.find(uri)
        expanded = record is not None and self.schedule.variant.drs_bundles == "expanded"
        return len(record.contents) or 1 if record is not None and expanded else 1

    def _took_on(self, job: DrsImport) -> None:
        for item in job.items:
            for earlier in self.posted:
                told = self.made(earlier.job, item.uri)
                if not any(one.uri == item.uri for one in earlier.job.items):
                    continue
                if not earlier.job.ended or any(isinstance(one, str) for one in told):
                    self.broken.append(f"{item.uri} was sent in job {job.id}, though job {earlier.job.id} had it")
        asked = {row.item.drs_uri: row.wanted for row in self.rows}
        if any(asked.get(item.uri) != item for item in job.items) or job.conflicts != self.conflicts:
            self.broken.append(f"job {job.id} was asked for what no row asks for")
        self._latest = PostedImport(job, heard=False)
        self.posted.append(self._latest)

    # What there is

    def _plant(self) -> None:
        schedule, world = self.schedule, self.simulator.world
        root = world.projects[DESTINATION].root
        self.rows = [self._row(place, plan) for place, plan in enumerate(schedule.rows)]
        rng = random.Random(f"stage {schedule.seed}")  # noqa: S311 - to be repeated
        user, now = world.users[USERNAME], self.clock.now()
        for number in range(min(schedule.earlier_jobs, len(schedule.batches))):
            # Of the same names to the same places.
            ended = now - 300.0 - rng.uniform(0.0, 20 * DAY)
            made = []
            for place in schedule.batches[number]:
                item = self.rows[place].item
                folder = root.children["nested"] if item.parent is not None else root
                assert isinstance(folder, Folder)
                if item.name is not None and item.name not in folder.children and rng.random() < 0.8:
                    made.append(world.add_file(item.name, folder, created_on=ended, id=f"{place:024}").id)
            self.simulator.drs_imports.add_finished(
                user, made, id=f"earlier{number}", submitted_on=ended - 60.0, finished_on=ended
            )
        self.before = set(self.files())

    def _row(self, place: int, plan: RowPlan) -> PlantedObject:
        world = self.simulator.world
        uri, nested = f"{HOST}/{place}", world.projects[DESTINATION].root.children["nested"]
        files = 0 if plan.source is Source.MISSING else 1
        if plan.source is Source.FOLDER and plan.files:
            files = plan.files
            for number in range(files):
                world.repository.add(f"{uri}-{number}", f"part_{place}_{number}.bam", size=place)
            world.repository.add(uri, plan.name, contents=[f"{uri}-{number}" for number in range(files)])
        elif files:
            world.repository.add(uri, f"in_repository_{place}.bam", size=place)
        bundle = files > 1 or (plan.source is Source.FOLDER and plan.files > 0)
        named = not bundle and plan.source is not Source.FORBIDDEN
        where: dict[str, Any] = {"parent": nested.id} if plan.nested else {"project": DESTINATION}
        item = DrsItem(
            uri,
            name=(plan.new_name or f"{place}_{plan.name}") if named else None,
            conflict_resolution=self.conflicts,
            metadata={"sample": f"S{place}"},
            **where,
        )
        return PlantedObject(item, nested.id if plan.nested else world.projects[DESTINATION].root.id, files)

    def _wanted_by(self, other: Other, number: int) -> Sequence[Wanted]:
        """Return what another process starts."""
        batches = self.schedule.batches
        batch = [self.rows[place].wanted for place in batches[other.batch]] if batches else []
        if other.kind is Kind.IDENTICAL:
            return batch
        found = []
        for place, name in enumerate(other.names or ("alone",)):
            uri = f"{HOST}/other-{number}-{place}"
            self.simulator.world.repository.add(uri, name, size=1)
            like = batch[place] if other.kind is Kind.TWIN and place < len(batch) else None
            parent, project = (None, DESTINATION) if like is None else (like.parent, like.project)
            called = f"other_{number}_{place}.bam" if like is None else like.name
            found.append(Wanted(uri, parent, project, called))
        return found
