"""The state of a run that is carried: what is under way, and how far it has come."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence

from attrs import define, evolve, field

from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.steps import Flow, now
from sbg_bulk.api.waits import BudgetLeft, Cause, Wait
from sbg_bulk.runs.family import Brings, Family, Settler, Watcher, Work
from sbg_bulk.runs.item_pace import Throttle
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.progress import EndedJob, Progress, RunOptions
from sbg_bulk.runs.records import Part, RowOutcome, Tally
from sbg_bulk.runs.second_step import Halfway


@define
class RunState:
    """A run and how far it has come, as it is carried."""

    policy: RequestPolicy
    journal: Journal
    family: Family
    options: RunOptions
    on_change: Callable[[Progress], object] | None
    tally: Tally
    work: Work
    running: dict[str, Part] = field(factory=dict)
    jobs_ended: int = 0
    newly_ended: list[EndedJob] = field(factory=list)
    posting: int = 0
    user_asked: bool = False
    earlier_noted: bool = False
    shown: Progress | None = None
    folders: tuple[int, int] = (0, 0)
    noun: str = "file"
    throttle: Throttle = field(factory=Throttle)
    halfway: Halfway = field(factory=Halfway)
    held: Wait | None = None
    """The pause until more may be submitted, if it is that which is waited for."""

    @property
    def each_row(self) -> bool:
        """Return whether each row has a job of its own."""
        return self.family.brings is Brings.EACH_ROW

    @property
    def in_flight(self) -> int:
        """Return how many submissions may have jobs that run."""
        running = len(self.running)
        if self.each_row:
            running = math.ceil(running / self.journal.plan.items_per_job)
        return running + self.settler.unsettled

    @property
    def watch(self) -> Watcher:
        return self.work.watch

    @property
    def settler(self) -> Settler:
        return self.work.settler

    def hold(self, seconds: float) -> Wait:
        """Return the pause until more may be submitted."""
        assert self.throttle.pace is not None
        return Wait(seconds, Cause.PACE, f"to keep the pace of {self.throttle.pace.told(self.noun)}")

    def show(self) -> Flow[None]:
        """Tell how far it has come, between two steps."""
        self.posting = 0
        if self.on_change is not None:
            self.tell(BudgetLeft.of(self.policy.meter, (yield from now())), None)

    def tell(self, budget: BudgetLeft | None, waiting: Wait | None) -> None:
        """Tell how far it has come, if anything has changed."""
        assert self.on_change is not None
        plan, tally = self.journal.plan, self.tally
        if self.each_row:
            running, ended, total = tally.running, tally.rows - tally.running - tally.open, tally.rows
        else:
            running, ended = len(self.running) + len(self.settler.open), self.jobs_ended
            total = ended + running + self.posting + math.ceil(tally.open / plan.items_per_job)
        progress = Progress(
            plan.run,
            str(self.journal.path),
            self.tally,
            running,
            ended,
            jobs_total=total,
            folders_made=self.folders[0],
            folders_total=self.folders[1],
            budget=budget,
            waiting=waiting,
            ended=tuple(self.newly_ended),
            job_type=plan.job_type,
            noun=self.noun,
        )
        if progress != self.shown:
            self.shown = progress
            self.newly_ended.clear()
            self.on_change(progress)

    def count(self, *, opened: int = 0, outcomes: Sequence[RowOutcome] = ()) -> Counter[str]:
        """Count rows that have been submitted, or have come to an end. Return how many of them to which end."""
        reached = Counter(str(one.outcome) for one in outcomes)
        self.tally = evolve(
            self.tally,
            open=self.tally.open - opened,
            running=self.tally.running + opened - len(outcomes),
            **{name: getattr(self.tally, name) + number for name, number in reached.items()},
        )
        return reached
