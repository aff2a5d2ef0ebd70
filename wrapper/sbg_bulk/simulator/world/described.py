"""Imports by DRS: one job for up to a hundred objects, at a pace.

The job goes through the states of the jobs on files. So many files may come in so many seconds; when these are used
up, the jobs go on by themselves in the next such time, and none of them is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from attrs import define, field, frozen

from sbg_bulk.simulator.errors import ApiError
from sbg_bulk.simulator.world.actions import Item, destination_of
from sbg_bulk.simulator.world.jobs import JobState, Outcome, Progress, Timing
from sbg_bulk.simulator.world.repository import Record
from sbg_bulk.simulator.world.schedule import Schedule
from sbg_bulk.simulator.world.tree import File, User, World, free_name


@frozen
class DrsItem:
    """An object to import, and where to: exactly one of `parent` and `project` is given."""

    uri: str
    parent: str | None
    project: str | None
    name: str | None = None
    metadata: Mapping[str, str] = field(factory=dict)


@frozen
class Habits:
    """What the documentation leaves open: whether bundles are expanded, and what a skipped item's entry is.

    `skipped` is `existing` (the file that is there), `absent`, `error`, or `renamed` for one that is not skipped;
    `pace` is files and seconds, None for no limit.
    """

    bundles: bool = True
    skipped: str = "existing"
    pace: tuple[float, float] | None = (500, 300)


@define(eq=False)
class DrsImport:
    """An import of objects; `outcomes` are those of its files so far, None for one that is not told of."""

    id: str
    owner: User
    items: Sequence[DrsItem]
    conflicts: str
    tags: Sequence[str]
    submitted_on: float
    listed_from: float
    doomed: Mapping[int, int] = field(factory=dict)
    state: JobState = JobState.SUBMITTED
    todo: list[tuple[DrsItem, Record | ApiError]] = field(factory=list, repr=False)
    outcomes: list[Outcome | None] = field(factory=list)
    finished_on: float | None = None

    @property
    def ended(self) -> bool:
        return self.state is JobState.FINISHED


class DrsImports:
    """All imports by DRS of a simulator. They share the schedule and the ids of its other jobs."""

    def __init__(
        self,
        world: World,
        new_id: Callable[[float], str],
        schedule: Schedule,
        *,
        progress: Progress,
        timing: Timing,
        habits: Habits,
    ) -> None:
        self._world = world
        self._new_id = new_id
        self._schedule = schedule
        self._progress = progress
        self._timing = timing
        self._habits = habits
        self._imports: dict[str, DrsImport] = {}
        self._windows: dict[str, tuple[float, int]] = {}

    def start(
        self,
        owner: User,
        items: Sequence[DrsItem],
        now: float,
        *,
        conflicts: str = "SKIP",
        tags: Sequence[str] = (),
        doomed: Mapping[int, int] | None = None,
        late: float = 0.0,
    ) -> DrsImport:
        """Start an import. `conflicts` is OVERWRITE, RENAME or SKIP; `doomed` maps indices of items to codes."""
        made = DrsImport(self._new_id(now), owner, items, conflicts, tags, now, now + late, doomed or {})
        self._imports[made.id] = made
        if self._progress == "time":
            self._schedule.add(now + self._timing.submitted, lambda due: self._step_on_time(made, due))
        return made

    def add_finished(
        self, owner: User, outcomes: Sequence[Outcome], *, id: str, submitted_on: float, finished_on: float
    ) -> None:
        """Add one that has ended already."""
        made = DrsImport(id, owner, (), "SKIP", (), submitted_on, submitted_on)
        made.outcomes, made.state, made.finished_on = list(outcomes), JobState.FINISHED, finished_on
        self._imports[id] = made

    def find(self, user: User, import_id: str) -> DrsImport:
        """Find the user's import of that id. Raises ApiError (10211) if there is none."""
        found = self._imports.get(import_id)
        if found is None or found.owner is not user:
            raise ApiError(10211, f"There is no import {import_id}.")
        return found

    def by_id(self, import_id: str) -> DrsImport | None:
        """Find the import of that id, whoever's it is; None if there is none."""
        return self._imports.get(import_id)

    def listed(self, user: User, now: float) -> Sequence[DrsImport]:
        """Return the user's that lists show now, oldest first."""
        return [each for each in self._imports.values() if each.owner is user and each.listed_from <= now]

    def all(self) -> Sequence[DrsImport]:
        """Return all of all users, oldest first."""
        return list(self._imports.values())

    def shown(self, made: DrsImport, now: float) -> None:
        """Take note that an answer is about to show it."""
        if self._progress == "polls":
            self.step(made, now)

    def step(self, made: DrsImport, now: float) -> None:
        """Take the next step, if the pace allows it."""
        if made.state is JobState.SUBMITTED:
            made.state = JobState.RESOLVING
        elif made.state is JobState.RESOLVING:
            made.todo = [unit for number, item in enumerate(made.items) for unit in self._units(made, number, item)]
            made.state = JobState.RUNNING
        elif made.state is JobState.RUNNING and self._wait(made, now) == 0:
            item, record = made.todo[len(made.outcomes)]
            self._count(made.owner, now)
            try:
                made.outcomes.append(self._import(made, item, record, now))
            except ApiError as refusal:
                made.outcomes.append(refusal)
            if len(made.outcomes) == len(made.todo):
                made.state, made.finished_on = JobState.FINISHED, now

    def _step_on_time(self, made: DrsImport, due: float) -> None:
        wait = self._wait(made, due)
        if wait == 0:
            self.step(made, due)
            wait = self._timing.resolving if made.state is JobState.RESOLVING else self._timing.per_file
        if not made.ended:
            self._schedule.add(due + wait, lambda then: self._step_on_time(made, then))

    def _units(self, made: DrsImport, number: int, item: DrsItem) -> Sequence[tuple[DrsItem, Record | ApiError]]:
        """Return the files of an item, or what it is refused for."""
        if number in made.doomed:
            return [(item, ApiError(made.doomed[number], "An injected fault made this item fail."))]
        record = self._world.repository.find(item.uri)
        if record is None:
            return [(item, ApiError(10212, f"There is no object at {item.uri}."))]
        if not record.contents:
            return [(item, record)]
        if not self._habits.bundles:
            return [(item, ApiError(90000, f"{item.uri} is a bundle."))]
        inner = DrsItem("", item.parent, item.project, None, item.metadata)
        found = [self._world.repository.find(uri) for uri in record.contents]
        return [(inner, each or ApiError(10212, f"{item.uri} has an object that does not exist.")) for each in found]

    def _import(self, made: DrsImport, item: DrsItem, record: Record | ApiError, now: float) -> Outcome | None:
        if isinstance(record, ApiError):
            raise record
        folder = destination_of(self._world, made.owner, Item("", item.parent, item.project))
        name = item.name or record.name
        there = folder.children.get(name)
        if there is not None and made.conflicts == "SKIP" and self._habits.skipped != "renamed":
            if self._habits.skipped == "error":
                raise ApiError(5003, f"{name} exists already.")
            return there.id if self._habits.skipped == "existing" else None
        if isinstance(there, File) and made.conflicts == "OVERWRITE":
            self._world.delete(there)
        return self._world.add_file(
            free_name(folder, name),
            folder,
            size=record.size,
            created_on=now,
            tags=made.tags,
            metadata=item.metadata,
        ).id

    def _wait(self, made: DrsImport, now: float) -> float:
        """Return how many seconds the pace keeps the next file back."""
        pace = self._habits.pace
        if pace is None or made.state is not JobState.RUNNING:
            return 0.0
        began, files = self._windows.get(made.owner.username, (now, 0))
        return max(0.0, began + pace[1] - now) if files >= pace[0] else 0.0

    def _count(self, owner: User, now: float) -> None:
        pace = self._habits.pace
        began, files = self._windows.get(owner.username, (now, 0))
        if pace is not None and now >= began + pace[1]:
            began, files = now, 0
        self._windows[owner.username] = began, files + 1
