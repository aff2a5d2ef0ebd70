"""Submit jobs, watch them, and hold what is seen of them against each other."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from attrs import define, frozen

from sbg_bulk.contract.answers import Answer
from sbg_bulk.contract.history import History, disagreement
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

FIRST_PAUSE, LONGEST_PAUSE = 0.15, 15.0
"""Seconds between two looks at a job: at first, and when it takes long."""

MOST_LISTED = 500
"""Jobs of the list that are gone through in search of one."""

COMPARISONS = 2
"""Comparisons of details and list that each job has while it is running."""

HIDDEN = 3
"""Jobs that were listed as soon as they ended, and not before, after which that is no chance."""

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
    """

    source: str
    path: str | None
    to: str
    parent: str = ""
    name: str | None = None
    fails: str | None = None

    def item(self, job_type: str) -> dict[str, str]:
        """Return the item as it is sent."""
        if job_type == "DELETE":
            return {"file": self.source}
        named = {} if self.name is None else {"name": self.name}
        return {"file": self.source, "parent": self.parent, **named}


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
    """Submits and watches jobs. When it looks at a job, and how, is drawn."""

    def __init__(self, service: Service, rng: random.Random) -> None:
        self._service = service
        self._rng = rng
        self._types: set[str] = set()
        self._hidden, self._lags = 0, False

    def submit(self, job_type: str, planned: Sequence[Planned]) -> Running:
        """Submit a job. Raises AbandonError if there is none then."""
        hold = self._service.report.hold
        before = self.list_jobs()
        answer = self._service.call(SUBMITTERS[job_type], body={"items": [one.item(job_type) for one in planned]})
        job_id = answer.text("id")
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
        after = self._await_listed(job_type, job_id)
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
        waited = False
        while after is not None and job_id not in after and self._service.now() - began < LATE:
            # The list may lag behind, and then it does so whatever the state of the job.
            ended = read_job(self._service, job_type, job_id).field("state") == "FINISHED"
            after = self.list_jobs()
            listed = after is not None and job_id in after
            self._lags |= ended and not listed
            self._hidden += ended and listed and waited
            waited = not ended
            self._service.wait(pause)
            pause *= 1.2
        self._service.report.hold(
            "listed-once",
            self._lags or self._hidden < HIDDEN,
            "jobs are listed only after they have ended",
            expected="jobs in all states in the list",
        )
        return after

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
            for job in todo:
                self._look(job)
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
                self._service.wait(self._rng.uniform(0.5, 1.5) * pause)
                pause = min(LONGEST_PAUSE, pause * 1.15)
        for job in running:
            self._service.wait(FIRST_PAUSE)
            self._look_at_both(job)
            details = self._look_at_details(job)
            check_href(self._service, details)
            check_other_type(self._service, job.type, job.history.job_id, full=job.type not in self._types)
            self._types.add(job.type)

    def _look(self, job: Running) -> None:
        looks: list[Callable[[Running], object]] = [
            self._look_at_details,
            self._look_at_details,
            self._look_at_list,
            self._look_at_both,
        ]
        running = job.history.last.get("state") == "RUNNING"
        # What is drawn may leave out the comparison for which it matters most.
        (self._look_at_both if running and job.compared < COMPARISONS else self._rng.choice(looks))(job)

    def _look_at_both(self, job: Running) -> None:
        """Compare the details with the list entry, if the job stands still meanwhile."""
        first = self._look_at_details(job)
        entry = self._look_at_list(job)
        second = self._look_at_details(job)
        if entry is not None and first.body == second.body:
            job.compared += first.field("state") == "RUNNING"
            different = disagreement(first.body, entry)
            self._service.report.hold(
                "details-match-list",
                not different,
                f"a job's details and its list entry differ in {different}",
                expected="the same values",
                exchange=first.exchange,
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
        return answer

    def _look_at_list(self, job: Running) -> Mapping[str, Any] | None:
        limit, offset = self._rng.choice([7, 25, 100]), 0
        while offset < MOST_LISTED:
            page = self._service.call("list_async_jobs", query={"offset": offset, "limit": limit})
            self._service.report.hold(
                "listed-once",
                page.ids().count(job.history.job_id) <= 1,
                "a job is in the list more than once",
                expected="each job once",
                exchange=page.exchange,
            )
            for entry in page.listed():
                if str(entry.get("id")) == job.history.job_id:
                    job.history.look(entry, page.exchange)
                    return entry
            offset += len(page.listed())
            if not page.listed():
                break
        if self._service.alone and self._service.now() - job.submitted > LATE:
            self._service.report.hold("listed-once", False, "a job is not listed", expected="every job in the list")
        return None
