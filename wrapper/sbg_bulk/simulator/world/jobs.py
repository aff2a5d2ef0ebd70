"""Jobs, from their submission until a month after their end.

A job goes from SUBMITTED over RESOLVING to RUNNING, does its items one after the other, and is FINISHED with the
last of them. Each of these is a *step*: a job of n items takes n + 2. What makes a job take its next step is the
book's `progress`:

- `time`: each step has its hour, and is taken when the book is brought up to date (`Schedule.catch_up`);
- `polls`: each answer that shows the job takes one step first (`Jobs.shown`);
- `hand`: only `Jobs.step` does.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Literal, Protocol, TypeVar, get_args

from attrs import define, field, frozen

from sbg_bulk.simulator.errors import ApiError
from sbg_bulk.simulator.world.actions import Item, JobType, perform
from sbg_bulk.simulator.world.clock import DAY
from sbg_bulk.simulator.world.schedule import Schedule
from sbg_bulk.simulator.world.tree import File, Node, User, World, count_files, walk

Progress = Literal["time", "polls", "hand"]
ListOrder = Literal["newest", "oldest", "shuffled"]

KEPT = 30 * DAY
"""Seconds for which a job can be read after its end: "up to a month" in the documentation."""


class JobState(StrEnum):
    """The states of a job, in their order."""

    SUBMITTED = "SUBMITTED"
    RESOLVING = "RESOLVING"
    RUNNING = "RUNNING"
    FINISHED = "FINISHED"


@frozen
class Timing:
    """Seconds that the steps of a job take, where time makes it progress.

    `submitted` is also how long an import or an export is PENDING, `transfer` how long it is RUNNING for each file.
    """

    submitted: float = 0.3
    resolving: float = 0.3
    per_file: float = 0.02
    transfer: float = 0.5

    def faster(self, speed: float) -> Timing:
        """Return the same at so many times the speed."""
        return Timing(*(seconds / speed for seconds in (self.submitted, self.resolving, self.per_file, self.transfer)))


Outcome = str | ApiError
"""The outcome of an item: the id of the file or folder, or the error."""


@define(eq=False)
class Job:
    """A job, shown in lists from `listed_from` on. Times are Unix seconds.

    `weights` is the number of files behind each item, once they are resolved.
    """

    id: str
    type: JobType
    owner: User
    items: Sequence[Item]
    submitted_on: float
    listed_from: float = 0.0
    state: JobState = JobState.SUBMITTED
    weights: list[int] = field(factory=list)
    outcomes: list[Outcome] = field(factory=list)
    total: int = 0
    completed: int = 0
    failed: int = 0
    finished_on: float | None = None
    files: list[Sequence[str]] = field(factory=list)
    """The files that each item that was done dealt with, by their ids; only where the book keeps them."""
    doomed: Mapping[int, int] = field(factory=dict)
    rendered: tuple[str, bytes] | None = field(default=None, repr=False)
    """The job as JSON for one base address, until it changes."""


class Jobs:
    """All jobs of a simulator, and what makes them progress.

    `seed` shuffles the list if `list_order` says so, the same way each time. `keeps_files` has each job keep which
    files it dealt with.
    """

    def __init__(
        self,
        world: World,
        new_id: Callable[[float], str],
        *,
        progress: Progress = "time",
        timing: Timing | None = None,
        list_order: ListOrder = "newest",
        seed: str = "",
        keeps_files: bool = False,
    ) -> None:
        self._world = world
        self._keeps_files = keeps_files
        self._new_id = new_id
        self._progress = one_of("progress", progress, Progress)
        self._timing = timing or Timing()
        self._list_order = one_of("list_order", list_order, ListOrder)
        self._seed = seed
        self._jobs: dict[str, Job] = {}
        self._of_user: dict[str, dict[str, Job]] = {}
        self.schedule = Schedule()

    # What the service asks for

    def submit(
        self,
        owner: User,
        job_type: JobType,
        items: Sequence[Item],
        now: float,
        doomed: Mapping[int, int] | None = None,
        late: float = 0.0,
    ) -> Job:
        """Start a job.

        `doomed` maps the index of an item to the code that it is made to fail with; `late` is the seconds until the
        job shows in lists.
        """
        job = Job(self._new_id(now), job_type, owner, tuple(items), now, listed_from=now + late, doomed=doomed or {})
        self._enter(job)
        self._schedule_step(job, now)
        return job

    def find(self, user: User, job_type: JobType, job_id: str) -> Job:
        """Find the user's job of that type and id. Raises ApiError (10211) if there is none, or no longer."""
        job = self._jobs.get(job_id)
        if job is None or job.owner is not user or job.type is not job_type:
            raise ApiError(10211, f"There is no {job_type.lower()} job {job_id}.")
        return job

    def listed(self, user: User, now: float) -> Sequence[Job]:
        """Return the user's jobs that lists show now, in the order they show them."""
        jobs = self._of_user.get(user.username, {}).values()
        return self._ordered([job for job in jobs if job.listed_from <= now])

    def shown(self, job: Job, now: float) -> None:
        """Take note that an answer is about to show the job."""
        if self._progress == "polls":
            self.step(job, now)

    # How a job lives

    def step(self, job: Job, now: float) -> None:
        """Take the job's next step; a finished job has none."""
        if job.state is JobState.SUBMITTED:
            job.state = JobState.RESOLVING
        elif job.state is JobState.RESOLVING:
            self._resolve(job)
            job.state = JobState.RUNNING
        elif job.state is JobState.RUNNING:
            self._do_next_item(job, now)
            if len(job.outcomes) == len(job.items):
                self._finish(job, now)
        job.rendered = None

    def by_id(self, job_id: str) -> Job:
        """Find the job of that id, whoever's it is. Raises LookupError if there is none, or no longer."""
        try:
            return self._jobs[job_id]
        except KeyError:
            raise LookupError(f"there is no job {job_id}") from None

    def all(self) -> Sequence[Job]:
        """Return all jobs of all users, oldest first."""
        return list(self._jobs.values())

    def add_finished(
        self,
        owner: User,
        job_type: JobType,
        outcomes: Sequence[Outcome],
        *,
        submitted_on: float,
        finished_on: float,
        id: str | None = None,
    ) -> Job:
        """Add a job that has ended already, one file to each of its outcomes.

        Raises ValueError if the id is taken.
        """
        if id in self._jobs:
            raise ValueError(f"job {id} already exists")
        failed = sum(isinstance(outcome, ApiError) for outcome in outcomes)
        job = Job(
            id=id or self._new_id(submitted_on),
            type=job_type,
            owner=owner,
            items=[Item(file="" if isinstance(outcome, ApiError) else outcome) for outcome in outcomes],
            submitted_on=submitted_on,
            state=JobState.RUNNING,
            weights=[1] * len(outcomes),
            outcomes=list(outcomes),
            total=len(outcomes),
            completed=len(outcomes) - failed,
            failed=failed,
        )
        self._enter(job)
        self._finish(job, finished_on)
        return job

    def _resolve(self, job: Job) -> None:
        for item in job.items:
            node = self._world.nodes.get(item.file)
            job.weights.append(1 if node is None else count_files(node))
        job.total = sum(job.weights)

    def _do_next_item(self, job: Job, now: float) -> None:
        position = len(job.outcomes)
        source = self._world.nodes.get(job.items[position].file)
        before = _files(source) if self._keeps_files else ()
        outcome = self._outcome(job, position, now)
        job.outcomes.append(outcome)
        if self._keeps_files:
            node = None if isinstance(outcome, ApiError) else self._world.nodes.get(outcome)
            job.files.append(before if job.type is JobType.DELETE else _files(node))
        if isinstance(outcome, ApiError):
            job.failed += job.weights[position]
        else:
            job.completed += job.weights[position]

    def _outcome(self, job: Job, position: int, now: float) -> Outcome:
        if position in job.doomed:
            return ApiError(job.doomed[position], "An injected fault made this item fail.")
        try:
            return perform(self._world, job.owner, job.type, job.items[position], now)
        except ApiError as refusal:
            return refusal

    def _finish(self, job: Job, now: float) -> None:
        job.state = JobState.FINISHED
        job.finished_on = now
        self.schedule.add(now + KEPT, lambda _: self._forget(job))

    def _enter(self, job: Job) -> None:
        self._jobs[job.id] = job
        self._of_user.setdefault(job.owner.username, {})[job.id] = job

    def _forget(self, job: Job) -> None:
        del self._jobs[job.id]
        del self._of_user[job.owner.username][job.id]

    def _schedule_step(self, job: Job, now: float) -> None:
        if self._progress != "time":
            return
        if job.state is JobState.SUBMITTED:
            takes = self._timing.submitted
        elif job.state is JobState.RESOLVING:
            takes = self._timing.resolving
        else:
            takes = self._timing.per_file * job.weights[len(job.outcomes)]
        self.schedule.add(now + takes, lambda due: self._step_on_time(job, due))

    def _step_on_time(self, job: Job, due: float) -> None:
        self.step(job, due)
        if job.state is not JobState.FINISHED:
            self._schedule_step(job, due)

    def _ordered(self, jobs: list[Job]) -> Sequence[Job]:
        return ordered(jobs, self._list_order, self._seed)


def _files(node: Node | None) -> Sequence[str]:
    return [] if node is None else [each.id for each in walk(node) if isinstance(each, File)]


class _HasId(Protocol):
    id: str


J = TypeVar("J", bound=_HasId)


def ordered(jobs: list[J], order: ListOrder, seed: str) -> Sequence[J]:
    """Return jobs, oldest first, in the order in which lists show them."""
    if order == "newest":
        jobs.reverse()
    elif order == "shuffled":
        jobs.sort(key=lambda job: zlib.crc32(f"{seed} {job.id}".encode()))
    return jobs


def one_of(name: str, value: str, choices: object) -> Any:
    """Return the value, if it is one of the literals. Raises ValueError if not."""
    known = get_args(choices)
    if value not in known:
        raise ValueError(f"{name}: expected one of {', '.join(known)}, not {value!r}")
    return value
