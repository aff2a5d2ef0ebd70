"""Find out what came of a submission of imports by DRS whose answer was lost.

No list of these jobs is documented. If the list of jobs shows some all the same, the one that was started since is read
until it has ended, and is the run's if it made files of the names and in the places that were asked for. Otherwise the
destinations tell: if a file of each name is there that is certainly new, all were imported. If neither tells, a person
decides: a repetition could import twice.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from attrs import define, field

from sbg_bulk import errors
from sbg_bulk.api import pages, storage
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.steps import Flow, now, record
from sbg_bulk.drs.items import DrsItem
from sbg_bulk.drs.outcomes import has_name, matched
from sbg_bulk.files.details import FileDetails
from sbg_bulk.jobs.listing import whole_list
from sbg_bulk.models.job import Job
from sbg_bulk.models.resources import File
from sbg_bulk.models.storage import DrsImport
from sbg_bulk.runs.decide import UNDECIDED
from sbg_bulk.runs.family import Decision
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.newer import Since
from sbg_bulk.runs.records import AnyJob, Outcome, RowOutcome, Submission

AGAIN: Final = 30.0
"""Seconds between two looks."""

PATIENCE: Final = 900.0
"""Seconds after which a person is asked: three times those in which 500 files are imported."""

IMPORTED_WITHIN: Final = 86_400.0
"""Seconds within which what a submission imports is there, and told from what was there before it was sent."""

_OF_FILES: Final = frozenset({"COPY", "MOVE", "DELETE"})


@define
class _Open:
    """A submission of whose job nothing is known."""

    submission: Submission
    items: Sequence[DrsItem]
    due: float
    until: float
    since: Since
    undecided: bool = False


@define
class DrsSettler:
    """Settles submissions of imports by DRS; see `sbg_bulk.runs.family.Settler`."""

    policy: RequestPolicy
    journal: Journal
    lag: float
    open: dict[int, _Open] = field(factory=dict)

    def add(self, submission: Submission, latest: float | None = None, *, sent_here: bool) -> Flow[None]:  # noqa: ARG002
        values = yield from record(lambda: self.journal.values(submission.first, submission.last))
        due = (yield from now()) + self.lag
        items, since = list(map(DrsItem.from_row, values)), Since.of(submission, latest)
        self.open[submission.id] = _Open(submission, items, due, due + PATIENCE, since)

    def leave(self, submission: Submission) -> None:
        self.open[submission.id].undecided = True

    def close(self, submission: Submission) -> None:
        self.open.pop(submission.id, None)

    @property
    def due(self) -> float:
        return min((one.due for one in self._unsettled()), default=math.inf)

    @property
    def unsettled(self) -> int:
        return len(self._unsettled())

    @property
    def watched(self) -> Sequence[AnyJob]:
        return ()

    def ended(self, job_id: str, job: object) -> None:
        """Do nothing: what may be the lost job is read here."""

    def _unsettled(self) -> list[_Open]:
        return [one for one in self.open.values() if not one.undecided]

    def stop(self) -> Flow[None]:
        for one in self.open.values():
            number, plan = one.submission.id, self.journal.plan
            yield from record(lambda: self.journal.remember(UNDECIDED, str(number)))  # noqa: B023 - it is raised
            raise errors.RunStopped(plan.run, plan.job_type, one.submission.size, (), self.journal.path)

    def settle(self) -> Flow[list[Decision]]:
        moment = yield from now()
        decisions: list[Decision] = []
        for one in [each for each in self._unsettled() if each.due <= moment]:
            job = yield from self._by_list(one)
            if job is not None:
                yield from record(lambda one=one, job=job: self.journal.started(one.submission, job.id, job))  # type: ignore[misc]
                decisions.append(Decision(one.submission, job=job, complete=True))
                self.close(one.submission)
                continue
            found = yield from self._by_destination(one)
            if None not in found:
                told = [RowOutcome(Outcome.DONE, file.id) for file in found if file is not None]
                yield from record(lambda one=one, told=told: self.journal.ended(one.submission, None, told))  # type: ignore[misc]
                decisions.append(Decision(one.submission))
                self.close(one.submission)
            elif moment >= one.until or all(item.name is None for item in one.items):
                one.undecided = True
            else:
                one.due = moment + AGAIN
        return decisions

    def _by_list(self, one: _Open) -> Flow[DrsImport | None]:
        """Return the job that the list shows and that made what was asked for; None if there is none, or not yet."""
        listed = yield from whole_list(self.policy)
        known = yield from record(lambda: self.journal.own_jobs() | self.journal.foreign_jobs())
        fitting = []
        for job in listed.values():
            if job.id in known or not isinstance(job, Job) or job.type in _OF_FILES:
                continue
            if job.started_on is not None and not one.since.may_precede(job.started_on.timestamp()):
                continue
            try:
                found = yield from storage.drs_import(self.policy, job.id)
            except (errors.NotFound, errors.Forbidden):
                continue
            made = [entry.id for entry in found.result if entry.ok and entry.id is not None]
            if found.finished and any((yield from matched(FileDetails(self.policy), one.items, made))):
                fitting.append(found)
        if len(fitting) != 1:
            return None
        [job] = fitting
        if one.since.sent_on is None:
            return job  # those from before are known
        certain = job.started_on is not None and one.since.precedes(job.started_on.timestamp())
        return job if certain else None

    def _by_destination(self, one: _Open) -> Flow[list[File | None]]:
        """Return for each item the new file of its name where it goes; None if there is none, or no name is known."""
        if one.since.sent_on is None:
            return [None for _ in one.items]  # which files were there before is not known
        places = dict.fromkeys((item.project, item.parent) for item in one.items if item.name is not None)
        entries: dict[tuple[str | None, str | None], list[File]] = {}
        for project, parent in places:
            listing = pages.files(project, parent, None, pages.ALL_FIELDS)
            entries[project, parent] = yield from pages.everything(self.policy, listing)
        return [self._imported(one, item, entries.get((item.project, item.parent), ())) for item in one.items]

    def _imported(self, one: _Open, item: DrsItem, there: Sequence[File]) -> File | None:
        """Return the new file that an item became.

        One with a number before the name may be another item's own, unless the name itself was taken before.
        """
        new = [
            file
            for file in there
            if file.created_on is not None and one.since.precedes(file.created_on.timestamp(), IMPORTED_WITHIN)
        ]
        of_its_name = [file for file in there if file.name == item.name]
        if not of_its_name:
            return None
        fitting = [file for file in new if has_name(file.name, item)]
        return next((file for file in of_its_name if file in new), None) or (fitting[0] if len(fitting) == 1 else None)
