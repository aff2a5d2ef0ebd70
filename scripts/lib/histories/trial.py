"""A wait for the jobs of a history: what it was told is compared with what has happened."""

from __future__ import annotations

import random
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from attrs import define, field

from sbg_bulk import errors
from sbg_bulk.api.drivers.base import Done, StepOutcome, advance
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.polling import PATIENCE, Polling
from sbg_bulk.api.steps import Flow, Sleep
from sbg_bulk.jobs.read import READERS
from sbg_bulk.jobs.wait import Totals, wait
from sbg_bulk.jobs.watch import JobRef
from sbg_bulk.limits import RATE_LIMIT_WINDOW
from sbg_bulk.models.job import Job
from scripts.lib.histories.history import History, JobPlan, draw
from scripts.lib.histories.service import Service

STEPS: Final = 200_000
"""Steps after which a wait that is not at its end never will be."""


@define
class Told:
    """The ends that a wait has told, and when."""

    finished: dict[str, list[float]] = field(factory=dict)
    lost: tuple[str, ...] = ()
    timed_out: tuple[str, ...] = ()
    jobs: dict[str, list[tuple[object, ...]]] = field(factory=dict)
    totals: list[Totals] = field(factory=list)


@define
class Trial:
    """A wait for the jobs of a history.

    Attributes:
        history: what was drawn.
        service: what answers.
        told: what the wait has told.
        broken: what was wrong.
        counts: what has happened.
    """

    history: History
    service: Service = field(init=False)
    told: Told = field(factory=Told)
    broken: list[str] = field(factory=list)
    counts: Counter[str] = field(factory=Counter)

    def __attrs_post_init__(self) -> None:
        self.service = Service(self.history)

    def carry(self) -> None:
        """Wait, to the end."""
        history = self.history
        rng = random.Random(f"wait {history.seed}")  # noqa: S311 - to be repeated
        polling = Polling(history.first, history.longest, history.share)
        wanted = [
            JobRef(job.id, None, Job(job.id, job.type))
            if job.type not in READERS
            else JobRef(job.id, job.type if history.typed else None)
            for job in history.watched
        ]
        flow = wait(
            RequestPolicy(polling=polling, random=rng.random),
            wanted,
            history.timeout,
            self._changed,
            self.told.totals.append,
            self._finished,
        )
        try:
            self._perform(flow)
        except errors.WaitTimeout as error:
            self.told.timed_out, self.told.lost = error.ids, error.lost
        except errors.JobLost as error:
            self.told.lost = error.ids

    def _perform(self, flow: Flow[None]) -> None:
        outcome = StepOutcome()
        try:
            for _ in range(STEPS):
                step = advance(flow, outcome)
                if isinstance(step, Done):
                    return
                limit = self.history.timeout
                if isinstance(step, Sleep) and limit is not None and self.service.time + step.seconds > limit + 1e-6:
                    self.broken.append(f"slept for {step.seconds} s at {self.service.time} s, past {limit} s")
                outcome = StepOutcome(self.service.perform(step))
            self.broken.append("it goes on for ever")
        finally:
            flow.close()

    def _changed(self, job: Job) -> None:
        aspect = (job.state, job.total_files, job.completed_files, job.failed_files)
        self.told.jobs.setdefault(job.id, []).append(aspect)

    def _finished(self, job_id: str, job: Job) -> Flow[None]:
        if not job.finished or job.id != job_id:
            self.broken.append(f"job {job_id} is said to have ended as {job!r}")
        self.told.finished.setdefault(job_id, []).append(self.service.time)
        yield from ()

    def compare(self) -> None:
        """See that what was told is what has happened, in time, and for how much."""
        for job in self.history.watched:
            self._compare_job(job)
        self._compare_what_was_told()
        self._compare_requests()

    def _compare_job(self, job: JobPlan) -> None:
        told, end = self.told, self.service.time
        times = told.finished.get(job.id, [])
        outcomes = len(times) + (job.id in told.lost) + (job.id in told.timed_out)
        if outcomes != 1:
            self.broken.append(f"job {job.id} has {outcomes} outcomes")
        elif times and times[0] < job.ended:
            self.broken.append(f"job {job.id} is said to have ended before it has")
        elif job.id in told.lost and job.expires > end:
            self.broken.append(f"job {job.id} is said to be lost, and is there")
        elif self._held_back:
            return  # by the share of the budget: the end is noticed when that allows it
        elif times and times[0] - max(job.ended, 0.0) > self._in_time(job):
            self.broken.append(f"the end of job {job.id} is noticed after {times[0] - job.ended} s")
        elif job.id in told.timed_out and job.ended + self._in_time(job) <= end:
            self.broken.append(f"job {job.id} ended in time, and was not seen to")
        self.counts.update(finished=len(times), lost=job.id in told.lost, timed_out=job.id in told.timed_out)

    def _in_time(self, job: JobPlan) -> float:
        """Return the most seconds after its end in which a job is to be noticed."""
        return max(self.history.first, PATIENCE * job.duration) + 2 * self._longest_look + 1e-6

    def _compare_what_was_told(self) -> None:
        for job_id, aspects in self.told.jobs.items():
            if any(one == other for one, other in pairwise(aspects)):
                self.broken.append(f"job {job_id} is said to have changed, and has not")
        if any(one == other for one, other in pairwise(self.told.totals)):
            self.broken.append("the totals are said to have changed, and have not")
        last = self.told.totals[-1] if self.told.totals else Totals(len(self.history.watched))
        if (last.jobs, last.finished, last.lost) != (
            len(self.history.watched),
            len(self.told.finished),
            len(self.told.lost) or last.lost,
        ):
            self.broken.append(f"the totals are {last!r}")

    def _compare_requests(self) -> None:
        sent = self.service.sent
        most = max((bisect_left(sent, at + RATE_LIMIT_WINDOW) - n for n, at in enumerate(sent)), default=0)
        if most > self._allowed:
            self.broken.append(f"{most} requests in a window, of {self._allowed} allowed")
        alone = sum(self._alone(job) for job in self.history.watched)
        if len(sent) > 2 * alone + 3:
            self.broken.append(f"{len(sent)} requests, and {alone} if each job were asked for by itself")
        self.counts.update(requests=len(sent), pages=self.service.pages, alone=alone)

    def _alone(self, job: JobPlan) -> int:
        """Count the requests that asking for the job by itself takes, as often."""
        polling = Polling(self.history.first, self.history.longest, self.history.share)
        until = min(job.ended, job.expires, self.service.time)
        age = -job.started if self.history.dated else 0.0
        time, looks = 0.0, 1 if self.history.typed else 3
        while time < until and looks < STEPS:
            time += 0.9 * polling.pause(age + time)
            looks += 1
        return looks

    @property
    def _allowed(self) -> int:
        history = self.history
        return max(int(history.share * (history.limit or 1000)), int(RATE_LIMIT_WINDOW / history.longest), 1)

    @property
    def _held_back(self) -> bool:
        sent = self.service.sent
        return any(2 * (bisect_left(sent, at + RATE_LIMIT_WINDOW) - n) >= self._allowed for n, at in enumerate(sent))

    @property
    def _longest_look(self) -> float:
        """Seconds that the longest row of requests without a pause has taken."""
        longest = began = last = 0.0
        for at in self.service.sent:
            if at > last + self.history.latency + 1e-9:
                began = at
            last = at
            longest = max(longest, at + self.history.latency - began)
        return longest


def attempt(history: History) -> tuple[Sequence[str], Counter[str]]:
    """Do a trial; return what was wrong, and what has happened."""
    trial = Trial(history)
    trial.carry()
    trial.compare()
    return trial.broken, trial.counts + Counter(histories=1)


def trials(seeds: range) -> tuple[dict[int, str], Counter[str]]:
    """Do the trials of these seeds; return what was wrong first, by the seed, and what has happened in all."""
    broken: dict[int, str] = {}
    total: Counter[str] = Counter()
    for seed in seeds:
        wrong, counts = attempt(draw(seed))
        total += counts
        if wrong:
            broken[seed] = wrong[0]
    return broken, total
