"""The service that a trial is about: what there is in it, what others do in it, and a record of all that it took on."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Final

import httpx
from attrs import define, field, frozen

from sbg_bulk.files.filters import FOLDER
from sbg_bulk.runs.columns import DESTINATION_COLUMN, TYPE_COLUMN
from sbg_bulk.runs.rows import Row
from sbg_bulk.simulator import ApiError, File, Folder, Item, Job, JobState, JobType, ManualClock, Simulator
from sbg_bulk.simulator.http.app import OTHERS_FILE
from sbg_bulk.simulator.seeds import USERNAME
from sbg_bulk.simulator.world.tree import Node, walk
from sbg_bulk.transfers.manifest import ITEMS
from scripts.lib.faults.schedule import DAY, Kind, Other, RowPlan, Schedule, Source

SOURCES: Final = f"{USERNAME}/sources"
DESTINATION: Final = f"{USERNAME}/destination"
ELSEWHERE: Final = f"{USERNAME}/elsewhere"
FORBIDDEN: Final = "bmcclintock/forbidden"


@frozen
class Planted:
    """A row of the manifest, and what it names as it was before anything happened.

    Attributes:
        item: what the run is told.
        destination: the id of the folder where it goes; None for a deletion.
        wanted: the name it is to have there, or would have if it were there.
        size: that of a file.
        origin: the id of the folder that it is in; None if it does not exist.
        plan: what was drawn.
    """

    item: Item
    destination: str | None
    wanted: str
    size: int | None
    origin: str | None
    plan: RowPlan

    def row(self, number: int, job_type: JobType) -> Row:
        """Return the row as a manifest's reader, or a choice by paths, makes it."""
        keys = ("file",) if job_type is JobType.DELETE else ("file", "parent", "project", "name")
        values = {key: value for key in keys if (value := getattr(self.item, key)) is not None}
        seen = {TYPE_COLUMN: FOLDER, DESTINATION_COLUMN: f"{DESTINATION}/{self.wanted}"}
        return Row(number, ITEMS[job_type](**values), seen if self.plan.source is Source.FOLDER else {})


@define
class Posted:
    """A job that a POST of the run started.

    Attributes:
        job: the simulator's.
        heard: whether the client got the answer.
    """

    job: Job
    heard: bool


def service(schedule: Schedule, clock: ManualClock) -> Simulator:
    """Make the simulator that a schedule wants, with nothing in it."""
    simulator = Simulator(
        clock=clock,
        progress=schedule.progress,
        timing=schedule.timing,
        rate_limit=schedule.rate_limit,
        submit_status=schedule.submit_status,
        list_order=schedule.list_order,
        variant=schedule.variant,
        faults=schedule.faults,
    )
    simulator.world.add_user("bmcclintock")
    for project in (SOURCES, DESTINATION, ELSEWHERE, FORBIDDEN):
        simulator.world.add_project(project)
    simulator.world.add_folder("nested", simulator.world.projects[DESTINATION])
    return simulator


@define
class Stage(httpx.BaseTransport):
    """A simulator as a schedule wants it, and the transport through which a run reaches it.

    Attributes:
        schedule: what was drawn.
        clock: the simulator's clock; the client's goes with it, but for the server's leaps.
        simulator: the service.
        rows: the manifest's rows.
        posted: the jobs that the run's requests started, oldest first.
        others: the jobs of other processes that the user has started meanwhile.
        broken: what the run sent although it must not have.
        files_there: the files that were in the destination before.
        empty: the ids of what rows and other jobs name that are folders without files.
    """

    schedule: Schedule
    clock: ManualClock
    simulator: Simulator
    rows: Sequence[Planted] = ()
    posted: list[Posted] = field(factory=list)
    others: list[Job] = field(factory=list)
    broken: list[str] = field(factory=list)
    files_there: int = 0
    empty: set[str] = field(factory=set)
    _sizes: int = 1
    _inner: httpx.BaseTransport = field(default=None)
    _prepared: dict[int, Sequence[Item]] = field(factory=dict)
    _latest: Posted | None = None

    @classmethod
    def build(cls, schedule: Schedule) -> Stage:
        """Set everything up; nothing has happened yet."""
        clock = ManualClock()
        stage = cls(schedule, clock, service(schedule, clock))
        stage._inner = stage.simulator.transport()
        stage._plant()
        return stage

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on, and take note of what it starts."""
        if request.method != "POST":
            return self._inner.handle_request(request)
        known = {job.id for job in self.simulator.jobs.all()}
        self._latest = None
        try:
            response = self._inner.handle_request(request)
        finally:
            for job in self.simulator.jobs.all():
                if job.id not in known and job.items[0].file != OTHERS_FILE:
                    self._took_on(job)
        if self._latest is not None and response.status_code < 300 and self.simulator.requests[-1].fault is None:
            self._latest.heard = True
        return response

    def unheard(self) -> None:
        """Take note that the client ended before it took in the answer to its last request."""
        if self._latest is not None:
            self._latest.heard = False

    def submit(self, other: Other, number: int) -> None:
        """Submit the job prepared for this number, as another process of the user."""
        job_type = self.schedule.job_type
        if other.kind is Kind.UNRELATED:
            job_type = JobType.COPY if job_type is not JobType.COPY else JobType.DELETE
        user, now = self.simulator.world.users[USERNAME], self.clock.now()
        self.simulator.jobs.schedule.catch_up(now)
        late = self.schedule.others[number].late
        self.others.append(self.simulator.jobs.submit(user, job_type, self._prepared[number], now, late=late))

    def settle_down(self) -> None:
        """Let all jobs come to their end."""
        for job in [*(each.job for each in self.posted), *self.others]:
            while self.schedule.progress == "polls" and job.state is not JobState.FINISHED:
                self.simulator.step(job.id)
        self.simulator.advance(DAY)

    def files_below(self, project: str) -> int:
        """Count the files of a project."""
        return sum(isinstance(each, File) for each in walk(self.simulator.world.projects[project].root))

    def moves_folders_alone(self, job: Job) -> bool:
        """Return whether a job of the run has moved nothing but folders."""
        moved = {item.file for item, made in zip(job.items, job.outcomes, strict=False) if isinstance(made, str)}
        folders = {row.item.file for row in self.rows if row.plan.source is Source.FOLDER}
        return job.type is JobType.MOVE and bool(moved) and moved <= folders

    def ours(self, place: int) -> list[Job]:
        """Return the jobs that the run's requests started and that deal with this row."""
        file = self.rows[place].item.file
        return [each.job for each in self.posted if any(item.file == file for item in each.job.items)]

    def _took_on(self, job: Job) -> None:
        for item in job.items:
            for earlier in self.posted:
                place = next((at for at, one in enumerate(earlier.job.items) if one.file == item.file), None)
                if place is None:
                    continue
                if earlier.job.state is not JobState.FINISHED or isinstance(earlier.job.outcomes[place], str):
                    self.broken.append(f"{item.file} was sent in job {job.id}, though job {earlier.job.id} had it")
        self._latest = Posted(job, heard=False)
        self.posted.append(self._latest)

    # What there is

    def _plant(self) -> None:
        schedule, world = self.schedule, self.simulator.world
        nested = world.projects[DESTINATION].root.children["nested"]
        assert isinstance(nested, Folder)
        rng = random.Random(f"stage {schedule.seed}")  # noqa: S311 - to be repeated
        self.rows = [self._row(plan, nested) for plan in schedule.rows]
        for number, other in enumerate(schedule.others):
            self._prepared[number] = self._items(other, nested)
        user, now = world.users[USERNAME], self.clock.now()
        for number in range(schedule.earlier_jobs):
            failed = ApiError(10225, "There was no such file.")
            # Some of them expire while the run goes on.
            ended = now - rng.choice((rng.uniform(0.0, 30 * DAY), 30 * DAY - rng.uniform(0.0, 300.0)))
            job_type = rng.choice((schedule.job_type, JobType.DELETE))
            outcomes = [failed] if number % 2 else [world.projects[ELSEWHERE].root.id]
            self.simulator.jobs.add_finished(user, job_type, outcomes, submitted_on=ended - 60.0, finished_on=ended)
        self.files_there = self.files_below(DESTINATION)

    def _row(self, plan: RowPlan, nested: Folder) -> Planted:
        node = self._node(plan)
        root = self.simulator.world.projects[DESTINATION].root
        into = nested if plan.nested else root
        exists = plan.source is not Source.MISSING
        if not exists:
            self.simulator.world.delete(node)
        deletes = self.schedule.job_type is JobType.DELETE
        parent = None if deletes or not plan.nested else nested.id
        project = None if deletes or plan.nested else DESTINATION
        return Planted(
            item=Item(node.id, parent, project, None if deletes else plan.new_name),
            destination=None if deletes else into.id,
            wanted=plan.new_name or plan.name,
            size=node.size if isinstance(node, File) else None,
            origin=node.parent.id if exists and node.parent is not None else None,
            plan=plan,
        )

    def _node(self, plan: RowPlan, project: str = SOURCES, size: int | None = None) -> Node:
        """Add what a row names, in a folder of its own, so that its name is free."""
        world = self.simulator.world
        project = FORBIDDEN if plan.source is Source.FORBIDDEN else project
        self._sizes += 1
        place = world.add_folder(f"place {self._sizes}", world.projects[project])
        if plan.source is not Source.FOLDER:
            return world.add_file(plan.name, place, size=self._sizes if size is None else size)
        folder = world.add_folder(plan.name, place)
        for number in range(plan.files):
            world.add_file(f"part_{number}", folder, size=self._sizes)
        if not plan.files:
            self.empty.add(folder.id)
        return folder

    def _items(self, other: Other, nested: Folder) -> Sequence[Item]:
        """Return the items that another process submits."""
        batches = self.schedule.batches
        batch = [self.rows[place] for place in batches[other.batch]] if batches else []
        if other.kind is Kind.IDENTICAL:
            return [each.item for each in batch]
        if other.kind is Kind.TWIN:
            return [self._twin(each) for each in batch]
        items = []
        for number, name in enumerate(other.names):
            like = batch[number] if number < len(batch) else None
            file = self._node(RowPlan(Source.FILE, name, None, False, 1), ELSEWHERE)
            into = nested if like is not None and like.plan.nested else self.simulator.world.projects[DESTINATION].root
            items.append(Item(file.id, parent=into.id))
        return items

    def _twin(self, row: Planted) -> Item:
        plan = row.plan
        if plan.source in (Source.MISSING, Source.FORBIDDEN):
            # In a trial of folders, one: what is missing may have been anything.
            kinds = {each.plan.source for each in self.rows}
            kind = Source.FILE if Source.FILE in kinds else Source.FOLDER
            plan = RowPlan(kind, plan.name, plan.new_name, plan.nested, plan.files)
        node = self._node(plan, ELSEWHERE, row.size)
        return Item(node.id, row.item.parent, row.item.project, row.item.name)
