"""Find out what came of submissions of unknown outcome, while the run goes on.

A submission whose answer was lost is left open until long enough after it that a job which it started must be in the
list. Then the list is read: what is in it by then, is not known yet, and may be the job, is a candidate. Candidates
that have not ended are watched like the run's own jobs; when they have, their results tell. One that fits is adopted;
if certainly none in the whole list does, the rows are submitted again, unless the submission is so old that its job may
have expired; anything else is for a person to decide, when all else is done.

Several submissions can be open at once. Each candidate is held against each of them, and is adopted for one at most.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from attrs import define, field

from sbg_bulk import errors
from sbg_bulk.api import pages
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.steps import Flow, now, record
from sbg_bulk.files.details import FileDetails
from sbg_bulk.items import Item, MoveItem
from sbg_bulk.jobs import read
from sbg_bulk.jobs.listing import whole_list
from sbg_bulk.limits import BULK_LIMIT, PAGE_LIMIT
from sbg_bulk.models.job import Job
from sbg_bulk.models.resources import Page
from sbg_bulk.runs.decide import UNDECIDED
from sbg_bulk.runs.family import Decision
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.newer import Since
from sbg_bulk.runs.records import Outcome, RowOutcome, Submission
from sbg_bulk.transfers.compare import Comparison
from sbg_bulk.transfers.manifest import ITEMS
from sbg_bulk.transfers.match import Match, match, may_be_gone
from sbg_bulk.transfers.outcomes import done_in_full


@define
class OpenSubmission:
    """A submission whose outcome is not known.

    Attributes:
        submission: which.
        items: what it was to do.
        folders: the names that folders among them get, by their ids, where these were there to be moved.
        due: when the list certainly shows its job, by the client's clock.
        sent_here: whether this process has sent it.
        latest: the latest time that the server had told before, in Unix seconds, if this process has sent it.
        rivals: the jobs that may be the one, by their ids. None were looked for before it was due.
        looked: whether the list was read since it was due, where new jobs most likely stand.
        whole: whether all of the list was.
        undecided: the candidates that a person has to choose from; None if nobody has to.
    """

    submission: Submission
    items: Sequence[Item]
    folders: Mapping[str, str]
    due: float
    sent_here: bool = False
    latest: float | None = None
    rivals: set[str] = field(factory=set)
    looked: bool = False
    whole: bool = False
    undecided: Sequence[Job] | None = None


@define
class Settler:
    """Settles the submissions of a run whose outcome is not known.

    Attributes:
        policy: how to send requests.
        journal: the run's.
        lag: seconds after which a job that was started is in the list.
        open: the submissions, by their numbers in the journal.
        details: what has been read of files to compare them.
        comparison: compares them.
    """

    policy: RequestPolicy
    journal: Journal
    lag: float
    open: dict[int, OpenSubmission] = field(factory=dict)
    details: FileDetails = field(init=False)
    comparison: Comparison = field(init=False)
    _candidates: dict[str, Job] = field(factory=dict)
    _unreadable: set[str] = field(factory=set)
    _verdicts: dict[tuple[str, int], Match] = field(factory=dict)
    _stale: bool = False

    def __attrs_post_init__(self) -> None:
        self.details = FileDetails(self.policy)
        self.comparison = Comparison(self.details)

    def add(self, submission: Submission, latest: float | None = None, *, sent_here: bool) -> Flow[None]:
        """Leave a submission open. Whatever was seen before now proves nothing about it."""
        kind = ITEMS[self.journal.plan.job_type]
        values = yield from record(lambda: self.journal.values(submission.first, submission.last))
        items = [kind(**each) for each in values]
        folders: Mapping[str, str] = {}
        if kind is MoveItem:
            folders = yield from record(lambda: self.journal.seen_folders(submission.first, submission.last))
        moment = yield from now()
        self.open[submission.id] = OpenSubmission(submission, items, folders, moment + self.lag, sent_here, latest)

    @property
    def due(self) -> float:
        """When there is something to do next, by the client's clock; infinite if there is nothing but to wait."""
        if self._stale and self._unsettled():
            return -math.inf
        # Who has rivals waits for them to end.
        return min((one.due for one in self._unsettled() if not one.looked), default=math.inf)

    @property
    def unsettled(self) -> int:
        """How many submissions may still have a job under way. Those that a person has to decide on have none."""
        return len(self._unsettled())

    @property
    def watched(self) -> list[Job]:
        """The candidates that have not ended, to be watched."""
        rivals = {job for one in self._unsettled() for job in one.rivals}
        return [job for job in self._candidates.values() if job.id in rivals and self._is_running(job)]

    def leave(self, submission: Submission) -> None:
        """Leave a submission open for a person to decide on."""
        self.open[submission.id].undecided = ()

    def close(self, submission: Submission) -> None:
        """Forget a submission, what came of which is in the journal now."""
        self.open.pop(submission.id, None)

    def ended(self, job_id: str, job: Job | None) -> None:
        """A candidate that was watched has ended, or cannot be found any more."""
        if job_id not in self._candidates:
            return
        if job is None:
            self._unreadable.add(job_id)
        else:
            self._candidates[job_id] = job
        self._stale = True

    def settle(self) -> Flow[list[Decision]]:
        """Decide what can be decided now, and write it down.

        Raises:
            ApiError, ConnectionFailed, UnreadableAnswer, PagingError: the list or a file cannot be read. What was not
                decided before stays open.
        """
        self._stale = False
        moment = yield from now()
        due = [one for one in self._unsettled() if one.due <= moment]
        if fresh := [one for one in due if not one.looked]:
            yield from self._read_where_likely(fresh)
        decisions = yield from self._decide(due)
        if unclear := [one for one in due if one.submission.id in self.open and not one.whole and self._all_ended(one)]:
            yield from self._read_whole(unclear)
            decisions += yield from self._decide(unclear)
        return decisions

    def stop(self) -> Flow[None]:
        """Stop the run if a person has to decide.

        Raises:
            RunStopped: it cannot be told what came of a submission.
        """
        for one in self.open.values():
            if one.undecided is not None:
                number, plan = one.submission.id, self.journal.plan
                yield from record(lambda: self.journal.remember(UNDECIDED, str(number)))  # noqa: B023 - it is raised
                raise errors.RunStopped(plan.run, plan.job_type, one.submission.size, one.undecided, self.journal.path)

    def _unsettled(self) -> list[OpenSubmission]:
        return [one for one in self.open.values() if one.undecided is None]

    def _is_running(self, job: Job) -> bool:
        return job.id not in self._unreadable and not job.finished

    # The list

    def _read_where_likely(self, due: Sequence[OpenSubmission]) -> Flow[None]:
        """Read the page that new jobs stand on where the list begins with the newest, or with the oldest."""
        first: Page[Job] = yield from pages.page(self.policy, pages.jobs(), 0, PAGE_LIMIT)
        yield from self._take({job.id: job for job in first.items}, due)
        for one in due:
            one.looked = True
            counted = first.total is None or first.total <= len(first.items)
            one.whole = first.next_offset is None and counted and not first.unread
        yield from self._judge(due)
        if first.next_offset is not None and first.total is not None and any(not self._likely(one) for one in due):
            last = max(first.next_offset, first.total - PAGE_LIMIT)
            page: Page[Job] = yield from pages.page(self.policy, pages.jobs(), last, PAGE_LIMIT)
            yield from self._take({job.id: job for job in page.items}, due)

    def _read_whole(self, due: Sequence[OpenSubmission]) -> Flow[None]:
        """Read all of the list: only that shows that there is no other job."""
        listed = yield from whole_list(self.policy)
        yield from self._take(listed, due)
        for one in due:
            one.whole = True

    def _take(self, listed: dict[str, Job], due: Sequence[OpenSubmission]) -> Flow[None]:
        """Take jobs that are not known for candidates of these submissions, unless they are certainly not theirs."""
        known = yield from record(lambda: self.journal.own_jobs() | self.journal.foreign_jobs())
        for job_id, job in listed.items():
            if job_id in known:
                continue
            seen = self._candidates.get(job_id)
            if seen is None or not seen.finished:
                self._candidates[job_id] = job
            for one in due:
                one.rivals.add(job_id)

    # The candidates

    def _judge(self, due: Iterable[OpenSubmission]) -> Flow[None]:
        """Hold each rival against each submission. Those that are certainly nobody's are written down."""
        due = list(due)
        self.comparison.begin()
        rivals = sorted({job_id for one in due for job_id in one.rivals})
        # What is found out of some is kept before others are read: who is broken off goes on there.
        for start in range(0, len(rivals), BULK_LIMIT):
            yield from self._judge_some(rivals[start : start + BULK_LIMIT], due)
            yield from self._write_down_foreign()

    def _judge_some(self, rivals: Sequence[str], due: Sequence[OpenSubmission]) -> Flow[None]:
        for job_id in rivals:
            job = self._candidates[job_id]
            if job.finished and job.result is None and job_id not in self._unreadable:
                # What shows no result in the list may have one when it is asked for.
                with suppress(errors.NotFound):
                    self._candidates[job_id] = yield from read.get(self.policy, job_id, self.journal.plan.job_type)
        for one in due:
            new = [job for job in rivals if job in one.rivals and (job, one.submission.id) not in self._verdicts]
            unread = [job for job in map(self._candidates.__getitem__, new) if self._match(job, one) is Match.UNREAD]
            if len(unread) > 2 * len(due):  # most of them are another's
                yield from self.comparison.glance(unread, one.items)
            for job_id in rivals:
                if job_id in one.rivals:
                    yield from self._hold_against(self._candidates[job_id], one)

    def _write_down_foreign(self) -> Flow[None]:
        theirs = {job_id for one in self.open.values() for job_id in one.rivals}
        foreign = [
            job_id
            for job_id in self._candidates.keys() - theirs
            if all(self._verdicts.get((job_id, number)) is Match.NO for number in self.open)
        ]
        if foreign:
            for job_id in foreign:
                del self._candidates[job_id]
            yield from record(lambda: self.journal.not_ours(foreign))

    def _hold_against(self, job: Job, one: OpenSubmission) -> Flow[None]:
        key = job.id, one.submission.id
        verdict = self._verdicts.get(key)
        if verdict is None:
            verdict = self._match(job, one)
            if verdict is Match.UNREAD:
                verdict = yield from self.comparison.compare(job, one.items, one.folders)
            if verdict in (Match.YES, Match.MOVED) and not self._is_newer(job, one):
                verdict = Match.UNCLEAR
            if verdict is not Match.RUNNING:
                self._verdicts[key] = verdict
        if verdict is Match.NO:
            one.rivals.discard(job.id)

    def _match(self, job: Job, one: OpenSubmission) -> Match:
        """Return what a job itself tells of whether it is that of a submission."""
        if job.id in self._unreadable:
            return Match.UNCLEAR
        return match(job, self.journal.plan.job_type, one.items, one.submission.sent_on)

    def _is_newer(self, job: Job, one: OpenSubmission) -> bool:
        """Return whether a job was certainly started since, as far as it says when.

        The latest time that was told may be far ahead, and the last one may be hours late after a machine has slept.
        """
        told = Since.of(one.submission), Since.of(one.submission, one.latest)
        return job.started_on is None or any(since.precedes(job.started_on.timestamp()) for since in told)

    def _likely(self, one: OpenSubmission) -> list[str]:
        """Return the rivals that may be the one by what they tell of."""
        return [job for job in one.rivals if self._verdicts.get((job, one.submission.id)) is not Match.OTHER]

    def _look_closely(self, one: OpenSubmission) -> Flow[None]:
        """Find out of the rivals that tell of nothing of ours whether that is because they are not ours."""
        for job_id in sorted(one.rivals.difference(self._likely(one))):
            verdict = yield from self.comparison.look_closely(self._candidates[job_id], one.items)
            self._verdicts[job_id, one.submission.id] = verdict
            if verdict is Match.NO:
                one.rivals.discard(job_id)
        yield from self._write_down_foreign()

    # The decision

    def _all_ended(self, one: OpenSubmission) -> bool:
        return not any(self._is_running(self._candidates[job]) for job in one.rivals)

    def _decide(self, due: Sequence[OpenSubmission]) -> Flow[list[Decision]]:
        yield from self._judge(due)
        decisions = []
        for one in due:
            if not self._all_ended(one):
                continue
            job = yield from self._proved(one, Match.YES, self._likely(one))
            if not one.whole and (job is None or not done_in_full(job, one.items)):
                # Another job of the same items may have failed because ours was there first.
                continue
            if job is None:
                yield from self._look_closely(one)
            if job is None and self._may_rest_on_absence(one):
                job = yield from self._proved(one, Match.MOVED, list(one.rivals))
            if job is not None:
                yield from record(lambda one=one, job=job: self.journal.started(one.submission, job.id))  # type: ignore[misc]
            elif not one.rivals:
                yield from record(lambda one=one: self._none_left(one))  # type: ignore[misc]
            else:
                one.undecided = sorted((self._candidates[rival] for rival in one.rivals), key=lambda rival: rival.id)
                continue
            complete = job is not None and job.finished and job.result is not None
            decisions.append(Decision(one.submission, job, complete))
            self._close(one, job)
        return decisions

    def _proved(self, one: OpenSubmission, proof: Match, among: Sequence[str]) -> Flow[Job | None]:
        """Return the job that is certainly the one: the only one of these, of this verdict, and no other's."""
        if [self._verdicts[job_id, one.submission.id] for job_id in among] != [proof]:
            return None
        job = self._candidates[among[0]]
        for other in self.open.values():
            # It may be that of a submission that is not due yet, too: of rows that look the same.
            yield from self._hold_against(job, other)
            verdict = self._verdicts.get((job.id, other.submission.id), Match.NO)
            if other is not one and verdict in (Match.YES, proof):
                return None
        return job

    def _may_rest_on_absence(self, one: OpenSubmission) -> bool:
        """Return whether the list certainly has the job, with none from before among those that may be it."""
        dated = all(self._candidates[job_id].started_on is not None for job_id in one.rivals)
        typed = all(self._candidates[job_id].type for job_id in one.rivals)
        return one.submission.sent_on is not None and dated and typed and not self._may_be_gone(one)

    def _close(self, one: OpenSubmission, job: Job | None) -> None:
        del self.open[one.submission.id]
        if job is None:
            return
        # Whose job it is is known now: it is nobody else's, and another may be clear without it.
        for other in self.open.values():
            if job.id in other.rivals:
                other.rivals.discard(job.id)
                other.undecided = None
                self._stale = True

    def _may_be_gone(self, one: OpenSubmission) -> bool:
        """Return whether the job, if one was started, may have expired by now."""
        meter = self.policy.meter
        now_at_server = None if meter is None else meter.latest
        if one.sent_here:
            # This process has waited all the while. It may have slept for a month, which only the server's time tells.
            return may_be_gone(one.latest, now_at_server) is True
        return may_be_gone(one.submission.sent_on, now_at_server) is not False

    def _none_left(self, one: OpenSubmission) -> None:
        """Write down that no job in the list is the one: it was never started, unless it may have expired."""
        if not self._may_be_gone(one):
            self.journal.void(one.submission)
            return
        message = "it is unclear whether a job was started; if so, it has expired: jobs are kept for up to a month"
        self.journal.ended(one.submission, None, [RowOutcome(Outcome.UNKNOWN, message=message) for _ in one.items])
