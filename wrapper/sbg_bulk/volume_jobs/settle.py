"""Find out which jobs on volumes came of a submission whose answer was lost, or lacked some of its rows.

The service echoes what each job takes and where to. When the list certainly shows the jobs, the pages are read on which
new ones most likely stand; if not all are there, all of the list. A job of the same source and destination that was
certainly started after the submission was sent is the row's; one that may have been leaves the row in question. If
there is none in the whole list, none was started: the rows are submitted again, unless that could not be undone; then a
person decides.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from attrs import define, field

from sbg_bulk import errors
from sbg_bulk.api import pages
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.steps import Flow, now, record
from sbg_bulk.jobs.listing import whole_list
from sbg_bulk.limits import PAGE_LIMIT
from sbg_bulk.models.resources import Page
from sbg_bulk.models.storage import COMPLETED, FAILED, VolumeJob
from sbg_bulk.runs.decide import UNDECIDED
from sbg_bulk.runs.family import Decision
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.newer import Since
from sbg_bulk.runs.records import AnyJob, Outcome, RowOutcome, Submission
from sbg_bulk.transfers.match import may_be_gone
from sbg_bulk.volume_jobs.calls import MOST, Key, Kind, read
from sbg_bulk.volume_jobs.described import is_half_done

_RANK: Final = {COMPLETED: 0, FAILED: 2}
"""Of several jobs of one source and destination, each new, that counts most which has done it, then one under way."""

_Found: TypeAlias = tuple[Key, VolumeJob]
"""A job, and what it was asked for."""


@define
class _Open:
    """A submission, or what is left of it, of whose rows nothing is known.

    Attributes:
        submission: which.
        items: what it was to do.
        due: when the list certainly shows its jobs, by the client's clock.
        sent_here: whether this process has sent it.
        latest: the latest time that the server had told before, if this process has sent it.
        undecided: whether a person is to decide.
    """

    submission: Submission
    items: Sequence[Any]
    due: float
    sent_here: bool
    latest: float | None
    undecided: bool = False

    @property
    def since(self) -> Since:
        """When it was sent."""
        return Since.of(self.submission, self.latest)


@define
class VolumeSettler:
    """Settles submissions of jobs on volumes; see `sbg_bulk.runs.family.Settler`.

    Attributes:
        policy: how to send requests.
        journal: the run's.
        kind: which jobs.
        item: makes an item of its values.
        lag: seconds after which a job that was started is in the list.
        open: the submissions, by their numbers in the journal.
    """

    policy: RequestPolicy
    journal: Journal
    kind: Kind
    item: Callable[[dict[str, Any]], Any]
    lag: float
    open: dict[int, _Open] = field(factory=dict)

    def add(self, submission: Submission, latest: float | None = None, *, sent_here: bool) -> Flow[None]:
        values = yield from record(lambda: self.journal.values(submission.first, submission.last))
        due = (yield from now()) + self.lag
        self.open[submission.id] = _Open(submission, list(map(self.item, values)), due, sent_here, latest)

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
        """Do nothing: what is tied to its row by what the service echoes need not end first."""

    def stop(self) -> Flow[None]:
        for one in self.open.values():
            number, plan = one.submission.id, self.journal.plan
            yield from record(lambda: self.journal.remember(UNDECIDED, str(number)))  # noqa: B023 - it is raised
            raise errors.RunStopped(plan.run, plan.job_type, one.submission.size, (), self.journal.path)

    def settle(self) -> Flow[list[Decision]]:
        moment = yield from now()
        due = [one for one in self._unsettled() if one.due <= moment]
        known = yield from record(lambda: self.journal.row_jobs() | self.journal.foreign_jobs())
        volumes = {item.volume for one in due for item in one.items}
        wanted = {self.kind.key(item): one.since for one in due for item in one.items if not is_half_done(item)}
        of_one = next(iter(volumes)) if len(volumes) == 1 else None
        found: dict[str | None, list[_Found]] = {}
        if wanted:
            found = yield from self._find(wanted, of_one, known)
        decisions = []
        for one in due:
            # What reads back what there is can always be submitted again.
            answer = [None if is_half_done(item) else self._told(one, self.kind.key(item), found) for item in one.items]
            undecided = None in answer and not self.kind.undoable
            decisions.append(Decision(one.submission, answer=answer, undecided=undecided))
        return decisions

    def _unsettled(self) -> list[_Open]:
        return [one for one in self.open.values() if not one.undecided]

    def _find(
        self, wanted: Mapping[Key, Since], volume: str | None, known: set[str]
    ) -> Flow[dict[str | None, list[_Found]]]:
        """Return the jobs that are not known and were asked for what is wanted, by the first part of what that is.

        Args:
            wanted: what was asked for, and when.
            volume: the one volume that all of it is about, if there is one.
            known: the ids of jobs that are the run's or another's.
        """
        listed = self.kind.jobs.listing(volume=volume)
        found: defaultdict[str | None, list[_Found]] = defaultdict(list)
        seen: set[str] = set()

        def all_there() -> bool:
            return all(
                any(self.kind.same(key, told) and _is_newer(job, since) for told, job in found.get(key[0], ()))
                for key, since in wanted.items()
            )

        first: Page[VolumeJob] = yield from pages.page(self.policy, listed, 0, PAGE_LIMIT)
        yield from self._take(first.items, wanted, known, seen, found)
        # An entry that cannot be read may be a job of the run's: then the list is read again.
        counted = first.total is None or len(first.items) >= first.total
        whole = first.next_offset is None and counted and not first.unread
        if whole or all_there():
            return found
        if first.next_offset is not None and first.total is not None:
            last = max(first.next_offset, first.total - PAGE_LIMIT)
            page: Page[VolumeJob] = yield from pages.page(self.policy, listed, last, PAGE_LIMIT)
            yield from self._take(page.items, wanted, known, seen, found)
            if all_there():
                return found
        everything = yield from whole_list(self.policy, listed)
        yield from self._take(everything.values(), wanted, known, seen, found)
        return found

    def _take(
        self,
        jobs: Iterable[VolumeJob],
        wanted: Iterable[Key],
        known: set[str],
        seen: set[str],
        found: dict[str | None, list[_Found]],
    ) -> Flow[None]:
        """Enter the jobs that were not seen yet by what they were asked for. Those that do not say are read."""
        fresh = [job for job in jobs if job.id not in known and job.id not in seen]
        seen.update(job.id for job in fresh)
        about = {key[0] for key in wanted}
        silent = [job.id for job in fresh if self.kind.echo(job) is None]
        details: dict[str, VolumeJob] = {}
        for start in range(0, len(silent), MOST):
            told, _ = yield from read(self.policy, self.kind, silent[start : start + MOST])
            details |= told
        for job in (details.get(job.id, job) for job in fresh):
            key = self.kind.echo(job)
            if key is None or key[0] in about:
                # What does not even say in its details what it is for may be anybody's.
                found.setdefault(None if key is None else key[0], []).append((key or (), job))

    def _told(self, one: _Open, key: Key, found: dict[str | None, list[_Found]]) -> VolumeJob | RowOutcome | None:
        """Return what came of a row: its job, what is to be said of it, or None if certainly none was started."""
        about = found.get(key[0], ())
        fitting = [job for told, job in about if self.kind.same(key, told)]
        newer = [job for job in fitting if _is_newer(job, one.since)]
        if newer:
            return min(newer, key=lambda job: _RANK.get(job.state, 1))
        other = [job for told, job in about if not self.kind.same(key, told)]
        other += [job for _, job in found.get(None, ())]
        alike = [
            job
            for job in (*fitting, *other)
            if job.started_on is None or one.since.may_precede(job.started_on.timestamp())
        ]
        if alike:
            message = f"job {alike[0].id} may have been started for it, or by another program: check it"
            return RowOutcome(Outcome.UNKNOWN, message=message)
        return self._absent(one)

    def _absent(self, one: _Open) -> RowOutcome | None:
        """Return what is to be said of a row without a job in the whole list: that none was started, or may be gone."""
        meter = self.policy.meter
        at_server = None if meter is None else meter.latest
        if one.sent_here:
            gone = may_be_gone(one.latest, at_server) is True
        else:
            gone = may_be_gone(one.submission.sent_on, at_server) is not False
        message = "it is unclear whether a job was started, and the list may no longer show it"
        return RowOutcome(Outcome.UNKNOWN, message=message) if gone else None


def _is_newer(job: VolumeJob, since: Since) -> bool:
    """Return whether a job was certainly started after a submission was sent.

    One that has not ended is, where it does not say when it was started: older ones of the run's are known. Where the
    server had told no time, the jobs that were there before are known too.
    """
    if since.sent_on is None:
        return True
    if job.started_on is None:
        return not job.finished
    return since.precedes(job.started_on.timestamp())
