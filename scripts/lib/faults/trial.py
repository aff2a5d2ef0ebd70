"""One trial: a run is carried through all that was drawn, on a virtual clock, until it is complete or left stopped."""

from __future__ import annotations

import os
import random
import sqlite3
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Generic, TypeVar

from attrs import define, field

from sbg_bulk import errors
from sbg_bulk.api.drivers.base import TIMEOUT, Done, StepOutcome, advance
from sbg_bulk.api.drivers.sync import BlockingDriver
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.polling import Polling
from sbg_bulk.api.retry import Retry
from sbg_bulk.api.steps import Call, Flow, Step
from sbg_bulk.families import FAMILIES, family_of
from sbg_bulk.runs import create, decide, store
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.progress import RunOptions
from sbg_bulk.runs.records import CHOSEN, State, Submission, Tally
from sbg_bulk.runs.rows import Row
from sbg_bulk.runs.run import run
from sbg_bulk.settings.settings import Settings, Token
from sbg_bulk.simulator import Simulator
from sbg_bulk.simulator.seeds import TOKEN
from scripts.lib.faults import oracle
from scripts.lib.faults.drs_stage import DrsStage
from scripts.lib.faults.edit_stage import EditStage
from scripts.lib.faults.schedule import Schedule
from scripts.lib.faults.stage import Stage
from scripts.lib.faults.volume_stage import VolumeStage

R = TypeVar("R")
S = TypeVar("S", Stage, VolumeStage, DrsStage, EditStage)

PATIENCE: Final = 12
"""Times that a run is taken up again before the faults are put to an end."""

AT_PEACE: Final = 6
"""Times that it may stop after that, each time to be told by a person what the truth is."""

STEPS: Final = 50_000
"""Steps after which a process that is not at its end never will be. How many there are is bounded too."""


class Crash(BaseException):
    """The process has ended. No flow and no driver gets to handle it."""


class Endless(BaseException):
    """The run goes on for ever."""


@define
class Result:
    """The result of a trial, or of many.

    Attributes:
        broken: what was wrong, by the seed of the trial that broke the promise.
        counts: rows, requests, jobs, crashes, and so on.
        struck: how often each kind of fault struck.
    """

    broken: dict[int, Sequence[str]] = field(factory=dict)
    counts: Counter[str] = field(factory=Counter)
    struck: Counter[str] = field(factory=Counter)

    def add(self, other: Result) -> None:
        """Count another one in."""
        self.broken |= other.broken
        self.counts += other.counts
        self.struck += other.struck


@define
class Trial(ABC, Generic[S]):
    """A run, and everything that happens to it.

    Attributes:
        schedule: what was drawn.
        path: the run's journal.
        stage: the service.
        counts: what has happened.
        tally: what the run says in the end; None if it was left stopped.
    """

    schedule: Schedule
    path: Path
    stage: S
    counts: Counter[str] = field(factory=Counter)
    tally: Tally | None = None
    broken: list[str] = field(factory=list)
    _behind: float = 0.0
    _steps: int = 0
    _life: int = 0
    _alive_for: int = 0
    _calm: bool = False
    _struck: Counter[str] = field(factory=Counter)

    def carry(self) -> None:
        """Carry the run as far as it gets."""
        schedule, stage = self.schedule, self.stage
        rng = random.Random(f"trial {schedule.seed}")  # noqa: S311 - to be repeated
        # Never for ever, so that a run that hangs is seen to.
        policy = RequestPolicy(Retry(within=100 * 86_400.0), Polling(), random=rng.random)
        options = RunOptions(schedule.jobs_in_flight, schedule.reserve, schedule.list_lag)
        token = Token(TOKEN)
        settings = Settings(Simulator.base_url, token)
        with closing(BlockingDriver(settings, TIMEOUT, stage, stage.clock.advance, self._now)) as driver:
            while True:
                try:
                    with self._open() as journal:
                        mark = token.mark(journal.plan.run)
                        flow = run(policy, journal, family_of(journal), options, token=mark)
                        self.tally = driver.run(self._watched(flow))
                    return
                except Crash:
                    self.counts["crashes"] += 1
                except Endless:
                    self.broken.append("it goes on for ever")
                    return
                except errors.RunStopped:
                    self.counts["stopped"] += 1
                    if schedule.abandons:
                        return
                    if self._calm or rng.random() < 0.7:
                        self._decide()
                except errors.JournalError as error:
                    self.broken.append(f"the journal failed: {error}")
                    return
                except errors.SbgBulkError as error:
                    self.counts["given up"] += 1
                    if self._calm:
                        self.broken.append(f"it failed without a fault: {error!r}")
                        return
                if self._life >= PATIENCE + AT_PEACE:
                    self.broken.append("it does not come to an end")
                    return
                self._next_life()

    def _count(self, rows: int) -> None:
        """Count what there was of everything."""
        self.counts["schedules"] += 1
        self.counts["rows"] += rows
        self.counts["requests"] += len(self.stage.simulator.requests)
        self.counts["jobs"] += len(self.stage.posted)
        self.counts["complete"] += self.tally is not None
        with closing(sqlite3.connect(self.path)) as database:
            (void,) = database.execute("SELECT count(*) FROM submission WHERE state = 'void'").fetchone()
        self.counts["resubmitted"] += void

    def _open(self) -> Journal:
        return Journal.open(self.path) if self.path.exists() else self._new()

    def _created(self, job_type: str, rows: Iterable[Row]) -> Journal:
        """Make the journal of a run of a type, with these rows."""
        items = self.schedule.items_per_job
        return create.create(rows, FAMILIES[job_type], Simulator.base_url, items_per_job=items, journal=self.path)

    @abstractmethod
    def _new(self) -> Journal:
        """Make the run's journal."""

    @abstractmethod
    def _decide(self) -> None:
        """Say what a person finds out: which job it was, or that it was none."""

    def _next_life(self) -> None:
        crashes = self.schedule.crashes
        if self._life < len(crashes):
            self.stage.simulator.advance(crashes[self._life].downtime)
        self._life += 1
        self._alive_for = 0
        self.counts["resumes"] += 1
        if self._life == PATIENCE:
            self._count_faults()
            self.stage.simulator.disarm()
            self._calm = True

    def _count_faults(self) -> None:
        for armed in self.stage.simulator.faults.armed:
            self._struck[armed.rule.kind] += armed.struck

    def _now(self) -> float:
        return self.stage.clock.now() - self._behind

    # Step by step

    def _watched(self, flow: Flow[R]) -> Flow[R]:
        """Perform the same flow, step by step, with all that is to happen at its steps."""
        outcome = StepOutcome()
        try:
            while not isinstance(step := advance(flow, outcome), Done):
                self._about_to(step)
                try:
                    outcome = StepOutcome((yield step))
                except Exception as error:  # the flow's to handle
                    outcome = StepOutcome(error=error)
                self._performed(step)
            return step.value
        finally:
            flow.close()

    def _about_to(self, step: Step) -> None:
        self._steps += 1
        self._alive_for += 1
        if self._alive_for > STEPS:
            raise Endless
        for number, other in enumerate(self.schedule.others):
            if other.step == self._steps:
                self.stage.submit(other, number)
        for at, seconds in self.schedule.leaps:
            if at == self._steps:
                self._behind += seconds
                self.stage.simulator.advance(seconds)
        self._crash(step, after=False)

    def _performed(self, step: Step) -> None:
        self._crash(step, after=True)

    def _crash(self, step: Step, *, after: bool) -> None:
        if self._calm or self._life >= len(self.schedule.crashes):
            return
        crash = self.schedule.crashes[self._life]
        if (crash.step, crash.after) == (self._alive_for, after):
            if isinstance(step, Call) and not step.operation.repeatable and after:
                self.stage.unheard()
            raise Crash


@define
class FileTrial(Trial[Stage]):
    """A run that copies, moves or deletes, and everything that happens to it."""

    def result(self) -> Result:
        """Return the result, once the run has been carried. The promise is checked here."""
        self._count_faults()
        self.stage.settle_down()
        broken = [*self.broken, *self.stage.broken, *oracle.check(self.stage, self.path, self.tally)]
        self._count(len(self.stage.rows))
        unheard = {each.job.id for each in self.stage.posted if not each.heard}
        with Journal.open(self.path) as journal:
            own = journal.own_jobs()
            self.counts["adopted"] += len(own & unheard)
            moved = {each.job.id for each in self.stage.posted if self.stage.moves_folders_alone(each.job)}
            self.counts["adopted, of folders moved alone"] += len(own & unheard & moved)
            self.counts["adopted of another"] += len(own - {each.job.id for each in self.stage.posted})
        return Result({self.schedule.seed: broken} if broken else {}, self.counts, self._struck)

    def _new(self) -> Journal:
        job_type = self.schedule.job_type
        rows = (row.row(number, job_type) for number, row in enumerate(self.stage.rows, start=2))
        journal = self._created(job_type, rows)
        if self.schedule.planned:
            journal.remember(CHOSEN, "paths")
        return journal

    def _decide(self) -> None:
        """Say what a person finds out: which job it was, or that it was none."""
        with Journal.open(self.path) as journal:
            submission = unsettled(journal)
            assert submission is not None
            own = journal.own_jobs()
            jobs = (job for job in reversed(self.stage.ours(submission.first)) if job.id not in own)
            # One that goes on may still do something.
            job = next(
                (job for job in jobs if job.finished_on is None or any(isinstance(one, str) for one in job.outcomes)),
                None,
            )
            decide.decide(journal, adopt=None if job is None else job.id, resubmit=job is None)


def unsettled(journal: Journal) -> Submission | None:
    """Return the submission whose outcome is not known, if there is one."""
    return next((one for one in journal.unfinished() if one.state is State.INTENDED), None)


def attempt(schedule: Schedule, folder: Path) -> Result:
    """Do a trial, with its journal in this folder, where it does not stay."""
    with journal_at(folder, schedule.seed) as path:
        trial = FileTrial(schedule, path, Stage.build(schedule))
        trial.carry()
        return trial.result()


@contextmanager
def journal_at(folder: Path, seed: int) -> Iterator[Path]:
    """Name the journal of a trial, which does not stay."""
    path = folder / f"{seed}{store.SUFFIX}"
    path.unlink(missing_ok=True)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
        path.with_name(path.name + "-journal").unlink(missing_ok=True)


def explain(schedule: Schedule) -> list[str]:
    """Say what was drawn, for people."""
    values: dict[str, Any] = {name: getattr(schedule, name) for name in schedule.__annotations__}
    shown = [f"{name}: {value}" for name, value in values.items() if name not in ("rows", "faults", "others")]
    shown += [f"row {number}: {row}" for number, row in enumerate(schedule.rows)]
    shown += [f"fault: {rule}" for rule in schedule.faults]
    return shown + [f"other: {other}" for other in schedule.others]


@contextmanager
def scratch() -> Iterator[Path]:
    """Make a folder for journals: in memory where there is one, since each of a run's steps waits for the disk."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    with TemporaryDirectory(prefix="sbg-bulk-faults-", dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)
