"""Submit jobs, watch them, and hold what is seen of them against each other."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from attrs import define, frozen

from sbg_bulk.contract.answers import Answer
from sbg_bulk.contract.history import History, disagreement, moment
from sbg_bulk.contract.jobs import check_href, check_other_type, read_job
from sbg_bulk.contract.known import READERS
from sbg_bulk.contract.service import Service
from sbg_bulk.contract.stops import AbandonError
from sbg_bulk.text import either

SUBMITTERS: Final[Mapping[str, str]] = {
    "COPY": "submit_copy_job",
    "MOVE": "submit_move_job",
    "DELETE": "submit_delete_job",
}

FIRST_PAUSE, LONGEST_PAUSE = 0.3, 15.0
"""Seconds between two looks at a job: at first, and when it takes long."""

MOST_LISTED = 500
"""Jobs of the list that are gone through in search of one."""

COMPARISONS = 2
"""Comparisons of details and list that each job has while it is running."""

HIDDEN = 3
"""Jobs that were listed as soon as they ended, and not before, after which that is no chance; of one type alone, one
less will do."""

BOTH, ONE = 0.3, 0.7
"""Below these draws, jobs are looked at in both ways, and at their details at all."""

CLOCK = 120.0
"""Seconds by which dates and the time of answers may differ."""

SOON = 0.5
"""Part of a pause after which jobs are looked at that are running, and were not compared yet."""

SHORT = 0.5
"""Seconds for which a job may run without being in the list, whatever comes of it."""

LATE = 30.0
"""Seconds after which a new job has to be in the list."""


@frozen
class Planned:
    """An item of a submission, and what is to be its result.

    Attributes:
        source: the id of the file or folder.
        path: its path in the scratch folder; None for a file of the project.
        to: the path of the destination, under the new name.
        parent: the id of the destination folder.
        name: the new name; None to keep the old one.
        fails: why it cannot be done; None if it can.
        project: the destination instead of a folder; None for none.
    """

    source: str
    path: str | None
    to: str
    parent: str = ""
    name: str | None = None
    fails: str | None = None
    project: str | None = None

    def item(self, job_type: str) -> dict[str, str]:
        """Return the item as it is sent."""
        if job_type == "DELETE":
            return {"file": self.source}
        named = {} if self.name is None else {"name": self.name}
        place = {"parent": self.parent} if self.project is None else {"project": self.project}
        return {"file": self.source, **place, **named}


@define
class Running:
    """A submitted job.

    Attributes:
        type: its type.
        planned: its items.
        history: what was seen of it.
        submitted: when it was submitted, by the service's `now`.
        compared: how often its details and its entry in the list were compared while it was running.
    """

    type: str
    planned: Sequence[Planned]
    history: History
    submitted: float
    compared: int = 0

    @property
    def result(self) -> list[Mapping[str, Any]]:
        """The entries of its result that are objects."""
        result = self.history.last.get("result")
        return [entry for entry in result if isinstance(entry, Mapping)] if isinstance(result, list) else []


class Watcher:
    """Submits and watches jobs. When it looks at a job, and how, is drawn.

    Args:
        service: the service.
        rng: draws.
        under_way: takes the type and the id of each job, as soon as it is known.
    """

    def __init__(self, service: Service, rng: random.Random, under_way: list[tuple[str, str]]) -> None:
        self._service = service
        self._under_way = under_way
        self._rng = rng
        self._types: set[str] = set()
        self._hidden: Counter[str] = Counter()
        self._prompt: Counter[str] = Counter()
        self._lags = False
        self._early: Counter[str] = Counter()
        self._listed: Mapping[str, int] | None = None

    def submit(self, job_type: str, planned: Sequence[Planned]) -> Running:
        """Submit a job. Raises AbandonError if there is none then."""
        hold = self._service.report.hold
        before = self._listed if self._listed is not None else self.list_jobs()
        self._under_way.append((job_type, ""))
        answer = self._service.call(SUBMITTERS[job_type], body={"items": [one.item(job_type) for one in planned]})
        job_id = answer.text("id")
        self._under_way[-1:] = [] if job_id is None else [(job_type, job_id)]
        submitted = hold(
            "one-submit-one-job",
            answer.ok and job_id is not None,
            f"{answer.operation} returned {answer.status}, and no job",
            expected="2xx, and a job",
            exchange=answer.exchange,
        )
        if not submitted or job_id is None:
            raise AbandonError
        history = History(job_id, len(planned), self._service.report)
        history.look(answer.body, answer.exchange)
        hold(
            "one-submit-one-job",
            answer.field("type") == job_type,
            f"{answer.operation} started a {answer.field('type')} job",
            expected=job_type,
            exchange=answer.exchange,
        )
        if before is not None:
            self._check_new_jobs(job_type, job_id, before, answer)
        return Running(job_type, planned, history, self._service.now())

    def _check_new_jobs(self, job_type: str, job_id: str, before: Mapping[str, int], answer: Answer) -> None:
        """Compare the list of jobs with the one from before a submission."""
        hold = self._service.report.hold
        hold(
            "one-submit-one-job",
            job_id not in before,
            "a submission returned a job that existed before",
            expected="a new job",
            exchange=answer.exchange,
        )
        after = self._listed = self._await_listed(job_type, job_id)
        if after is None:
            return
        hold("listed-once", job_id in after, "a new job is not listed", expected=f"job {job_id} in the list")
        new = after.keys() - before.keys()
        if self._service.alone:
            hold(
                "one-submit-one-job",
                len(new) <= 1,
                "one submission created several jobs",
                expected="one new job in the list",
                came=f"{len(new)} new jobs: {', '.join(sorted(new))}",
                exchange=answer.exchange,
            )

    def _await_listed(self, job_type: str, job_id: str) -> Mapping[str, int] | None:
        """Return the list of jobs when it has a new one, or should have it."""
        began, pause = self._service.now(), FIRST_PAUSE
        after = self.list_jobs()
        self._prompt[job_type] += after is not None and job_id in after
        waited = False
        while after is not None and job_id not in after and self._service.now() - began < LATE:
            # The list may lag behind, and then it does so whatever the state of the job.
            ended = read_job(self._service, job_type, job_id).field("state") == "FINISHED"
            after = self.list_jobs()
            listed = after is not None and job_id in after
            self._lags |= ended and not listed
            self._hidden[job_type] += ended and listed and waited
            self._early[job_type] += listed and not ended
            waited = not ended and self._service.now() - began > SHORT
            self._service.wait(pause)
            pause *= 1.2
        self._service.report.hold(
            "listed-once",
            self._lags or not self._hides(job_type),
            "jobs are listed only after they have ended",
            expected="jobs in all states in the list",
        )
        return after

    def _hides(self, job_type: str) -> bool:
        """Return whether jobs, or those of a type while others are listed at once, are hidden until they have ended.

        Where a list lags behind for as long as jobs last, some appear in it while they are running.
        """
        others = self._prompt.total() - self._prompt[job_type]
        of_type = self._hidden[job_type] >= HIDDEN - 1 and not self._prompt[job_type] and others >= HIDDEN - 1
        if of_type and self._early[job_type] < self._hidden[job_type]:
            return True
        return self._hidden.total() >= HIDDEN and self._early.total() < self._hidden.total()

    def list_jobs(self) -> Mapping[str, int] | None:
        """Count how often each job is listed, by id; None if there are too many to go through."""
        times: dict[str, int] = {}
        offset = 0
        while offset < MOST_LISTED:
            page = self._service.call("list_async_jobs", query={"offset": offset, "limit": 100})
            for job_id in page.ids():
                times[job_id] = times.get(job_id, 0) + 1
            offset += len(page.listed())
            if len(page.listed()) < 50:
                break
        else:
            return None
        if self._service.alone:
            self._service.report.hold(
                "listed-once",
                all(count == 1 for count in times.values()),
                "a job is in the list more than once",
                expected="each job once",
            )
        return times

    # Watching

    def follow(self, running: Sequence[Running]) -> None:
        """Watch jobs until they have ended. Raises AbandonError if one does not, in its time."""
        todo, pause = list(running), FIRST_PAUSE
        limit = self._service.budget.job_timeout
        while todo := [job for job in todo if not job.history.finished]:
            self._look(todo)
            for job in todo:
                left = limit - (self._service.now() - job.submitted)
                if not job.history.finished and not self._service.report.hold(
                    "ends",
                    left > 0,
                    f"a {job.type} job does not end",
                    expected=f"an end within {limit:.0f} s ({either('--job-timeout', 'Budget(job_timeout=...)')})",
                    came=f"job {job.history.job_id} is {job.history.last.get('state')}",
                ):
                    raise AbandonError
            if any(not job.history.finished for job in todo):
                # What runs, and was not compared yet, may have ended soon.
                soon = any(job.history.last.get("state") == "RUNNING" and job.compared < COMPARISONS for job in todo)
                self._service.wait(self._rng.uniform(0.5, 1.5) * pause * (SOON if soon else 1.0))
                pause = min(LONGEST_PAUSE, pause * 1.12)
        self._look_at_ended(running)

    def _look(self, jobs: Sequence[Running]) -> None:
        """Look at jobs that are running: at their details, at the list, or at both and hold them against each other."""
        # What is drawn may leave out the comparison for which it matters most.
        compared = [job for job in jobs if job.history.last.get("state") == "RUNNING" and job.compared < COMPARISONS]
        drawn = self._rng.random()
        compared = compared or ([self._rng.choice(list(jobs))] if drawn < BOTH else [])
        first = {job.history.job_id: self._look_at_details(job) for job in jobs if drawn < ONE or job in compared}
        if not compared and first:
            return
        entries = self._look_at_list(jobs)
        for job in compared:
            entry, details = entries.get(job.history.job_id), first[job.history.job_id]
            if entry is not None and self._look_at_details(job).body == details.body:
                job.compared += details.field("state") == "RUNNING"
                self._compare(entry, details)

    def _look_at_ended(self, jobs: Sequence[Running]) -> None:
        """Look at jobs once more that have ended, in every way."""
        self._service.wait(FIRST_PAUSE)
        details = [self._look_at_details(job) for job in jobs]
        entries = self._look_at_list(jobs)
        for job, told in zip(jobs, details, strict=True):
            entry = entries.get(job.history.job_id)
            # The first leads to itself also where all lead to the first.
            every = len(self._service.followed) % 2 or job.type not in self._types
            read = check_href(self._service, told) if every else None
            if read is not None and read.field("id") == job.history.job_id:
                job.history.look(read.body, read.exchange)
            if entry is not None:
                self._compare(entry, told)
            check_other_type(self._service, job.type, job.history.job_id, full=job.type not in self._types)
            self._types.add(job.type)
            self._service.followed.append((job.type, job.history.job_id))
            self._service.first_end = self._service.first_end or self._service.now()

    def _compare(self, entry: Mapping[str, Any], details: Answer) -> None:
        different = disagreement(details.body, entry)
        self._service.report.hold(
            "details-match-list",
            not different,
            f"a job's details and its list entry differ in {different}",
            expected="the same values",
            exchange=details.exchange,
        )

    def _look_at_details(self, job: Running) -> Answer:
        answer = read_job(self._service, job.type, job.history.job_id)
        if not self._service.report.hold(
            "readable",
            answer.ok,
            f"a job cannot be read by {READERS[job.type]}: {answer.status}",
            expected="the job",
            exchange=answer.exchange,
        ):
            raise AbandonError
        job.history.look(answer.body, answer.exchange)
        self._check_clock(job, answer)
        return answer

    def _check_clock(self, job: Running, answer: Answer) -> None:
        """Check that a job was not started in the future, nor long before it was submitted, by the service's clock."""
        started, now = moment(answer.field("started_on")), answer.moment
        if started is None or now is None:
            return
        ago = (now - started).total_seconds()
        self._service.report.hold(
            "dates",
            -CLOCK <= ago <= self._service.now() - job.submitted + CLOCK,
            "a job's started_on is not between its submission and now",
            expected="started_on between the submission and now",
            exchange=answer.exchange,
        )

    def _look_at_list(self, jobs: Sequence[Running]) -> Mapping[str, Mapping[str, Any]]:
        """Return the entries of jobs in the list, by their ids."""
        limit, offset = self._rng.choice([25, 100]), 0
        by_id = {job.history.job_id: job for job in jobs}
        found: dict[str, Mapping[str, Any]] = {}
        while offset < MOST_LISTED and len(found) < len(by_id):
            page = self._service.call("list_async_jobs", query={"offset": offset, "limit": limit})
            here = [one for one in page.ids() if one in by_id]
            self._service.report.hold(
                "listed-once",
                len(set(here)) == len(here),
                "a job is in the list more than once",
                expected="each job once",
                exchange=page.exchange,
            )
            for entry in page.listed():
                job = by_id.get(str(entry.get("id")))
                if job is not None and job.history.job_id not in found:
                    found[job.history.job_id] = entry
                    job.history.look(entry, page.exchange)
            offset += len(page.listed())
            if not page.listed():
                break
        missing = [one for one, job in by_id.items() if self._service.now() - job.submitted > LATE and one not in found]
        if self._service.alone and missing:
            self._service.report.hold("listed-once", False, "a job is not listed", expected="every job in the list")
        return found
